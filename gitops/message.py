"""The commit message: a subject, the person's own words quoted, and trailers that inform and never authorise."""

import re

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
LONGEST = 2000


def message(plan, actor, uid, trailers=()):
    """The whole message; `trailers` are added as (name, value) to those every command has. Ends in a newline, as trailers need."""
    command = plan.command
    body = [f"> {line}" for line in _clean(command.text or "").splitlines()]
    reason = [f"Because: {_one_line(command.reason)}"] if command.reason else []
    every = (("Command-Id", uid), ("Verb", command.verb), ("App", command.app), ("Environment", command.environment),
             ("Channel", actor.channel), ("Requested-by", f"{actor.name} <{actor.email}>"), *trailers)
    parts = [subject(plan), "\n".join(body), "\n".join(reason), "\n".join(f"{name}: {_one_line(value)}" for name, value in every if value)]
    return "\n\n".join(part for part in parts if part) + "\n"


def subject(plan):
    command = plan.command
    return _one_line(f"{command.verb}({command.app + '/' if command.app else ''}{command.environment}): {plan.summary}")


def _clean(text):
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST].strip()


def _one_line(text):
    return " ".join(_clean(str(text)).split())
