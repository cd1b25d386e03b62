"""Answers that go on, as server-sent events: what happens, and what an app says. Each ends with the right to it, and is resumed by Last-Event-ID. Must not tell what other doors would not."""

import contextlib
import re
import threading
import time

import orjson
from flask import Blueprint, Response, g, request, stream_with_context

from controller.cluster import tail
from gitops import audit, policy, verbs
from gitops.errors import Forbidden, Invalid, KlepaasError, NotFound, RateLimited
from gitops.types import Command
from gitops.verbs import Argument
from gitops.verbs.shapes import LABEL, NAME
from web import live, reads
from web.context import cluster, services
from web.errors import language
from web.people import identity
from web.rest import shown
from web.rest.api import AFTER
from web.rest.described import EVENTS, says

blueprint = Blueprint("streams", __name__, url_prefix="/api/v1")
MOST, OWN = 64, 8  # streams of a process, and of a person: each holds a thread
IDLE = 15          # seconds after which a comment tells that both ends live
RESUME = re.compile(rf"(?P<pod>{NAME})/(?P<container>{LABEL})/(?P<at>{tail.MOMENT.pattern})")
OPEN, LOCK = [], threading.Lock()
LINES = tuple(each for each in verbs.VERBS["logs"].arguments if each.name != "previous")
LAST = Argument("Last-Event-ID", ("the id of the last event that came: resumes after it", "마지막으로 받은 이벤트의 ID. 그 뒤부터 이어집니다"), max_length=400)


@blueprint.get("/events/stream")
@says("이벤트를 일어나는 대로 보냅니다. `Last-Event-ID` 나 `after` 뒤부터 이어집니다.", AFTER, answers=shown.TEXT, media=EVENTS, headers=(LAST,))
def events(after):
    """Events as they come, as server-sent events whose ids are theirs; goes on after `Last-Event-ID` or `after`."""
    begin = live.begin(request.headers.get("Last-Event-ID") or (None if after is None else str(after)))
    return _stream(lambda: (each and _event(each.kind, reads.event(each), each.id) for each in live.told(begin)))


@blueprint.get("/apps/<app>/<environment>/logs/stream")
@says("앱의 로그를 나오는 대로 보냅니다. 파드가 끝나거나 볼 권한이 끝나면 끝납니다.", *LINES, answers=shown.TEXT, media=EVENTS, headers=(LAST,), errors=(504,))
def logs(app, environment, lines, container, pod):
    """What an app says as it says it, as server-sent events `line`; ends with the container, or with the right to it. Goes on after `Last-Event-ID`."""
    place = _place(app, environment)
    resumed = RESUME.fullmatch(request.headers.get("Last-Event-ID", ""))
    name, container, found = _tail(place, app, lines or 30, pod, container, resumed)
    return _stream(lambda: _said(found, environment, name, container), found.stop)


def _place(app, environment):
    """The environment, if the actor may read there and the app is in it; what may not is written down, as at every door."""
    with audit.refusals(services(), g.actor, Command("logs", app, environment), Forbidden):
        policy.authorise(g.actor, verbs.VERBS["logs"], environment)
    catalog = services().readable()[1]
    catalog.target(app, environment)
    if cluster() is None:
        raise Invalid("not_configured", what="cluster", setting="KUBECONFIG")
    return catalog.environment(environment)


def _tail(place, app, lines, pod, container, resumed):
    """From where the client was, as long as that pod is there."""
    if resumed:
        with contextlib.suppress(NotFound):
            return tail.opened(cluster(), place, app, lines, resumed["pod"], resumed["container"], resumed["at"])
    return tail.opened(cluster(), place, app, lines, pod, container)


def _said(found, environment, pod, container):
    standing = identity.Standing()
    while (said := found.next(identity.DUE)) is not None:
        standing.again() if said is tail.NOTHING else standing.still()
        policy.authorise(g.actor, verbs.VERBS["logs"], environment)
        if said is tail.NOTHING:
            yield None
            continue
        yield _event("line", {"pod": pod, "container": container, "at": said[0], "line": said[1]}, f"{pod}/{container}/{said[0]}")
    yield _event("over", {"pod": pod, "container": container, "code": "container_over"})


# --- a stream, whatever it tells -------------------------------------------------------------------------------------


def _stream(begin, stop=lambda: None):
    """The response of what `begin()` yields: events as text, None where nothing came for a while."""
    email = g.actor.email
    try:
        _admitted(email)
    except RateLimited:
        stop()
        raise
    response = Response(stream_with_context(_held(begin)), content_type=EVENTS, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    response.call_on_close(lambda: _gone(email, stop))
    return response


def _held(begin):
    """What is told, until the right to it ended: then why."""
    spoken = time.monotonic()
    yield ": open\n\n"
    try:
        for each in begin():
            if each is not None or time.monotonic() > spoken + IDLE:
                yield each or ": still here\n\n"
                spoken = time.monotonic()
    except KlepaasError as error:
        yield _event("over", {"code": error.code, "title": error.text(language())})


def _event(kind, data, id=None):
    """One event; JSON has no line break that could begin another."""
    return (f"id: {id}\n" if id is not None else "") + f"event: {kind}\ndata: {orjson.dumps(data, default=str).decode()}\n\n"


def _admitted(email):
    with LOCK:
        if len(OPEN) >= MOST or OPEN.count(email) >= OWN:
            raise RateLimited("too_many_streams", most=OWN, retry_after=identity.DUE)
        OPEN.append(email)


def _gone(email, stop):
    """Once, when the client went away or the stream ended."""
    stop()
    with LOCK, contextlib.suppress(ValueError):
        OPEN.remove(email)
