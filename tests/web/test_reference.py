"""The page that shows the API: made from openapi.json in the browser, in both languages, under the strict policy."""

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)


def opened(who, hash=""):
    who.page.goto("about:blank")
    who.page.goto(f"{who.demo.url}/api{hash}")
    expect(who.page.locator("h1")).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("locale, scheme", [("ko-KR", "dark"), ("en-US", "light")])
def test_every_operation_is_there_and_can_be_read(demo, person, locale, scheme):  # noqa: F811
    """As many as the document has, in the viewer's language, narrow or wide, with no serious finding of axe and no complaint of the browser."""
    owner = person("owner", locale)
    owner.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in (1440, 390):
        owner.page.set_viewport_size({"width": width, "height": 900})
        opened(owner, "#commands_post")
        expect(owner.page.locator("#commands_post .text").first).to_be_visible()
        owner.page.locator("#histories_get summary").first.click()
        assert owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        owner.shot(f"api-{locale[:2]}-{width}")
    document = demo.client().get(f"{demo.api}/openapi.json").json()
    assert owner.page.locator(".operation").count() == sum(map(len, document["paths"].values()))
    assert not [each["id"] for each in Axe().run(owner.page).response["violations"] if each["impact"] in ("serious", "critical")]
    said = owner.page.locator("main").inner_text()
    assert "undefined" not in said and "[object" not in said and any("가" <= letter <= "힣" for letter in said) is (locale == "ko-KR")


def test_a_read_is_tried_and_a_change_is_a_command_to_copy(demo, person):  # noqa: F811
    """What is typed goes into the address; the answer is shown as it came, refusals too. By the keyboard alone, found by its words."""
    owner = person("owner", "en-US")
    opened(owner)
    owner.page.locator('[data-role="search-api"]').fill("values wrote")
    expect(owner.page.locator(".operation:visible")).to_have_count(1)
    owner.page.locator("#app_blame_get summary").first.press("Enter")
    trial = owner.page.locator("#app_blame_get form")
    trial.locator('[name="app"]').fill("nginx")
    trial.locator('[name="environment"]').fill("staging")
    trial.locator('[name="environment"]').press("Enter")
    expect(owner.page.locator('#app_blame_get [role="status"]')).to_contain_text('"path": "values/staging/nginx.yaml"', timeout=WAIT)
    trial.locator('[name="app"]').fill("../<b>")
    trial.locator("button").click()
    expect(owner.page.locator('#app_blame_get [role="status"]')).to_contain_text('"status": 4', timeout=WAIT)
    owner.page.locator('[data-role="search-api"]').fill("")
    opened(owner, "#tokens_created_post")
    expect(owner.page.locator("#tokens_created_post")).to_contain_text("curl -X POST")
    assert owner.page.locator("#tokens_created_post form").count() == 0


def test_who_is_not_signed_in_reads_nothing_of_it(demo, chromium):  # noqa: F811
    """The document is for people of the installation; the page says where to sign in."""
    page = chromium.new_context(locale="ko-KR").new_page()
    page.goto(f"{demo.url}/api")
    expect(page.get_by_role("link", name="로그인하면 볼 수 있습니다")).to_be_visible(timeout=WAIT)
    assert page.locator(".operation").count() == 0


def test_an_address_ends_where_it_is_said_to(demo):
    """At 8190 bytes with its method and version; a longer one is 414."""
    rest = len("GET /api/v1/problems/ HTTP/1.1")
    assert [requests.get(f"{demo.url}/api/v1/problems/{'a' * (8190 - rest + more)}").status_code for more in (0, 1)] == [404, 414]
