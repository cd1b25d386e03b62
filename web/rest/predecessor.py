"""Addresses that the predecessor's clients know: a PromQL query, and a deployment followed over a websocket. Must not answer anything that other doors would not.

A deployment is a command: by its ledger id, by the id that its sender gave it, or by its commit. Nothing of its progress is invented: it is what the ledger and the cluster say.
"""

import queue
from datetime import UTC, datetime

import orjson
from flask import Blueprint, g
from simple_websocket import ConnectionClosed

from gitops import history, policy, verbs
from gitops.errors import Forbidden, KlepaasError, Unauthorized
from gitops.types import Command
from gitops.verbs import Argument
from web import reads
from web.context import broadcaster, cluster, services
from web.live import over, sock
from web.people import identity
from web.rest import shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("predecessor", __name__, url_prefix="/api/v1")
TICK = 1        # seconds a message of the client may wait
SEARCHED = 50   # commits of the app in which a deployment's is looked for
KINDS = ("command", "review", "sync", "health", "order")
OVER = {"failed": "failed", "refused": "failed", "rejected": "failed", "done": "success"}  # what a deployment has come to -> the predecessor's word


@blueprint.post("/monitoring/query")
@says("이전 제품의 주소로 보내는 PromQL 질의. 동작 `query` 와 같습니다.", body=(Argument("query", ("the query", "질의"), required=True), Argument("range", ("how far back, as 1h", "조회 범위, 예: 1h")), Argument("step", ("resolution, as 30s", "간격, 예: 30s"))), answers=shown.thing(status={"const": "success"}, data={}), errors=(504,))
def query(asked):
    """A PromQL query, at the predecessor's address: `{query, range?, step?}`; as the verb `query`."""
    args = {"promql": asked["query"], "range": asked["range"], "step": asked["step"]}
    found = reads.read(services(), cluster(), g.actor, Command("query", args={name: value for name, value in args.items() if value is not None}))
    return answer({"status": "success", "data": found["data"]})


def deployment(socket, id):
    """A deployment as it goes: `connection_established`, `progress` and `metrics` where something changed, `deployment_completed`; `{type: ping}` is answered."""
    mine = broadcaster().open()
    try:
        _follow(socket, mine, id)
    except ConnectionClosed:
        pass  # the client went away: that is how a socket ends
    except KlepaasError as error:
        over(socket, error)
    finally:
        broadcaster().close(mine)


sock.route("/ws/deployments/<id>", endpoint="deployment")(deployment)
sock.route("/api/v1/ws/deployments/<id>", endpoint="deployment_v1")(deployment)


def _follow(socket, mine, id):
    row, standing, told = _seen(id), identity.Standing(), {}
    _send(socket, "connection_established", id)
    while socket.connected:
        standing.still()
        row, now = _seen(row["uid"]), progress(row)
        live = _live(row)
        for kind, value in (("progress", now), *((("metrics", live),) if live else ())):
            if told.get(kind) != value:
                told[kind] = value
                _send(socket, kind, id, value)
        if now["status"] in OVER:
            _send(socket, "deployment_completed", id, now, status=OVER[now["status"]])
            return socket.close(1000)
        _until_something_moves(socket, mine, row, id)


def _seen(id):
    """The command, if the actor may read where it is; an id that is not there and one of another environment look the same to whom may read nowhere."""
    row = services().ledger.command_called(id, g.actor.email)
    policy.authorise(g.actor, verbs.VERBS["status"], row["environment"])
    return row


def _until_something_moves(socket, mine, row, id):
    """Until an event of the app, or DUE seconds went by; meanwhile pings are answered."""
    for _ in range(identity.DUE):
        while (message := socket.receive(timeout=0)) is not None:
            _ponged(socket, message, id)
        try:
            event = mine.get(timeout=TICK)
        except queue.Empty:
            continue
        if event is None or event.kind in KINDS and (event.app, event.environment) == (row["app"], row["environment"]):
            return


def _ponged(socket, message, id):
    try:
        asked = orjson.loads(message)
    except orjson.JSONDecodeError:
        return
    if isinstance(asked, dict) and asked.get("type") == "ping":
        _send(socket, "pong", id)


def _send(socket, kind, id, data=None, **more):
    value = {"type": kind, "deployment_id": id, "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"), **more, **({"data": data} if data is not None else {})}
    socket.send(orjson.dumps(value, default=str).decode())


# --- how far it is ---------------------------------------------------------------------------------------------------


def progress(row):
    """How far a command is: `status` is waiting, review, syncing, rollout, held, suspended, done, failed, refused or rejected."""
    app, environment = row["app"], row["environment"]
    review = services().ledger.review(row["review"]) if row["review"] else None
    commit = row["commit"] or (review and review.commit)
    state = (services().ledger.state(app, environment) or {}) if app and environment else {}
    known = {name: state.get(name) for name in ("sync", "health", "message", "replicas", "version", "revision", "error")}
    return {"app": app, "environment": environment, "verb": row["verb"], "commit": commit, "review": row["review"], "status": _status(row, review, commit, state), **known}


def _status(row, review, commit, state):
    if row["status"] in ("refused", "unchanged"):
        return {"refused": "refused", "unchanged": "done"}[row["status"]]
    if row["status"] == "accepted":
        return "waiting" if row["result"] is None else "done"
    if commit is None:
        return "waiting" if review is None else {"open": "review", "rejected": "rejected"}.get(review.status, "waiting")
    if not _reached(row, commit, state):
        return "syncing"
    return {"succeeded": "done", "failed": "failed", "held": "held", "suspended": "suspended"}.get(state.get("sync"), "rollout")


def _reached(row, commit, state):
    """Whether what was synced last holds the commit."""
    if state.get("revision") is None or state["revision"] == commit:
        return state.get("revision") == commit
    return any(each["revision"] == commit for each in history.of(services(), row["app"], row["environment"], SEARCHED, state["revision"]))


def _live(row):
    """The app's pods as the cluster has them; None where there is none, or it cannot be asked."""
    if not (row["app"] and row["environment"]):
        return None
    try:
        found = reads.read(services(), cluster(), g.actor, Command("status", row["app"], row["environment"]))["data"]
    except (Unauthorized, Forbidden):
        raise
    except KlepaasError:
        return None
    pods = [{name: each[name] for name in ("name", "phase", "ready", "restarts", "problem")} for each in found["pods"]]
    return {"desired": found["desired"], "ready": found["ready"], "available": found["available"], "restarts": sum(each["restarts"] for each in pods), "pods": pods}
