"""The outbound client against servers that misbehave."""

import threading
import uuid

import pytest
from prometheus_client import REGISTRY

from gitops.errors import KlepaasError
from gitops.outside import breakers, http
from tests.gitops.faults import FAULTS, KINDS, OK, TRANSIENT, serve

SECRET = "ghp_0123456789abcdefSECRET"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The same pauses, shorter."""
    monkeypatch.setattr(http, "FIRST", 0.01)


def provider(url, **more):
    """One with a name of its own, so that its figures are."""
    return http.Provider(f"p-{uuid.uuid4().hex[:8]}", url, {"Authorization": f"Bearer {SECRET}"}, **{"timeout": 5, **more})


def refused(found, method="GET", path="/x", **more):
    with pytest.raises(KlepaasError) as caught:
        http.ask(found, method, path, "look", **more)
    return caught.value


def figure(name, found, **labels):
    return REGISTRY.get_sample_value(name, {"provider": found.name, **labels})


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_kind(fault):
    """What is wrong outside is one error of our tree, transient or terminal, with a text and without our secret; it is counted by its kind."""
    with serve(FAULTS[fault]) as server:
        found = provider(server.url, timeout=0.3 if fault == "hang" else 5)
        error = refused(found)
        assert error.details["kind"] == KINDS[fault] and error.transient == (fault in TRANSIENT)
        assert len(server.seen) == (5 if fault in TRANSIENT - {"429"} else 1)
    assert error.text("en") and error.text("ko") and SECRET not in repr([error.text(), error.details])
    assert figure("klepaas_external_requests_total", found, operation="look", result=KINDS[fault]) == 1
    assert figure("klepaas_external_request_latency_seconds_count", found, operation="look") == 1


@pytest.mark.parametrize("fault", sorted(TRANSIENT - {"429"}))
def test_what_passes_is_tried_again(fault):
    """One failure and then an answer: the answer."""
    with serve(FAULTS[fault], OK) as server:
        assert http.ask(provider(server.url, timeout=0.3 if fault == "hang" else 5), "GET", "/x", "look").body == {"ok": True}
        assert len(server.seen) == 2


def test_never_before_retry_after():
    """A provider that says when is not asked before."""
    with serve((429, {}, {"Retry-After": "1"}), OK) as server:
        assert http.ask(provider(server.url), "POST", "/x", "look", json={}).status == 200
        assert server.seen[1][4] - server.seen[0][4] >= 1


@pytest.mark.parametrize("headers", [
    {"Retry-After": "120"}, {"Retry-After": "Mon, 23 Nov 2026 10:02:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"},
    {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795428120", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}])
@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_says_when(headers, status):
    """Longer than one call may wait: told at once, with the time; a 403 that says a time is a limit too."""
    with serve((status, {"message": "limit"}, headers), OK) as server:
        error = refused(provider(server.url))
        assert (error.details["kind"], error.retry_after, error.status, len(server.seen)) == ("rate_limited", 120, 429, 1)


def test_what_must_not_come_twice_does_not():
    """A POST whose answer was lost may have been done; one that was refused for now was not."""
    with serve("closed", OK) as server:
        assert refused(provider(server.url), "POST", json={}).transient and len(server.seen) == 1
    with serve("closed", OK) as server:
        assert http.ask(provider(server.url), "POST", "/x", "look", again=True, json={}).status == 200
    with serve((503, {}, {"Retry-After": "0"}), OK) as server:
        assert http.ask(provider(server.url), "POST", "/x", "look", json={}).status == 200


def test_nobody_there():
    """A closed port and an unknown name are unavailable, whatever the method."""
    with serve(OK) as server:
        url = server.url
    for each in (url, "http://no-such-host.invalid"):
        error = refused(provider(each), "POST")
        assert (error.details["kind"], error.status) == ("unavailable", 503)


def test_five_failed_calls_open_the_breaker():
    """Then nothing is sent, which the metrics say; what is refused for good does not count, and another provider goes on."""
    with serve(FAULTS["500"]) as server, serve(OK) as other:
        found = provider(server.url)
        server.answers = [FAULTS["404"]]
        for _ in range(6):
            assert refused(found).details["kind"] == "not_found"
        server.answers = [FAULTS["500"]]
        assert [refused(found, "POST").details["kind"] for _ in range(6)] == ["internal"] * 5 + ["circuit_open"]
        assert len(server.seen) == 11 and refused(found).retry_after == 60
        assert figure("circuit_breaker_state", found) == 1 and figure("circuit_breaker_transitions_total", found, from_state="closed", to_state="open") == 1
        assert http.ask(provider(other.url), "GET", "/x", "look").status == 200


def test_the_breaker_closes_by_one_trial(monkeypatch):
    """When its time is over one call decides."""
    monkeypatch.setattr(breakers, "SECONDS", 0)
    with serve(FAULTS["500"]) as server:
        found = provider(server.url)
        for _ in range(6):
            assert refused(found, "POST").details["kind"] == "internal"
        server.answers = [OK]
        assert http.ask(found, "GET", "/x", "look").status == 200 and figure("circuit_breaker_state", found) == 0


def test_a_credential_stays_where_it_belongs():
    """A redirect to another host, a next page elsewhere, an absolute URL elsewhere: refused, and nothing is sent there."""
    with serve(OK) as other, serve((302, {}, {"Location": other.url + "/x"})) as server:
        assert refused(provider(server.url)).code == "provider_redirects_elsewhere"
        assert refused(provider(server.url), path=other.url + "/y").code == "provider_redirects_elsewhere"
        server.answers = [(200, [1], {"Link": f'<{other.url}/p2>; rel="next"'})]
        with pytest.raises(KlepaasError):
            list(http.pages(provider(server.url), "/list", "look"))
        assert other.seen == []


def test_redirects_on_the_same_host_are_followed():
    """A repository that was renamed; and a circle is refused."""
    with serve((301, {}, {"Location": "/repositories/1/x"}), OK) as server:
        assert http.ask(provider(server.url), "GET", "/x", "look").status == 200 and server.seen[1][1] == "/repositories/1/x"
        server.answers = [(302, {}, {"Location": "/x"})]
        assert refused(provider(server.url)).code == "provider_redirects"


def test_listings_go_on_to_the_last_page():
    """As the Link header says; a listing that never ends, ends."""
    with serve(OK) as server:
        server.answers = [(200, [1, 2], {"Link": f'<{server.url}/l?page=2>; rel="next"'}), (200, [3], {})]
        assert list(http.pages(provider(server.url), "/l", "list", params={"state": "open"})) == [1, 2, 3]
        assert [each[1] for each in server.seen] == ["/l?state=open", "/l?page=2"]
        server.answers = [(200, [1], {"Link": f'<{server.url}/l>; rel="next"'})]
        assert len(list(http.pages(provider(server.url), "/l", "list"))) == http.PAGES


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.8", "169.254.169.254", "[::ffff:10.0.0.8]", "0.0.0.0", "100.64.0.1", "[64:ff9b::a00:1]", "224.0.0.1"])
def test_a_user_names_no_private_address(host):
    """Nothing is sent to an address that is not of the public internet, whatever it is called."""
    error = refused(provider(f"http://{host}:1", public=True))
    assert (error.code, error.status) == ("address_private", 403)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "//example.org"])
def test_only_http_is_spoken(url):
    """Other schemes reach nothing."""
    assert refused(provider(url)).status in (403, 503)


def test_secrets_that_come_back_are_masked(tmp_path, monkeypatch):
    """A provider that repeats our credential does not bring it into an error; a password of ~/.netrc does not take its place."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with serve((401, {"message": f"bad token {SECRET}"}, {})) as server:
        error = refused(provider(server.url))
        assert SECRET not in error.text() and "***" in error.text() and error.status == 502
        assert server.seen[0][2]["Authorization"] == f"Bearer {SECRET}"
    assert SECRET not in repr(provider("http://x", secrets=(SECRET,)))


def test_no_cookie_is_kept():
    """What one call left does not travel with the next."""
    with serve((200, {}, {"Set-Cookie": "a=b"}), OK) as server:
        for _ in range(2):
            http.ask(provider(server.url), "GET", "/x", "look")
        assert "Cookie" not in server.seen[1][2]


def test_an_answer_has_bounds():
    """More bytes than anything we ask for are not read, and not asked for again."""
    with serve((200, "x" * 5000, {})) as server:
        error = refused(provider(server.url, largest=1000), "POST")
        assert error.code == "provider_too_large" and not error.transient and len(server.seen) == 1


def test_a_slow_provider_delays_no_other_call():
    """Two threads on one host: one that hangs does not hold the other."""
    with serve("hang", OK) as server:
        found, ended = provider(server.url, timeout=10), []
        slow = threading.Thread(target=lambda: ended.append(refused(found, "POST")))
        slow.start()
        while not server.seen:
            pass
        assert http.ask(found, "GET", "/x", "look").status == 200 and ended == []
        server.over.set()
        slow.join()
    assert ended[0].transient
