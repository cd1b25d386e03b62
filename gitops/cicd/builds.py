"""Which images of an app are known, from what forges and pipelines told: what "deploy the newest" means. Reads the ledger alone."""

from gitops.cicd import building, rules
from gitops.cicd.facts import UNSAID, Facts
from gitops.errors import Invalid

BUILT = ("workflow_run", "package", "callback")  # these say that an image is there; a push or a release says that it will be
LOOKED = 200  # deliveries of a repository that are looked through


def completed(services, catalog, tree, command, args):
    """The arguments of a deploy with the newest known version, where they name none; as they are where nothing is known.

    One that shall be built first names its branch too, unless a build of it was told of.
    """
    target = catalog.target(command.app, command.environment)
    if args.get("build"):
        wanted = building.completed(services, catalog, tree, target, args)
        known = {_version(catalog, facts, target) for facts in _told(services.ledger, rules.repository(tree, target)) if facts.event in BUILT}
        return _without(wanted, "branch", "build") if wanted["version"] in known else wanted
    if "version" in args or ":" in args.get("image", "").rpartition("/")[2]:
        return args
    found = newest(services.ledger, catalog, tree, target, args.get("branch"))
    return args if found is None else _without(args, "branch") | {"version": found}


def _without(args, *names):
    return {name: value for name, value in args.items() if name not in names}


def newest(ledger, catalog, tree, target, branch=None):
    """The newest version of an app's image, of a branch if one is named, or None."""
    known = [facts for facts in _told(ledger, rules.repository(tree, target)) if _fits(facts, target, branch)]
    built = [facts for facts in known if facts.event in BUILT] or known
    return next((version for facts in sorted(built, key=lambda each: each.at, reverse=True) if (version := _version(catalog, facts, target))), None)


def commit_of(ledger, catalog, tree, target, version):
    """(repository, sha) that an app's version was made from, as forges and pipelines told, or None."""
    repository = rules.repository(tree, target)
    fitting = [facts for facts in _told(ledger, repository) if version and facts.sha and facts.event != "pull_request" and _version(catalog, facts, target) == version]
    newest = max(fitting, key=lambda each: each.at, default=None)
    return (repository if newest.repository == UNSAID else newest.repository, newest.sha) if repository and newest else None


def _told(ledger, repository):
    """Of the repository, and of pipelines that named their app alone."""
    found = [each for name in (repository, UNSAID) if name for each in ledger.told(name, LOOKED)]
    return [Facts(**{name: value for name, value in each.items() if name in Facts.__slots__}) for each in found if each["event"] in rules.VERSIONS]


def _fits(facts, target, branch):
    if facts.app not in (None, target.app) or facts.prerelease or facts.event == "pull_request":
        return False
    if branch is not None:
        return facts.branch == branch
    return facts.branch is None or facts.branch == facts.default_branch


def _version(catalog, facts, target):
    """By the rule that means this event here, else the usual pattern."""
    fitting = [rule for rule in rules.given(catalog) if rule.event == facts.event and rule.environment == target.environment and rules.matches(rule, facts)]
    try:
        return rules.version((*fitting, rules.usual(facts.event, target.environment))[0], facts)
    except Invalid:
        return None
