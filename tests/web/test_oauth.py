"""Signing in by GitHub, Google and Slack: who the provider vouches for, once, in the browser where it began."""

import contextlib
from urllib.parse import urlencode

import pytest
import requests
from flask.sessions import session_json_serializer
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import expect

from gitops import access
from tests.gitops.repo_help import land
from tests.web import idp
from tests.web.people import house
from tests.web.test_browser import WAIT, chromium  # noqa: F401 (fixtures)
from web.people import keys, oauth

KINDS = ("github", "google", "slack")
GRANTS = "grants:\n- {user: kim@example.org, role: developer, environments: [staging]}\n- {team: acme/ops, role: viewer}\n"


def settings(provider, **more):
    urls = {"github": {"GITHUB_URL": provider.url, "GITHUB_API_URL": f"{provider.url}/api"}, "google": {"GOOGLE_ISSUER": provider.url}, "slack": {"SLACK_ISSUER": provider.url}}[provider.kind]
    return {f"{provider.kind.upper()}_CLIENT_ID": idp.CLIENT, f"{provider.kind.upper()}_CLIENT_SECRET": idp.SECRET, **urls, **more}


@contextlib.contextmanager
def world(tmp_path, kind, grants=GRANTS, **more):
    with idp.serve(kind) as provider, house(tmp_path, {access.PATH: grants}, **settings(provider, **more)) as home:
        yield home, provider


@pytest.fixture(params=KINDS)
def both(request, tmp_path):
    with world(tmp_path, request.param) as found:
        yield found


@pytest.fixture
def github(tmp_path):
    with world(tmp_path, "github") as found:
        yield found


@pytest.fixture
def google(tmp_path):
    with world(tmp_path, "google") as found:
        yield found


def begun(home, provider, session, **query):
    """Where the browser is sent."""
    answer = session.get(f"{home.url}/auth/login/{provider.kind}", params=query, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def back(home, provider, session, query, **headers):
    return session.get(f"{home.url}/auth/callback/{provider.kind}", params=query, headers=headers, allow_redirects=False)


def signed_in(home, provider, session=None, **query):
    session = session or requests.Session()
    return session, back(home, provider, session, provider.authorized(begun(home, provider, session, **query)))


def me(home, session):
    return session.get(f"{home.api}/me").json()


def test_a_person_signs_in(both):
    """By the verified address, with what the file grants it; the session says by what, and the audit too."""
    home, provider = both
    session, answer = signed_in(home, provider)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    found = me(home, session)
    assert (found["email"], found["name"], found["session"]) == ("kim@example.org", "Kim 킴", True) and "deploy:execute@staging" in found["scopes"]
    assert session.get(f"{home.api}/sessions").json()["items"][0]["provider"] == provider.kind
    assert (home.last()["verb"], home.last()["outcome"], home.last()["email"], home.last()["args"]) == ("sign_in", "done", "kim@example.org", {"by": provider.kind})


def test_what_can_be_signed_in_by_is_said(both):
    """To a page that nobody is signed in on; another provider is none."""
    home, provider = both
    assert [each["name"] for each in requests.get(f"{home.url}/auth/providers").json()["items"]] == [provider.kind]
    other = next(each for each in KINDS if each != provider.kind)
    assert requests.get(f"{home.url}/auth/login/{other}").status_code == 404 == requests.get(f"{home.url}/auth/login/x%0d%0ay").status_code


def test_the_page_offers_it(github, chromium):  # noqa: F811
    """Who is not signed in sees the providers, and comes back to the page they wanted."""
    home, provider = github

    def agrees(route):
        query = provider.authorized(route.fetch(max_redirects=0).headers["location"])
        route.fulfill(content_type="text/html", body=f'<meta http-equiv="refresh" content="0; url={home.url}/auth/callback/github?{urlencode(query)}">')
    with contextlib.closing(chromium.new_context(locale="ko-KR")) as context:
        page = context.new_page()
        page.route("**/auth/login/github?*", agrees)
        page.goto(f"{home.url}/#/settings")
        page.get_by_role("link", name="GitHub 계정으로 로그인").click()
        expect(page.get_by_text("Kim 킴 <kim@example.org>")).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("change", [{"state": "x"}, {"state": ""}, {"state": None}])
def test_another_browsers_sign_in_is_refused(both, change):
    """A callback that this browser did not ask for signs nobody in (login CSRF)."""
    home, provider = both
    session = requests.Session()
    query = provider.authorized(begun(home, provider, session)) | change
    assert back(home, provider, session, {name: value for name, value in query.items() if value is not None}).json()["code"] == "sign_in_state"
    victim = requests.Session()
    assert back(home, provider, victim, provider.authorized(begun(home, provider, requests.Session()))).json()["code"] == "sign_in_state"
    assert me(home, victim)["code"] == "not_signed_in" and provider.issued == []


def test_a_callback_works_once(both):
    """Neither the same again, nor an old code with a new state."""
    home, provider = both
    session = requests.Session()
    query = provider.authorized(begun(home, provider, session))
    assert back(home, provider, session, query).status_code == 303
    assert back(home, provider, session, query).json()["code"] == "sign_in_state"
    state = provider.authorized(begun(home, provider, session))["state"]
    assert back(home, provider, session, {"code": query["code"], "state": state}).json()["code"] == "sign_in_denied"


def test_a_stolen_code_is_worth_nothing(both):
    """It belongs to the verifier of the browser that asked for it (PKCE), and to its nonce."""
    home, provider = both
    stolen = provider.authorized(begun(home, provider, requests.Session()))["code"]
    thief = requests.Session()
    state = provider.authorized(begun(home, provider, thief))["state"]
    assert back(home, provider, thief, {"code": stolen, "state": state}).json()["code"] == "sign_in_denied" and provider.issued == []


def test_what_the_provider_says_no_to(both):
    """A refused consent is told without becoming markup, as JSON and as a page, and it is in the audit."""
    home, provider = both
    for accept, kind in (("application/json", "application/problem+json"), ("text/html", "text/html; charset=utf-8")):
        session = requests.Session()
        state = provider.authorized(begun(home, provider, session))["state"]
        answer = back(home, provider, session, {"error": "access_denied", "error_description": "<script>alert(1)</script>", "state": state}, Accept=accept)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, kind)
        assert kind.startswith("application") or "<script>" not in answer.text and "K-Le-PaaS" in answer.text
    assert (home.last()["verb"], home.last()["outcome"], home.last()["code"]) == ("sign_in", "refused", "sign_in_denied")


def test_a_provider_that_is_away_signs_nobody_in(both):
    """503, told and tried again later."""
    home, provider = both
    session = requests.Session()
    query = provider.authorized(begun(home, provider, session))
    provider.status = 503
    answer = back(home, provider, session, query)
    assert answer.status_code == 503 and me(home, session)["code"] == "not_signed_in"


def test_who_is_granted_nothing_is_not_kept(tmp_path):
    """Known to the provider, and nobody here."""
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        with world(tmp_path / kind, kind, grants="grants: []\n") as (home, provider):
            session, answer = signed_in(home, provider)
            assert answer.json()["code"] == "no_grants" and home.ledger.user("kim@example.org") is None and me(home, session)["code"] == "not_signed_in"


@pytest.mark.parametrize("asked, sent", [("/#/apps", "/#/apps"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("/x\r\nSet-Cookie: a=b", "/"), ("", "/")])
def test_it_goes_on_inside_this_site(github, asked, sent):
    """Never to another, whatever the link said."""
    home, provider = github
    assert signed_in(home, provider, next=asked)[1].headers["Location"] == sent


def test_the_session_before_is_over(github):
    """Signing in rotates: the cookie from before is worth nothing."""
    home, provider = github
    session = home.browser("bob")
    before = session.cookies["klepaas"]
    signed_in(home, provider, session)
    assert me(home, session)["email"] == "kim@example.org" and requests.get(f"{home.api}/me", cookies={"klepaas": before}).status_code == 401


def test_what_is_kept_is_sealed(github):
    """The provider's token is in no table, cookie or answer as it is, and can be read with SECRET_KEY alone."""
    home, provider = github
    session, _ = signed_in(home, provider)
    token, = provider.issued
    kept = home.ledger.identity_of("kim@example.org", "github")["token"]
    assert keys.opened(home.services.settings, kept) == token and token not in kept + str(home.audit()) + str(dict(session.cookies)) + session.get(f"{home.api}/sessions").text
    other = type("Other", (), {"secret_key": "another-key", "home": home.folder})
    assert keys.opened(other, kept) is None


def test_the_browser_cannot_read_its_verifier(github):
    """The cookie is signed, and what it carries of the sign-in is sealed too."""
    home, provider = github
    session = requests.Session()
    state = provider.authorized(begun(home, provider, session))["state"]
    _, carried = URLSafeTimedSerializer("none", serializer=session_json_serializer).loads_unsafe(session.cookies["klepaas"])
    assert set(carried) == {"oauth"} and state not in str(carried)


@pytest.mark.parametrize("emails", [[], [{"email": "kim@example.org", "verified": False, "primary": True}], [{"email": "kim@example.org", "verified": True, "primary": False}]])
def test_only_githubs_verified_primary_address_counts(github, emails):
    """An address that anybody may type in is nobody's."""
    home, provider = github
    provider.emails = emails
    assert signed_in(home, provider)[1].json()["code"] == "email_unverified"


def test_teams_of_github_are_granted_roles(github):
    """Of all pages; by a GitHub team alone too; and who left one loses it when they are read again, as does who took the consent back."""
    home, provider = github
    provider.emails = [{"email": "lee@other.org", "verified": True, "primary": True}]
    session, answer = signed_in(home, provider)
    assert answer.status_code == 303 and me(home, session)["scopes"] == ["k8s:read"] and home.ledger.user("lee@other.org")["teams"] == ["acme/dev", "acme/ops", "other/ops"]
    provider.teams = ["acme/dev"]
    oauth.teams_again(home.services)
    assert me(home, session)["scopes"] == []
    provider.teams = ["acme/ops"]
    oauth.teams_again(home.services)
    assert me(home, session)["scopes"] == ["k8s:read"]
    provider.issued.clear()
    oauth.teams_again(home.services)
    assert me(home, session)["scopes"] == [] and home.ledger.identities("github") == ()


def test_teams_stay_while_github_is_away(github):
    """What cannot be asked is not taken for a no."""
    home, provider = github
    signed_in(home, provider)
    provider.status = 404
    oauth.teams_again(home.services)
    assert "acme/ops" in home.ledger.user("kim@example.org")["teams"]


@pytest.mark.parametrize("claims", [
    {"email_verified": False}, {"email_verified": None}, {"email_verified": "no"}, {"email": None}])
def test_only_a_verified_address_of_an_id_token_counts(google, claims):
    """Said to be verified, by the provider."""
    home, provider = google
    provider.claims = claims
    assert signed_in(home, provider)[1].json()["code"] == "email_unverified"


@pytest.mark.parametrize("claims", [
    {"nonce": "another"}, {"nonce": None}, {"aud": "another-client"}, {"aud": [idp.CLIENT, "another"]}, {"iss": "https://evil.example"}, {"exp": 1}, {"exp": None}, {"sub": None}, {"sub": ""}, {"key": "other"},
    {"iat": 2**40}])
def test_an_id_token_that_is_not_for_this_sign_in(google, claims):
    """Another nonce, audience, issuer, key or time."""
    home, provider = google
    provider.claims = claims
    session, answer = signed_in(home, provider)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_jwt") and me(home, session)["code"] == "not_signed_in"


def test_people_of_another_workspace(tmp_path):
    """Where SLACK_TEAM_ID says whose people sign in."""
    with world(tmp_path, "slack", SLACK_TEAM_ID="T1") as (home, provider):
        assert signed_in(home, provider)[1].json()["code"] == "other_workspace"
        provider.claims = {"https://slack.com/team_id": "T1"}
        assert signed_in(home, provider)[1].status_code == 303


def test_a_provider_is_asked_for_what_it_is_once(google):
    """Discovery and keys are remembered."""
    home, provider = google
    for _ in range(3):
        assert signed_in(home, provider)[1].status_code == 303
    assert provider.asked == {"/.well-known/openid-configuration": 1, "/keys": 1}


def test_wrong_sign_ins_lock_the_address(github):
    """As links do."""
    home, provider = github
    for number in range(10):
        assert back(home, provider, requests.Session(), {"code": "x", "state": str(number)}).status_code == 401
    answer = requests.get(f"{home.url}/auth/login/github", allow_redirects=False)
    assert answer.status_code == 429 and answer.headers["Retry-After"]
