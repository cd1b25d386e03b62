"""People and what proves that it is them."""

import json
import time

import pytest

from gitops.errors import Invalid, NotFound
from tests.gitops.ledger import processes


@pytest.fixture
def kim(ledger):
    ledger.put_user("Kim@Example.com", "Kim", ["k8s:read", "deploy:execute@staging"])
    return "kim@example.com"


def everything(ledger):
    """All that the tables hold, as text."""
    with ledger.store.session():
        return json.dumps([list(model.select().dicts()) for model in ledger.tables.values()], default=str)


def test_users(ledger, kim):
    """A user is one person however the address is written, and is updated in place."""
    ledger.put_user("a@example.com", "A", [])
    ledger.put_user("KIM@example.com", "Kim Min", ["k8s:read"])
    user = ledger.user("kim@EXAMPLE.com")
    assert (user["email"], user["name"], list(user["scopes"])) == (kim, "Kim Min", ["k8s:read"])
    assert [each["email"] for each in ledger.users()] == ["a@example.com", kim]
    assert ledger.user("nobody@example.com") is None


def test_nothing_that_proves_is_kept(ledger, kim):
    """No table holds a token, a link or a session as its owner shows it."""
    shown = ledger.token_create(kim, "ci", ["k8s:read"]), ledger.link_create(kim, 5), ledger.session_create(kim)
    assert shown[0].startswith("klp_")
    kept = everything(ledger)
    assert not any(text in kept or text.removeprefix("klp_") in kept for text in shown)


def test_token(ledger, kim):
    """A token speaks for its user with its own scopes, until it is revoked by its owner."""
    text = ledger.token_create(kim.upper(), "ci", ["k8s:read"], agent=True)
    found = ledger.token_actor(text)
    assert (found["email"], found["name"], list(found["scopes"]), found["agent"]) == (kim, "Kim", ["k8s:read"], True)
    assert "deploy:execute@staging" in found["user_scopes"]
    token, = ledger.tokens(kim)
    assert token["name"] == "ci" and not any("hash" in name for name in token)
    assert ledger.token_revoke(token["id"], "lee@example.com") is False
    assert ledger.token_actor(text) is not None
    assert ledger.token_revoke(token["id"], kim) is True
    assert ledger.token_actor(text) is None


def test_token_expires(ledger, kim):
    """A token past its time is none."""
    assert ledger.token_actor(ledger.token_create(kim, "old", [], expires=time.time() - 1)) is None
    assert ledger.token_actor(ledger.token_create(kim, "new", [], expires=time.time() + 60))


@pytest.mark.parametrize("text", ["", "klp_", "klp_x", "\x00", "\ud800", "x" * 100_000, "' OR 1=1 --"])
def test_wrong_proofs(ledger, kim, text):
    """What was never given opens nothing, and breaks nothing."""
    assert (ledger.token_actor(text), ledger.session(text), ledger.link_use(text)) == (None, None, None)


def test_link_once(url, ledger, kim, tmp_path):
    """Of 16 who use a link at once in two processes, one gets in."""
    text = ledger.link_create(kim, 5)
    assert sum(processes.together(2, "link", url, tmp_path, text, 8), []) == [kim]
    assert ledger.link_use(text) is None


def test_link_expires(ledger, kim):
    """A link past its time opens nothing."""
    assert ledger.link_use(ledger.link_create(kim, -1)) is None


def test_session(ledger, kim):
    """A session shows its user as they are now, until it ends."""
    text = ledger.session_create(kim)
    ledger.put_user(kim, "Kim", [])
    assert list(ledger.session(text)["scopes"]) == []
    ledger.session_end(text)
    assert ledger.session(text) is None
    assert ledger.session(ledger.session_create(kim, hours=-1)) is None


def test_sessions_end(ledger, kim):
    """A user is signed out everywhere at once."""
    texts = [ledger.session_create(kim) for _ in range(2)]
    ledger.sessions_end(kim)
    assert [ledger.session(text) for text in texts] == [None, None]


def test_nobody_signs_in_whom_there_is_not(ledger):
    """Tokens, links and sessions are for users that exist."""
    for make in (lambda: ledger.token_create("x@y", "t", []), lambda: ledger.link_create("x@y", 5), lambda: ledger.session_create("x@y")):
        with pytest.raises(NotFound):
            make()


def test_characters_that_cannot_be_kept(ledger):
    """Half a character is refused by name, on either database."""
    with pytest.raises(Invalid) as raised:
        ledger.put_user("kim@example.com", "\ud800", [])
    assert raised.value.code == "text_not_storable"
    assert ledger.users() == ()
