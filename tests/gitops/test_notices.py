"""News on its way: it arrives once, in order, whatever dies in between."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from controller import notify
from gitops.notices import post, routing
from tests.gitops.faults import serve
from tests.gitops.notice_help import CONFIG, given, routed, sync
from tests.gitops.path_help import FILES, both, database, renderer, world  # noqa: F401 — fixtures

ROOT = Path(__file__).parent.parent.parent
OK = (200, {}, {})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(post, "FIRST", 0.05)
    monkeypatch.setattr(post, "LOOK", 0.05)


@contextlib.contextmanager
def working(services):
    """The post at work, from events that come now."""
    services.ledger.notices.keep((), after=services.ledger.last_event())
    found = notify.opened(services)
    try:
        yield found
    finally:
        found.stop()
        found.thread.join(30)


def until(test, seconds=60):
    end = time.monotonic() + seconds
    while not (found := test()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
    return found


def titles(server):
    return [json.loads(each[3])["title"] for each in server.seen]


def told(services, *kinds):
    return [(each["kind"], each["app"]) for row in reversed(services.ledger.notices.listed()) for each in row["news"] if not kinds or each["kind"] in kinds]


@pytest.fixture
def database(both):
    return both


def test_news_arrives(world):
    """From the ledger's event to the receiver, in order, each once; kept as sent."""
    with serve(OK) as server:
        services = routed(world, ops=given("webhook", server.url))
        with working(services):
            for number in range(5):
                sync(world, "progressing", started=number)
                sync(world, "succeeded", started=number)
            until(lambda: len(server.seen) == 10)
            until(lambda: {each["status"] for each in services.ledger.notices.listed()} == {"sent"})
    assert [json.loads(each[3])["kind"].partition(".")[2] for each in server.seen] == ["started", "succeeded"] * 5


def test_what_happened_before_is_no_news(world):
    """A new installation is not told of the past."""
    services = routed(world, ops=given("webhook", "http://127.0.0.1:1"))
    sync(world, "succeeded")
    router = routing.Router(services)
    router.step()
    router.step()
    assert services.ledger.notices.listed() == ()


def test_a_dead_channel_delays_no_other(world):
    """Its messages wait or die, the other's arrive at once and in order."""
    config = CONFIG.replace("[ops]", "[ops, dead]")
    with serve(OK) as good, serve("hang") as dead:
        services = routed(world, config, ops=given("webhook", good.url), dead=given("webhook", dead.url))
        with working(services):
            for number in range(20):
                sync(world, "failed", f"app-{number}", error="x")
            until(lambda: len(good.seen) == 20)
            assert titles(good) == [f"app-{number} failed in staging" for number in range(20)]
            assert len(dead.seen) <= 1
            dead.over.set()


def test_order_holds_over_failures(world):
    """What fails is tried again before anything after it is sent."""
    with serve((500, {}, {}), (503, {}, {}), OK) as server:
        services = routed(world, ops=given("webhook", server.url))
        with working(services):
            for app in ("first", "second"):
                sync(world, "failed", app, error="x")
            until(lambda: len(server.seen) == 4)
    assert [each.partition(" ")[0] for each in titles(server)] == ["first", "first", "first", "second"]
    assert len({each[2]["X-Klepaas-Delivery"] for each in server.seen}) == 2


def test_a_refusal_is_a_dead_letter_that_can_be_sent_again(world):
    """Not tried again by itself, seen with its reason, and sent when somebody asks."""
    with serve((403, {"message": "no"}, {}), OK) as server:
        services = routed(world, ops=given("webhook", server.url))
        with working(services):
            sync(world, "failed", "first", error="x")
            sync(world, "failed", "second", error="x")
            until(lambda: len(server.seen) == 2)
            dead, = until(lambda: services.ledger.notices.listed("dead"))
            assert "forbids" in dead["error"] and dead["news"][0]["app"] == "first"
            assert services.ledger.notices.again(dead["id"]) == 1
            until(lambda: len(server.seen) == 3)
            until(lambda: not services.ledger.notices.listed("waiting"))
    assert services.ledger.notices.counts() == {"ops": {"sent": 2}}


def test_nobody_is_tried_for_ever(world, monkeypatch):
    """After so many tries a message is dead, and the next has its turn."""
    monkeypatch.setattr(post, "MOST", 3)
    monkeypatch.setattr(post, "LONGEST", 0.05)
    with serve((500, {}, {}), (500, {}, {}), (500, {}, {}), OK) as server:
        services = routed(world, ops=given("webhook", server.url))
        with working(services):
            sync(world, "failed", "first", error="x")
            sync(world, "failed", "second", error="x")
            until(lambda: len(server.seen) == 4)
            dead, = until(lambda: services.ledger.notices.listed("dead"))
    assert dead["attempts"] == 3 and "3" in dead["error"]


def test_a_receiver_that_asks_for_rest_gets_it(world):
    """Retry-After is heeded, and outlives a restart."""
    with serve((429, {}, {"Retry-After": "3600"}), OK) as server:
        services = routed(world, ops=given("webhook", server.url))
        with working(services):
            sync(world, "failed", error="x")
            row = until(lambda: next((each for each in services.ledger.notices.listed() if each["attempts"]), None))
    assert row["later"] > time.time() + 3500 and len(server.seen) == 1


def test_a_channel_that_nobody_gave_is_seen(world):
    """klepaas.yaml names it, the settings do not: dead letters say so."""
    services = routed(world)
    with working(services):
        sync(world, "failed", error="x")
        dead, = until(lambda: services.ledger.notices.listed("dead"))
    assert "ops" in dead["error"] and "NOTIFY_CHANNELS" in dead["error"]


def test_what_is_alike_becomes_one_message(world):
    """News of one kind in one environment is gathered for as long as the route says; of another kind it is another message."""
    services = routed(world, CONFIG.replace("group: 0s", "group: 30s"), ops=given("webhook", "http://127.0.0.1:1"))
    router = routing.Router(services)
    router.step()
    for number in range(50):
        sync(world, "succeeded", f"app-{number}")
        router.step() if number % 10 == 0 else None
    sync(world, "failed", "web", error="x")
    router.step()
    rows = services.ledger.notices.listed()
    assert [(each["count"], each["news"][0]["kind"]) for each in rows] == [(1, "deployment.failed"), (50, "deployment.succeeded")]
    assert all(time.time() + 25 < each["due"] < time.time() + 30 for each in rows) and services.ledger.notices.next("ops") is None


def test_a_broken_config_stops_no_news(world):
    """The routes before go on, and that it is broken is itself told."""
    services = routed(world, ops=given("webhook", "http://127.0.0.1:1"))
    router = routing.Router(services)
    router.step()
    world.write({"klepaas.yaml": "environments: 3\n"})
    services.ledger.event("notice", None, None, problems=[{"path": "klepaas.yaml", "line": 1, "message": "no"}])
    router.step()
    assert told(services) == [("config.broken", None)]


def test_tokens_that_end_are_told_in_time(world):
    """Once a week before and once a day before, however often it is looked."""
    services = routed(world, ops=given("webhook", "http://127.0.0.1:1"))
    ledger = services.ledger
    ledger.put_user("ann@example.org", "Ann", ["k8s:read"])
    for name, days in (("soon", 5), ("very soon", 0.5), ("later", 30), ("never", None)):
        ledger.token_create("ann@example.org", name, ["k8s:read"], expires=days and time.time() + days * 86400)
    for _ in range(2):
        router = routing.Router(services)
        router.ledger.claim = lambda *_: True
        router.step()
    assert sorted((each["facts"]["title"], each["facts"]["days"]) for row in ledger.notices.listed() for each in row["news"]) == [("soon", 5), ("very soon", 1)]


def test_two_processes_send_each_message_once(world):
    """Only one of them works, whichever; the other takes over when it stops."""
    with serve(OK) as server:
        services = routed(world, ops=given("webhook", server.url))
        with working(services) as first:
            second = notify.opened(services)
            sync(world, "failed", "one", error="x")
            until(lambda: len(server.seen) == 1)
            first.stop()
            sync(world, "failed", "two", error="x")
            until(lambda: len(server.seen) == 2)
            second.stop()
            second.thread.join(30)
    assert [each.partition(" ")[0] for each in titles(server)] == ["one", "two"]


class Worker:
    def __init__(self, home, services, url):
        self.env = {**os.environ, "NOTIFY_CHANNELS": json.dumps({"ops": given("webhook", url)}), "DATABASE_URL": services.settings.database_url or ""}
        self.home = home

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-m", "tests.gitops.notice_worker", str(self.home)], cwd=ROOT, env=self.env, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def test_killed_between_sending_and_writing_it_down(world, tmp_path):
    """It comes again, under the same id; what was written down does not; and nothing is lost or overtaken."""
    with serve(OK, "hang", OK) as server:
        services = routed(world)
        services.settings._values["DATABASE_URL"] = world.services.settings.database_url
        services.ledger.notices.keep((), after=services.ledger.last_event())
        worker = Worker(tmp_path, services, server.url).start()
        sync(world, "failed", "first", error="x")
        until(lambda: services.ledger.notices.listed("sent"))
        sync(world, "failed", "second", error="x")
        sync(world, "failed", "third", error="x")
        until(lambda: len(server.seen) == 2)
        worker.kill()  # it has sent the second and does not know yet whether that was taken
        worker.start()
        until(lambda: len(services.ledger.notices.listed("sent")) == 3)
        worker.kill()
    assert [each.partition(" ")[0] for each in titles(server)] == ["first", "second", "second", "third"]
    ids = [each[2]["X-Klepaas-Delivery"] for each in server.seen]
    assert ids[1] == ids[2] and len(set(ids)) == 3


def test_a_ledger_that_is_away_when_it_was_taken(world, monkeypatch):
    """What a receiver acknowledged is not sent again, however long it cannot be written down."""
    with serve(OK) as server:
        services = routed(world, ops=given("webhook", server.url))
        ledger, away, real = services.ledger.notices, threading.Event(), services.ledger.notices.settled
        from gitops.errors import Unavailable

        def settled(*args):
            if not away.is_set():
                raise Unavailable("ledger_unavailable")
            return real(*args)
        monkeypatch.setattr(ledger, "settled", settled)
        with working(services):
            sync(world, "failed", "first", error="x")
            sync(world, "failed", "second", error="x")
            until(lambda: len(server.seen) == 1)
            time.sleep(0.3)  # several looks, none of which may send
            assert len(server.seen) == 1
            away.set()
            until(lambda: len(server.seen) == 2)
            until(lambda: len(ledger.listed("sent")) == 2)
    assert [each.partition(" ")[0] for each in titles(server)] == ["first", "second"]
