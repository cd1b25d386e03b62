"""What an event of the ledger is as news, if it is any: {kind, severity, app, environment, at, facts}. Pure; a row of the outbox holds such dicts.

One sync is told once a status, and one that wrote nothing only where it failed or ends a failure: `said` is what was told last of the same.
"""

from gitops import checks
from gitops.notices.kinds import KINDS, SEVERITIES

LONGEST = 600   # characters of one fact
FIELDS = 5      # of a drift that are named
SYNCS = {"progressing": "deployment.started", "succeeded": "deployment.succeeded", "failed": "deployment.failed", "held": "sync.held"}
REVIEWS = {"open": "review.asked", "approved": "review.approved", "merged": "review.merged", "rejected": "review.rejected", "broke_glass": "break_glass"}


def about(event):
    """The key of what is told once, or None: news that is told whenever it comes."""
    return f"sync {event.environment}/{event.app}" if event.kind == "sync" else None


def of(event, said=None):
    """(news or None, what is kept as said of it or None)."""
    if event.kind == "sync":
        return _sync(event, said)
    made = EVENTS[event.kind](event.data) if event.kind in EVENTS else None
    return (made and _news(event, *made), None)


def _news(event, kind, facts, severity=None, ends=None):
    """`ends`: how much what it puts an end to mattered, where it does; who was told of that is told of this."""
    return {"kind": kind, "severity": severity or KINDS[kind], "app": event.app, "environment": event.environment, "at": event.at, "facts": clean(facts)} | ({"ends": ends} if ends else {})


def clean(facts):
    """As they may be told: short, of one kind, and without secrets."""
    return {name: value if isinstance(value, (int, float)) else checks.masked(str(value).encode("utf-8", "replace").decode())[:LONGEST] for name, value in facts.items() if value not in (None, "")}


def _sync(event, said):
    """A deployment or a hold. `said` is the sync (by when it began) and its status as told last, and whether a failure told before is not over."""
    data, kind = event.data, SYNCS.get(event.data.get("status"))
    began, *before = (said or "-").split()
    failed = "failed" in before and kind != "deployment.failed"
    now = f"{data.get('started')} {data.get('status')}{' failed' if failed and kind != 'deployment.succeeded' else ''}"
    if kind is None or said == now or not data.get("actions") and (kind == "deployment.started" or kind == "deployment.succeeded" and not failed):
        return None, None
    if kind == "deployment.started" and began == str(data.get("started")):
        return None, None
    facts = {"revision": data.get("revision"), "commit": data.get("commit"), "objects": len(data.get("actions") or ()), "began": data.get("started"), "error": None if kind in ("deployment.started", "deployment.succeeded") else data.get("error") or data.get("message")}
    return _news(event, kind, facts, "info" if kind == "sync.held" else None, KINDS["deployment.failed"] if failed and kind == "deployment.succeeded" else None), now


def _drift(data):
    shown = [f"{each['kind']} {each['name']} {' '.join(each['fields'])}" for each in data["fields"][:FIELDS]]
    more = [f"+{len(data['fields']) - FIELDS}"] if len(data["fields"]) > FIELDS else []
    return "drift.repaired" if data["repaired"] else "drift.found", {"fields": ", ".join(shown + more), "by": ", ".join(data.get("opponents") or ())}


def _review(data):
    kind = REVIEWS.get(data["status"])
    return kind and (kind, {"review": data["review"], "title": data.get("title"), "by": data.get("by"), "revision": data.get("commit"), "reason": data.get("reason")})


def _notice(data):
    if data.get("held"):
        return "sync.held", {"error": data["held"]}
    if data.get("unreached"):
        return "environment.unreached", {"error": data["unreached"]}
    if data.get("problems"):
        return "config.broken", {"error": "; ".join(f"{each['path']}:{each['line'] or 1} {each['message']}" for each in data["problems"])}
    if data.get("mirror"):
        return "mirror.stuck", {"error": data["mirror"]["message"]}
    return None


def _alert(data):
    kind = {"firing": "alert.fired", "resolved": "alert.resolved"}.get(data.get("status"))
    severity = data.get("severity") if data.get("severity") in SEVERITIES else KINDS["alert.fired"]
    return kind and (kind, {"title": data.get("name"), "error": data.get("summary"), "fingerprint": data.get("fingerprint"), "alert": data.get("id"), "source": data.get("source")}, *((severity, None) if kind == "alert.fired" else (None, severity)))


EVENTS = {"drift": _drift, "review": _review, "notice": _notice, "alert": _alert}
READ = ("sync", *EVENTS)


def expiring(token, days, at):
    """A token that ends within so many days."""
    return {"kind": "token.expiring", "severity": KINDS["token.expiring"], "app": None, "environment": None, "at": at,
            "facts": clean({"title": token["name"], "token": token["id"], "by": token["email"], "days": days})}


def test(by, at):
    """What somebody sends to see whether a channel works."""
    return {"kind": "test", "severity": "info", "app": None, "environment": None, "at": at, "facts": clean({"by": by})}
