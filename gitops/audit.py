"""What is written down of every attempt, allowed or refused: who, from where, through which door, what, and what became of it.

Secrets are taken out before anything is kept. Must not decide who may; the rows are the ledger's (gitops/ledger/audit).
"""

import contextlib
import logging
import re

from gitops import checks
from gitops.errors import KlepaasError
from gitops.ledger.audit import Entry
from gitops.origin import CURRENT

log = logging.getLogger(__name__)
HIDDEN = "***"
LONGEST = 200  # characters of an argument
BULKY = ("manifest", "files")
SECRET = re.compile("|".join(f"(?:{pattern})" for pattern in checks.SECRETS.values()))


def entry(actor, verb, app=None, environment=None, args=None, *, outcome, code=None, commit=None, review=None, door=None):
    """The Entry of one attempt, from where this request came. `actor` is None for somebody unknown."""
    origin = CURRENT.get()
    return Entry(
        email=actor and actor.email, name=actor and clean(actor.name), agent=bool(actor and actor.agent), address=origin.address, request=origin.request,
        door=door or (actor.channel if actor else "rest"), verb=clean(str(verb))[:64], app=_name(app), environment=_name(environment), args=redacted(args or {}),
        outcome=outcome, code=code, commit=commit, review=review)


def _name(value):
    return None if value is None else clean(str(value))[:64]


def redacted(args):
    """The arguments with nothing in them that may be a secret: a variable's value never, a file only as its size."""
    return {clean(str(name))[:64]: _argument(name, value) for name, value in args.items()}


def _argument(name, value):
    if name in BULKY:
        return f"({len(str(value))} characters)"
    if name == "value":
        return HIDDEN
    return clean(value)[:LONGEST] if isinstance(value, str) else value if isinstance(value, (int, float, bool, type(None))) else clean(str(value))[:LONGEST]


def clean(text):
    """The text as both databases can hold it, without what has the form of a secret."""
    return SECRET.sub(HIDDEN, text.encode("utf-8", "backslashreplace").decode().replace("\0", ""))


@contextlib.contextmanager
def refusals(services, actor, command, kinds=KlepaasError):
    """Writes down how the block ended where it raised: refused, or failed for a reason that may pass. Once, whoever asks around whom."""
    try:
        yield
    except kinds as error:
        if not error.audited:
            error.audited = True
            _kept(services, of_command(actor, command, outcome="failed" if error.transient else "refused", code=error.code))
        raise


def _kept(services, found):
    """What was refused stays refused, even if that cannot be written down."""
    try:
        services.ledger.audit.add(found)
    except KlepaasError as error:
        log.warning("not in the audit (%s): %s", error, found)


def of_command(actor, command, **more):
    args = command.args if hasattr(command.args, "items") else {}
    return entry(actor, command.verb, command.app, command.environment, args, **more)
