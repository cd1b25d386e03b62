"""A GitHub App instead of a token: its JWT, its installation token, and when that is asked for again."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gitops import config
from gitops.cicd import facts, work
from gitops.errors import Invalid, KlepaasError, Malformed
from gitops.forges import github, github_app
from gitops.outside import breakers
from tests.gitops.faults import serve
from tests.gitops.hook_help import raw
from tests.gitops.path_help import database, renderer, world  # noqa: F401 (fixtures)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(breakers, "_breakers", {})
    monkeypatch.setattr(github_app, "_tokens", {})


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def settings(url, key=PEM):
    return config.load({"GITHUB_APP_ID": "12345", "GITHUB_APP_PRIVATE_KEY": key, "GITHUB_API_URL": url}, None)


def token(name, minutes):
    return 201, {"token": name, "expires_at": (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")}, {}


def test_an_installation_token_of_one_repository():
    """The app proves itself by a JWT of at most ten minutes, and asks for a token of this repository alone."""
    with serve((200, {"id": 77}, {}), token("ghs_one", 60)) as server:
        assert github_app.token(settings(server.url), "acme/config") == "ghs_one"
        (_, path, headers, _, _), (method, made, _, body, _) = server.seen
        assert (path, method, made, body) == ("/repos/acme/config/installation", "POST", "/app/installations/77/access_tokens", b'{"repositories": ["config"]}')
        claims = jwt.decode(headers["Authorization"].removeprefix("Bearer "), KEY.public_key(), algorithms=["RS256"], options={"verify_iat": False})
        assert claims["iss"] == "12345" and claims["exp"] - claims["iat"] <= 600


def test_a_token_is_kept_until_it_nears_its_end():
    """One request for many calls; a new one before it ends, and another for another repository."""
    answers = [(200, {"id": 77}, {}), token("ghs_one", 60), (200, {"id": 77}, {}), token("ghs_two", 4), (200, {"id": 77}, {}), token("ghs_three", 60)]
    with serve(*answers) as server:
        found = settings(server.url)
        assert [github_app.token(found, "acme/config") for _ in range(3)] == ["ghs_one"] * 3 and len(server.seen) == 2
        assert [github_app.token(found, "acme/other") for _ in range(3)] == ["ghs_two", "ghs_three", "ghs_three"]


@pytest.mark.parametrize("form", ["one line", "file"])
def test_the_key_may_stand_in_one_line_or_in_a_file(form, tmp_path):
    """As `.env` files have it, and as clusters mount it."""
    (tmp_path / "key.pem").write_text(PEM)
    with serve((200, {"id": 77}, {}), token("ghs_one", 60)) as server:
        assert github_app.token(settings(server.url, PEM.replace("\n", "\\n") if form == "one line" else str(tmp_path / "key.pem")), "acme/config") == "ghs_one"


@pytest.mark.parametrize("key", ["", "/no/such/file", "-----BEGIN PRIVATE KEY-----\nrubbish\n-----END PRIVATE KEY-----", "a\0b"])
def test_a_key_that_is_none(key):
    """It is named as a setting, and not shown."""
    with pytest.raises(Invalid) as caught:
        github_app.token(settings("http://127.0.0.1:1", key), "acme/config")
    assert caught.value.details["name"] == "GITHUB_APP_PRIVATE_KEY" and "rubbish" not in caught.value.text()


@pytest.fixture
def services():
    """As much as a forge needs: settings with an App, and a repository there."""
    def made(url):
        return SimpleNamespace(settings=config.load({"GITHUB_APP_ID": "12345", "GITHUB_APP_PRIVATE_KEY": PEM, "GITHUB_API_URL": url, "FORGE": "github", "CONFIG_REPO": f"{url}/Acme/config.git"}, None))
    return made


REVOKED = (401, {"message": "Bad credentials"}, {})


def test_a_token_that_was_taken_back_is_replaced_once(services):
    """The kept one is refused: a new one is asked for, and the same again; what is refused then is an error."""
    answers = [(200, {"id": 77}, {}), token("ghs_old", 60), REVOKED, (200, {"id": 77}, {}), token("ghs_new", 60), (200, {"default_branch": "trunk"}, {}), (200, {"sha": "a" * 40}, {})]
    with serve(*answers) as server:
        assert github.commit(services(server.url), "acme/shop") == ("trunk", "a" * 40)
        said = [headers["Authorization"] for _, path, headers, _, _ in server.seen if path in ("/repos/acme/shop", "/repos/acme/shop/commits/trunk")]
    assert said == ["Bearer ghs_old", "Bearer ghs_new", "Bearer ghs_new"]
    with serve((200, {"id": 77}, {}), token("ghs_one", 60), REVOKED, (200, {"id": 77}, {}), token("ghs_two", 60), REVOKED) as server:
        with pytest.raises(KlepaasError) as caught:
            github.commit(services(server.url), "acme/shop")
        assert caught.value.code == "provider_unauthorized" and len(server.seen) == 6


@pytest.mark.parametrize(("event", "more", "outcome"), [
    ("installation", {"action": "suspend"}, {"action": "suspend", "added": [], "removed": []}), ("installation_repositories", {}, {"action": "added", "added": ["Codertocat/Space"], "removed": []}),
    ("installation_repositories", {"repositories_removed": [{"full_name": "a/b"}, {"full_name": "../../x y"}, 5, None]}, {"action": "added", "added": ["Codertocat/Space"], "removed": ["a/b"]})])
def test_what_happens_to_an_installation_is_remembered(world, event, more, outcome):
    """Without a repository in its payload: what came and went, and no token of that account is kept; those of others are."""
    world.write({})
    with serve((200, {"id": 7}, {}), token("ghs_one", 60), (200, {"id": 8}, {}), token("ghs_two", 60), (200, {"id": 7}, {}), token("ghs_three", 60)) as server:
        found = settings(server.url)
        assert [github_app.token(found, each) for each in ("codertocat/Space", "acme/shop")] == ["ghs_one", "ghs_two"]
        work.keep(world.services, "i", "i", facts.read(event, raw(event) | more))
        work.one(world.services, "i")
        (done,) = world.services.ledger.deliveries()
        assert done["outcome"] == [{"status": "noticed", "by": "Codertocat", "account": "Codertocat"} | outcome] and done["repository"] == "Codertocat"
        assert [github_app.token(found, each) for each in ("acme/shop", "codertocat/Space")] == ["ghs_two", "ghs_three"]


@pytest.mark.parametrize("payload", [{}, [], None, {"action": "created"}, {"action": "created", "installation": []}, {"action": "created", "installation": {"account": {"login": "../x"}}}, {"action": 5, "installation": {"account": {"login": "a"}}}])
@pytest.mark.parametrize("event", facts.OF_APP)
def test_a_malformed_installation_is_refused(event, payload):
    with pytest.raises(Malformed):
        facts.read(event, payload)


def test_an_app_that_is_not_installed():
    """GitHub's answer, and no credential in it."""
    with serve((404, {"message": "Not Found"}, {})) as server:
        with pytest.raises(KlepaasError) as caught:
            github_app.token(settings(server.url), "acme/config")
    assert caught.value.details["kind"] == "not_found"
