"""The keys of klepaas.yaml and of a `klepaas:` section, each with its check: (value, at) -> the value as we keep it."""

import math
import re
from dataclasses import replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

import re2
import semantic_version

from gitops.contract import previews
from gitops.contract.notify import notify
from gitops.shapes import Wrong, choice, list_of, mapping, matching, of
from gitops.types import Analysis, Environment, Gates, Ignore, ImageRule, Pipeline, Policy, Prices, Protected, Rule, SyncPolicy, Window

KEYS = MappingProxyType({"version": "image.tag", "image": "image.repository", "replicas": "replicaCount",
                         "restart": r"podAnnotations.klepaas\.io/restartedAt", "env": "env"})
LATER = ("integrations",)  # checked by the parts they belong to
SECTION_DEFAULTS = MappingProxyType({"repository": None, "suspend": False, "depends_on": (), "adopt": False, "ignore": ()})
BUILD = ("sourcebuild", "sourcepipeline", "cloudbuild")  # what a repository's image can be built by, beside its forge
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PATH = re.compile(r"(?!.*(^|/)(\.{0,2}|\.git)(/|$))[^\\\0-\x1f\x7f]{1,400}")
PROTECTABLE = re.compile(r"(?!/|.*//|(.*/)?(\.{1,2}|\.git)(/|$))[^\\\0-\x1f\x7f]{1,400}")
PHRASE = re.compile(r"[^\s\"'`\\=\0-\x1f\x7f](?:[^\"'`\\=\0-\x1f\x7f]{0,78}[^\s\"'`\\=\0-\x1f\x7f])")
PHRASES = 500
KEY_PATH = re.compile(r"(\\\.|[^\\.\0-\x1f])+(\.(\\\.|[^\\.\0-\x1f])+)*")


def _anything(value, at):
    return value


def _pattern(value, at):
    _path(value, at)
    if value.count("{app}") != 1 or value.count("{environment}") > 1 or re.search(r"[{}]", re.sub(r"\{app\}|\{environment\}", "", value)):
        raise Wrong(at, "a path with {app} and perhaps {environment}")
    return value


def _keys(value, at):
    if not isinstance(value, dict) or set(value) - set(KEYS):
        raise Wrong(at, f"a mapping of {', '.join(KEYS)}")
    return {name: _key_path(each, (*at, name)) for name, each in value.items()}


def _environments(value, at):
    if not isinstance(value, dict):
        raise Wrong(at, "a mapping")
    return {_name(name, (*at, str(name))): _environment(name, each, (*at, name), order) for order, (name, each) in enumerate(value.items())}


def _environment(name, value, at, order):
    found = mapping({} if value is None else value, at, ENVIRONMENT)
    review = found.pop("review", False)
    approvals = found.pop("approvals", 1)
    known = {each: found[each] for each in Environment.__slots__ if each in found}
    return Environment(**{"namespace": name, "policy": {}, **known, "name": name, "order": order, "review": review, "approvals": approvals})


def _gates(value, at):
    return Gates(**mapping(value, at, GATES))


def _analysis(value, at):
    found = mapping(value, at, ANALYSIS)
    if "query" not in found or not {"min", "max"} & set(found):
        raise Wrong(at, "a mapping of query, and of min or max or both")
    return Analysis(found["query"], found.get("name"), found.get("min"), found.get("max"))


def _bound(value, at):
    if type(value) not in (int, float) or not math.isfinite(value):
        raise Wrong(at, "a number")
    return float(value)


def _seconds(value, at):
    match = re.fullmatch(r"([0-9]{1,5})([smhd])", value) if isinstance(value, str) else None
    if not match:
        raise Wrong(at, "a time such as 90s, 10m or 2h")
    return int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


def _verify(value, at):
    return choice("signed", "none")(value, at) == "signed"


def _review(value, at):
    return choice("required", "none")(value, at) == "required"


def _count(least, most):
    def check(value, at):
        if type(value) is not int or not least <= value <= most:
            raise Wrong(at, f"a number from {least} to {most}")
        return value
    return check


def _sync(value, at):
    return SyncPolicy(**mapping(value, at, SYNC))


def _window(value, at):
    found = mapping(value, at, WINDOW)
    missing = [each for each in ("from", "to") if each not in found]
    if missing:
        raise Wrong((*at, missing[0]), "a time such as 09:00")
    if found["from"] == found["to"] or found["from"] == MIDNIGHT:
        raise Wrong((*at, "from"), "another time than `to`, and before 24:00")
    return Window(found.get("days", tuple(range(7))), found["from"], found["to"], found.get("tz", "UTC"))


def _days(value, at):
    """`mon-fri`, `sat`, `fri-mon` or several with commas."""
    found = []
    for part in value.split(",") if isinstance(value, str) else [""]:
        first, dash, last = part.strip().partition("-")
        if first not in DAYS or dash and last not in DAYS:
            raise Wrong(at, "days such as mon-fri or sat,sun")
        start = DAYS.index(first)
        found += [(start + step) % 7 for step in range((DAYS.index(last or first) - start) % 7 + 1)]
    return tuple(sorted(set(found)))


def _time(value, at):
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", value) if isinstance(value, str) else None
    if not match:
        raise Wrong(at, "a time such as \"09:00\", in quotes")
    return MIDNIGHT if value == "24:00" else int(match[1]) * 60 + int(match[2])


def _zone(value, at):
    try:
        ZoneInfo(value)
    except (OSError, ValueError, TypeError, KeyError):
        raise Wrong(at, "a time zone such as Asia/Seoul") from None
    return value


def _policy(value, at):
    """The rules that are said, by name: an environment's take the place of those for all."""
    return mapping(value, at, POLICY)


def _bounds(value, at):
    found = mapping(value, at, {"min": _count(0, 100), "max": _count(0, 100)})
    least, most = found.get("min"), found.get("max")
    if None not in (least, most) and least > most:
        raise Wrong((*at, "min"), "a number not above max")
    return least, most


def with_policy(environments, common):
    """The environments, each with the rules for all and its own."""
    return {name: replace(each, policy=Policy(**{**common, **each.policy})) for name, each in environments.items()}


def _ignore(value, at):
    found = mapping(value, at, IGNORE)
    if not {"kind", "pointers"} <= set(found):
        raise Wrong(at, "a mapping of kind, pointers and perhaps name")
    return Ignore(found["kind"], found.get("name"), found["pointers"])


def _prices(value, at):
    """The Prices, or None where the mapping is empty."""
    found = mapping(value, at, PRICES)
    missing = [name for name in ("currency", "vcpu_hour", "memory_gib_hour") if name not in found]
    if found and missing:
        raise Wrong(at, f"a mapping with {missing[0]}")
    return Prices(**found) if found else None


def _owners(value, at):
    """((pattern, addresses), …) in the order of the file."""
    if not isinstance(value, dict):
        raise Wrong(at, "a mapping of app, or app/environment, to addresses")
    return tuple((_glob(pattern, (*at, str(pattern))), _addresses(each, (*at, pattern))) for pattern, each in value.items())


def _protected(value, at):
    found = mapping(value, at, PROTECTED)
    if not found.get("paths"):
        raise Wrong((*at, "paths"), "at least one path of this repository")
    return Protected(**found)


def _rule(value, at):
    found = mapping(value, at, RULE)
    missing = [name for name in ("repository", "event", "environment") if name not in found]
    if missing:
        raise Wrong(at, f"a mapping with {missing[0]}")
    return Rule(**found)


def _image_rule(value, at):
    found = mapping(value, at, IMAGE)
    missing = [name for name in ("app", "environment") if name not in found]
    if missing or ("semver" in found) == ("match" in found):
        raise Wrong(at, f"a mapping with {missing[0]}" if missing else "a mapping with either semver or match")
    return ImageRule(**found)


def _pipeline(value, at):
    found = mapping(value, at, PIPELINE)
    missing = [name for name in PIPELINE if name not in found]
    if missing:
        raise Wrong(at, f"a mapping with {missing[0]}")
    return Pipeline(**found)


def _pipelines(value, at):
    """A repository is built by one of them, whatever follows it beside."""
    found = list_of(_pipeline)(value, at)
    built = [each.repository.lower() for each in found if each.kind in BUILD]
    if len(set(built)) < len(built):
        raise Wrong(at, f"one of {', '.join(BUILD)} a repository")
    return found


def _range(value, at):
    try:
        semantic_version.NpmSpec(value)
    except (ValueError, TypeError):
        raise Wrong(at, "a range of versions such as ^1.2 or >=1.4 <2") from None
    return value


def _expression(value, at):
    """RE2: no pattern takes long, whatever it is matched with."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value, options)
    except (re2.error, TypeError):
        raise Wrong(at, "a regular expression, as RE2 reads it") from None
    return value


def _lexicon(value, at):
    """phrase -> the words it stands for."""
    if not isinstance(value, dict) or len(value) > PHRASES:
        raise Wrong(at, f"a mapping of at most {PHRASES} phrases to the words they stand for")
    return {_phrase(say, (*at, str(say))): _phrase(means, (*at, str(say))) for say, means in value.items()}


def _price(least):
    def check(value, at):
        if type(value) not in (int, float) or not least <= value <= 1e12:
            raise Wrong(at, "a number that is not negative" if not least else "a number of hours")
        return value
    return check


_phrase = matching(PHRASE, "2 to 80 characters of one line, without quotes and backslashes")
_text, _flag = of(str, "text"), of(bool, "true or false")
_name = matching(NAME, "a DNS label: lower-case letters, digits and dashes")
_path = matching(PATH, "a path inside the repository, with no slash at either end")
_key_path = matching(KEY_PATH, "a path of keys such as image.tag")
_key_paths = list_of(_key_path)
_repository = matching(re.compile(r"[\w.-]+(/[\w.-]+)+"), "owner/repo")
_ignores = list_of(_ignore)
_glob = matching(re.compile(r"[^\x00-\x20\x7f]{1,255}"), "a name, or a pattern such as release-*")
_address = matching(re.compile(r"[^\s@<>,]{1,64}@[^\s@<>,]{1,190}"), "an e-mail address")
_addresses = list_of(lambda value, at: _address(value, at).lower())
RULE = {"repository": matching(re.compile(r"\*|[\w.*-]+(/[\w.*-]+)+"), "owner/repo, or a pattern such as owner/*"), "environment": _name, "app": _name, "branch": _glob, "tag": _glob,
        "event": choice("push", "release", "workflow_run", "pull_request", "package", "callback"), "workflow": _text, "prerelease": _flag,
        "version": matching(re.compile(r"([A-Za-z0-9_.-]|\{(sha|sha7|tag|semver|branch|run|version)\})+"), "a tag with fields of {sha}, {sha7}, {tag}, {semver}, {branch}, {run}, {version}")}
TOP = {"version": of(int, "1"), "name": _name, "values": _pattern, "chart": _path, "environments": _environments, "keys": _keys,
       "ignore": _ignores, "prices": _prices, "lexicon": _lexicon, "cicd": list_of(_rule), "owners": _owners, "protected": list_of(_protected), "policy": _policy, "images": list_of(_image_rule), "previews": list_of(previews.rule), "pipelines": _pipelines, "notify": notify, **dict.fromkeys(LATER, _anything)}
ENVIRONMENT = {"namespace": _name, "cluster": _text, "review": _review, "approvals": _count(1, 10), "promotes_from": _name,
               "agents": choice("propose", "commit"), "cluster_kinds": list_of(_text), "forbidden_kinds": list_of(_text), "conflicts": choice("force", "fail"),
               "service_account": _name, "on_failure": choice("report", "rollback"), "on_alert": choice("report", "rollback"), "owners": _addresses, "review_days": _count(1, 365), "sync": _sync, "policy": _policy, "verify": _verify, "enforce_review": _flag, "only_promote": _flag, "promotes": _key_paths, "gates": _gates}
PROTECTED = {"paths": list_of(matching(PROTECTABLE, "a path of this repository, a folder of it, or a pattern such as values/*/payments.yaml")), "owners": _addresses}
SYNC = {"prune": _flag, "self_heal": _flag, "adopt": _flag, "windows": list_of(_window)}
WINDOW = {"days": _days, "from": _time, "to": _time, "tz": _zone}
PRICES = {"currency": matching(re.compile(r"[A-Z]{3}"), "a code such as KRW or USD"), "vcpu_hour": _price(0), "memory_gib_hour": _price(0), "storage_gib_month": _price(0),
          "load_balancer_month": _price(0), "hours": _price(1)}
POLICY = {"registries": list_of(matching(re.compile(r"[a-zA-Z0-9][\w.:-]*(/[\w.-]+)*"), "a registry, or a part of one such as ghcr.io/acme")), "latest": _flag, "replicas": _bounds,
          "resources": list_of(choice("requests.cpu", "requests.memory", "limits.cpu", "limits.memory"))}
PIPELINE = {"repository": _repository, "kind": choice(*BUILD, "sourcedeploy"), "project": matching(re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII), "the number of a project, or the name of a trigger, in quotes")}
IMAGE = {"app": _name, "environment": _name, "semver": _range, "match": _expression, "order": choice("numeric", "alphabetic", "newest")}
ANALYSIS = {"query": matching(re.compile(r"(?s)(?=.*\S)[^\0]{1,4096}"), "PromQL"), "name": matching(re.compile(r"[^\x00-\x1f\x7f]{1,80}"), "a name of one line"), "min": _bound, "max": _bound}
GATES = {"healthy": _seconds, "analysis": list_of(_analysis)}
IGNORE = {"kind": _text, "name": _text, "pointers": list_of(matching(re.compile(r"(/[^/]*)+"), "a JSON pointer"))}
SECTION = {"chart": _path, "repository": _repository, "keys": _keys, "suspend": _flag, "depends_on": list_of(_name), "adopt": _flag, "ignore": _ignores}
