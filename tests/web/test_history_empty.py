"""History from git alone: an installation whose ledger knows nothing yet tells, compares and restores what was pushed, by every door."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.gitops.path_help import WEB
from tests.gitops.repo_help import land
from tests.web.people import house
from tests.web.test_browser import WAIT, chromium  # noqa: F401 (fixtures)

AT = "values/staging/web.yaml"


@pytest.fixture
def home(tmp_path):
    """web in staging was pushed three times, by plain git: 2, 5 and 7 replicas."""
    with house(tmp_path / "home") as found:
        first = found.services.repo.head()
        shas = [land(found.services.repo, {AT: WEB.replace("replicaCount: 2", f"replicaCount: {number}").encode()}) for number in (5, 7)]
        found.shas = [first, *shas]
        yield found


@pytest.fixture
def run(home, tmp_path):
    """`klepaas` on the repository with a home of its own, whose ledger is empty."""
    env = {"PATH": "/usr/bin:/bin", "CONFIG_REPO": str(home.folder / "config.git"), "KLEPAAS_HOME": str(tmp_path / "empty"), "SECRET_KEY": "a-key-of-the-tests-0123456789"}

    def words(*said):
        done = subprocess.run([Path(sys.executable).parent / "klepaas", *said], env=env, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return words


def replicas(home):
    return home.services.repo.tree(home.services.repo.head()).read(AT).decode().split("replicaCount: ")[1].split()[0]


def test_rest_tells_compares_and_restores(home):
    """Who and when, through git; what differs between any two points; and the values of any of them again."""
    client, (first, second, third) = home.client(), home.shas
    said = client.get(f"{home.api}/history?app=web&environment=staging").json()["items"]
    assert [each["revision"] for each in said] == [third, second, first] and {each["channel"] for each in said} == {"git"} and said[0]["synced"] == []
    lines = client.get(f"{home.api}/read/diff?app=web&environment=staging&from={first}&to={third}").json()["data"]["changes"][0]["diff"]
    assert "-replicaCount: 2" in lines and "+replicaCount: 7" in lines
    done = client.post(f"{home.api}/commands", json={"verb": "rollback", "app": "web", "environment": "staging", "args": {"commit": second}})
    assert done.json()["status"] == "committed" and replicas(home) == "5"


def test_the_command_line_tells_compares_and_restores(home, run):
    """The same on a home that nobody used before."""
    first, second, third = home.shas
    assert [each["revision"] for each in json.loads(run("history", "web", "-e", "staging", "--json"))["items"]] == [third, second, first]
    assert "+replicaCount: 7" in run("read", "diff", "web", "-e", "staging", f"from={first}", f"to={third}")
    run("submit", "rollback", "web", "-e", "staging", f"commit={first[:10]}")
    assert replicas(home) == "2"


def test_figures_say_what_they_do_not_know(home):
    """No rollout was seen and nothing was restored: that is said of none, and is not a zero."""
    found = home.client().get(f"{home.api}/figures/delivery").json()["environments"]["staging"]
    assert (found["deployments"], found["failure_rate"]) == (0, None)
    assert {found[each]["median"] for each in ("lead_seconds", "restore_seconds", "rollout_seconds")} == {None}
    land(home.services.repo, {AT: WEB.replace("1.25", "1.26").encode()})
    found = home.client().get(f"{home.api}/figures/delivery").json()["environments"]["staging"]
    assert (found["deployments"], found["failed"], found["rollout_seconds"], found["restore_seconds"]) == (1, 0, {"median": None, "known": 0}, {"median": None, "known": 0})


def test_the_dashboard_tells_compares_and_restores(home, chromium):  # noqa: F811
    """The app's history with a way back to each but the newest."""
    context = chromium.new_context(locale="en-US")
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{home.url}/auth/link/{home.ledger.link_create('ann@example.org')}")
    page.get_by_role("button").click()
    page.goto(f"{home.url}/#/history")
    expect(page.locator('main [data-role="history-entry"]')).to_have_count(3, timeout=WAIT)
    compare = page.locator('[data-role="comparison"]')
    compare.locator("summary").click()
    compare.locator('input[name="from"]').fill(home.shas[0])
    compare.locator('input[name="to"]').fill(home.shas[1])
    compare.get_by_role("button").click()
    expect(compare.locator('[data-role="compared"]').first).to_contain_text("replicaCount: 5", timeout=WAIT)
    page.goto(f"{home.url}/#/apps/web/staging")
    entry = page.locator(f'[data-role="history-entry"][data-revision="{home.shas[1]}"]')
    entry.locator('[data-role="roll-back"]').click()
    expect(entry).to_contain_text("replicaCount: 5", timeout=WAIT)
    entry.locator('[data-role="word"]').fill("web")
    entry.locator('[data-role="confirm"]').click()
    expect(entry.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed", timeout=WAIT)
    assert replicas(home) == "5"
    context.close()
    assert complaints == []
