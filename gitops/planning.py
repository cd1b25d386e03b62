"""From a typed command to a decided plan: complete it, authorise it, plan it on a tree, check it. Writes nothing."""

from dataclasses import replace

from gitops import access, checks, constraints, gates, needs, orders, policy, previews, resolve, verbs
from gitops import catalog as catalogs
from gitops.cicd import builds
from gitops.errors import Invalid
from gitops.plans import PLANS
from gitops.plans.base import Desired
from gitops.telemetry import tracing
from gitops.tree import overlay
from gitops.types import Plan
from gitops.verbs import REVIEW_VERBS

BACK = ("promote", "rollback", "delete_app", "adopt")  # may bring an image that the environment before has not, or has not any more


def resolved(services, actor, verb, command, args):
    """The command with environment and arguments complete, if the actor may ask for it there."""
    if verb.name in REVIEW_VERBS:
        return _of_review(services, actor, verb, command, args)
    policy.authorise(actor, verb, None)
    tree, catalog = services.head()
    if verb.name == "release" and _left(services, catalog, command.environment):
        policy.authorise(actor, verb, command.environment)
        return replace(command, args=args)
    if catalog.problems and not catalog.environments:
        raise Invalid("config_broken", path=catalog.problems[0].path, line=catalog.problems[0].line, detail=catalog.problems[0].message)
    if verb.name in previews.VERBS:
        policy.authorise(actor, verb, command.environment)
        return replace(command, args=args)
    named = replace(command, environment=resolve.environment(catalog, verb, command))
    policy.authorise(actor, verb, named.environment)
    if verb.kind == "order" and named.app is not None and named.environment not in catalog.environments_of(named.app):
        catalog.target(named.app, named.environment)  # says where it is instead
    known = builds.completed(services, catalog, tree, named, args) if verb.name == "deploy" else args
    return resolve.fill(services.repo, catalog, verb, named, known)


def _left(services, catalog, environment):
    """Whether klepaas.yaml has lost an environment that runs: to let it go may still be said."""
    return environment is not None and environment not in catalog.environments and (
        any(environment == each for _, each in services.ledger.states()) or bool((services.ledger.marks().get(environment) or {}).get("lost")))


def _of_review(services, actor, verb, command, args):
    """The command with the app and the environment of the review it names."""
    found = services.ledger.review(args["review"])
    if command.environment not in (None, found.environment):
        raise Invalid("review_elsewhere", review=found.id, environment=found.environment)
    policy.authorise(actor, verb, found.environment)
    return replace(command, app=found.app, environment=found.environment, args=args)


def tip(services):
    """A view of main's tip that remembers what is read through it."""
    return services.head()[0].fresh()


def decided(services, actor, verb, command, tree):
    """The plan on this tree, authorised again there, with its delivery."""
    if verb.kind == "order":
        policy.authorise(actor, verb, command.environment)
        return Plan(command, tree.revision, risk=verb.risk, delivery="order", summary=verb.help[0], warnings=orders.warnings(services, command, catalogs.load(tree)))
    catalog = catalogs.load(tree.fresh())
    environment = previews.place(catalog, command) if verb.name in previews.VERBS else catalog.environment(command.environment)
    policy.authorise(actor, _asked(verb, catalog, command), environment.name)
    with tracing.step("plan"):
        plan = planned(services, verb, command, tree)
    gates.passed(services, command, environment, tree)
    access.allowed(actor, tree, plan.changes)
    asked = policy.asked(catalog, command.app, environment, [change.path for change in plan.changes])
    return replace(plan, delivery=policy.delivery(actor, asked), warnings=(*plan.warnings, *(("protected",) if asked.covered else ())))


def _asked(verb, catalog, command):
    """The verb whose right is needed: who brings a deleted app back creates it."""
    return verbs.find("create_app") if verb.name == "rollback" and not catalog.has(command.app, command.environment) else verb


def planned(services, verb, command, tree):
    """What the command changes on this tree: a function of what it reads there, which the tree's view remembers."""
    tree.id("klepaas.yaml")
    edit = PLANS[verb.name](Desired(catalogs.load(tree.fresh()), tree, services.repo.tree, services.settings.image_pull_secret), command)
    checks.no_secrets(edit.changes)
    by_app = edit.apps or ({command.app: edit.changes} if command.app and edit.changes else {})
    effects = [_effect(services, tree, changes, replace(command, app=app)) for app, changes in by_app.items()]
    manifests = tuple(each for found, _ in effects for each in found)
    warned = dict.fromkeys(each for _, found in effects for each in found)
    return Plan(command, tree.revision, edit.changes, manifests, verb.risk, "commit", edit.summary, (*edit.warnings, *warned), tuple(edit.trailers.items()))


def _effect(services, tree, changes, command):
    """(what the changes are of what one app runs, codes of what is to be known of its rendering)."""
    before, after = checks.rendered(services.renderer, catalogs.load, tree, changes, command.app, command.environment)
    there = overlay(tree, changes)
    catalog = catalogs.load(there)
    needs.allowed(catalogs.load(tree.fresh()), catalog, command.app, command.environment)
    if after is None:
        return checks.effect(command, before, after), ()
    environment = catalog.environment(command.environment)
    target = catalog.target(command.app, environment.name)
    checks.allowed(after.objects, environment, there, target)
    if environment.only_promote and command.verb not in BACK:
        source = checks.rendered_now(services.renderer, catalog, there, command.app, environment.promotes_from)
        constraints.promoted(command, environment, before.objects if before else (), after.objects, source.objects if source else ())
    unstable = services.renderer.unstable(there, target, environment)
    return checks.effect(command, before, after), (*after.warnings, *(("unstable",) if unstable else ()))
