"""Label and field selectors, with the messages of Kubernetes' parsers."""

import re

from controller.devcluster.errors import ApiError

TOKEN = re.compile(r"\s*(==|!=|=|!|,|\(|\)|>|<|[^\s=!,()<>]+)")
OPERATORS = ("in", "notin", "=", "==", "!=", ">", "<")
NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
NAME_TEXT = ("name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
             "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")
VALUE_TEXT = ("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
              "'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
FIELDS = {"pods": ("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"),
          "events": tuple(f"involvedObject.{name}" for name in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")) + ("reason", "reportingComponent", "source", "type"),
          "namespaces": ("status.phase",), "secrets": ("type",), "nodes": ("spec.unschedulable",), "jobs.batch": ("status.successful",),
          "replicasets.apps": ("status.replicas",), "replicationcontrollers": ("status.replicas",)}


def labels(text):
    """A test of a dict of labels."""
    if not text or not text.strip():
        return lambda found: True
    tests = _Parser(text).requirements()
    return lambda found: all(test(found) for test in tests)


class _Parser:
    """labels.Parse: requirements between commas."""

    def __init__(self, text):
        self.tokens = TOKEN.findall(text) + [""]

    def next(self):
        return self.tokens.pop(0) if len(self.tokens) > 1 else ""

    def requirements(self):
        found = [self.requirement()]
        while (token := self.next()) == ",":
            if self.tokens[0] in ("", ","):
                _refuse(f"found '{self.tokens[0]}', expected: identifier after ','")
            found.append(self.requirement())
        if token:
            _refuse(f"found '{token}', expected: ',' or 'end of string'")
        return found

    def requirement(self):
        negated = self.tokens[0] == "!" and bool(self.next())
        key = self._key()
        if negated or self.tokens[0] in ("", ","):
            return (lambda found: key not in found) if negated else lambda found: key in found
        operator = self.next()
        if operator not in OPERATORS:
            _refuse(f"found '{operator}', expected: in, notin, =, ==, !=, gt, lt")
        values = self._values() if operator in ("in", "notin") else {self._value(0, key)}
        return _test(key, operator, values)

    def _key(self):
        key = self.next()
        if not key or key in "=!,()<>":
            _refuse(f"found '{key}', expected: identifier")
        prefix, _, name = key.rpartition("/")
        if not NAME.fullmatch(name) or "/" in prefix:
            _refuse(f'<nil>: Invalid value: "{key}": {NAME_TEXT}')
        return key

    def _values(self):
        if (token := self.next()) != "(":
            _refuse(f"found '{token}' expected: '('")
        found, values = None, set()
        while (found := self.next()) not in (")", ""):
            if found != ",":
                values.add(found)
        if not found:
            _refuse("found '', expected: ',' or ')'")
        return values or {""}

    def _value(self, number, key):
        value = self.next() if self.tokens[0] not in ("", ",") else ""
        if not VALUE.fullmatch(value):
            _refuse(f'values[{number}][{key}]: Invalid value: "{value}": {VALUE_TEXT}')
        return value


def _refuse(why):
    raise ApiError(400, f"unable to parse requirement: {why}")


def _test(key, operator, values):
    if operator in (">", "<"):
        limit = next(iter(values))
        return lambda found: found.get(key, "").lstrip("-").isdigit() and (int(found[key]) > int(limit)) is (operator == ">")
    if operator in ("notin", "!="):
        return lambda found: found.get(key) not in values
    return lambda found: found.get(key) in values


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
            "Exists": lambda found: key in found, "DoesNotExist": lambda found: key not in found}.get(each["operator"], lambda found: False)


def fields(resource, text):
    """A test of an object, by the fields its resource may be selected by."""
    parts = [part for part in (text or "").split(",") if part]
    for part in reversed(parts):
        if not any(each in part for each in ("=", "!=")):
            raise ApiError(400, f"invalid selector: '{text}'; can't understand '{part}'")
    tests = [_field(resource, part) for part in parts]
    return lambda obj: all(test(obj) for test in tests)


def _field(resource, text):
    operator = next(each for each in ("!=", "==", "=") if each in text)
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
