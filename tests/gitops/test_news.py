"""What is news, where it goes, and what it says."""

import json
import time

import pytest

from gitops.contract.notify import Notify, Route
from gitops.notices import message, news, post, routes, routing
from tests.gitops.notice_help import CONFIG, composed, event, failed, given, routed, sync
from tests.gitops.path_help import FILES, database, renderer, world  # noqa: F401 (fixtures)

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
