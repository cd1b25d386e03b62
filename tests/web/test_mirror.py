"""A mirror that does not follow, as people meet it: on the overview, in health, on the page, in their language."""

import pytest
from playwright.sync_api import expect

from controller import forges
from gitops.repo import Repository
from tests.gitops.repo_help import land
from tests.web.people import house
from tests.web.test_browser import WAIT, chromium  # noqa: F401 (fixtures)


@pytest.fixture
def home(tmp_path):
    """A house whose mirror somebody else pushed to."""
    mirror = Repository(Repository.create(tmp_path / "mirror.git"))
    land(mirror, {"theirs": b"1"})
    with house(tmp_path / "house", MIRROR_REPO=mirror.path) as found:
        forges.Mirror(found.services).look()
        yield found


def test_it_is_said_and_keeps_nobody_from_working(home):
    """Beside the environments and in health, in the language asked for; readiness is not about it."""
    ann = home.client()
    assert "미러" in ann.get(f"{home.api}/environments", params={"lang": "ko"}).json()["mirror"]
    found = ann.get(f"{home.api}/health").json()
    check = next(each for each in found["checks"] if each["name"] == "mirror")
    assert (found["status"], check["status"]) == ("degraded", "failing") and "no commit of this repository's main" in check["message"]
    home.ledger.mark(None, mirror=None)
    assert ann.get(f"{home.api}/environments").json()["mirror"] is None
    assert {"name": "mirror", "status": "ok", "message": None} in ann.get(f"{home.api}/health").json()["checks"]


def test_the_page_shows_it(home, chromium):  # noqa: F811
    """Above the environments, without a reload when it is over."""
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{home.url}/auth/link/{home.ledger.link_create('ann@example.org')}")
    page.get_by_role("button").click()
    notice = page.locator('[data-mark="mirror"]')
    expect(notice).to_contain_text("no commit of this repository's main", timeout=WAIT)
    home.ledger.mark(None, mirror=None)
    expect(notice).to_have_count(0, timeout=WAIT)
    context.close()
