"""The main story in a real browser: say it, see it previewed, confirm it, see it running. Screenshots go to tests/output."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

OUTPUT = Path(__file__).parent.parent / "output"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WAIT = 20_000  # ms a page may take to show what the cluster does


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    assert path, "the browser tests need Debian's package chromium"
    OUTPUT.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


class Person:
    """A browser of one person; what the page complains about is kept."""

    def __init__(self, chromium, demo, name, locale):
        self.demo, self.complaints = demo, []
        self.context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale=locale)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and "status of 4" not in said.text and self.complaints.append(said.text))
        self.page.goto(demo.cli("link", name).stdout.strip())
        self.page.get_by_role("button").click()
        self.page.wait_for_selector("[data-app]")

    def card(self, app, environment):
        return self.page.locator(f'[data-app="{app}"][data-environment="{environment}"]')

    def say(self, text):
        self.page.fill("#chat-input", text)
        self.page.keyboard.press("Enter")

    def shot(self, name):
        self.page.screenshot(path=OUTPUT / f"{name}.png")


@pytest.fixture
def person(chromium, demo):
    made = []

    def sign_in(name="owner", locale="ko-KR"):
        made.append(Person(chromium, demo, name, locale))
        return made[-1]
    yield sign_in
    for each in made:
        each.context.close()
        assert not each.complaints


def test_say_it_see_it_committed_see_it_running(demo, person):
    """`nginx 세 개로 늘려줘`: command, values diff and manifest diff are shown; confirmed, one commit; the card says 3/3 without a reload; history has the words."""
    owner = person()
    before = demo.head()
    owner.page.evaluate("window.notReloaded = true")
    owner.say("nginx 세 개로 늘려줘")
    preview = owner.page.locator('[data-role="preview"]')
    expect(preview).to_contain_text("scale nginx")
    expect(preview.locator('[data-role="values-diff"]')).to_contain_text("+replicaCount: 3")
    expect(preview.locator('[data-role="manifest-diff"]')).to_contain_text("+  replicas: 3")
    assert demo.head() == before
    owner.shot("chat-preview")
    preview.locator('[data-role="confirm"]').click()
    expect(owner.page.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed")
    assert demo.git("rev-list", "--count", f"{before}..main").strip() == "1"
    expect(owner.card("nginx", "staging").locator('[data-role="replicas"]')).to_have_text("3/3", timeout=WAIT)
    assert owner.page.evaluate("window.notReloaded")
    owner.card("nginx", "staging").click()
    entry = owner.page.locator('[data-role="history-entry"]').first
    expect(entry).to_contain_text("nginx 세 개로 늘려줘", timeout=WAIT)
    expect(entry).to_contain_text("Owner")
    expect(entry).to_have_attribute("data-channel", "chat")
    owner.shot("app")


def test_two_people_review_a_change(demo, person):
    """Proposed for production by one, approved by another, merged, and both see it."""
    owner, reviewer = person("owner", "en-US"), person("reviewer", "ko-KR")
    owner.say("scale payment-api in production to 4")
    owner.page.locator('[data-role="confirm"]').click()
    outcome = owner.page.locator('[data-role="outcome"]')
    expect(outcome).to_have_attribute("data-status", "proposed")
    review = outcome.locator("a").get_attribute("href").rpartition("/")[2]
    reviewer.page.goto(f"{demo.url}/#/changes/{review}")
    expect(reviewer.page.locator('[data-role="values-diff"]')).to_contain_text("+replicaCount: 4", timeout=WAIT)
    reviewer.shot("review")
    reviewer.page.locator('[data-role="approve"]').click()
    expect(reviewer.page.locator('[data-tone="good"]').first).to_contain_text("Reviewer", timeout=WAIT)
    reviewer.page.locator('[data-role="merge"]').click()
    expect(reviewer.page.locator('.badge[data-word="merged"]')).to_be_visible(timeout=WAIT)
    owner.page.goto(f"{demo.url}/#/apps")
    expect(owner.card("payment-api", "production").locator('[data-role="replicas"]')).to_have_text("4/4", timeout=WAIT)


def test_hostile_text_stays_text(demo, person):
    """Markup in a person's words and in values is shown, not run."""
    owner = person("owner", "en-US")
    hostile = "<img src=x onerror=alert(1)>"
    done = demo.cli("submit", "set_env", "storefront", "-e", "staging", "name=BANNER", f"value={hostile}", "--text", f"set {hostile}")
    assert done.returncode == 0, done.stderr
    owner.page.goto(f"{demo.url}/#/apps/storefront/staging")
    entry = owner.page.locator('[data-role="history-entry"]').first
    expect(entry).to_contain_text(hostile, timeout=WAIT)
    entry.get_by_role("button").first.click()
    expect(entry.locator('[data-role="history-diff"]')).to_contain_text(hostile)
    assert owner.page.locator("main img").count() == 0


def test_questions_are_answered_in_the_chat(demo, person):
    """Status and logs come as typed answers; a question about an action changes nothing."""
    owner = person()
    before = demo.head()
    for text, kind in (("nginx 상태 어때?", "status"), ("nginx 로그 20줄 보여줘", "logs"), ("nginx 배포 이력", "history"), ("전체 상황 보여줘", "overview")):
        owner.say(text)
        expect(owner.page.locator(f'[data-role="answer"][data-type="{kind}"]').last).to_be_visible(timeout=WAIT)
    owner.say("nginx 재시작하지 마")
    owner.page.wait_for_timeout(500)
    assert owner.page.locator('[data-role="confirm"]').count() == 0 and demo.head() == before
    owner.shot("chat-answers")


def test_narrow_and_dark(demo, chromium, person):
    """At 390 pixels nothing is wider than the screen; in the dark it is still readable (looked at in tests/output)."""
    owner = person()
    for width, scheme in ((390, "light"), (1024, "dark")):
        owner.page.emulate_media(color_scheme=scheme)
        owner.page.set_viewport_size({"width": width, "height": 844})
        owner.page.goto(f"{demo.url}/#/apps")
        expect(owner.card("nginx", "staging")).to_be_visible()
        assert owner.page.evaluate("document.documentElement.scrollWidth") <= width
        owner.shot(f"apps-{width}-{scheme}")
