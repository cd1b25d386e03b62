"""Nobody is shut out: axe-core finds nothing serious on any page, in either scheme, and what others wrote stays text."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)
from tests.web.test_pages import PAGES, go

HOSTILE = "<img src=x onerror=alert(1)>\"'--><script>alert(2)</script>{{7*7}}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(demo, person, scheme):  # noqa: F811
    """On every page, with a preview card and the palette open too."""
    owner, found = person("owner", "en-US"), {}
    owner.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def look(name):
        result = Axe().run(owner.page)
        found.update({f"{name}: {each['id']}": [node["html"][:120] for node in each["nodes"]][:3] for each in result.response["violations"] if each["impact"] in ("serious", "critical")})
    for name, place in PAGES.items():
        go(owner, place)
        owner.page.wait_for_load_state("networkidle", timeout=WAIT)
        look(name)
    owner.say("scale nginx to 4")
    expect(owner.page.locator('[data-role="preview"]')).to_be_visible(timeout=WAIT)
    look("card")
    owner.page.keyboard.press("Control+k")
    look("palette")
    assert not found


def test_what_others_wrote_stays_text(demo, person):  # noqa: F811
    """Words of a command, a reason, a reviewer's words, a variable, and what a cluster says: nothing of them is markup, nothing of them runs."""
    owner, ran = person("owner", "en-US"), []
    owner.page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    client = demo.client()
    said = {"text": HOSTILE, "reason": HOSTILE}
    for command in ({"verb": "set_env", "app": "nginx", "environment": "staging", "args": {"name": "GREETING", "value": HOSTILE}}, {"verb": "scale", "app": "nginx", "environment": "production", "args": {"replicas": 4}},
                    {"verb": "deploy", "app": "mailer", "environment": "staging", "args": {"version": "v-broken"}}):
        answer = client.post(f"{demo.api}/commands", json=command | said)
        assert answer.status_code in (201, 202), answer.text
    review = client.get(f"{demo.api}/changes").json()["items"][0]["id"]
    for place in (*PAGES.values(), f"#/changes/{review}"):
        go(owner, place)
        owner.page.wait_for_load_state("networkidle", timeout=WAIT)
        assert owner.page.evaluate("document.querySelectorAll('main img, main script, aside img, aside script').length") == 0, place
    go(owner, "#/apps/nginx/staging")
    expect(owner.page.locator('[data-role="values"]')).to_contain_text("<img src=x onerror=alert(1)>", timeout=WAIT)
    owner.say(HOSTILE)
    expect(owner.page.locator(".said").last).to_have_text(HOSTILE)
    assert not ran
