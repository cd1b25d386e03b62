"""From an event to a message: what is news, where it goes, that it arrives once, in order, whatever dies in between."""

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
from gitops.contract.notify import Notify, Route
from gitops.notices import message, news, post, routes, routing
from gitops.services import Services
from gitops.types import Health, SyncResult
from tests.gitops.faults import serve
from tests.gitops.notice_help import composed, event, failed, given, settings
from tests.gitops.path_help import FILES, both, database, renderer, world  # noqa: F401 — fixtures

ROOT = Path(__file__).parent.parent.parent
OK = (200, {}, {})
CONFIG = FILES["klepaas.yaml"] + "notify:\n  routes:\n  - {channels: [ops], group: 0s}\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(post, "FIRST", 0.05)
    monkeypatch.setattr(post, "LOOK", 0.05)


def routed(world, text=CONFIG, files=None, **channels):
    """Services whose klepaas.yaml has these routes and whose settings have these channels."""
    world.write({"klepaas.yaml": text, **(files or {})})
    found = settings(**channels)
    found._values["KLEPAAS_HOME"] = str(world.services.settings.home)
    return Services(found, world.services.repo, world.services.ledger, world.services.renderer)


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


def sync(world, status, app="web", started=1.0, environment="staging", error=None, actions=({"action": "changed", "kind": "Deployment", "name": "web"},)):
    world.services.ledger.record_sync(SyncResult(app, environment, world.services.repo.head(), status, actions, Health("healthy"), started, started + 42, error))


def told(services, *kinds):
    return [(each["kind"], each["app"]) for row in reversed(services.ledger.notices.listed()) for each in row["news"] if not kinds or each["kind"] in kinds]


# --- what is news ----------------------------------------------------------------------------------------------------


def said(*events):
    """The kinds that events are news of, one after another."""
    found, kept = [], {}
    for each in events:
        one, now = news.of(each, kept.get(news.about(each)))
        kept |= {news.about(each): now} if now else {}
        found.append(one and one["kind"])
    return found


ACTIONS = [{"action": "changed", "kind": "Deployment", "name": "web"}]


def test_a_deployment_is_told_as_it_goes():
    """Started and succeeded, each once, however often the same is recorded."""
    begun, done = event(status="progressing", started=1.0, actions=ACTIONS), event(status="succeeded", started=1.0, actions=ACTIONS)
    assert said(begun, begun, done, done, begun, event(status="failed", started=1.0, actions=ACTIONS, error="x")) == ["deployment.started", None, "deployment.succeeded", None, None, "deployment.failed"]


def test_a_sync_that_wrote_nothing_is_no_deployment():
    """A controller that starts finds all as it is; what cannot be rendered is told though nothing was written."""
    assert said(event(status="succeeded", started=1.0, actions=[]), event(status="failed", started=2.0, actions=[], error="no such chart"), event(status="superseded", started=3.0)) == [None, "deployment.failed", None]


EVENTS = {
    "drift repaired": (event("drift", repaired=True, fields=[{"kind": "Deployment", "name": "web", "fields": ["/spec/replicas"]}], opponents=["kubectl-edit"]), "drift.repaired"),
    "drift left": (event("drift", repaired=False, fields=[], opponents=[]), "drift.found"), "asked": (event("review", review="a1", status="open", by="Kim", title="t", commit=None), "review.asked"),
    "approved": (event("review", review="a1", status="approved"), "review.approved"), "merged": (event("review", review="a1", status="merged"), "review.merged"), "rejected": (event("review", review="a1", status="rejected"), "review.rejected"),
    "another head": (event("review", review="a1", status="changed"), None), "glass": (event("review", review="a1", status="broke_glass", reason="fire"), "break_glass"), "held": (event("notice", None, held="two thirds would go"), "sync.held"),
    "away": (event("notice", None, unreached="no cluster"), "environment.unreached"), "back": (event("notice", None, unreached=None), None), "broken": (event("notice", None, None, problems=[{"path": "klepaas.yaml", "line": 3, "message": "m"}]), "config.broken"),
    "mended": (event("notice", None, None, problems=[]), None), "alert": (event("alert", status="firing", name="HighCPU", severity="warning", fingerprint="f"), "alert.fired"), "over": (event("alert", status="resolved", name="HighCPU"), "alert.resolved"),
    "a command": (event("command"), None), "access": (event("access"), None)}


@pytest.mark.parametrize("case", EVENTS)
def test_events_that_are_news(case):
    """Each by its kind; and each kind has words in both languages."""
    given_, kind = EVENTS[case]
    found, _ = news.of(given_)
    assert (found and found["kind"]) == kind
    for language in ("en", "ko") if found else ():
        assert composed(found, language=language).title and composed(found, found, language=language).title


def test_an_alerts_severity_is_its_own():
    """Of those we know."""
    assert news.of(EVENTS["alert"][0])[0]["severity"] == "warning" and news.of(event("alert", status="firing", severity="none"))[0]["severity"] == "critical"


def test_who_heard_of_a_failure_hears_of_its_end():
    """A route of what is critical: the success after a failure, whatever lies between and though nothing was written, and the end of an alert it was told of; no other success or end."""
    notify_, kept, heard = Notify((Route(("pager",), severity="critical"),)), None, []
    for number, status in enumerate(("succeeded", "failed", "progressing", "succeeded", "succeeded")):
        found, now = news.of(event(status=status, started=float(number), actions=[] if number == 3 else ACTIONS), kept)
        kept, heard = now or kept, heard + [bool(found and routes.channels(notify_, found))]
    assert heard == [False, True, False, True, False]
    alerts = [news.of(event("alert", status=status, severity=severity))[0] for severity in ("critical", None, "warning") for status in ("firing", "resolved")]
    assert [bool(routes.channels(notify_, each)) for each in alerts] == [True, True, True, True, False, False] and alerts[1]["severity"] == "info"


# --- where it goes ---------------------------------------------------------------------------------------------------

ROUTES = {"any": ({}, True), "environment": ({"environments": ("prod*",)}, True), "another environment": ({"environments": ("staging",)}, False), "app": ({"apps": ("we?",)}, True), "another app": ({"apps": ("api",)}, False),
          "event": ({"events": ("deployment.*",)}, True), "another event": ({"events": ("deployment.succeeded", "alert.*")}, False), "severe enough": ({"severity": "warning"}, True), "severe": ({"severity": "critical"}, True),
          "all of it": ({"environments": ("production",), "apps": ("web",), "events": ("*.failed",)}, True), "not all of it": ({"environments": ("production",), "apps": ("api",)}, False)}


@pytest.mark.parametrize("case", ROUTES)
def test_routes(case):
    """All that a route says must fit."""
    given_, fits = ROUTES[case]
    assert bool(routes.channels(Notify((Route(("ops",), **given_),)), failed())) == fits


def test_news_of_no_environment_is_not_an_environments():
    """A route of production hears nothing of klepaas.yaml."""
    found = news.of(EVENTS["broken"][0])[0]
    assert not routes.channels(Notify((Route(("ops",), ("*",)),)), found) and routes.channels(Notify((Route(("ops",)),)), found)


def test_the_first_route_of_a_channel_counts():
    """Nobody is told twice in one channel, and in that route's language."""
    found = routes.channels(Notify((Route(("ops", "team"), language="ko"), Route(("ops",), language="en"))), failed())
    assert [(channel, language) for channel, language, _ in found] == [("ops", "ko"), ("team", "ko")]


# --- what it says ----------------------------------------------------------------------------------------------------


def test_a_message_names_who_and_what(world):
    """Version, commit, author and how long it took, as git and the syncs say; in the route's language."""
    services = routed(world, CONFIG.replace("group: 0s", "group: 0s, language: ko"), ops=given("webhook", "http://127.0.0.1:1"))
    routing_ = routing.Router(services)
    routing_.step()
    world.write({"values/staging/web.yaml": FILES["values/staging/web.yaml"].replace("1.25", "1.31")})
    sync(world, "succeeded")
    routing_.step()
    row, = services.ledger.notices.listed()
    found = message.composed(row, services.repo.name, None)
    commit = services.repo.history(limit=1)[0]
    assert found.title == "staging 배포 성공: web 1.31" and dict(found.facts)["커밋"] == commit.sha[:8] and dict(found.facts)["작성자"] == commit.author
    assert row["news"][0]["facts"]["duration"] > 0 and found.id.endswith(f"-{row['id']}")


def test_no_secret_leaves():
    """Whatever an error quotes, in our words and in a template's."""
    token = "ghp_" + "a" * 36
    found, _ = news.of(event(status="failed", started=1.0, actions=[], error=f"denied for {token}"))
    assert token not in json.dumps(found) and "***" in composed(found).text
    leaked = {**found, "facts": {"error": token}}
    assert token not in composed(leaked, template=("t.j2", b"{{ error }}")).text


def test_a_rollout_of_many_is_one_message():
    """Its title says how many, and it names no more than anybody reads."""
    found = composed(*(failed(f"app-{number}") for number in range(50)))
    assert found.title == "50 apps failed in production" and len(found.lines) == message.SHOWN + 1 and found.lines[-1] == "… and 30 more" and found.lines[0].startswith("app-0 1.27: CrashLoop")


ATTACKS = {"a class": "{{ ''.__class__.__mro__[1].__subclasses__() }}", "a call": "{{ items.append(1) }}", "a loop in a loop": "{% for a in items %}{% for b in items %}x{% endfor %}{% endfor %}", "a range": "{% for a in range(999999999) %}x{% endfor %}",
           "a power": "{{ 9**9**9 }}", "many": "{{ 'a' * 999999999 }}", "an assignment": "{% set x = 1 %}", "a macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "a width": "{{ title|center(999999999) }}", "a filter": "{{ title|map('upper') }}",
           "an include": "{% include 'klepaas.yaml' %}", "depth": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "size": "x" * 9000, "recursion": "{% for a in items recursive %}{{ loop(items) }}{% endfor %}", "no template": "{{", "no text": b"\xff\xfe",
           "digits": "{{ " + "9" * 8000 + " }}", "blocks": "{% if 1 %}" * 370 + "{% endif %}" * 370, "nothing there": "{{ items[99].a.b }}"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_reaches_nothing(attack):
    """It is not used, the message goes out in our words and says why; none takes long."""
    text = ATTACKS[attack]
    began = time.process_time()
    found = composed(failed(), template=("notify/deployment.failed.j2", text if isinstance(text, bytes) else text.encode()))
    assert found.title == "web 1.27 failed in production" and found.lines and "notify/deployment.failed.j2" in found.lines[-1] and time.process_time() - began < 1


def test_a_template_grows_no_larger_than_is_read():
    """Its output ends where a message ends."""
    text = "{% for each in items %}" + "{{ each.error }}" * 400 + "{% endfor %}"
    assert len(composed(*(failed(error="x" * 600) for _ in range(100)), template=("t.j2", text.encode())).text) < 5000


def test_templates_of_the_repository(world):
    """The route's language wins over the text for all; its first line is the title."""
    files = {"notify/deployment.failed.ko.j2": "[{{ environment }}] {{ app }} 죽음\n{% for each in items %}{{ each.app|upper }}: {{ each.error }}\n{% endfor %}", "notify/deployment.failed.j2": "other"}
    services = routed(world, CONFIG.replace("routes:", "templates: notify\n  routes:"), files)
    row = {"id": 1, "news": [failed()], "count": 1, "language": "ko"}
    assert post.template(services, {**row, "language": "en"})[0] == "notify/deployment.failed.j2"
    found = message.composed(row, "x", None, post.template(services, row))
    assert (found.title, found.lines) == ("[production] web 죽음", ("WEB: CrashLoopBackOff: web-1 exits with 1",))


# --- that it arrives -------------------------------------------------------------------------------------------------


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
