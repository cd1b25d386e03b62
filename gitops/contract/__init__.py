"""What klepaas.yaml and a `klepaas:` section may say. Reads text, knows no tree; the keys are in gitops/contract/table."""

from dataclasses import dataclass, field
from types import MappingProxyType

from gitops import values
from gitops.contract import previews
from gitops.contract.notify import Notify
from gitops.contract.table import KEYS, SECTION, TOP, with_policy
from gitops.errors import Invalid, KlepaasError
from gitops.shapes import Wrong, mapping
from gitops.types import Problem


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
    images: tuple = ()
    previews: tuple = ()
    pipelines: tuple = ()
    owners: tuple = ()
    protected: tuple = ()
    notify: Notify = Notify()
    lexicon: object = field(default_factory=lambda: MappingProxyType({}))
    keys: object = field(default_factory=lambda: KEYS)
    problems: tuple = ()


def read(data, path):
    """The Config in a klepaas.yaml. One Problem, and no environments, when anything in it is wrong."""
    try:
        document = values.parse(data, path)
        return _config(document)
    except Wrong as wrong:
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
    found = mapping(document, (), TOP)
    if found.get("version", 1) != 1:
        raise Wrong(("version",), "1")
    environments = found.get("environments")
    if not environments:
        raise Wrong(("environments",), "a mapping of at least one environment")
    environments = with_policy(environments, found.get("policy", {}))
    _distinct(found.get("values"), tuple(environments))
    for name, environment in environments.items():
        if environment.promotes_from not in {None, *environments} - {name}:
            raise Wrong(("environments", name, "promotes_from"), "the name of another environment")
        if environment.only_promote and environment.promotes_from is None:
            raise Wrong(("environments", name, "only_promote"), "beside promotes_from, which says where promotions come from")
    for index, rule in enumerate(found.get("cicd", ())):
        if rule.environment not in environments:
            raise Wrong(("cicd", index, "environment"), "the name of an environment")
    for index, rule in enumerate(found.get("images", ())):
        if rule.environment not in environments:
            raise Wrong(("images", index, "environment"), "the name of an environment")
    previews.fit(found.get("previews", ()), environments, found.get("values"))
    keys = MappingProxyType({**KEYS, **found.get("keys", {})})
    return Config(document, found.get("name"), found.get("values"), found.get("chart"), environments, found.get("ignore", ()), found.get("prices"), found.get("cicd"), found.get("images", ()),
                  found.get("previews", ()), found.get("pipelines", ()), found.get("owners", ()), found.get("protected", ()), found.get("notify", Notify()), MappingProxyType(found.get("lexicon", {})), keys)


def _distinct(pattern, environments):
    """No file may be the values of two environments: every one's paths differ from all others' by more than the app."""
    if pattern is None or len(environments) == 1:
        return
    if "{environment}" not in pattern:
        raise Wrong(("values",), "a pattern with {environment}, since there are several")
    ends = [pattern.replace("{environment}", name).split("{app}") for name in environments]
    for one in ends:
        for other in ends:
            if one is not other and one[0].startswith(other[0]) and one[1].endswith(other[1]):
                raise Wrong(("values",), "a pattern by which no file can belong to two environments")


def section(given, path, data):
    """The checked `klepaas:` section of a values file; Invalid with its line."""
    if given is None:
        return {}
    try:
        return mapping(given, ("klepaas",), SECTION)
    except Wrong as wrong:
        raise _placed(wrong, data, path) from None
