"""What klepaas.yaml and a `klepaas:` section may say: one table of keys, each with its check. Reads text, knows no tree."""

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

import yaml

from gitops import values
from gitops.errors import Invalid, KlepaasError
from gitops.types import Environment, Ignore, Problem, SyncPolicy, Window
from gitops.yamltext import parse as yamltext

KEYS = MappingProxyType({"version": "image.tag", "image": "image.repository", "replicas": "replicaCount",
                         "restart": r"podAnnotations.klepaas\.io/restartedAt", "env": "env"})
LATER = ("policy", "notify", "cicd", "integrations", "prices", "owners", "pipelines", "images", "previews", "lexicon")  # checked by the parts they belong to
SECTION_DEFAULTS = MappingProxyType({"repository": None, "suspend": False, "depends_on": (), "adopt": False, "ignore": ()})
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PATH = re.compile(r"(?!/)(?!.*(^|/)\.{1,2}(/|$))[^\\\0]{1,400}")


@dataclass(frozen=True, slots=True)
class Config:
    """A klepaas.yaml: `document` is None where there is none, and `environments` is empty where it is broken."""

    document: dict | None = None
    name: str | None = None
    values: str | None = None
    chart: str | None = None
    environments: dict = field(default_factory=dict)
    keys: object = field(default_factory=lambda: KEYS)
    problems: tuple = ()


class _Wrong(Exception):
    """A key's value is not what it must be: (key path, what is wanted)."""


def read(data, path):
    """The Config in a klepaas.yaml. One Problem, and no environments, when anything in it is wrong."""
    try:
        document = values.parse(data, path)
        return _config(document)
    except _Wrong as wrong:
        return _broken(_placed(wrong, data, path), path)
    except KlepaasError as error:
        return _broken(error, path)


def _broken(error, path):
    return Config({}, problems=(Problem(path, error.line, error.code, error.text()),))


def _placed(wrong, data, path):
    key, wanted, code = (*wrong.args, "config_bad_value")[:3]
    details = {"known": wanted} if code == "config_unknown_key" else {"wanted": wanted}
    return Invalid(code, path=path, line=line_of(data, path, key), key=key, **details)


def line_of(data, path, key):
    """The line a dotted key stands in, or of its nearest parent."""
    node, line = yamltext.compose(yamltext.decode(data, path), path), 1
    for step in key.split("."):
        step, _, index = step.partition("[")
        pair = next((pair for pair in node.value if pair[0].value == step), None) if isinstance(node, yaml.MappingNode) else None
        if pair is None:
            return line
        line, node = pair[0].start_mark.line + 1, pair[1]
        if index and isinstance(node, yaml.SequenceNode) and int(index[:-1]) < len(node.value):
            node = node.value[int(index[:-1])]
            line = node.start_mark.line + 1
    return line


def _config(document):
    found = _object(document, "", TOP)
    if found.get("version", 1) != 1:
        raise _Wrong("version", "1")
    names = found.get("environments")
    if not names:
        raise _Wrong("environments", "a mapping of at least one environment")
    pattern = found.get("values")
    if pattern and "{environment}" not in pattern and len(names) > 1:
        raise _Wrong("values", "a pattern with {environment}, since there are several")
    for name, environment in names.items():
        if environment.promotes_from not in (None, *names):
            raise _Wrong(f"environments.{name}.promotes_from", "the name of an environment")
    return Config(document, found.get("name"), pattern, found.get("chart"), names, MappingProxyType({**KEYS, **found.get("keys", {})}))


def section(given, path, data):
    """The checked `klepaas:` section of a values file; Invalid with its line."""
    if given is None:
        return {}
    try:
        return _object(given, "klepaas", SECTION)
    except _Wrong as wrong:
        raise _placed(wrong, data, path) from None


def _object(given, at, table):
    """The mapping with each key checked by its table."""
    if not isinstance(given, dict):
        raise _Wrong(at or "klepaas.yaml", "a mapping")
    for key in given:
        if key not in table:
            raise _Wrong(_below(at, str(key)), list(table), "config_unknown_key")
    return {key: table[key](value, _below(at, key)) for key, value in given.items()}


def _below(at, key):
    return f"{at}.{key}" if at else key


# --- checks: (value, key) -> the value as we keep it --------------------------------------------------------------


def _of(kind, wanted):
    def check(value, key):
        if type(value) is not kind:
            raise _Wrong(key, wanted)
        return value
    return check


def _matching(pattern, wanted):
    def check(value, key):
        if not (isinstance(value, str) and pattern.fullmatch(value)):
            raise _Wrong(key, wanted)
        return value
    return check


def _choice(*choices):
    def check(value, key):
        if value not in choices:
            raise _Wrong(key, " or ".join(map(str, choices)))
        return value
    return check


def _list(check):
    def checked(value, key):
        if not isinstance(value, list):
            raise _Wrong(key, "a list")
        return tuple(check(each, f"{key}[{index}]") for index, each in enumerate(value))
    return checked


def _anything(value, key):
    return value


def _pattern(value, key):
    _path(value, key)
    if value.count("{app}") != 1 or value.count("{environment}") > 1 or set(re.findall(r"\{[^}]*\}", value)) - {"{app}", "{environment}"}:
        raise _Wrong(key, "a path with {app} and perhaps {environment}")
    return value


def _keys(value, key):
    if not isinstance(value, dict) or set(value) - set(KEYS):
        raise _Wrong(key, f"a mapping of {', '.join(KEYS)}")
    return {name: _text(each, _below(key, name)) for name, each in value.items()}


def _environments(value, key):
    if not isinstance(value, dict):
        raise _Wrong(key, "a mapping")
    return {_name(name, _below(key, str(name))): _environment(name, each, _below(key, name), order) for order, (name, each) in enumerate(value.items())}


def _environment(name, value, key, order):
    found = _object({} if value is None else value, key, ENVIRONMENT)
    review = found.pop("review", False)
    approvals = found.pop("approvals", 1)
    known = {each: found[each] for each in Environment.__slots__ if each in found}
    return Environment(**{"namespace": name, **known, "name": name, "order": order, "review": review, "approvals": approvals})


def _review(value, key):
    return _choice("required", "none")(value, key) == "required"


def _count(least, most):
    def check(value, key):
        if type(value) is not int or not least <= value <= most:
            raise _Wrong(key, f"a number from {least} to {most}")
        return value
    return check


def _sync(value, key):
    return SyncPolicy(**_object(value, key, SYNC))


def _window(value, key):
    found = _object(value, key, WINDOW)
    missing = [each for each in ("from", "to") if each not in found]
    if missing:
        raise _Wrong(_below(key, missing[0]), "a time such as 09:00")
    return Window(found.get("days", tuple(range(7))), found["from"], found["to"], found.get("tz", "UTC"))


def _days(value, key):
    """`mon-fri`, `sat`, `fri-mon` or several with commas."""
    found = []
    for part in value.split(",") if isinstance(value, str) else [""]:
        first, _, last = part.strip().partition("-")
        if first not in DAYS or last and last not in DAYS:
            raise _Wrong(key, "days such as mon-fri or sat,sun")
        start = DAYS.index(first)
        found += [(start + step) % 7 for step in range((DAYS.index(last or first) - start) % 7 + 1)]
    return tuple(sorted(set(found)))


def _time(value, key):
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", value) if isinstance(value, str) else None
    if not match:
        raise _Wrong(key, "a time such as \"09:00\", in quotes")
    return 1440 if value == "24:00" else int(match[1]) * 60 + int(match[2])


def _zone(value, key):
    try:
        ZoneInfo(value)
    except (OSError, ValueError, TypeError, KeyError):
        raise _Wrong(key, "a time zone such as Asia/Seoul") from None
    return value


def _ignore(value, key):
    found = _object(value, key, IGNORE)
    if not {"kind", "pointers"} <= set(found):
        raise _Wrong(key, "a mapping of kind, pointers and perhaps name")
    return Ignore(found["kind"], found.get("name"), found["pointers"])


_text, _flag = _of(str, "text"), _of(bool, "true or false")
_name = _matching(NAME, "a DNS label: lower-case letters, digits and dashes")
_path = _matching(PATH, "a path inside the repository")
_repository = _matching(re.compile(r"[\w.-]+(/[\w.-]+)+"), "owner/repo")
_ignores = _list(_ignore)
TOP = {"version": _of(int, "1"), "name": _name, "values": _pattern, "chart": _path, "environments": _environments, "keys": _keys,
       "ignore": _ignores, **dict.fromkeys(LATER, _anything)}
ENVIRONMENT = {"namespace": _name, "cluster": _text, "review": _review, "approvals": _count(1, 10), "promotes_from": _name,
               "agents": _choice("propose", "commit"), "enforce_review": _flag, "cluster_kinds": _list(_text), "conflicts": _choice("force", "fail"),
               "sync": _sync, "on_failure": _choice("none", "rollback"), "on_alert": _choice("none", "rollback"), "service_account": _text,
               "verify": _choice("none", "signed"), "gates": _anything, "only_promote": _flag, "owners": _anything, "forbidden_kinds": _list(_text)}
SYNC = {"prune": _flag, "self_heal": _flag, "adopt": _flag, "windows": _list(_window)}
WINDOW = {"days": _days, "from": _time, "to": _time, "tz": _zone}
IGNORE = {"kind": _text, "name": _text, "pointers": _list(_matching(re.compile(r"(/[^/]*)+"), "a JSON pointer"))}
SECTION = {"chart": _path, "repository": _repository, "keys": _keys, "suspend": _flag, "depends_on": _list(_name), "adopt": _flag, "ignore": _ignores}
