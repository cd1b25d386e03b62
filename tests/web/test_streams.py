"""Server-sent events: nothing is missed, nothing is told to who may not see it, and each ends with the right to it."""

import json
import time

import pytest
import requests

from gitops.ledger import Ledger
from tests.web.people import house

WAIT = 20  # seconds that a stream may take to tell


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("streams")) as found:
        yield found


class Stream:
    """A client of one: `next()` is (event, id, data) of the next that comes, None at the end."""

    def __init__(self, url, client, **headers):
        self.answer = client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()}, stream=True, timeout=WAIT)
        self.lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)

    def next(self):
        found = {}
        for line in self.lines:
            name, _, value = line.partition(": ")
            if not line and "event" in found:
                return found["event"], found.get("id"), json.loads(found["data"])
            found |= {name: value} if name else {}
        return None

    def until(self, kind):
        while (found := self.next()) is not None:
            if found[0] == kind:
                return found
        return None

    def close(self):
        self.answer.close()


def test_a_client_that_resumes_misses_nothing(home):
    """Each event once and in order, whether the stream is one or begins anew after each."""
    begin = home.ledger.event("notice", "web", "staging", number=-1)
    ids = [home.ledger.event("notice", "web", "staging", number=number) for number in range(6)]
    url, client, seen, last = f"{home.api}/events/stream", home.client(), [], begin
    for _ in ids:
        stream = Stream(url, client, Last_Event_ID=str(last))
        kind, last, data = stream.next()
        seen.append(int(last))
        assert kind == "notice" and data["id"] == int(last)
        stream.close()
    steady = Stream(f"{url}?after={begin}", client)
    assert seen == ids == [int(steady.next()[1]) for _ in ids]
    fresh = home.ledger.event("notice", "web", "staging", number=6)
    assert int(steady.next()[1]) == fresh
    steady.close()


def test_events_are_for_who_may_read_there(home):
    """Another environment's, and those that are told to nobody, do not come."""
    stream = Stream(f"{home.api}/events/stream?after={home.ledger.last_event()}", home.client("eve"))
    home.ledger.event("notice", "web", "production", hidden=True)
    home.ledger.event("question", "web", "staging")
    shown = home.ledger.event("notice", "web", "staging")
    assert int(stream.next()[1]) == shown
    stream.close()


def test_what_others_wrote_begins_no_other_event(home):
    """Line breaks of every kind are inside of the JSON."""
    stream = Stream(f"{home.api}/events/stream?after={home.ledger.last_event()}", home.client())
    home.ledger.event("notice", "web", "staging", text="a\n\nevent: over\ndata: {}\r\rid: 7\u2028")
    assert stream.next()[2]["data"]["text"].startswith("a\n\nevent: over")
    stream.close()


ENDS = {"revoked": lambda home, who: [home.ledger.tokens_revoke(who)], "rights taken": lambda home, who: home.ledger.put_user(who, "Eve", ())}


@pytest.mark.parametrize("end", ENDS)
def test_a_stream_ends_with_the_right_to_it(home, end):
    """While it runs: within seconds, and it says why; then it is closed."""
    email = "leaving@example.org"
    home.ledger.put_user(email, "Eve", ["k8s:read"])
    client = requests.Session()
    client.headers["Authorization"] = f"Bearer {home.ledger.token_create(email, 't', ['k8s:read'])}"
    stream, began = Stream(f"{home.api}/events/stream", client), time.monotonic()
    ENDS[end](home, email)
    kind, _, data = stream.until("over")
    assert data["code"] in ("bad_token", "missing_scope") and time.monotonic() < began + 10 and stream.next() is None


def test_a_busy_stream_ends_too(home, monkeypatch):
    """Events that keep coming do not keep it open."""
    monkeypatch.setattr("web.people.identity.DUE", 0.2)
    email = "busy@example.org"
    home.ledger.put_user(email, "Busy", ["k8s:read"])
    token = home.ledger.token_create(email, "t", ["k8s:read"], expires=time.time() + 2)
    client = requests.Session()
    client.headers["Authorization"] = f"Bearer {token}"
    stream, told = Stream(f"{home.api}/events/stream", client), 0
    for _ in range(100):
        home.ledger.event("notice", "web", "staging")
        found = stream.next()
        if found is None or found[0] == "over":
            break
        told += 1
        time.sleep(0.05)
    assert told and found[0] == "over" and found[2]["code"] == "bad_token"


def test_nobody_holds_all_the_threads(home):
    """The ninth of one person is refused with when to try again; one that is closed makes room."""
    client = home.client("bob")
    streams = [Stream(f"{home.api}/events/stream", client) for _ in range(8)]
    refused = client.get(f"{home.api}/events/stream")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams") and int(refused.headers["Retry-After"]) > 0
    streams[0].close()
    end = time.monotonic() + WAIT
    while (again := client.get(f"{home.api}/events/stream", stream=True)).status_code == 429 and time.monotonic() < end:
        home.ledger.event("notice", "web", "staging")  # what is told to who has gone says so
        time.sleep(0.2)
    assert again.status_code == 200
    [each.close() for each in (*streams[1:], again)]


# --- logs ------------------------------------------------------------------------------------------------------------


def logs(demo, app="nginx", environment="staging", query=""):
    return f"{demo.api}/apps/{app}/{environment}/logs/stream{query}"


def test_logs_are_followed_and_resumed(demo, owner):
    """The last lines, then what comes; after Last-Event-ID what came since, and nothing twice."""
    demo.until(owner, "nginx", "staging", lambda state: state["health"] == "healthy")
    stream = Stream(logs(demo, query="?lines=5"), owner)
    first = [stream.next() for _ in range(2)]
    stream.close()
    assert all(kind == "line" and data["pod"].startswith("nginx-") and id == f"{data['pod']}/{data['container']}/{data['at']}" for kind, id, data in first)
    resumed = Stream(logs(demo), owner, Last_Event_ID=first[0][1])
    assert resumed.next() == first[1]
    resumed.close()
    whole = owner.get(f"{demo.api}/apps/nginx/staging/logs", params={"pod": first[0][2]["pod"]}).json()
    assert first[1][2]["line"] in whole["lines"] and owner.get(f"{demo.api}/apps/nginx/staging/pods").json()["items"][0]["name"] in whole["pods"]


def test_logs_end_with_the_container(demo, owner):
    """A pod that goes takes its stream with it."""
    demo.until(owner, "mailer", "staging", lambda state: state["health"] == "healthy")
    stream = Stream(logs(demo, "mailer"), owner)
    assert owner.post(f"{demo.api}/commands", json={"verb": "scale", "app": "mailer", "environment": "staging", "args": {"replicas": 0}}).status_code == 201
    assert stream.until("over")[2]["code"] == "container_over" and stream.next() is None


def test_logs_end_with_the_right_to_them(demo, owner):
    """The token revoked, or the environment's right taken while another's is left: nothing of it comes any more."""
    ledger = Ledger.open(f"sqlite:///{demo.home}/ledger.db", demo.home)
    for name, end in (("token", lambda email: ledger.tokens_revoke(email)), ("right", lambda email: ledger.put_user(email, "x", ["k8s:read@production"]))):
        email = f"{name}@example.org"
        ledger.put_user(email, "x", ["k8s:read@staging", "k8s:read@production"])
        client = requests.Session()
        client.headers["Authorization"] = f"Bearer {ledger.token_create(email, 't', ['k8s:read'])}"
        stream = Stream(logs(demo), client)
        assert stream.next()[0] == "line"
        end(email)
        assert stream.until("over")[2]["code"] in ("bad_token", "missing_scope"), name
    ledger.close()


@pytest.mark.parametrize("path, status", [("nothing/staging", 404), ("nginx/moon", 404), ("nginx/production", 403)])
def test_what_may_not_be_followed(demo, path, status):
    """Named, and no stream is begun."""
    client = demo.client("k8s:read@staging")
    answer = client.get(f"{demo.api}/apps/{path}/logs/stream", timeout=WAIT)
    assert answer.status_code == (403 if path == "nginx/moon" else status) and answer.headers["Content-Type"] == "application/problem+json"
