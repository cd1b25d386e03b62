"""The one path of every change, whatever door it came through: authorise, plan, check, deliver, keep the receipt.

`preview` changes nothing. Every attempt is in the audit, however it ended. `submit` is exactly-once by the command's id: see gitops/ledger for the row and its lock.
"""

import hashlib

import orjson

from gitops import audit, checks, deliver, planning, verbs, views
from gitops.errors import Invalid, KlepaasError
from gitops.origin import about
from gitops.telemetry import tracing


def preview(services, actor, command):
    """The Plan of the command for this actor on main's tip, checked and with its delivery decided."""
    with audit.refusals(services, actor, command):
        verb, args = _checked(command)
        complete = planning.resolved(services, actor, verb, command, args)
        plan = planning.decided(services, actor, verb, complete, planning.tip(services))
    services.ledger.audit.add(audit.of_command(actor, complete, outcome="previewed"))
    return plan


def submit(services, actor, command):
    """Do it, exactly once for this id of this actor; the Receipt. Unavailable may mean unknown: send the same id again."""
    with audit.refusals(services, actor, command):
        return _submitted(services, actor, command)


def _submitted(services, actor, command):
    verb, args = _checked(command)
    place = {"verb": verb.name, "app": command.app, "environment": command.environment}
    with about(**place), tracing.step(f"submit {verb.name}", **place), services.ledger.command(actor, command, _fingerprint(command, args)) as row:
        if row.receipt is not None:
            services.ledger.audit.add(audit.of_command(actor, row.command, outcome="repeated", commit=row.receipt["commit"]))
            return views.receipt_from(row.receipt)
        try:
            return _delivered(services, actor, row, verb, args)
        except KlepaasError as error:
            error.details["id"] = row.id
            if not error.transient:
                row.refuse(error.code, error.text())
            raise


def _checked(command):
    verb, args = verbs.check(command)
    if verb.kind == "read":
        raise Invalid("verb_is_a_read", verb=verb.name)
    checks.no_secret_words(command, args)
    return verb, args


def _fingerprint(command, args):
    sent = [command.verb, command.app, command.environment, args, command.text, command.reason]
    return hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _delivered(services, actor, row, verb, args):
    found = deliver.found_again(services, row, verb)
    if found is not None:
        return found
    if not row.resolved:
        row.resolve(planning.resolved(services, actor, verb, row.command, args))
    return deliver.deliver(services, actor, row, verb, row.command)
