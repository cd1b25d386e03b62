"""klepaas-access.yaml: roles, and who is granted which where. Read from git at a revision, so that a change of access is a commit.

A file that is wrong anywhere grants nothing to anybody, and says where it is wrong. Must not know sessions or tokens, and must
not decide what a scope allows: that is gitops/policy.
"""

import re
from dataclasses import dataclass

from gitops import policy, values
from gitops.errors import Invalid, KlepaasError
from gitops.kept import Kept
from gitops.shapes import Wrong, list_of, matching
from gitops.tree import overlay
from gitops.types import SCOPES, Problem

PATH = "klepaas-access.yaml"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
ADDRESS = r"[^\s@]{1,64}@[^\s@]{1,253}"
SUBJECTS = {
    "user": (re.compile(ADDRESS), "an e-mail address"),
    "domain": (re.compile(r"[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+"), "the part of e-mail addresses after the @"),
    "team": (re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}"), "a team of GitHub as organization/team"),
    "subject": (re.compile(r"[^\s\x00-\x1f\x7f]{1,255}"), "the subject of tokens of OIDC_ISSUER"),
}
TOP, GRANT = ("version", "roles", "grants"), (*SUBJECTS, "role", "environments")
_READ = Kept(16)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one subject is granted; `environments` is () for all."""

    kind: str
    subject: str
    role: str
    environments: tuple
    scopes: frozenset


@dataclass(frozen=True, slots=True)
class Access:
    """What the file says; `problems` is what is wrong with it, and then nothing is granted."""

    grants: tuple = ()
    roles: tuple = ()
    problems: tuple = ()

    def of(self, email=None, teams=(), subject=None):
        """The scopes of somebody with this verified address, these teams, this subject."""
        return frozenset(scope for grant in self.grants_of(email, teams, subject) for scope in grant.scopes)

    def grants_of(self, email=None, teams=(), subject=None):
        """The grants that concern somebody."""
        email = (email or "").lower()
        mine = {("user", email), ("domain", email.rpartition("@")[2]), ("subject", subject), *(("team", team.lower()) for team in teams)}
        return tuple(grant for grant in self.grants if (grant.kind, grant.subject) in mine)


def load(tree):
    """The Access of a tree; remembered by the file's id."""
    try:
        data = tree.read(PATH)
    except KlepaasError as error:
        return _broken(error)
    return Access(roles=_builtin()) if data is None else _READ.get(tree.id(PATH), lambda: read(data))


def read(data):
    """The Access in the file's bytes."""
    try:
        return _access(values.parse(data, PATH))
    except Wrong as wrong:
        return _broken(_placed(wrong, data))
    except KlepaasError as error:
        return _broken(error)


def _broken(error):
    return Access(roles=_builtin(), problems=(Problem(PATH, error.line, error.code, error.text()),))


def _placed(wrong, data):
    place, wanted = wrong.args[:2]
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".") or PATH
    return Invalid("access_bad_value", path=PATH, line=values.line_of(data, place, PATH), key=shown, wanted=wanted)


def unknown(tree, catalog):
    """Problems of grants at environments that klepaas.yaml does not have: they have no effect."""
    data = tree.read(PATH) if load(tree).grants else None
    return tuple(
        Problem(PATH, values.line_of(data, ("grants", number, "environments", index), PATH), "access_unknown_environment", Invalid("access_unknown_environment", environment=name).text())
        for number, grant in enumerate(load(tree).grants) for index, name in enumerate(grant.environments) if name not in catalog.environments)


def moved(before, after):
    """The scopes that anybody gains or loses between two Access."""
    return {scope for *_, scope in _held(before) ^ _held(after)}


def allowed(actor, tree, changes):
    """Forbidden where the changes of this tree would give or take, by this file, what the actor does not hold, or where they do not administer: whichever verb makes them."""
    if any(change.path == PATH for change in changes):
        found = moved(load(tree.fresh()), load(overlay(tree, changes)))
        policy.may_grant(actor, found)
        policy.administers(actor, {scope.partition("@")[2] for scope in found})


def strictest(catalog, names=()):
    """The name of the environment whose people decide about a grant at these (none: at all): the one that asks for most approvals."""
    those = [catalog.environments[name] for name in names if name in catalog.environments] or list(catalog.environments.values())
    return max(those, key=lambda each: each.approvals if each.review else 0).name


def _held(access):
    return {(grant.kind, grant.subject, scope) for grant in access.grants for scope in grant.scopes}


# --- reading ---------------------------------------------------------------------------------------------------------


def _builtin():
    return tuple(policy.ROLES.items())


def _access(document):
    _known(document, (), TOP)
    if document.get("version", 1) != 1:
        raise Wrong(("version",), "1")
    said, grants = ({} if document.get("roles") is None else document["roles"], [] if document.get("grants") is None else document["grants"])
    roles = dict(_builtin()) | _roles(said, ("roles",))
    if not isinstance(grants, list):
        raise Wrong(("grants",), "a list")
    return Access(tuple(_grant(each, ("grants", index), roles) for index, each in enumerate(grants)), tuple(roles.items()))


def _known(value, at, keys):
    if not isinstance(value, dict):
        raise Wrong(at, "a mapping")
    for key in value:
        if key not in keys:
            raise Wrong((*at, str(key)), f"one of {', '.join(keys)}")


def _roles(value, at):
    if not isinstance(value, dict):
        raise Wrong(at, "a mapping of roles to scopes")
    for name in value:
        if not (isinstance(name, str) and NAME.fullmatch(name)) or name in policy.ROLES:
            raise Wrong((*at, str(name)), f"a DNS label other than {', '.join(policy.ROLES)}")
    return {name: frozenset(list_of(_scope)(scopes, (*at, name))) for name, scopes in value.items()}


def _scope(value, at):
    if value not in SCOPES:
        raise Wrong(at, " or ".join(SCOPES))
    return value


def _grant(value, at, roles):
    _known(value, at, GRANT)
    named = [each for each in SUBJECTS if each in value]
    if len(named) != 1:
        raise Wrong(at, f"one of {', '.join(SUBJECTS)}")
    kind, role = named[0], value.get("role")
    subject = matching(*SUBJECTS[kind])(value[kind], (*at, kind))
    if not isinstance(role, str) or role not in roles:
        raise Wrong((*at, "role"), " or ".join(roles))
    environments = list_of(matching(NAME, "the name of an environment"))(value["environments"], (*at, "environments")) if "environments" in value else ()
    if "environments" in value and not environments:
        raise Wrong((*at, "environments"), "at least one environment; leave the key out for all")
    scopes = frozenset(f"{scope}@{name}" for scope in roles[role] for name in environments) if environments else roles[role]
    return Grant(kind, subject if kind == "subject" else subject.lower(), role, environments, scopes)
