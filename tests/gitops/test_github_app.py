"""A GitHub App instead of a token: its JWT, its installation token, and when that is asked for again."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gitops import config
from gitops.errors import Invalid, KlepaasError
from gitops.forges import github_app
from tests.gitops.faults import serve

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


def test_an_app_that_is_not_installed():
    """GitHub's answer, and no credential in it."""
    with serve((404, {"message": "Not Found"}, {})) as server:
        with pytest.raises(KlepaasError) as caught:
            github_app.token(settings(server.url), "acme/config")
    assert caught.value.details["kind"] == "not_found"
