"""Each page in a real browser, in both languages and at three widths; what it shows is what the server says. Screenshots go to tests/output."""

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)

PAGES = {"apps": "#/apps", "app": "#/apps/nginx/staging", "changes": "#/changes", "history": "#/history", "monitoring": "#/monitoring", "alerts": "#/alerts", "audit": "#/audit", "settings": "#/settings", "tutorial": "#/tutorial"}
WIDTHS = (1440, 1024, 390)


def go(who, place):
    who.page.goto(f"{who.demo.url}/{place}")
    expect(who.page.locator("main h1")).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_the_viewers_language_and_fits(demo, person, name, locale):  # noqa: F811
    """No key stands for a text, nothing is wider than the screen, and the browser has nothing to complain about."""
    owner = person("owner", locale)
    for width in WIDTHS:
        owner.page.set_viewport_size({"width": width, "height": 900})
        go(owner, PAGES[name])
        owner.page.wait_for_load_state("networkidle", timeout=WAIT) if width == WIDTHS[0] else None
        assert owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        owner.shot(f"page-{name}-{locale[:2]}-{width}")
    said = owner.page.locator("main").inner_text()
    assert not [each for each in owner.page.locator(".badge").all_inner_texts() if each.strip().isdigit()]
    assert "undefined" not in said and "[object" not in said and "{app}" not in said
    assert any("가" <= letter <= "힣" for letter in owner.page.locator("main h1, main h2, nav.main").first.inner_text() + owner.page.locator("nav.main").inner_text()) is (locale == "ko-KR")


def test_the_tree_goes_down_to_the_pods(demo, person):  # noqa: F811
    """App, workload, replica sets, pods with health; a scale is seen in it without a reload."""
    owner = person("owner", "en-US")
    go(owner, "#/apps/storefront/staging")
    pods = owner.page.locator('[data-role="tree"] [data-kind="Deployment"] > ul > [data-kind="ReplicaSet"] > ul > [data-kind="Pod"]')
    expect(pods).to_have_count(2, timeout=WAIT)
    assert demo.cli("submit", "scale", "storefront", "-e", "staging", "replicas=4").returncode == 0
    expect(pods).to_have_count(4, timeout=WAIT)


def test_logs_are_followed_searched_and_saved(demo, person):  # noqa: F811
    """Those that fit are kept, and all of them are saved as a file; followed, they come by themselves, without asking again, until the container ends, which is said."""
    owner = person("owner", "en-US")
    go(owner, "#/apps/nginx/staging")
    lines = owner.page.locator('[data-role="logs"]')
    expect(lines).to_contain_text("nginx", timeout=WAIT)
    owner.page.locator('[data-role="search-lines"]').fill("listening")
    expect(lines).not_to_contain_text("starting", timeout=WAIT)
    owner.page.locator('[data-role="search-lines"]').fill("nothing says this")
    expect(lines).to_have_text("No line has it.")
    with owner.page.expect_download() as saved:
        owner.page.locator('[data-role="save-logs"]').click()
    assert saved.value.suggested_filename.startswith("nginx-") and "listening" in saved.value.path().read_text()
    go(owner, "#/apps/mailer/staging")
    expect(lines).to_contain_text("mailer", timeout=WAIT)
    asked = []
    owner.page.on("request", lambda request: "logs" in request.url and asked.append(request.url.partition("/api/v1/")[2].partition("?")[0]))
    lines.evaluate("(node) => { node.textContent = 'before'; }")
    owner.page.locator('[data-role="follow"]').check()
    expect(lines).not_to_have_text("before", timeout=WAIT)
    owner.page.wait_for_timeout(1000)
    assert asked == ["apps/mailer/staging/logs/stream"]
    assert demo.cli("submit", "scale", "mailer", "-e", "staging", "replicas=0").returncode == 0
    expect(owner.page.locator('[data-role="follow-note"]')).to_have_text("The container has ended.", timeout=WAIT)
    expect(owner.page.locator('[data-role="follow"]')).not_to_be_checked()
    assert demo.cli("submit", "scale", "mailer", "-e", "staging", "replicas=1").returncode == 0


def test_who_wrote_a_line(demo, person):  # noqa: F811
    """Beside each line of the values: the commit, who and when; put away again."""
    owner = person("owner", "en-US")
    go(owner, "#/apps/nginx/staging")
    owner.page.locator('[data-role="blame"]').click(timeout=WAIT)
    expect(owner.page.locator("table.blame tr").first).to_contain_text("K-Le-PaaS demo", timeout=WAIT)
    owner.page.locator('[data-role="blame"]').click()
    expect(owner.page.locator('[data-role="values"]')).to_contain_text("replicaCount")


def test_the_palette_by_keyboard(demo, person):  # noqa: F811
    """Ctrl-K, some letters, Enter: an app's page; arrows choose, Escape closes, and words go to the chat."""
    owner = person("owner", "en-US")
    owner.page.locator("h1").click()
    owner.page.keyboard.press("Control+k")
    owner.page.keyboard.type("mail prod")
    owner.page.keyboard.press("Enter")
    expect(owner.page.locator("main h1")).to_have_text("mailer", timeout=WAIT)
    assert owner.page.url.endswith("#/apps/mailer/production")
    owner.page.keyboard.press("Control+k")
    owner.page.keyboard.type("a")
    owner.page.keyboard.press("ArrowDown")
    expect(owner.page.locator('.palette [aria-selected="true"]')).to_have_count(1)
    owner.page.keyboard.press("Escape")
    expect(owner.page.locator('[data-role="palette"]')).to_be_hidden()


def test_one_environment_by_link_and_by_keyboard(demo, person):  # noqa: F811
    """A link opens the overview with one lane; chosen by keyboard, the address says it and what is counted is its own; Ctrl-K knows it; one that is not there shows all."""
    owner = person("owner", "en-US")
    heads, place = owner.page.locator(".lane-head > * + *"), owner.page.locator('[data-filter="environment"]')
    go(owner, "#/apps?environment=production")
    expect(heads).to_have_count(1, timeout=WAIT)
    expect(owner.page.locator(".lane-row [data-app]").first).to_have_attribute("data-environment", "production")
    place.focus()
    owner.page.keyboard.press("ArrowUp")
    expect(heads).to_have_text("staging")
    assert owner.page.url.endswith("#/apps?environment=staging")
    expect(owner.page.locator('[data-filter="all"] b')).to_have_text(str(owner.page.locator(".lane-row [data-app]").count()))
    owner.page.keyboard.press("ArrowUp")
    expect(heads).to_have_count(2)
    owner.page.keyboard.press("Control+k")
    owner.page.keyboard.type("environment prod")
    owner.page.keyboard.press("Enter")
    expect(place).to_have_value("production", timeout=WAIT)
    go(owner, "#/apps?environment=moon")
    expect(heads).to_have_count(2, timeout=WAIT)


def test_history_by_person_and_verb(demo, person):  # noqa: F811
    """Only what that verb did, only what that person did; and any two commits against each other."""
    first = demo.head()
    assert demo.cli("submit", "restart", "chat-app", "-e", "staging").returncode == 0
    assert demo.cli("submit", "scale", "chat-app", "-e", "staging", "replicas=2").returncode == 0
    owner = person("owner", "en-US")
    go(owner, "#/history")
    entries = owner.page.locator('main [data-role="history-entry"]')
    expect(entries.first).to_contain_text("scale(chat-app/staging)", timeout=WAIT)
    owner.page.locator('[data-filter="verb"]').select_option("restart")
    expect(entries.first).to_contain_text("restart(chat-app/staging)", timeout=WAIT)
    assert all("restart" in text for text in entries.all_inner_texts())
    owner.page.locator('[data-filter="author"]').fill("nobody like this")
    owner.page.locator('[data-filter="author"]').press("Enter")
    expect(entries).to_have_count(0, timeout=WAIT)
    compare = owner.page.locator('[data-role="comparison"]')
    compare.locator("summary").click()
    compare.locator('input[name="from"]').fill(first[:10])
    compare.get_by_role("button").click()
    expect(compare.locator('[data-role="compared"]').first).to_contain_text("replicaCount", timeout=WAIT)


def test_the_audit_shows_who_tried_what(demo, person):  # noqa: F811
    """A refused attempt and a commit, found by outcome; a reader without the right has no such page."""
    owner = person("owner", "en-US")
    demo.client("k8s:read").post(f"{demo.api}/commands", json={"verb": "restart", "app": "nginx", "environment": "production"})
    go(owner, "#/audit")
    owner.page.locator('[data-filter="outcome"]').select_option("refused")
    expect(owner.page.locator("main table")).to_contain_text("missing_scope", timeout=WAIT)
    expect(owner.page.locator("main table")).not_to_contain_text("committed", timeout=WAIT)


def test_somebody_is_granted_a_role(demo, person):  # noqa: F811
    """On the page of settings: proposed, since access concerns production too; a sign-in elsewhere is ended."""
    owner = person("owner", "en-US")
    person("owner", "en-US")
    go(owner, "#/settings")
    access = owner.page.locator('[data-role="access"]')
    access.locator('input[name="subject"]').fill("kim@example.org", timeout=WAIT)
    access.locator('select[name="role"]').select_option("viewer")
    access.get_by_role("button", name="Grant").click()
    expect(access.locator('[data-role="outcome"]')).to_have_attribute("data-status", "proposed", timeout=WAIT)
    sessions = owner.page.locator('[data-role="sessions"]')
    count = sessions.get_by_role("button", name="End").count()
    sessions.get_by_role("button", name="End").first.click()
    expect(sessions.get_by_role("button", name="End")).to_have_count(count - 1, timeout=WAIT)


def test_a_review_is_merged_in_an_emergency(demo, person):  # noqa: F811
    """By an administrator with a reason, without approvals; the page says so."""
    owner = person("owner", "en-US")
    review = demo.client().post(f"{demo.api}/commands", json={"verb": "scale", "app": "storefront", "environment": "production", "args": {"replicas": 5}}).json()["review"]["id"]
    go(owner, f"#/changes/{review}")
    glass = owner.page.locator('[data-role="break-glass"]')
    glass.locator("summary").click(timeout=WAIT)
    glass.locator("input").fill("the shop is down")
    glass.get_by_role("button").click()
    expect(owner.page.locator('main [data-word="merged"]').first).to_be_visible(timeout=WAIT)
    assert "Break-Glass: Owner" in demo.git("show", "-s", "--format=%B", "main")
