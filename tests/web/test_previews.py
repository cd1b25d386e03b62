"""A pull request's preview from what the forge told to the page, and away again."""

import pytest
from playwright.sync_api import expect

from gitops import config, services
from tests.gitops.hook_help import pulled as payload
from tests.gitops.repo_help import land
from tests.gitops.test_previews import tell
from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)

RULE = "previews:\n- {repository: acme/shop, environment: staging, apps: [storefront], host: '{app}-{number}.preview.example.org'}\n"


@pytest.fixture(scope="module")
def forge(demo):
    """Tells the demo what a forge would; its storefront is built from acme/shop."""
    opened = services.open(config.load({"CONFIG_REPO": str(demo.home / "config.git"), "KLEPAAS_HOME": str(demo.home)}, None))
    land(opened.repo, {"klepaas.yaml": opened.head()[0].read("klepaas.yaml") + RULE.encode()})

    class Told:
        services = opened
    yield Told
    opened.close()
    opened.repo.close()


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_labelled_pull_request_is_seen_running(demo, forge, person, locale):  # noqa: F811
    """Labelled: whose it is, its address and its app, healthy, under the lanes and none of them, without a reload; closed: gone again."""
    client, owner, number = demo.client(), person("owner", locale), 7 if locale == "en-US" else 8
    name = f"shop-pr-{number}"
    box, lanes = owner.page.locator(f'[data-preview="{name}"]'), owner.page.locator(".lane-head > *").count()
    assert tell(forge, payload("a", number=number))["status"] == "committed"
    expect(box.locator(f'[data-app="storefront"][data-environment="{name}"]')).to_have_attribute("data-tone", "good", timeout=WAIT)
    expect(box).to_contain_text(f"acme/shop #{number}")
    expect(box.locator(f'a[href="http://storefront-{number}.preview.example.org"]')).to_be_visible()
    assert owner.page.locator(".lane-head > *").count() == lanes
    found = {each["name"]: each["preview"] for each in client.get(f"{demo.api}/environments").json()["items"]}
    assert (found[name]["repository"], found[name]["number"], found[name]["base"], found["staging"]) == ("acme/shop", number, "staging", None)
    for width in (1440, 390):
        owner.page.set_viewport_size({"width": width, "height": 900})
        box.scroll_into_view_if_needed()
        assert owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        owner.shot(f"previews-{locale[:2]}-{width}")
    assert tell(forge, payload("a", number=number, action="closed", state="closed", at="2026-11-23T11:00:00Z"))["status"] == "committed"
    expect(box).to_have_count(0, timeout=WAIT)
    assert client.get(f"{demo.api}/apps/storefront/{name}").status_code == 404
