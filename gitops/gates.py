"""What has to be so before a promotion, in the environment that it comes from: the ledger's word on its health, Prometheus's on measurements.

Asked when it is proposed and when it is merged. A gate that cannot be asked is shut.
"""

import re
import time

from gitops import catalog as catalogs
from gitops import promql, values
from gitops.errors import Forbidden
from gitops.kept import Kept

FIELD = re.compile(r"\$(app|environment|namespace|version)\b")
SAME = 10            # seconds that a measurement is taken as it was: a preview, its confirmation, and a base that moved meanwhile
MEASURED = Kept(256)


def passed(services, command, environment, tree):
    """Forbidden says which gate is shut and, where time opens it, when."""
    gates = environment.gates
    if command.verb != "promote" or not (gates.healthy or gates.analysis):
        return
    catalog, source = catalogs.load(tree.fresh()), command.args["from"]
    said = {"app": command.app, "environment": source, "version": _version(tree, catalog, command.app, source)}
    if gates.healthy:
        _healthy(services.ledger, gates.healthy, said)
    for each in gates.analysis:
        _measured(services.settings, each, said | {"namespace": catalog.environment(source).namespace})


def _healthy(ledger, wanted, said):
    state, since = ledger.since(said["app"], said["environment"])
    if state.get("version") != said["version"]:
        raise Forbidden("gate_not_there", running=state.get("version") or "?", **said)
    if state.get("health") != "healthy":
        raise Forbidden("gate_not_healthy", health=state.get("health") or "unknown", **said)
    left = wanted - (time.time() - since)
    if left > 0:
        raise Forbidden("gate_too_soon", retry_after=int(left) + 1, left=_minutes(left), wanted=_minutes(wanted), **said)


def _measured(settings, analysis, said):
    """Every series that answers has to be within the bounds, and one has to answer."""
    query = FIELD.sub(lambda found: promql.quoted(str(said[found[1]] or ""))[1:-1], analysis.query)
    found = MEASURED.get((settings.prometheus_url, query, int(time.time()) // SAME), lambda: promql.instant(settings, query, hurry=True))
    numbers = [promql.number(each.points[0][1]) for each in found.series if found.kind in ("vector", "scalar")]
    about = {"gate": analysis.name or query[:200], "app": said["app"], "environment": said["environment"]}
    if not numbers or None in numbers:
        raise Forbidden("gate_no_number", **about)
    worst = next((each for each in numbers if not analysis.holds(each)), None)
    if worst is not None:
        raise Forbidden("gate_measured", measured=f"{worst:g}", wanted=analysis.bounds, **about)


def _version(tree, catalog, app, source):
    target = catalog.target(app, source)
    found = values.lookup(values.parse(tree.read(target.values_path), target.values_path), target.keys["version"]) if target.values_path else None
    return None if found is None else str(found)


def _minutes(seconds):
    seconds = int(seconds) + 1 if seconds != int(seconds) else int(seconds)
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} min"
