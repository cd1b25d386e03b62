"""Laws of the page that a person would notice broken: what is confirmed is what is shown, nothing jumps, nothing closes by itself, a lost connection resumes."""

import re

from playwright.sync_api import expect

from gitops.repo import Repository
from tests.gitops import repo_help
from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)


def boxes(page):
    return page.locator("main [data-app]").evaluate_all("nodes => nodes.map(node => { const { x, y, width, height } = node.getBoundingClientRect(); return [node.dataset.app, x, y, width, height]; })")


def test_a_typed_confirm_means_the_card_as_it_is_now(demo, person):  # noqa: F811
    """The environment was changed in the card: a typed `확인` proposes for that one, and the other stays as it is."""
    owner = person()
    before = demo.head()
    owner.say("chat-app 네 개로 늘려줘")
    card = owner.page.locator('[data-role="preview"]')
    card.locator('[data-role="environment"]').select_option("production")
    expect(card.locator('[data-role="values-diff"]')).to_contain_text("+replicaCount: 4", timeout=WAIT)
    expect(card).to_contain_text("values/production/chat-app.yaml")
    owner.say("확인")
    expect(owner.page.locator('[data-role="outcome"]')).to_have_attribute("data-status", "proposed", timeout=WAIT)
    expect(card.locator('[data-role="confirm"]')).to_have_count(0)
    assert demo.head() == before


def test_keyboard_alone(demo, person):  # noqa: F811
    """Ctrl-K, a sentence that is shown as it was typed, a typed confirm: committed without a pointer, and no card has moved meanwhile."""
    owner = person("owner", "en-US")
    owner.page.locator("h1").click()
    before = boxes(owner.page)
    for words in ("Scale mailer to 2", "confirm"):
        owner.page.keyboard.press("Control+k")
        owner.page.keyboard.type(words)
        expect(owner.page.locator("#palette-list li").last).to_contain_text(f"“{words}”")
        owner.page.keyboard.press("Enter")
        expect(owner.page.locator('[data-role="preview"]')).to_be_visible(timeout=WAIT)
    expect(owner.page.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed", timeout=WAIT)
    expect(owner.card("mailer", "staging").locator('[data-role="replicas"]')).to_have_text("2/2", timeout=WAIT)
    assert boxes(owner.page) == before


def test_what_is_open_stays_open(demo, person):  # noqa: F811
    """A diff being read in the history is still there when somebody else's commit arrives above it, which says that it was synced as soon as it is."""
    owner = person("owner", "en-US")
    assert demo.cli("submit", "scale", "payment-api", "-e", "staging", "replicas=1").returncode == 0
    owner.page.goto(f"{demo.url}/#/apps/payment-api/staging")
    first = owner.page.locator('main [data-role="history-entry"]').first
    revision = first.get_attribute("data-revision", timeout=WAIT)
    first.get_by_role("button", name="Diff").click()
    kept = owner.page.locator(f'main [data-revision="{revision}"] [data-role="history-diff"]')
    expect(kept).to_be_visible(timeout=WAIT)
    assert demo.cli("submit", "scale", "payment-api", "-e", "staging", "replicas=2").returncode == 0
    expect(first).not_to_have_attribute("data-revision", revision, timeout=WAIT)
    expect(first.locator('[data-role="synced"] [data-word="succeeded"]')).to_be_visible(timeout=WAIT)
    expect(kept).to_be_visible()


def test_a_lost_connection_resumes(demo, person):  # noqa: F811
    """While it is lost a banner says so; then the page shows what happened meanwhile, without a reload, and asks for nothing that was before it."""
    owner = person("owner", "en-US")
    sockets, refused = [], []

    def route(socket):
        if refused:
            return socket.close()
        socket.connect_to_server()
        sockets.append(socket)
    owner.page.route_web_socket("**/ws/events*", route)
    newest = owner.page.evaluate("fetch('/api/v1/events?limit=1').then((answer) => answer.json()).then((found) => found.newest)")
    owner.page.reload()
    owner.page.wait_for_selector("[data-app]")
    owner.page.wait_for_timeout(500)
    owner.page.evaluate("window.notReloaded = true")
    refused.append(True)
    sockets[-1].close()
    expect(owner.page.locator("#offline")).to_be_visible(timeout=WAIT)
    assert demo.cli("submit", "scale", "storefront", "-e", "staging", "replicas=4").returncode == 0
    refused.clear()
    expect(owner.page.locator("#offline")).to_be_hidden(timeout=WAIT)
    expect(owner.card("storefront", "staging").locator('[data-role="replicas"]')).to_have_text("4/4", timeout=WAIT)
    assert int(sockets[-1].url.rpartition("after=")[2]) >= newest > 1 and owner.page.evaluate("window.notReloaded")


def test_logs_of_every_pod_can_be_chosen(demo, person):  # noqa: F811
    """After one pod was chosen the others are still there to choose."""
    owner = person("owner", "en-US")
    owner.page.goto(f"{demo.url}/#/apps/nginx/production")
    pods = owner.page.get_by_role("combobox", name="Pod")
    expect(pods.locator("option")).to_have_count(3, timeout=WAIT)
    wanted = pods.locator("option").nth(1).get_attribute("value")
    pods.select_option(wanted)
    owner.page.get_by_role("button", name="Refresh").click()
    expect(pods.locator("option")).to_have_count(3)
    expect(pods).to_have_value(wanted)


def test_live_is_compared_field_by_field(demo, person):  # noqa: F811
    """The app's page asks the controller what differs; that nothing does is said in words."""
    owner = person("owner", "en-US")
    owner.page.goto(f"{demo.url}/#/apps/nginx/staging")
    owner.page.locator('[data-role="compare"]').click()
    expect(owner.page.locator('[data-role="live-diff"]')).to_contain_text("Everything is as git says", timeout=WAIT)


def test_a_review_says_what_it_would_do(demo, person):  # noqa: F811
    """Which pods start anew, by the plan; asked, what the cluster would make of it now, field by field; and when main has moved against it, both sides."""
    reviewer = person("reviewer", "en-US")
    review = demo.client().post(f"{demo.api}/commands", json={"verb": "deploy", "app": "mailer", "environment": "production", "args": {"version": "v0.9.5"}}).json()["review"]["id"]
    page = reviewer.page
    page.goto(f"{demo.url}/#/changes/{review}")
    expect(page.locator("main details", has_text="Deployment mailer").locator('[data-role="effect"]')).to_have_text("restarts its pods", timeout=WAIT)
    page.locator('[data-role="compare"]').click()
    there = page.locator('[data-object="Deployment/mailer"]')
    expect(there).to_contain_text("/spec/template/spec/containers/0/image", timeout=WAIT)
    expect(there.locator('[data-role="effect"]')).to_have_text("restarts its pods")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 1100})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        reviewer.shot(f"review-{width}")
    assert demo.client().get(f"{demo.api}/changes/{review}").json()["problem"] is None
    land(demo, "values/production/mailer.yaml", "v0.9.4", "v0.9.6")
    page.reload()
    expect(page.locator('[data-role="problem"]')).to_contain_text("ask for the change again", timeout=WAIT)
    expect(page.locator('[data-role="problem"] [data-role="conflict"]')).to_be_visible()
    reviewer.shot("review-outdated")


def test_what_is_held_says_so_and_how_it_goes_on(demo, person):  # noqa: F811
    """A push that takes most of staging away: the overview says why nothing goes, and shows the preview of its release; taken back, the notice goes without a reload."""
    owner, repo = person("owner", "en-US"), Repository.open(str(demo.home / "config.git"), demo.home)
    tree = repo.tree(repo.head())
    files = {path: tree.read(path) for path, _ in tree.walk("values/staging")}
    repo_help.land(repo, {path: None for path in list(files)[1:]})
    notice = owner.page.locator('main [data-mark="staging"]')
    expect(notice).to_contain_text("objects would be pruned", timeout=WAIT)
    notice.locator('[data-role="release"]').click()
    expect(notice.locator('[data-role="preview"]')).to_contain_text(repo.head()[:7], timeout=WAIT)
    owner.shot("held")
    repo_help.land(repo, files)
    expect(notice).to_have_count(0, timeout=WAIT)
    repo.close()


def land(demo, path, old, new):
    """As a push of somebody else."""
    repo = Repository.open(str(demo.home / "config.git"), demo.home)
    repo_help.land(repo, {path: repo.tree(repo.head()).read(path).replace(old.encode(), new.encode())})
    repo.close()


def test_a_closed_window_says_when_it_opens(demo, person):  # noqa: F811
    """Beside the environment's name, in the preview of a sync, and in its outcome."""
    land(demo, "klepaas.yaml", "    namespace: staging\n", '    namespace: staging\n    sync: {windows: [{days: mon, from: "00:00", to: "00:01", tz: Asia/Seoul}, {days: mon, from: "00:02", to: "00:03", tz: Asia/Seoul}]}\n')
    owner = person("owner", "en-US")
    expect(owner.page.locator('.lane-head [data-role="opens"] time')).to_have_attribute("datetime", re.compile(r"T15:0[02]:00.000Z$"), timeout=WAIT)
    owner.page.goto(f"{demo.url}/#/apps/nginx/staging")
    owner.page.locator('[data-action="sync"]').click()
    expect(owner.page.locator('[data-role="preview"] [role="note"]')).to_have_text(re.compile(r"written when the next one opens, \S+ 00:0[02] Asia/Seoul$"), timeout=WAIT)
    owner.page.locator('[data-role="preview"] [data-role="confirm"]').click()
    expect(owner.page.locator('[data-role="outcome"]')).to_contain_text(re.compile("outside the sync windows of staging.*Asia/Seoul"), timeout=WAIT)
