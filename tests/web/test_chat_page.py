"""The chat in a real browser: every answer is a card of its kind, a card is edited before it is confirmed, a reload loses nothing."""

from playwright.sync_api import expect

from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)
from tests.web.talk import commits

READS = {"nginx 상태 어때?": "status", "nginx 로그 5줄": "logs", "nginx 접속 주소 알려줘": "endpoint", "전체 상황 보여줘": "overview", "모든 파드 조회해줘": "list_pods", "앱 목록": "list_apps",
         "nginx 배포 이력": "history", "nginx diff 보여줘": "diff", "도움말": "help", "nginx 서비스 상세": "get_service", "nginx 디플로이먼트 상세": "get_deployment", "네임스페이스 목록": "list_namespaces", "서비스 목록": "list_services", "모든 도메인 조회해줘": "list_ingresses",
         "디플로이먼트 목록": "list_deployments", "내부 통신 주소": "list_endpoints", "configmap 목록 보여줘": "get", "nginx 이벤트": "events", "nginx 건강 상태 확인해줘": "health",
         "비용 분석해줘": "cost_analysis", "비용 줄일 방법 알려줘": "cost_analysis", "월간 예상 비용 알려줘": "cost_analysis"}


def preview(who):
    return who.page.locator('[data-role="preview"]').last


def test_each_answer_is_a_card_of_its_kind(demo, person):  # noqa: F811
    """No answer is raw data: each read has its card, with a sentence in the language of the question."""
    owner = person("owner", "en-US")
    for number, (text, kind) in enumerate(READS.items(), 1):
        owner.say(text)
        card = owner.page.locator('[data-role="answer"]')
        expect(card).to_have_count(number, timeout=WAIT)
        said = card.last.inner_text()
        assert card.last.get_attribute("data-type") == kind and any("가" <= letter <= "힣" for letter in said.splitlines()[0]), said
        assert "[object" not in said and "undefined" not in said
    expect(owner.page.locator('[data-role="read-by"]')).to_have_count(number)


def test_cards_speak_the_language_of_the_question(demo, person):  # noqa: F811
    """An English question on a Korean page gets an English card, and the page stays Korean."""
    owner = person()
    owner.say("scale storefront to 9")
    expect(preview(owner)).to_contain_text("Scale storefront to 9 replicas", timeout=WAIT)
    expect(preview(owner).locator('[data-role="confirm"]')).to_have_text("Confirm")
    owner.say("storefront 9개로 바꿔줘")
    expect(preview(owner).locator('[data-role="confirm"]')).to_have_text("확인", timeout=WAIT)
    preview(owner).locator('[data-role="cancel"]').click()
    expect(owner.page.locator(".chat-form button")).to_have_text("보내기")


def test_a_card_is_edited_and_confirmed(demo, person):  # noqa: F811
    """Another number is typed into the card: the diff follows, and a typed `확인` commits what the card shows."""
    owner, before = person(), demo.head()
    owner.say("chat-app 3개로 늘려줘")
    preview(owner).locator('[data-role="edit"]').click(timeout=WAIT)
    preview(owner).locator('[data-role="edit-form"] input[name="replicas"]').fill("6")
    preview(owner).locator('[data-role="edit-form"] button').click()
    expect(preview(owner).locator('[data-role="values-diff"]')).to_contain_text("+replicaCount: 6", timeout=WAIT)
    owner.say("확인")
    expect(owner.page.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed", timeout=WAIT)
    assert commits(demo, before) == 1 and "replicaCount: 6" in demo.git("show", "main:values/staging/chat-app.yaml")


def test_a_correction_closes_the_card_it_corrects(demo, person):  # noqa: F811
    """`아니, 스테이징`: the first card can be confirmed no more, the new one shows staging."""
    owner = person()
    owner.say("프로덕션 mailer 8개로 늘려줘")
    expect(preview(owner)).to_contain_text("values/production/mailer.yaml", timeout=WAIT)
    owner.say("아니, 스테이징")
    expect(preview(owner)).to_contain_text("values/staging/mailer.yaml", timeout=WAIT)
    expect(owner.page.locator('[data-role="preview"][data-settled]')).to_have_count(1)
    expect(owner.page.locator('[data-role="confirm"]')).to_have_count(1)
    owner.shot("chat-correction")
    owner.say("취소")
    expect(owner.page.locator('[data-role="confirm"]')).to_have_count(0, timeout=WAIT)


def test_a_reload_keeps_the_conversation(demo, person):  # noqa: F811
    """The words, the waiting card and what "it" means are there after a reload; the card is confirmed with one commit."""
    owner, before = person(), demo.head()
    owner.say("payment-api 7개로 늘려줘")
    expect(preview(owner)).to_be_visible(timeout=WAIT)
    owner.page.reload()
    expect(owner.page.locator(".said")).to_have_text("payment-api 7개로 늘려줘", timeout=WAIT)
    expect(preview(owner).locator('[data-role="values-diff"]')).to_contain_text("+replicaCount: 7", timeout=WAIT)
    owner.say("네")
    expect(owner.page.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed", timeout=WAIT)
    assert commits(demo, before) == 1
    owner.page.reload()
    expect(owner.page.locator(".reply").first).to_contain_text("커밋했습니다", timeout=WAIT)
    expect(owner.page.locator('[data-role="confirm"]')).to_have_count(0)
    owner.page.locator('[data-role="new-chat"]').click()
    expect(owner.page.locator(".said")).to_have_count(0)


def test_two_tabs_one_commit(demo, person):  # noqa: F811
    """The same card confirmed in two tabs: both say committed, and it is one commit."""
    owner, before = person(), demo.head()
    owner.say("storefront 4개로 바꿔줘" if "replicaCount: 4" not in demo.git("show", "main:values/staging/storefront.yaml") else "storefront 3개로 바꿔줘")
    expect(preview(owner)).to_be_visible(timeout=WAIT)
    other = owner.context.new_page()
    other.add_init_script(f"sessionStorage.setItem('conversation', {owner.page.evaluate('sessionStorage.getItem(`conversation`)')!r})")
    other.goto(f"{demo.url}/#/apps")
    expect(other.locator('[data-role="confirm"]')).to_be_visible(timeout=WAIT)
    for page in (owner.page, other):
        page.locator('[data-role="confirm"]').click()
    for page in (owner.page, other):
        expect(page.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed", timeout=WAIT)
    assert commits(demo, before) == 1


def test_rolling_back_from_the_chat(demo, person):  # noqa: F811
    """History in the chat has roll-back buttons on all but the newest; the roll-back asks for its word, and commits."""
    owner = person()
    for replicas in (2, 3):
        assert demo.cli("submit", "scale", "mailer", "-e", "staging", f"replicas={replicas + 3}").returncode == 0
    before = demo.head()
    owner.say("스테이징 mailer 배포 이력 보여줘")
    entries = owner.page.locator('[data-type="history"] [data-role="history-entry"]')
    expect(entries.first).to_be_visible(timeout=WAIT)
    expect(entries.first.locator('[data-role="roll-back"]')).to_have_count(0)
    entries.nth(1).locator('[data-role="roll-back"]').click()
    expect(preview(owner)).to_have_attribute("data-risk", "high", timeout=WAIT)
    preview(owner).locator('[data-role="word"]').fill("nginx")
    preview(owner).locator('[data-role="confirm"]').click()
    expect(preview(owner).locator("[role=alert]")).to_be_visible(timeout=WAIT)
    preview(owner).locator('[data-role="word"]').fill("mailer")
    preview(owner).locator('[data-role="confirm"]').click()
    expect(owner.page.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed", timeout=WAIT)
    assert commits(demo, before) == 1
    owner.shot("chat-rollback")


def test_a_misreading_is_marked(demo, person):  # noqa: F811
    """Under an answer a person says what they meant; the administrator's list has it."""
    owner = person()
    owner.say("storefront 팍팍 돌려줘")
    owner.page.locator('[data-role="wrong"]').last.click(timeout=WAIT)
    owner.page.get_by_placeholder("무슨 뜻이었나요? (선택)").fill("storefront 5개로 늘려줘")
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_text("기록했습니다")).to_be_visible(timeout=WAIT)
    assert "storefront 팍팍 돌려줘" in [each["text"] for each in demo.client().get(f"{demo.api}/nlp/feedback").json()["items"]]


def test_the_administrator_tries_a_phrase(demo, person):  # noqa: F811
    """In the settings the marked sentence is listed; a phrase is tried against known sentences, and its change of klepaas.yaml previewed; nothing is committed by that."""
    owner, before = person(), demo.head()
    owner.say("storefront 뻥튀기해줘")
    owner.page.locator('[data-role="wrong"]').last.click(timeout=WAIT)
    owner.page.keyboard.type("storefront 5개로 늘려줘")
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_text("기록했습니다")).to_be_visible(timeout=WAIT)
    owner.page.goto(f"{demo.url}/#/settings")
    entry = owner.page.locator("[data-feedback]").filter(has_text="storefront 뻥튀기해줘").first
    for name, value in (("say", "뻥튀기"), ("means", "상태")):
        entry.locator(f'input[name="{name}"]').fill(value, timeout=WAIT)
    entry.get_by_role("button", name="시험").click()
    expect(entry.locator("[role=alert]")).to_be_visible(timeout=WAIT)
    entry.locator('input[name="means"]').fill("5개로 증설")
    entry.get_by_role("button", name="시험").click()
    expect(entry.locator('[data-role="values-diff"]')).to_contain_text("lexicon:", timeout=WAIT)
    assert demo.head() == before
    entry.scroll_into_view_if_needed()
    owner.shot("misreadings")


def test_costs_are_a_card(demo, person):  # noqa: F811
    """Sums by environment, the arithmetic behind a click, and that there are no prices."""
    owner = person()
    owner.say("비용 분석해줘")
    card = owner.page.locator('[data-type="cost_analysis"]')
    expect(card.locator('[data-note="no_prices"]')).to_be_visible(timeout=WAIT)
    card.locator("summary").click()
    expect(card.locator("details")).to_contain_text("storefront")
    owner.shot("chat-cost")


def test_what_was_said_is_found(demo, person):  # noqa: F811
    """On the history page: what was said, who read it and what came of it; a search narrows it."""
    owner = person()
    owner.say("chat-app 17개로 늘려줘")
    preview(owner).locator('[data-role="cancel"]').click(timeout=WAIT)
    owner.page.goto(f"{demo.url}/#/history")
    said = owner.page.locator('[data-role="sentence"]')
    owner.page.locator('[data-role="sentences"] summary').click(timeout=WAIT)
    owner.page.get_by_placeholder("말한 것 찾기").fill("chat-app 17")
    expect(said).to_have_count(1, timeout=WAIT)
    for words in ("chat-app 17개로 늘려줘", "scale chat-app replicas=17", "규칙", "ms", "취소함"):
        expect(said).to_contain_text(words)
    owner.shot("said")
