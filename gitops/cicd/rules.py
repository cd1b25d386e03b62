"""Which apps an event is about, which version they get, and whether that is forward. Pure: decides, and does nothing."""

import re
from fnmatch import fnmatchcase

from gitops import previews, values
from gitops.cicd.facts import UNSAID
from gitops.errors import Forbidden, Invalid
from gitops.types import Actor, Rule, Target

SHORT = 7  # characters of a commit that name an image
VERSIONS = {"push": "{sha7}", "workflow_run": "{sha7}", "pull_request": "{sha7}", "release": "{tag}", "package": "{tag}", "callback": "{version}"}
SEMVER = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def wanted(catalog, tree, facts):
    """[(app, environment, version)] that the rules of klepaas.yaml ask for on these facts; the usual rules where it has none."""
    found = {}
    for rule in given(catalog):
        if matches(rule, facts):
            for app in _apps(rule, catalog, tree, facts):
                found.setdefault((app, rule.environment), version(rule, facts))
    return [(app, environment, tag) for (app, environment), tag in found.items()]


def given(catalog):
    """The rules of klepaas.yaml, else the usual ones."""
    return defaults(catalog) if catalog.config.cicd is None else catalog.config.cicd


def place(catalog, repository, named):
    """The environment that people of a repository name, else where its pushes go; Forbidden where klepaas.yaml has rules, and none brings it there."""
    mine = [rule for rule in given(catalog) if fnmatchcase(repository.lower(), rule.repository.lower())]
    usual = next((rule.environment for rule in sorted(mine, key=lambda rule: rule.event != "push")), "")
    environment = catalog.environment(named or usual or None).name
    free = catalog.config.cicd is None and environment in previews.permanent(catalog.environments)
    if not free and environment not in {rule.environment for rule in mine}:
        raise Forbidden("comment_no_rule", repository=repository, environment=environment)
    return environment


def actor(facts, environment):
    """Who acted at the forge, with the right to deploy there and no other: the rules of klepaas.yaml gave it."""
    return Actor(facts.sender, facts.email, frozenset({f"deploy:execute@{environment}"}), "webhook")


def defaults(catalog):
    """A push to the default branch, or a workflow that succeeded there, goes to staging; a release goes to production; a callback to staging."""
    names = tuple(previews.permanent(catalog.environments))
    staging = "staging" if "staging" in names else names[0]
    production = "production" if "production" in names else names[-1]
    return (Rule("*", "push", staging), Rule("*", "workflow_run", staging), Rule("*", "callback", staging), Rule("*", "release", production))


def usual(event, environment):
    """The rule of an event where none is written."""
    return Rule("*", event, environment)


def matches(rule, facts):
    if rule.event != facts.event or not fnmatchcase(facts.repository.lower(), rule.repository.lower()):
        return False
    if facts.event == "pull_request" and not facts.merged or facts.prerelease and not rule.prerelease:
        return False
    if rule.workflow is not None and rule.workflow != facts.workflow:
        return False
    if rule.tag is not None or facts.branch is None:
        return _tagged(rule, facts)
    return fnmatchcase(facts.branch, rule.branch) if rule.branch is not None else facts.branch == facts.default_branch


def _tagged(rule, facts):
    """A push of a tag is meant only by a rule that names tags; what has neither branch nor tag is meant by any."""
    if facts.tag is None:
        return facts.event == "callback" or facts.branch is None and rule.branch is None and rule.tag is None
    return fnmatchcase(facts.tag, rule.tag) if rule.tag is not None else facts.event != "push" and rule.branch is None


def _apps(rule, catalog, tree, facts):
    """The apps of the environment that the rule or the event names, else those that are built from the repository."""
    name = rule.app or facts.app
    if name is not None:
        return [each.app for each in catalog.targets(rule.environment) if isinstance(each, Target) and each.app == name]
    return built_from(catalog, tree, rule.environment, facts.repository)


def built_from(catalog, tree, environment, repository):
    """The names of the apps of an environment that are built from a repository: those that say so, else by their images."""
    there, wanted = [each for each in catalog.targets(environment) if isinstance(each, Target)], repository.lower()
    said = [each.app for each in there if (each.repository or "").lower() == wanted]
    return said or [each.app for each in there if each.repository is None and image(tree, each).endswith(f"/{wanted}")]


def repository(tree, target):
    """The repository that an app is built from: the one it names, else the last two parts of its image; None where neither is there."""
    parts = image(tree, target).split("/")
    return target.repository or ("/".join(parts[-2:]) if len(parts) > 2 else None)


def image(tree, target):
    """The image repository in a values file; "" where there is none or the file is broken."""
    try:
        return str(values.lookup(values.parse(tree.read(target.values_path), target.values_path), target.keys["image"]) or "").lower() if target.values_path else ""
    except Invalid:
        return ""


def version(rule, facts):
    """The image tag by the rule's pattern; characters that no tag has become dashes."""
    sha, tag = facts.sha or "", facts.tag or ""
    given = {"sha": sha, "sha7": sha[:SHORT], "tag": tag, "semver": tag.removeprefix("v"), "branch": facts.branch or "", "run": facts.run or "", "version": facts.version or ""}
    text = re.sub(r"\{(\w+)\}", lambda field: str(given[field[1]]), rule.version or VERSIONS[facts.event])
    text = re.sub(r"[^A-Za-z0-9_.-]", "-", text)[:128]
    if not TAG.fullmatch(text):
        raise Invalid("webhook_no_version", event=facts.event, pattern=rule.version or VERSIONS[facts.event])
    return text


def forward(last, facts, tag):
    """Whether a version may follow what last arrived at an app (a dict of `arrived`, or None): deliveries come in any order, and twice."""
    if last is None or UNSAID not in (last["repository"], facts.repository) and last["repository"] != facts.repository:
        return True
    if last["version"] == tag or last["before"] and last["before"] == facts.sha:
        return False
    if facts.before and facts.before == last["sha"]:
        return True
    order = _semver(tag), _semver(last["version"])
    return order[0] > order[1] if all(order) else facts.at > last["at"]


def arrived(facts, tag):
    """What is remembered of an arrival."""
    return {"repository": facts.repository, "version": tag, "sha": facts.sha, "before": facts.before, "at": facts.at}


def _semver(text):
    """The numbers of a version, a pre-release before its release; None for what is no version."""
    found = SEMVER.fullmatch(text)
    return (*map(int, found.groups()[:3]), found[4] is None, found[4] or "") if found else None
