"""The keys of a rule of `previews` in klepaas.yaml, each with its check: (value, at) -> the value as we keep it."""

import re
from types import MappingProxyType

from gitops.shapes import Wrong, list_of, mapping, matching, of
from gitops.types import PreviewRule

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
REPOSITORY = re.compile(r"[\w.-]{1,100}(/[\w.-]{1,100}){1,5}", re.ASCII)
FIELDS = ("app", "number", "name", "sha", "sha7", "host")
HOST = re.compile(r"([a-z0-9.-]|\{(app|number|name)\}){1,200}")
VERSION = re.compile(r"([A-Za-z0-9_.-]|\{(sha|sha7|number)\})+")
KEY_PATH = re.compile(r"(\\\.|[^\\.\0-\x1f])+(\.(\\\.|[^\\.\0-\x1f])+)*")
OWN = ("klepaas",)  # what a values file says to us is no value of an app


def rule(value, at):
    found = mapping(value, at, RULE)
    missing = [name for name in ("repository", "environment") if name not in found]
    if missing:
        raise Wrong(at, f"a mapping with {missing[0]}")
    name = found.pop("name", None) or re.sub("[^a-z0-9]+", "-", found["repository"].rpartition("/")[2].lower())[:40].strip("-")
    if not NAME.fullmatch(name):
        raise Wrong(at, "a mapping with name, since no name can be made of the repository's")
    return PreviewRule(name=name, **found)


def fit(rules, environments, pattern):
    """Wrong where rules and environments do not fit together: every preview has a name of its own, and files of its own."""
    if rules and pattern is not None and not re.search(r"(^|/)\{environment\}(/|\.\w+$)", pattern):
        raise Wrong(("values",), "a pattern with {environment} as a whole name, since previews are environments too")
    for index, each in enumerate(rules):
        if each.environment not in environments:
            raise Wrong(("previews", index, "environment"), "the name of an environment")
        if any(other.name == each.name or other.repository.lower() == each.repository.lower() for other in rules[:index]):
            raise Wrong(("previews", index), "another repository than the rules before it, and another name")
        if any(re.fullmatch(rf"{each.name}-pr-[0-9]+", name) for name in environments):
            raise Wrong(("previews", index, "name"), "a name by which no environment is called already")


def _number(least, most):
    def check(value, at):
        if type(value) is not int or not least <= value <= most:
            raise Wrong(at, f"a number from {least} to {most}")
        return value
    return check


def _values(value, at):
    """key path -> a value, whose texts have known fields."""
    if not isinstance(value, dict):
        raise Wrong(at, "a mapping of key paths such as resources.requests.cpu to values")
    for key, each in value.items():
        if not (isinstance(key, str) and KEY_PATH.fullmatch(key)) or key.partition(".")[0] in OWN:
            raise Wrong((*at, str(key)), "a path of keys such as image.tag")
        if isinstance(each, str) and set(re.findall(r"\{(\w*)\}", each)) - set(FIELDS):
            raise Wrong((*at, key), f"a text with fields of {', '.join(f'{{{name}}}' for name in FIELDS)}")
    return MappingProxyType(dict(value))


_label = matching(re.compile(r"[^\x00-\x1f\x7f]{1,100}"), "the name of a label")
_app = matching(re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"), "a DNS label: lower-case letters, digits and dashes")
RULE = {"repository": matching(REPOSITORY, "owner/repo"), "environment": _app, "name": matching(NAME, "a DNS label of at most 40 characters"), "label": _label, "apps": list_of(_app),
        "host": matching(HOST, "a domain with fields of {app}, {number}, {name}"), "version": matching(VERSION, "a tag with fields of {sha}, {sha7}, {number}"),
        "days": _number(1, 90), "limit": _number(1, 50), "forks": of(bool, "true or false"), "values": _values}
