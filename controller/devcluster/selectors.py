"""Label and field selectors."""

import re

from controller.devcluster.errors import ApiError

REQUIREMENT = re.compile(r"^\s*(!?)\s*([A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?)\s*(?:(==|=|!=)\s*([A-Za-z0-9._-]*)|\s(in|notin)\s*\(([^()]*)\))?\s*$")
FIELDS = {"pods": ("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"),
          "events": tuple(f"involvedObject.{name}" for name in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")) + ("reason", "reportingComponent", "source", "type"),
          "namespaces": ("status.phase",), "secrets": ("type",), "nodes": ("spec.unschedulable",), "jobs.batch": ("status.successful",),
          "replicasets.apps": ("status.replicas",), "replicationcontrollers": ("status.replicas",)}


def labels(text):
    """A test of a dict of labels."""
    tests = [_requirement(part) for part in _split(text or "")]
    return lambda found: all(test(found) for test in tests)


def _split(text):
    return [part for part in re.split(r",(?![^(]*\))", text) if part.strip() or text.strip()] if text.strip() else []


def _requirement(text):
    match = REQUIREMENT.match(text)
    if not match or match[1] and (match[4] or match[6]):
        raise ApiError(400, f"unable to parse requirement: {_why(text)}")
    negated, key, _, operator, value, many, values = match.groups()
    if many:
        wanted = {each.strip() for each in values.split(",")}
        return (lambda found: found.get(key) in wanted and key in found) if many == "in" else lambda found: found.get(key) not in wanted
    if operator == "!=":
        return lambda found: found.get(key) != value
    if operator:
        return lambda found: found.get(key) == value
    return (lambda found: key not in found) if negated else lambda found: key in found


def _why(text):
    return f"found '{text.strip()}', expected: identifier" if not re.match(r"\s*!?\s*[A-Za-z0-9]", text) else f"found '{text.strip()}', expected: in, notin, =, ==, !=, gt, lt"


def of_selector(selector):
    """A test of labels from an object's {matchLabels, matchExpressions}."""
    if not selector:
        return lambda found: False
    exact = selector.get("matchLabels") or {}
    tests = [_expression(each) for each in selector.get("matchExpressions") or ()]
    return lambda found: all(found.get(key) == value for key, value in exact.items()) and all(test(found) for test in tests)


def _expression(each):
    key, values = each["key"], set(each.get("values") or ())
    return {"In": lambda found: found.get(key) in values, "NotIn": lambda found: found.get(key) not in values,
            "Exists": lambda found: key in found, "DoesNotExist": lambda found: key not in found}[each["operator"]]


def fields(resource, text):
    """A test of an object, by the fields its resource may be selected by."""
    tests = [_field(resource, part) for part in (text or "").split(",") if part]
    return lambda obj: all(test(obj) for test in tests)


def _field(resource, text):
    operator = next((each for each in ("!=", "==", "=") if each in text), None)
    if operator is None:
        raise ApiError(400, f"invalid selector: '{text}'; can't understand '{text}'")
    name, _, value = text.partition(operator)
    if name not in ("metadata.name", "metadata.namespace", *FIELDS.get(resource.key, ())) or name == "metadata.namespace" and not resource.namespaced:
        raise ApiError(400, _unknown(resource, name))
    return lambda obj: (_text(obj, name) == value) is (operator != "!=")


def _unknown(resource, name):
    if resource.group == "" and resource.plural in ("pods", "events", "namespaces", "secrets", "nodes"):
        return f"field label not supported: {name}"
    return f'"{name}" is not a known field selector: only "metadata.name", "metadata.namespace"' if resource.key not in FIELDS else f"field label not supported for {resource.kind}: {name}"


def _text(obj, name):
    at = obj
    for step in name.split("."):
        at = at.get(step) if isinstance(at, dict) else None
    return "" if at is None else str(at).lower() if isinstance(at, bool) else str(at)
