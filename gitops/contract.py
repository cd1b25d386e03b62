"""What klepaas.yaml and a `klepaas:` section may say: one table of keys, each with its check. Reads text, knows no tree."""

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

from gitops import values
from gitops.errors import Invalid, KlepaasError
from gitops.shapes import Wrong as _Wrong
from gitops.shapes import choice as _choice
from gitops.shapes import list_of as _list
from gitops.shapes import matching as _matching
from gitops.shapes import of as _of
from gitops.types import Environment, Ignore, Prices, Problem, Rule, SyncPolicy, Window

KEYS = MappingProxyType({"version": "image.tag", "image": "image.repository", "replicas": "replicaCount",
                         "restart": r"podAnnotations.klepaas\.io/restartedAt", "env": "env"})
LATER = ("policy", "notify", "integrations", "pipelines", "images", "previews")  # checked by the parts they belong to
NOT_OFFERED = ("enforce_review", "verify", "only_promote", "gates", "on_alert")  # of an environment
SECTION_DEFAULTS = MappingProxyType({"repository": None, "suspend": False, "depends_on": (), "adopt": False, "ignore": ()})
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PATH = re.compile(r"(?!.*(^|/)(\.{0,2}|\.git)(/|$))[^\\\0-\x1f\x7f]{1,400}")
PHRASE = re.compile(r"[^\s\"'`\\=\0-\x1f\x7f](?:[^\"'`\\=\0-\x1f\x7f]{0,78}[^\s\"'`\\=\0-\x1f\x7f])")
PHRASES = 500
KEY_PATH = re.compile(r"(\\\.|[^\\.\0-\x1f])+(\.(\\\.|[^\\.\0-\x1f])+)*")


@dataclass(frozen=True, slots=True)
class Config:
    """A klepaas.yaml: `document` is None where there is none, and `environments` is empty where it is broken."""

    document: dict | None = None
    name: str | None = None
    values: str | None = None
    chart: str | None = None
    environments: dict = field(default_factory=dict)
    ignore: tuple = ()
    prices: object = None
    cicd: tuple | None = None
    owners: tuple = ()
    lexicon: object = field(default_factory=lambda: MappingProxyType({}))
    keys: object = field(default_factory=lambda: KEYS)
    problems: tuple = ()


def read(data, path):
    """The Config in a klepaas.yaml. One Problem, and no environments, when anything in it is wrong."""
    try:
        document = values.parse(data, path)
        return _config(document)
    except _Wrong as wrong:
        return broken(_placed(wrong, data, path), path)
    except KlepaasError as error:
        return broken(error, path)


def broken(error, path):
    """The Config of a klepaas.yaml that cannot be used."""
    return Config({}, problems=(Problem(path, error.line, error.code, error.text()),))


def _placed(wrong, data, path):
    place, wanted, code = (*wrong.args, "config_bad_value")[:3]
    details = {"config_unknown_key": {"known": wanted}, "config_bad_value": {"wanted": wanted}}.get(code, {})
    return Invalid(code, path=path, line=values.line_of(data, place, path), key=_shown(place), **details)


def _shown(place):
    """A place as people write it: environments.staging.sync.windows[0]."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".") or "klepaas.yaml"


def _config(document):
    found = _object(document, (), TOP)
    if found.get("version", 1) != 1:
        raise _Wrong(("version",), "1")
    environments = found.get("environments")
    if not environments:
        raise _Wrong(("environments",), "a mapping of at least one environment")
    _distinct(found.get("values"), tuple(environments))
    for name, environment in environments.items():
        if environment.promotes_from not in {None, *environments} - {name}:
            raise _Wrong(("environments", name, "promotes_from"), "the name of another environment")
    for index, rule in enumerate(found.get("cicd", ())):
        if rule.environment not in environments:
            raise _Wrong(("cicd", index, "environment"), "the name of an environment")
    keys = MappingProxyType({**KEYS, **found.get("keys", {})})
    return Config(document, found.get("name"), found.get("values"), found.get("chart"), environments, found.get("ignore", ()), found.get("prices"), found.get("cicd"),
                  found.get("owners", ()), MappingProxyType(found.get("lexicon", {})), keys)


def _distinct(pattern, environments):
    """No file may be the values of two environments: every one's paths differ from all others' by more than the app."""
    if pattern is None or len(environments) == 1:
        return
    if "{environment}" not in pattern:
        raise _Wrong(("values",), "a pattern with {environment}, since there are several")
    ends = [pattern.replace("{environment}", name).split("{app}") for name in environments]
    for one in ends:
        for other in ends:
            if one is not other and one[0].startswith(other[0]) and one[1].endswith(other[1]):
                raise _Wrong(("values",), "a pattern by which no file can belong to two environments")


def section(given, path, data):
    """The checked `klepaas:` section of a values file; Invalid with its line."""
    if given is None:
        return {}
    try:
        return _object(given, ("klepaas",), SECTION)
    except _Wrong as wrong:
        raise _placed(wrong, data, path) from None


def _object(given, at, table):
    """The mapping with each key checked by its table."""
    if not isinstance(given, dict):
        raise _Wrong(at, "a mapping")
    for key in given:
        if key not in table:
            raise _Wrong((*at, str(key)), [each for each in table if table[each] is not _not_offered], "config_unknown_key")
    return {key: table[key](value, (*at, key)) for key, value in given.items()}


# --- checks: (value, at) -> the value as we keep it --------------------------------------------------------------


def _anything(value, at):
    return value


def _not_offered(value, at):
    """A key that would promise a protection which nothing gives must not be believed to work."""
    raise _Wrong(at, None, "config_not_offered")


def _pattern(value, at):
    _path(value, at)
    if value.count("{app}") != 1 or value.count("{environment}") > 1 or re.search(r"[{}]", re.sub(r"\{app\}|\{environment\}", "", value)):
        raise _Wrong(at, "a path with {app} and perhaps {environment}")
    return value


def _keys(value, at):
    if not isinstance(value, dict) or set(value) - set(KEYS):
        raise _Wrong(at, f"a mapping of {', '.join(KEYS)}")
    return {name: _key_path(each, (*at, name)) for name, each in value.items()}


def _environments(value, at):
    if not isinstance(value, dict):
        raise _Wrong(at, "a mapping")
    return {_name(name, (*at, str(name))): _environment(name, each, (*at, name), order) for order, (name, each) in enumerate(value.items())}


def _environment(name, value, at, order):
    found = _object({} if value is None else value, at, ENVIRONMENT)
    review = found.pop("review", False)
    approvals = found.pop("approvals", 1)
    known = {each: found[each] for each in Environment.__slots__ if each in found}
    return Environment(**{"namespace": name, **known, "name": name, "order": order, "review": review, "approvals": approvals})


def _review(value, at):
    return _choice("required", "none")(value, at) == "required"


def _count(least, most):
    def check(value, at):
        if type(value) is not int or not least <= value <= most:
            raise _Wrong(at, f"a number from {least} to {most}")
        return value
    return check


def _sync(value, at):
    return SyncPolicy(**_object(value, at, SYNC))


def _window(value, at):
    found = _object(value, at, WINDOW)
    missing = [each for each in ("from", "to") if each not in found]
    if missing:
        raise _Wrong((*at, missing[0]), "a time such as 09:00")
    if found["from"] == found["to"] or found["from"] == MIDNIGHT:
        raise _Wrong((*at, "from"), "another time than `to`, and before 24:00")
    return Window(found.get("days", tuple(range(7))), found["from"], found["to"], found.get("tz", "UTC"))


def _days(value, at):
    """`mon-fri`, `sat`, `fri-mon` or several with commas."""
    found = []
    for part in value.split(",") if isinstance(value, str) else [""]:
        first, dash, last = part.strip().partition("-")
        if first not in DAYS or dash and last not in DAYS:
            raise _Wrong(at, "days such as mon-fri or sat,sun")
        start = DAYS.index(first)
        found += [(start + step) % 7 for step in range((DAYS.index(last or first) - start) % 7 + 1)]
    return tuple(sorted(set(found)))


def _time(value, at):
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", value) if isinstance(value, str) else None
    if not match:
        raise _Wrong(at, "a time such as \"09:00\", in quotes")
    return MIDNIGHT if value == "24:00" else int(match[1]) * 60 + int(match[2])


def _zone(value, at):
    try:
        ZoneInfo(value)
    except (OSError, ValueError, TypeError, KeyError):
        raise _Wrong(at, "a time zone such as Asia/Seoul") from None
    return value


def _ignore(value, at):
    found = _object(value, at, IGNORE)
    if not {"kind", "pointers"} <= set(found):
        raise _Wrong(at, "a mapping of kind, pointers and perhaps name")
    return Ignore(found["kind"], found.get("name"), found["pointers"])


def _prices(value, at):
    """The Prices, or None where the mapping is empty."""
    found = _object(value, at, PRICES)
    missing = [name for name in ("currency", "vcpu_hour", "memory_gib_hour") if name not in found]
    if found and missing:
        raise _Wrong(at, f"a mapping with {missing[0]}")
    return Prices(**found) if found else None


def _owners(value, at):
    """((pattern, addresses), …) in the order of the file."""
    if not isinstance(value, dict):
        raise _Wrong(at, "a mapping of app, or app/environment, to addresses")
    return tuple((_glob(pattern, (*at, str(pattern))), _addresses(each, (*at, pattern))) for pattern, each in value.items())


def _rule(value, at):
    found = _object(value, at, RULE)
    missing = [name for name in ("repository", "event", "environment") if name not in found]
    if missing:
        raise _Wrong(at, f"a mapping with {missing[0]}")
    return Rule(**found)


def _lexicon(value, at):
    """phrase -> the words it stands for."""
    if not isinstance(value, dict) or len(value) > PHRASES:
        raise _Wrong(at, f"a mapping of at most {PHRASES} phrases to the words they stand for")
    return {_phrase(say, (*at, str(say))): _phrase(means, (*at, str(say))) for say, means in value.items()}


def _price(least):
    def check(value, at):
        if type(value) not in (int, float) or not least <= value <= 1e12:
            raise _Wrong(at, "a number that is not negative" if not least else "a number of hours")
        return value
    return check


_phrase = _matching(PHRASE, "2 to 80 characters of one line, without quotes and backslashes")
_text, _flag = _of(str, "text"), _of(bool, "true or false")
_name = _matching(NAME, "a DNS label: lower-case letters, digits and dashes")
_path = _matching(PATH, "a path inside the repository, with no slash at either end")
_key_path = _matching(KEY_PATH, "a path of keys such as image.tag")
_repository = _matching(re.compile(r"[\w.-]+(/[\w.-]+)+"), "owner/repo")
_ignores = _list(_ignore)
_glob = _matching(re.compile(r"[^\x00-\x20\x7f]{1,255}"), "a name, or a pattern such as release-*")
_address = _matching(re.compile(r"[^\s@<>,]{1,64}@[^\s@<>,]{1,190}"), "an e-mail address")
_addresses = _list(lambda value, at: _address(value, at).lower())
RULE = {"repository": _matching(re.compile(r"\*|[\w.*-]+(/[\w.*-]+)+"), "owner/repo, or a pattern such as owner/*"), "environment": _name, "app": _name, "branch": _glob, "tag": _glob,
        "event": _choice("push", "release", "workflow_run", "pull_request", "package", "callback"), "workflow": _text, "prerelease": _flag,
        "version": _matching(re.compile(r"([A-Za-z0-9_.-]|\{(sha|sha7|tag|semver|branch|run|version)\})+"), "a tag with fields of {sha}, {sha7}, {tag}, {semver}, {branch}, {run}, {version}")}
TOP = {"version": _of(int, "1"), "name": _name, "values": _pattern, "chart": _path, "environments": _environments, "keys": _keys,
       "ignore": _ignores, "prices": _prices, "lexicon": _lexicon, "cicd": _list(_rule), "owners": _owners, **dict.fromkeys(LATER, _anything)}
ENVIRONMENT = {"namespace": _name, "cluster": _text, "review": _review, "approvals": _count(1, 10), "promotes_from": _name,
               "agents": _choice("propose", "commit"), "cluster_kinds": _list(_text), "forbidden_kinds": _list(_text), "conflicts": _choice("force", "fail"),
               "service_account": _name, "on_failure": _choice("report", "rollback"), "owners": _addresses, "review_days": _count(1, 365), "sync": _sync, **dict.fromkeys(NOT_OFFERED, _not_offered)}
SYNC = {"prune": _flag, "self_heal": _flag, "adopt": _flag, "windows": _list(_window)}
WINDOW = {"days": _days, "from": _time, "to": _time, "tz": _zone}
PRICES = {"currency": _matching(re.compile(r"[A-Z]{3}"), "a code such as KRW or USD"), "vcpu_hour": _price(0), "memory_gib_hour": _price(0), "storage_gib_month": _price(0),
          "load_balancer_month": _price(0), "hours": _price(1)}
IGNORE = {"kind": _text, "name": _text, "pointers": _list(_matching(re.compile(r"(/[^/]*)+"), "a JSON pointer"))}
SECTION = {"chart": _path, "repository": _repository, "keys": _keys, "suspend": _flag, "depends_on": _list(_name), "adopt": _flag, "ignore": _ignores}
