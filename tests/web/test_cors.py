"""Pages of other origins: none may read what the API answers, but those of CORS_ORIGINS, with a token and never with our cookie."""

import pytest
import requests

from gitops import config
from gitops.errors import Invalid
from tests.web.people import bearing, house
from web import create_app
from web.people import cors

PORTAL, EVIL = "https://portal.example.org", "https://evil.example"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, idempotency-key"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("cors"), CORS_ORIGINS=f"{PORTAL}, http://localhost:3000") as found:
        yield found


def allowed(answer):
    return {name: value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


def test_nobody_is_let_in_unless_configured(tmp_path):
    """Without the setting no answer has a word of it, and what a browser asks beforehand is an unknown request."""
    with house(tmp_path) as closed:
        for answer in (closed.client().get(f"{closed.api}/apps", headers={"Origin": PORTAL}), requests.options(f"{closed.api}/commands", headers={"Origin": PORTAL} | ASKS)):
            assert allowed(answer) == {} and answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert requests.options(f"{closed.api}/commands", headers={"Origin": PORTAL} | ASKS).status_code == 401


def test_a_page_of_a_named_origin_asks_with_its_token(home):
    """It is told that it may, for this origin alone; it reads the answer, its version and its request id, refusals too."""
    asked = requests.options(f"{home.api}/commands", headers={"Origin": PORTAL} | ASKS)
    assert asked.status_code == 204 and asked.headers["Access-Control-Allow-Origin"] == PORTAL and asked.content == b""
    assert "authorization" in asked.headers["Access-Control-Allow-Headers"].lower() and "POST" in asked.headers["Access-Control-Allow-Methods"]
    token = home.token()
    for client, status in ((bearing(token), 200), (requests, 401)):
        answer = client.get(f"{home.api}/apps", headers={"Origin": PORTAL})
        assert answer.status_code == status and answer.headers["Access-Control-Allow-Origin"] == PORTAL and "Origin" in answer.headers["Vary"]
        assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
    made = bearing(token).post(f"{home.api}/commands", json={"verb": "scale", "app": "web", "environment": "staging", "args": {"replicas": 3}}, headers={"Origin": PORTAL})
    assert made.status_code == 201 and made.headers["Access-Control-Allow-Origin"] == PORTAL


@pytest.mark.parametrize("origin", [EVIL, "null", "https://portal.example.org.evil.example", "http://portal.example.org", "https://portal.example.org:444", "https://PORTAL.example.org", "*", ""])
def test_any_other_origin_is_let_in_nowhere(home, origin):
    """One that only looks like it neither; what is cached for one is not for another."""
    for answer in (home.client().get(f"{home.api}/apps", headers={"Origin": origin}), requests.options(f"{home.api}/commands", headers={"Origin": origin} | ASKS)):
        assert allowed(answer) == {} and "Origin" in answer.headers["Vary"], answer.headers


def test_a_cookie_never_travels(home):
    """No answer allows credentials; a write with our cookie from a named origin is another site's."""
    browser = home.browser()
    read = browser.get(f"{home.api}/apps", headers={"Origin": PORTAL})
    assert "Access-Control-Allow-Credentials" not in read.headers
    written = browser.post(f"{home.api}/commands", json={"verb": "restart", "app": "web", "environment": "staging"}, headers={"Origin": PORTAL})
    assert (written.status_code, written.json()["code"]) == (403, "foreign_origin")


def test_only_the_api_is_meant(home):
    """Not the page, not signing in, not the MCP door."""
    for path in ("/", "/auth/providers", "/healthz", "/static/js/app.js", "/mcp/stream"):
        assert allowed(requests.get(home.url + path, headers={"Origin": PORTAL})) == {}, path
        assert allowed(requests.options(home.url + path, headers={"Origin": PORTAL} | ASKS)) == {}, path


@pytest.mark.parametrize("given", ["*", "portal.example.org", "https://portal.example.org/", "https://*.example.org", "https://user@portal.example.org", "null", "file:///x", "https://"])
def test_what_is_no_origin_stops_the_start(tmp_path, given):
    """A wildcard, a path, a name without a scheme: nobody believes it to mean less than it does."""
    with pytest.raises(Invalid) as caught:
        create_app(config.load({"CONFIG_REPO": str(tmp_path / "none.git"), "KLEPAAS_HOME": str(tmp_path), "CORS_ORIGINS": given}, None))
    assert caught.value.details["name"] == "CORS_ORIGINS" and cors.origins(f"{PORTAL},") == {PORTAL}
