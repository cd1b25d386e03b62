"""Tokens of machines: what OIDC_ISSUER signed for us, now, with a key of its own; whatever else looks like one is nothing (RFC 8725)."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
import requests

from gitops import access
from gitops.types import SCOPES
from tests.web import idp
from tests.web.people import bearing, commit, house
from tests.web.test_tokens import ending, opened
from web.people import issuers

AUDIENCE, SUBJECT = "https://klepaas.example", "repo:acme/shop:ref:refs/heads/main"
GRANTS = f"grants:\n- {{subject: '{SUBJECT}', role: developer, environments: [staging]}}\n- {{user: kim@example.org, role: admin}}\n- {{domain: example.org, role: admin}}\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with idp.serve("google") as issuer, house(tmp_path_factory.mktemp("oidc"), {access.PATH: GRANTS}, OIDC_ISSUER=issuer.url, OIDC_AUDIENCE=AUDIENCE) as found:
        found.issuer = issuer
        yield found


def token(home, **claims):
    return home.issuer.token(**({"sub": SUBJECT, "aud": AUDIENCE} | claims))


def part(value):
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()


def made(header, payload, sign=lambda data: b""):
    """A token put together by hand, as libraries refuse to."""
    data = f"{part(header)}.{part(payload)}"
    return f"{data}.{part(sign(data.encode()))}"


def said(home, **more):
    now = int(time.time())
    return {"iss": home.issuer.url, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "exp": now + 300} | more


def by_hmac(key):
    return lambda data: hmac.new(key, data, hashlib.sha256).digest()


FORGED = {
    "alg none": lambda home: made({"alg": "none"}, said(home)),
    "alg NONE, with a key id": lambda home: made({"alg": "NoNe", "kid": "rsa"}, said(home), lambda data: b"x"),
    "HS256 with the public key as PEM": lambda home: made({"alg": "HS256", "kid": "rsa"}, said(home), by_hmac(idp.pem("rsa"))),
    "HS256 with the modulus": lambda home: made({"alg": "HS256", "kid": "rsa"}, said(home), by_hmac(base64.urlsafe_b64decode(idp.public("rsa")["n"] + "=="))),
    "HS256 with an empty key": lambda home: made({"alg": "HS256"}, said(home), by_hmac(b"")),
    "RS256 named for the EC key": lambda home: token(home, key="rsa", kid="ec"),
    "signed by another key under our id": lambda home: token(home, key="other", kid="rsa"),
    "signed by a key that nobody published": lambda home: token(home, key="other"),
    "a key of its own in the header": lambda home: jwt.encode(said(home), idp.KEYS["other"], "RS256", {"jwk": idp.public("other"), "kid": "rsa"}),
    "keys from elsewhere": lambda home: jwt.encode(said(home), idp.KEYS["other"], "RS256", {"jku": "https://evil.example/keys", "kid": "rsa"}),
    "a critical header that nobody knows": lambda home: jwt.encode(said(home), idp.KEYS["rsa"], "RS256", {"crit": ["x"], "x": 1, "kid": "rsa"}),
    "no signature": lambda home: token(home).rpartition(".")[0] + ".",
    "a changed payload": lambda home: ".".join((token(home).split(".")[0], part(said(home, sub="root")), token(home).split(".")[2])),
    "expired": lambda home: token(home, exp=int(time.time()) - 120),
    "expired in 1970": lambda home: token(home, exp=0),
    "an expiry that is no number": lambda home: token(home, exp="soon"),
    "no expiry": lambda home: token(home, exp=None),
    "not valid yet": lambda home: token(home, nbf=int(time.time()) + 3600),
    "issued in the future": lambda home: token(home, iat=int(time.time()) + 3600),
    "another audience": lambda home: token(home, aud="https://other.example"),
    "an audience that begins like ours": lambda home: token(home, aud=AUDIENCE + ".evil"),
    "an empty audience": lambda home: token(home, aud=""),
    "no audience": lambda home: token(home, aud=None),
    "another issuer": lambda home: token(home, iss="https://evil.example"),
    "no issuer": lambda home: token(home, iss=None),
    "no subject": lambda home: token(home, sub=None),
    "an empty subject": lambda home: token(home, sub=""),
    "a subject of spaces": lambda home: token(home, sub="   "),
    "a subject that is no text": lambda home: made({"alg": "none"}, said(home, sub=["a"])),
    "a subject with a line break": lambda home: token(home, sub="a\nb"),
    "a subject without end": lambda home: token(home, sub="a" * 300),
    "empty claims": lambda home: jwt.encode({}, idp.KEYS["rsa"], "RS256", {"kid": "rsa"}),
    "claims that are a list": lambda home: made({"alg": "RS256", "kid": "rsa"}, []),
    "a header that is a list": lambda home: made([], said(home)),
    "one part": lambda home: "eyJhbGciOiJub25lIn0",
    "nothing in three parts": lambda home: "..",
    "no base64": lambda home: "!!!.???.***",
    "letters of other scripts": lambda home: "토큰.토큰.토큰",
    "too long": lambda home: token(home, more="x" * 20_000),
    "encrypted": lambda home: ".".join("abcde"),
}


def asked(home, text):
    return requests.get(f"{home.api}/me", headers={"Authorization": f"Bearer {text}".encode()})


# --- what is one -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_machine_has_what_its_subject_is_granted(home, key):
    """By the subject alone: an e-mail address in a token grants nothing, verified or not."""
    client = bearing(token(home, key=key, email="kim@example.org", email_verified=True, scope=" ".join(SCOPES), groups=["acme/ops"]))
    found = client.get(f"{home.api}/me").json()
    assert (found["email"], found["session"]) == (f"oidc:{SUBJECT}", False) and set(found["scopes"]) == {f"{scope}@staging" for scope in ("k8s:read", "k8s:write", "deploy:execute", "mcp:execute")}
    assert client.get(f"{home.api}/apps/web/production").status_code == 403


def test_a_machine_commits(home):
    """Named by its subject in the commit and in the audit; at /mcp/stream as at every door."""
    receipt = commit(bearing(token(home)), home.api, args={"replicas": 9})
    assert receipt["status"] == "committed" and home.last(verb="scale")["email"] == f"oidc:{SUBJECT}"
    assert requests.post(f"{home.url}/mcp/stream", json={}, headers={"Authorization": f"Bearer {token(home)}"}).status_code not in (401, 403)


def test_several_audiences(home):
    """Ours is among them."""
    assert asked(home, token(home, aud=["https://other.example", AUDIENCE])).ok


def test_a_subject_that_is_granted_nothing(home):
    """Known, and may do nothing."""
    found = asked(home, token(home, sub="repo:acme/other:ref:refs/heads/main"))
    assert found.ok and found.json()["scopes"] == []
    assert bearing(token(home, sub="x")).get(f"{home.api}/apps").status_code == 403


def test_a_machine_is_no_person(home):
    """It makes no tokens, and its address is nobody's."""
    assert bearing(token(home)).post(f"{home.api}/tokens", json={"name": "x", "scopes": ["k8s:read@staging"]}).status_code == 404


def test_tokens_of_ours_go_on(home):
    """Beside an issuer."""
    assert home.client("bob").get(f"{home.api}/me").json()["email"] == "bob@example.org"


# --- what is none ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", FORGED)
def test_what_is_forged_expired_or_not_for_us_is_401(home, case):
    """Over REST and at /mcp/stream, and nothing of it is repeated."""
    text = FORGED[case](home)
    answer = asked(home, text)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_jwt") and text not in answer.text
    mcp = requests.post(f"{home.url}/mcp/stream", json={}, headers={"Authorization": f"Bearer {text}".encode()})
    assert mcp.status_code == 401


def test_a_symmetric_key_among_the_published_signs_nothing(home):
    """A mistake of the issuer's is no door."""
    issuer = issuers.Issuer("x", home.issuer.url)
    home.issuer.keys.append({"kty": "oct", "kid": "shared", "k": part(b"secret")})
    try:
        with pytest.raises(issuers.Unauthorized):
            issuer.claims(made({"alg": "HS256", "kid": "shared"}, said(home), by_hmac(b"secret")), AUDIENCE)
    finally:
        home.issuer.keys.pop()


def test_a_new_key_is_found_and_an_unknown_one_asks_seldom(home, monkeypatch):
    """Keys that were rotated count without a restart; tokens with made-up ids do not make us ask the issuer again and again."""
    issuer = issuers.Issuer("x", home.issuer.url)
    issuer.claims(token(home), AUDIENCE)
    before = home.issuer.asked["/keys"]
    for number in range(5):
        with pytest.raises(issuers.Unauthorized):
            issuer.claims(token(home, key="other", kid=f"made-up-{number}"), AUDIENCE)
    assert home.issuer.asked["/keys"] == before
    monkeypatch.setattr(issuers, "AGAIN", 0)
    home.issuer.keys.append(idp.public("other"))
    try:
        assert issuer.claims(token(home, key="other"), AUDIENCE)["sub"] == SUBJECT
    finally:
        home.issuer.keys.pop()


def test_an_issuer_that_is_somebody_else(home, monkeypatch):
    """A discovery document that names another issuer is not believed."""
    with idp.serve("google") as other:
        monkeypatch.setattr(type(other), "get", lambda self, path, query, token: {"issuer": "https://evil.example", "jwks_uri": f"{other.url}/keys"})
        with pytest.raises(issuers.Unavailable):
            issuers.Issuer("x", other.url).claims(token(home), AUDIENCE)


def test_without_an_audience_none_is_accepted(tmp_path):
    """What was issued for anybody is not for us."""
    with idp.serve("google") as issuer, house(tmp_path, {access.PATH: GRANTS}, OIDC_ISSUER=issuer.url) as home:
        home.issuer = issuer
        assert asked(home, token(home)).status_code == 401


def test_an_issuer_that_is_away_is_not_a_wrong_token(tmp_path):
    """503: the machine tries again."""
    with idp.serve("google", status=503) as issuer, house(tmp_path, {access.PATH: GRANTS}, OIDC_ISSUER=issuer.url, OIDC_AUDIENCE=AUDIENCE) as home:
        home.issuer = issuer
        assert asked(home, token(home)).status_code == 503


def test_a_socket_ends_when_the_token_does(home, monkeypatch):
    """Its expiry ends what it opened."""
    monkeypatch.setattr(issuers, "LEEWAY", 0)
    socket = opened(home, "events", bearing(token(home, exp=int(time.time()) + 2)))
    code, reason = ending(socket)
    socket.close()
    assert (code, reason) == (1008, "bad_jwt")
