"""Who may do what, and whether a change is committed or reviewed. Pure: decides and returns, or refuses."""

from dataclasses import dataclass

from gitops.errors import Forbidden
from gitops.types import SCOPES

ROLES = {
    "viewer": frozenset({"k8s:read"}),
    "developer": frozenset({"k8s:read", "k8s:write", "deploy:execute", "mcp:execute"}),
    "admin": frozenset(SCOPES),
}
SHARED = ("klepaas.yaml", "klepaas-access.yaml", "charts/")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the config repository asks for a change of some paths, whoever makes it: `approvals`, and of each group of `owners` that one agrees.

    `concerned` are the environments whose rules count; `covered` are the paths that are protected.
    """

    concerned: tuple
    approvals: int = 0
    owners: tuple = ()
    covered: tuple = ()


def asked(catalog, app, environment, paths):
    """What touches several environments at once is reviewed as the strictest of them; a protected path is reviewed wherever it is."""
    shared = any(path.startswith(SHARED) for path in paths)
    concerned = tuple(catalog.environments.values()) if shared else (environment,)
    reviewed, rules = [each for each in concerned if each.review], catalog.protecting(environment, paths)
    groups = [group for each in reviewed for group in catalog.owners(app, each.name)] + [rule.owners for rule, _ in rules if rule.owners]
    return Asked(concerned, max([each.approvals for each in reviewed] + [1] * bool(rules), default=0), tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(path for _, path in rules)))


def holds(scopes, scope, environment=None):
    """Whether the scopes contain this one: everywhere, or at this environment (None: at any)."""
    if scope in scopes:
        return True
    if environment is None:
        return any(each.partition("@")[0] == scope for each in scopes)
    return f"{scope}@{environment}" in scopes


def everywhere(scopes, scope):
    """Whether the scopes contain this one without naming an environment: what concerns the whole installation needs it."""
    return scope in scopes


def within(held, asked):
    """Those of the asked scopes that are held: one for everywhere shrinks to the environments where it is."""
    found = set()
    for scope in asked:
        name, _, environment = scope.partition("@")
        if holds(held, name, environment) if environment else name in held:
            found.add(scope)
        elif not environment:
            found.update(each for each in held if each.startswith(f"{name}@"))
    return frozenset(found)


def places(scopes, scope):
    """The environments where the scope is held; None: everywhere."""
    return None if everywhere(scopes, scope) else tuple(sorted(each.partition("@")[2] for each in scopes if each.partition("@")[0] == scope))


def visible(scopes, environments):
    """The names of the environments that may be read with these scopes."""
    return tuple(name for name in environments if holds(scopes, "k8s:read", name))


def authorise(actor, verb, environment):
    """Forbidden unless the actor holds the verb's scope at the environment (and the door's own scope)."""
    if actor.channel == "mcp" and not holds(actor.scopes, "mcp:execute", environment):
        raise Forbidden("missing_scope", scope="mcp:execute", environment=environment or "*")
    whole = verb.environment == "none" and verb.scope.startswith("admin:")
    if not (everywhere(actor.scopes, verb.scope) if whole else holds(actor.scopes, verb.scope, environment)):
        raise Forbidden("missing_scope", scope=verb.scope, environment=environment or "*")


def may_grant(actor, moved):
    """Nobody gives, or takes away, what they do not hold: Forbidden names the first of the scopes that would move."""
    for scope in sorted(moved):
        name, _, environment = scope.partition("@")
        if not (holds(actor.scopes, name, environment) if environment else everywhere(actor.scopes, name)):
            raise Forbidden("more_than_held", scope=scope)


def administers(actor, environments):
    """Forbidden unless the actor may administer each of the environments; "" is all of them."""
    for name in sorted(environments):
        if not (holds(actor.scopes, "admin:write", name) if name else everywhere(actor.scopes, "admin:write")):
            raise Forbidden("missing_scope", scope="admin:write", environment=name or "*")


def proposes(actor, environment):
    """Whether this actor only proposes here, whatever the environment asks of people."""
    return (actor.agent or actor.channel == "mcp") and environment.agents != "commit"


def delivery(actor, asked):
    """"commit" or "review"."""
    if actor.channel == "controller":
        return "commit"  # an automatic answer: the reviewed klepaas.yaml that asks for it is its approval
    return "review" if asked.approvals or any(proposes(actor, each) for each in asked.concerned) else "commit"


def may_approve(actor, review):
    """A signed-in person with the right there who is not the author; Forbidden says which of it is missing."""
    if not actor.session:
        raise Forbidden("approve_needs_session")
    if actor.email.lower() == review.author.lower():
        raise Forbidden("own_review")


def may_merge(actor, asked, review, author=None):
    """People merge, agents do not; with the approvals that are asked for, and one of each group of owners.

    `author` is who proposed it, if signed in as a person: an owner's own proposal is an owner's word, a claimed or a program's is not.
    """
    for each in asked.concerned:
        if proposes(actor, each):
            raise Forbidden("agents_do_not_merge", environment=each.name)
    missing = max(review.required, asked.approvals) - len(review.approvals)  # the rule may be newer than the review
    if missing > 0:
        raise Forbidden("approvals_missing", review=review.id, missing=missing)
    for group in disagreeing(asked.owners, {(author or "").lower(), *addresses(review.approvals)}):
        raise Forbidden("owner_missing", review=review.id, owners=list(group))


def addresses(approvals):
    """Whose they are: `Name <address>` each."""
    return [approval.rpartition("<")[2].rstrip(">").lower() for approval in approvals]


def disagreeing(owners, agreed):
    """The groups of owners of whom nobody is among those who agreed."""
    return [group for group in owners if agreed.isdisjoint(group)]


def may_break_glass(actor, environment):
    """A signed-in person who may administer there merges without approvals, in an emergency."""
    if proposes(actor, environment):
        raise Forbidden("agents_do_not_merge", environment=environment.name)
    if not actor.session:
        raise Forbidden("break_glass_needs_session")
    if not holds(actor.scopes, "admin:write", environment.name):
        raise Forbidden("missing_scope", scope="admin:write", environment=environment.name)
