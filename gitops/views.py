"""Plans, reviews and receipts as JSON shows them, at every door alike."""

import hashlib
from dataclasses import asdict

import orjson

from gitops import values
from gitops.types import Receipt, Review


def plan(plan):
    """`hash` names what would be done: a confirmation that carries it confirms this and nothing else."""
    command = plan.command
    shown = {"verb": command.verb, "app": command.app, "environment": command.environment, "args": dict(command.args),
             "changes": [{"path": change.path, "diff": values.diff(change)} for change in plan.changes],
             "manifests": [dict(each) for each in plan.manifests], "delivery": plan.delivery}
    digest = hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return shown | {"base": plan.base, "risk": plan.risk, "summary": plan.summary, "warnings": list(plan.warnings), "hash": digest}


def review(review):
    return asdict(review) if review else None


def previewed(id, found):
    """A plan that nobody asked to be done yet, in the shape of a receipt."""
    shown = plan(found)
    return {"id": id, "status": "preview" if shown["changes"] or shown["delivery"] == "order" else "unchanged", "commit": None, "review": None, "plan": shown}


def connection(found, status, pull, items):
    """A repository that is connected, or would be: the file there, and what becomes of each command here."""
    return {"id": found.id, "status": status, "repository": found.repository, "branch": found.branch, "path": found.path, "content": found.content, "pull": pull, "items": list(items)}


def receipt(receipt):
    return {"id": receipt.id, "status": receipt.status, "commit": receipt.commit, "review": review(receipt.review), "plan": dict(receipt.plan)}


def receipt_from(shown):
    """The receipt that `receipt` showed."""
    kept = shown["review"]
    return Receipt(shown["id"], shown["status"], shown["plan"], shown["commit"],
                   Review(**kept | {"approvals": tuple(kept["approvals"]), "there": tuple(kept.get("there", ()))}) if kept else None)
