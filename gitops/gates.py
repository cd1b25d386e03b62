"""What has to be so before a promotion: the ledger's word on the environment that it comes from. Asked when it is proposed and when it is merged."""

import time

from gitops import catalog as catalogs
from gitops import values
from gitops.errors import Forbidden


def passed(ledger, command, environment, tree):
    """Forbidden says which gate is shut and, where time opens it, when."""
    wanted = environment.gates.healthy
    if command.verb != "promote" or not wanted:
        return
    source, version = command.args["from"], _version(tree, command)
    state, since = ledger.since(command.app, source)
    said = {"app": command.app, "environment": source, "version": version}
    if state.get("version") != version:
        raise Forbidden("gate_not_there", running=state.get("version") or "?", **said)
    if state.get("health") != "healthy":
        raise Forbidden("gate_not_healthy", health=state.get("health") or "unknown", **said)
    left = wanted - (time.time() - since)
    if left > 0:
        raise Forbidden("gate_too_soon", retry_after=int(left) + 1, left=_minutes(left), wanted=_minutes(wanted), **said)


def _version(tree, command):
    target = catalogs.load(tree.fresh()).target(command.app, command.args["from"])
    found = values.lookup(values.parse(tree.read(target.values_path), target.values_path), target.keys["version"])
    return None if found is None else str(found)


def _minutes(seconds):
    seconds = int(seconds) + 1 if seconds != int(seconds) else int(seconds)
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} min"
