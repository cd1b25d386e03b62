"""A preview's confirmation: the whole command, signed, so that what is confirmed is what was shown, by whom it was shown to.

It carries the command's id: confirmed twice, in two tabs or two processes, it is one command.
"""

import secrets

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from gitops.errors import Conflict, Invalid
from gitops.types import Command

SECONDS = 30 * 60  # how long a preview may be confirmed


def _signer():
    return URLSafeTimedSerializer(current_app.secret_key, salt="confirmation")


def made(actor, command, plan):
    """(id, confirmation) of a preview: `plan` as JSON shows it."""
    id = secrets.token_hex(8)
    kept = [id, command.verb, plan["app"], plan["environment"], dict(command.args), command.text, command.reason, actor.email, actor.channel, plan["hash"]]
    return id, _signer().dumps(kept)


def opened(actor, confirmation, digest=None):
    """The Command a confirmation carries; Invalid when it is old, another's or another door's, Conflict for another plan's hash."""
    try:
        id, verb, app, environment, args, text, reason, email, channel, known = _signer().loads(confirmation, max_age=SECONDS)
    except SignatureExpired:
        raise Invalid("confirmation_old") from None
    except (BadSignature, TypeError, ValueError):
        raise Invalid("confirmation_bad") from None
    if (email, channel) != (actor.email, actor.channel):
        raise Invalid("confirmation_bad")
    if digest is not None and digest != known:
        raise Conflict("confirmation_other_plan")
    return Command(verb, app, environment, args, id, text, reason)
