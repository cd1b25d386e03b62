"""Guessing is slow: wrong sign-ins and tokens lock their address for a while, and nobody asks without end."""

import time

import pytest
import requests

from tests.web.people import bearing, house
from web.people import limits


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Few wrong ones are too many: they come faster than the short lock ends."""
    monkeypatch.setitem(limits.MOST, "token", 12)
    with house(tmp_path, LOCKOUT_SECONDS="3", TRUSTED_PROXIES="127.0.0.0/8") as found:
        yield found


def wrong_token(home, number, **headers):
    return requests.get(f"{home.api}/me", headers={"Authorization": f"Bearer klp_wrong-{number}"} | headers)


def sign_in(home, text, **headers):
    return requests.post(f"{home.url}/auth/link/{text}", headers=headers, allow_redirects=False)


def test_wrong_tokens_lock_their_address_for_a_while(home):
    """429 with Retry-After, whatever the next wrong one is; and 401 again when it is over."""
    statuses = [wrong_token(home, number).status_code for number in range(limits.MOST["token"] + 2)]
    assert statuses == [401] * limits.MOST["token"] + [429] * 2
    answer = wrong_token(home, "more")
    assert answer.json()["code"] == "locked_out" and 1 <= int(answer.headers["Retry-After"]) <= 4
    assert requests.post(f"{home.url}/mcp/stream", json={}, headers={"Authorization": "Bearer klp_other"}).status_code == 429
    assert wrong_token(home, "elsewhere", **{"X-Forwarded-For": "203.0.113.9"}).status_code == 401
    time.sleep(int(answer.headers["Retry-After"]))
    assert wrong_token(home, "later").status_code == 401


def test_a_right_token_is_not_locked_out(home):
    """Somebody behind the same address cannot keep others from their work."""
    for number in range(limits.MOST["token"] + 1):
        wrong_token(home, number)
    assert wrong_token(home, "x").status_code == 429 and home.client().get(f"{home.api}/me").ok


def test_one_old_token_locks_nobody_out(home):
    """A program that goes on with a revoked token guesses nothing; it is one row in the audit."""
    assert {wrong_token(home, "same").status_code for _ in range(limits.MOST["token"] + 5)} == {401}
    assert len(home.audit(code="bad_token")) <= 2  # the window may have ended once meanwhile


def test_wrong_links_lock_sign_in(home):
    """Even a right link has to wait, and works when the wait is over."""
    link = home.ledger.link_create("ann@example.org")
    assert [sign_in(home, f"wrong-{number}").status_code for number in range(limits.MOST["sign-in"])] == [401] * limits.MOST["sign-in"]
    answer = sign_in(home, link)
    assert answer.status_code == 429 and answer.headers["Retry-After"]
    assert sign_in(home, home.ledger.link_create("bob@example.org"), **{"X-Forwarded-For": "203.0.113.9"}).status_code == 303
    time.sleep(int(answer.headers["Retry-After"]))
    assert sign_in(home, link).status_code == 303


def test_a_network_of_ipv6_is_one_address(home):
    """Who has one has 2^64 addresses."""
    seen = [wrong_token(home, number, **{"X-Forwarded-For": f"2001:db8::{number + 1:x}"}).status_code for number in range(limits.MOST["token"] + 1)]
    assert seen[-1] == 429


def test_a_lock_is_in_the_audit_once(home):
    """With what it concerns; what is tried meanwhile is not written down, so that nobody fills the audit."""
    for number in range(limits.MOST["token"] + 10):
        wrong_token(home, number)
    rows = home.audit()
    assert [row["args"] for row in rows if row["verb"] == "lockout"] == [{"kind": "token", "source": "127.0.0.1"}] and len(rows) == limits.MOST["token"] + 1


def test_nobody_without_a_credential_fills_the_audit(home):
    """The same refusal from the same address is a row once in a while."""
    for _ in range(10):
        assert requests.post(f"{home.api}/commands", json={}).status_code == 401
        assert requests.post(f"{home.api}/cicd/webhook", data=b"{}").status_code == 401
        assert requests.post(f"{home.url}/mcp/stream", json={}).status_code == 401
    assert 3 <= len(home.audit()) <= 6


def test_what_counts_no_more_is_forgotten(home):
    """The table does not grow for ever."""
    lockouts, table = home.ledger.lockouts, home.ledger.tables["failure"]
    lockouts.failed("token 192.0.2.1", 1, 60)
    with home.ledger.store.write():
        table.insert(source="old", count=3, since=1.0, until=2.0).execute()
    lockouts.forget()
    with home.ledger.store.session():
        assert [row.source for row in table.select()] == ["token 192.0.2.1"]
    assert 0 < lockouts.locked("token 192.0.2.1") <= 60


def test_nobody_asks_without_end(tmp_path):
    """Beyond REQUESTS_PER_MINUTE 429 with Retry-After, by token: another one goes on."""
    with house(tmp_path, REQUESTS_PER_MINUTE="20") as home:
        client, other = home.client("bob"), home.client("bob")
        answers = [client.get(f"{home.api}/me") for _ in range(25)]
        assert answers[0].ok and answers[-1].status_code == 429 and answers[-1].json()["code"] == "too_many_requests"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 4 and other.get(f"{home.api}/me").ok
        assert bearing(home.token("ann", ["mcp:execute"])).post(f"{home.url}/mcp/stream", json={}).status_code != 429
