"""Application repositories over REST, by the command line and in Settings: where the App is, what can be connected, and connecting one."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gitops.forges import github_app
from gitops.outside import breakers
from gitops.repo import Repository
from tests.gitops import forge_help
from tests.gitops.forge_dialects import DIALECTS
from tests.gitops.path_help import FILES
from tests.gitops.repo_help import land
from tests.gitops.test_github_app import PEM
from tests.web.hook_server import serve
from tests.web.people import PEOPLE, House
from tests.web.test_browser import OUTPUT, WAIT, chromium  # noqa: F401 (fixtures)

ASKED = {"repository": "acme/shop", "app": "shop", "environments": ["staging"], "image": "registry.example/acme/shop"}
ABOUT = {"name": "K-Le-PaaS <b>", "slug": "klepaas", "html_url": "https://forge.example/apps/klepaas"}
INSTALLED = [{"id": 7, "account": {"login": "acme"}, "repository_selection": "selected", "suspended_at": None}, {"id": 8, "account": {"login": "gone"}, "repository_selection": "all", "suspended_at": "2026-11-20T00:00:00Z"}]


class App(DIALECTS["github"]):
    """GitHub for an App: it is installed at two accounts, one of which suspended it."""

    ROUTES = [("GET", "/app", lambda forge, query, body: (200, ABOUT)), ("GET", "/app/installations", lambda forge, query, body: (200, INSTALLED)),
              ("GET", "/installation/repositories", lambda forge, query, body: (200, {"total_count": 1, "repositories": [
                  {"full_name": "acme/shop", "default_branch": "trunk", "html_url": "https://forge.example/acme/shop", "private": True, "archived": False}]})),
              ("GET", "/repos/acme/shop/installation", lambda forge, query, body: (200, {"id": 7})), *DIALECTS["github"].ROUTES]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The application on a config repository at a GitHub where its App is installed; `forge` is what that knows."""
    folder = tmp_path_factory.mktemp("repositories")
    repo = Repository.open(str(Repository.create(folder / "served" / "acme" / "config.git")), folder)
    land(repo, {path: text.encode() for path, text in FILES.items()})
    repo.close()
    breakers._breakers.clear()
    github_app._tokens.clear()
    with forge_help.serve(App, folder / "served") as server:
        settings = App.settings(server.url) | {"GITHUB_APP_ID": "12345", "GITHUB_APP_PRIVATE_KEY": PEM, "GITHUB_WEBHOOK_SECRET": "s3cret", "CONFIG_REPO": f"{server.url}/acme/config.git"}
        with serve(folder, FILES, SECRET_KEY="a-key-of-the-tests-0123456789", **settings) as (url, services):
            for name, scopes in PEOPLE.items():
                services.ledger.put_user(f"{name}@example.org", name.title(), scopes)
            found = House(url, services, folder)
            found.forge, found.settings = server.forge, settings
            services.repo.fetch()
            yield found


def test_where_the_app_is(home):
    """Its install link and accounts, for administrators; the repositories of those that did not suspend it, for who deploys."""
    assert home.client().get(f"{home.api}/repositories/app").json() == {"forge": "github", "needs": [], "name": "K-Le-PaaS <b>", "install": "https://forge.example/apps/klepaas/installations/new", "installations": [
        {"account": "acme", "all": False, "suspended": False}, {"account": "gone", "all": True, "suspended": True}]}
    assert home.client("bob").get(f"{home.api}/repositories/app").status_code == 403
    assert home.client("bob").get(f"{home.api}/repositories").json()["items"] == [{"name": "acme/shop", "branch": "trunk", "url": "https://forge.example/acme/shop", "private": True}]
    assert home.client("bob").get(f"{home.api}/repositories?search=other").json()["items"] == [] and home.client("eve").get(f"{home.api}/repositories").status_code == 403


def test_without_settings_it_says_which(tmp_path):
    """And a forge that is none is refused by name."""
    with serve(tmp_path, FILES, SECRET_KEY="a-key-of-the-tests-0123456789") as (url, services):
        services.ledger.put_user("ann@example.org", "Ann", PEOPLE["ann"])
        client, api = House(url, services, tmp_path).client(), f"{url}/api/v1/repositories"
        assert client.get(f"{api}/app").json()["needs"] == ["FORGE", "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"]
        assert (client.get(api).status_code, client.get(api).json()["name"]) == (422, "FORGE")
        assert client.post(f"{api}/connect", json=ASKED).json()["argument"] == "repository"


@pytest.mark.parametrize(("more", "field"), [({"environments": "staging"}, "environments"), ({"environments": [5]}, "environments"), ({"build": "make"}, "build"), ({"port": 0}, "port"), ({"app": "../x"}, "app"),
                                             ({"repository": "shop"}, "repository"), ({"image": "x y"}, "image"), ({"colour": "red"}, "colour"), ({"preview": "yes"}, "preview"), ({"branch": "-x"}, "branch")])
def test_a_field_that_is_wrong_is_named(home, more, field):
    answer = home.client().post(f"{home.api}/repositories/connect", json=ASKED | more)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_the_command_line_shows_and_connects(home):
    """Through the server, with a token; the same words without --preview do it, by who has the right."""
    def cli(token, *more):
        env = {"PATH": "/usr/bin:/bin", "KLEPAAS_URL": home.url, "KLEPAAS_TOKEN": token, "LC_ALL": "C.UTF-8", "HOME": str(home.folder)}
        words = ["connect", "acme/shop", "cli", "-e", "staging", "--image", "registry.example/acme/shop", "--buildpack", *more]
        return subprocess.run([Path(sys.executable).parent / "klepaas", *words], env=env, cwd=home.folder, capture_output=True, text=True, timeout=60)
    shown = cli(home.token(), "--preview")
    assert shown.returncode == 0 and "would be proposed: .github/workflows/klepaas.yml of acme/shop (trunk)" in shown.stdout and "+  repository: acme/shop" in shown.stdout, shown.stderr
    assert cli(home.token("bob")).returncode == 1 and home.forge.pulls == {}
    done = cli(home.token(), "--json")
    found = json.loads(done.stdout)
    assert found["status"] == "connected" and found["items"][0]["status"] == "committed" and found["pull"].endswith("/1")
    assert home.last(verb="repository_connect")["outcome"] == "done"
    home.forge.pulls.clear()
    home.forge.shop.clear()


@pytest.mark.parametrize(("width", "locale"), [(1440, "en-US"), (390, "ko-KR")])
def test_a_repository_is_connected_in_settings(home, chromium, width, locale):  # noqa: F811
    """Picked, previewed, connected, with the links to both; what GitHub tells of the App appears without a reload, as text."""
    name, korean = f"shop{width}", locale == "ko-KR"
    context = chromium.new_context(locale=locale, viewport={"width": width, "height": 1800})
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{home.url}/auth/link/{home.ledger.link_create('ann@example.org')}")
    page.get_by_role("button").click()
    page.goto(f"{home.url}/#/settings")
    panel = page.locator('[data-role="repositories"]')
    expect(panel).to_contain_text("K-Le-PaaS <b>", timeout=WAIT)
    expect(panel.get_by_role("link").first).to_have_attribute("href", "https://forge.example/apps/klepaas/installations/new")
    expect(panel.locator("datalist option")).to_have_count(1, timeout=WAIT)
    panel.locator("[name=repository]").fill("acme/shop")
    panel.locator("[name=repository]").blur()
    assert panel.locator("[name=branch]").get_attribute("placeholder") == "trunk" and panel.locator("[name=app]").input_value() == "shop"
    panel.locator("[name=app]").fill(name)
    panel.locator("[name=build]").select_option("buildpack")
    expect(panel.locator("[name=dockerfile]")).to_be_hidden()
    panel.locator("[name=image]").fill("registry.example/acme/shop")
    panel.locator("[name=environments][value=production]").check()
    panel.get_by_role("button", name="미리보기" if korean else "Preview").click()
    shown = panel.locator('[data-role="connection"]')
    expect(shown.locator('[data-role="values-diff"]')).to_have_count(2, timeout=WAIT)
    shown.locator("summary").click()
    expect(shown.locator("pre")).to_contain_text("/tmp/pack build")
    panel.screenshot(path=OUTPUT / f"repositories-{width}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown.get_by_role("button", name="연결" if korean else "Connect").click()
    done = panel.locator('[data-role="connected"]')
    expect(done.get_by_role("link").first).to_have_attribute("href", re.compile(r"^http://forge/acme/config/pull/\d+$"), timeout=WAIT)
    assert [each.get_attribute("data-status") for each in done.locator('[data-role="outcome"]').all()] == ["committed", "proposed"]
    panel.screenshot(path=OUTPUT / f"connected-{width}.png")
    id = f"app-{width}"
    home.ledger.delivered(id, id, "installation", "Codertocat", {})
    home.ledger.delivery_done(id, [{"status": "noticed", "by": "dana", "account": "Codertocat", "action": "<i>added</i>", "added": ["Codertocat/Space"], "removed": []}])
    expect(panel.locator('[data-role="github-app"]')).to_contain_text("Codertocat: <i>added</i>", timeout=WAIT)
    expect(panel.locator('[data-role="github-app"]')).to_contain_text("+Codertocat/Space")
    context.close()
    assert complaints == []
    home.forge.pulls.clear()
    home.forge.shop.clear()
