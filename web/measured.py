"""What the read verbs say of measurements: `query` answers Prometheus's own data, `overview` names nodes beyond a threshold. Must not build a query."""

from controller import prometheus
from gitops import policy, promql
from gitops.errors import KlepaasError

LISTS = {"critical": "critical", "warning": "warning"}  # state of a node -> the overview's list


def read(asked):
    """(data, summary) of the verb `query`."""
    found, window = prometheus.query(asked.services.settings, asked.args["promql"], asked.args.get("range"), asked.args.get("step"))
    return promql.data(found) | window, f"{len(found.series)} series"


def beside(asked, data, summary):
    """The overview with the nodes that are beyond a threshold, for whom the whole installation is shown to. That they are unknown spoils nothing else."""
    settings = asked.services.settings
    if not settings.prometheus_url or not policy.everywhere(asked.actor.scopes, asked.verb.scope):
        return data | {"monitoring": None}, summary
    try:
        found = prometheus.nodes(settings, hurry=True)
    except KlepaasError as error:
        return data | {"monitoring": {"status": "unknown", "message": error.text(asked.language)}}, summary
    for state, into in LISTS.items():
        data[into] += [_problem(node, name, each, found["measures"]) for node in found["items"] for name, each in node["values"].items() if each["state"] == state]
    return data | {"monitoring": {"status": "answers", "nodes": len(found["items"])}}, f"{sum(data['workloads'].values())} workloads, {len(data['critical'])} critical, {len(data['warning'])} warnings"


def _problem(node, name, value, measures):
    unit = next(each["unit"] for each in measures if each["name"] == name)
    return {"kind": "Node", "environment": None, "name": node["name"], "measure": name, "value": value["value"], "unit": unit, "state": value["state"]}
