"""What a review says at its forge, as Markdown. Whatever people, git and charts wrote stands in code blocks, where it is neither
markup nor a mention of anybody.
"""

import re

from gitops import effects, values

LONGEST = 60_000  # characters; GitHub takes 65,536
PART = 12_000     # characters of one diff


def body(plan, actor, words, url):
    """The description: who asked for what, in which words, and what would change."""
    command = plan.command
    asked = f"**{command.verb}**{f' {command.app}' if command.app else ''} in {command.environment}, risk {plan.risk}, through {actor.channel}."
    parts = [asked, _fenced(f"{actor.name} <{actor.email}>" + (f": {words}" if words else "") + (f"\nBecause: {command.reason}" if command.reason else ""))]
    parts += ["### Values", *(f"`{plain(change.path)}`\n{_fenced(values.diff(change), 'diff')}" for change in plan.changes)]
    parts += ["### Objects"] * bool(plan.manifests) + [_object(each) for each in plan.manifests]
    return _bounded(parts) + (f"\n\n[K-Le-PaaS]({url})" if url else "")


def _object(found):
    effect = f": {effects.said(found['effect'])}" if found.get("effect") else ""
    return f"{found['action']} {plain(found['kind'])} `{plain(found['name'])}`{effect}\n{_fenced(found.get('diff') or '', 'diff')}"


def comment(review):
    """The state of a review, in the one comment of ours."""
    approvals = [f"- approved by {plain(each)}" for each in review.approvals]
    ends = {"merged": f"Merged as {review.commit}." if review.commit else "Merged: it had nothing left to change.", "rejected": "Rejected."}
    missing = f"{len(review.approvals)} of {review.required} approvals in K-Le-PaaS." if review.required else "No approval is required in K-Le-PaaS."
    return "\n".join([ends.get(review.status, missing), *approvals])


def _fenced(text, language=""):
    """In a code block that the text cannot end."""
    text = text if len(text) <= PART else f"{text[:PART]}\n[... {len(text) - PART} characters more]"
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def plain(text):
    """Without what is markup or a mention."""
    return re.sub(r"[`@<>\[\]*#|\\]|[\x00-\x1f]", " ", str(text)).strip()


def _bounded(parts):
    """As many whole parts as fit."""
    fitting, length = [], 0
    for part in parts:
        length += len(part) + 2
        if length > LONGEST:
            return "\n\n".join([*fitting, f"{len(parts) - len(fitting)} parts more are in K-Le-PaaS."])
        fitting.append(part)
    return "\n\n".join(fitting)
