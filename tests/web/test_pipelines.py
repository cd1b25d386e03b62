"""Pipelines outside, at the door and on the page: what is missing, runs by stage, a log; only of repositories whose apps one may read."""

import pytest
from playwright.sync_api import expect

from gitops.repo import Repository
from tests.gitops import ncp_help
from tests.gitops.path_help import FILES, WEB
from tests.web.people import house
from tests.web.test_browser import WAIT, chromium  # noqa: F401 (fixtures)

NAMED = "pipelines:\n- {repository: acme/shop, kind: sourcebuild, project: '20632'}\n- {repository: acme/shop, kind: sourcedeploy, project: '77'}\n- {repository: acme/other, kind: sourcebuild, project: '1'}\n"
HERE = {"klepaas.yaml": FILES["klepaas.yaml"] + NAMED, "values/production/web.yaml": f"klepaas: {{repository: acme/shop}}\n{WEB}"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipelines")
    Repository.create(folder / "git" / "shop.git")
    with ncp_help.serve(folder / "git") as server:
        build = server.cloud.start()
        server.cloud.ends("fail", "<b>upload</b>")
        server.cloud.lines = [{"keyword": build, "logTime": "1", "logType": "x", "logDetail": "<img src=x> no space left"}]
        with house(folder / "house", HERE, **server.settings) as found:
            yield found


def test_runs_and_logs_are_read(home):
    """By who may read an app of the repository: eve, who may see staging alone, sees none."""
    ann, eve = home.client(), home.client("eve")
    listed = ann.get(f"{home.api}/pipelines").json()
    assert [(each["kind"], each["needs"]) for each in listed["items"]] == [("sourcebuild", []), ("sourcedeploy", [])] and listed["clouds"][0] == {"name": "Naver Cloud Platform", "needs": []}
    (run,) = ann.get(f"{home.api}/pipelines/sourcebuild/20632").json()["runs"]
    assert (run["state"], run["why"], run["stages"]) == ("failure", "<b>upload</b>", [{"name": "<b>upload</b>", "state": "failure"}])
    assert ann.get(f"{home.api}/pipelines/sourcebuild/20632/runs/{run['id']}/log").json() == {"lines": ["<img src=x> no space left"]}
    assert ann.get(f"{home.api}/pipelines/sourcedeploy/77").json()["runs"] == [] and ann.get(f"{home.api}/pipelines/sourcedeploy/77/runs/1/log").json() == {"lines": None}
    assert eve.get(f"{home.api}/pipelines").json()["items"] == [] and eve.get(f"{home.api}/pipelines/sourcebuild/20632").status_code == 404
    assert ann.get(f"{home.api}/pipelines/sourcebuild/1").json()["code"] == ann.get(f"{home.api}/pipelines/nope/1").json()["code"] == "no_pipeline"
    assert ann.get(f"{home.api}/pipelines/sourcebuild/20632/runs/nope/log").json() == {"lines": []}


def test_without_configuration_it_says_what_it_needs(home, tmp_path):
    """By the names of its settings."""
    with house(tmp_path, HERE) as bare:
        found = bare.client().get(f"{bare.api}/pipelines").json()
        assert found["clouds"][0]["needs"] == found["items"][0]["needs"] == ["NCP_ACCESS_KEY", "NCP_SECRET_KEY"]
        assert bare.client().get(f"{bare.api}/pipelines/sourcebuild/20632").json()["code"] == "not_configured"


def test_the_page_shows_them(home, chromium):  # noqa: F811
    """Runs by stage and the log, what others wrote as text."""
    context = chromium.new_context(locale="en-US")
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{home.url}/auth/link/{home.ledger.link_create('ann@example.org')}")
    page.get_by_role("button").click()
    page.goto(f"{home.url}/#/settings")
    panel = page.locator('[data-role="pipelines"]')
    expect(panel).to_contain_text("Naver Cloud Platform: configured", timeout=WAIT)
    panel.get_by_role("button", name="Runs sourcebuild 20632").click()
    expect(panel).to_contain_text("<b>upload</b>: failed", timeout=WAIT)
    panel.get_by_role("button", name="Logs").click()
    expect(panel.locator("pre")).to_have_text("<img src=x> no space left", timeout=WAIT)
    context.close()
    assert complaints == []
