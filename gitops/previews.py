"""Previews: environments that pull requests have for a while, each said by a file `previews/<name>.yaml` beside the rules of klepaas.yaml.

The rule says where its values come from and what is allowed there, the file only whose it is and until when: a file that somebody
pushes can give itself nothing. Pure. Must not know forges or clusters.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

from gitops import values
from gitops.errors import Invalid, KlepaasError
from gitops.kept import Kept
from gitops.types import Environment, Preview, Problem, SyncPolicy

FOLDER = "previews"
OPEN, CLOSE = "open_preview", "close_preview"
VERBS = (OPEN, CLOSE)
NAME = re.compile(r"([a-z0-9][a-z0-9-]*)-pr-([1-9][0-9]{0,9})")
SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
HEADER = "# The preview of a pull request: made, brought up to date and removed by K-Le-PaaS.\n"
_FOUND = Kept(64)


def name(rule, number):
    """What the preview of a pull request is called: its environment, and its namespace."""
    return f"{rule.name}-pr-{number}"


def path(name):
    return f"{FOLDER}/{name}.yaml"


def text(repository, number, commit, until):
    """The file of a preview."""
    return (HEADER + values.dump({"repository": repository, "number": number, "commit": commit, "until": stamp(until)})).encode()


def stamp(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rule_of(config, repository):
    """The rule of a repository, or None."""
    return next((each for each in config.previews if each.repository.lower() == repository.lower()), None)


def listed(tree):
    """The names of the previews that have a file."""
    entries = tree.names(FOLDER)
    return tuple(each.name.removesuffix(".yaml") for each in entries if each.kind != "folder" and each.name.endswith(".yaml") and NAME.fullmatch(each.name.removesuffix(".yaml")))


def found(tree, config):
    """({name: Environment}, problems) of the previews of a tree: none where klepaas.yaml has no rule, or is broken."""
    if not config.previews:
        return {}, ()
    return _FOUND.get((tree.id("klepaas.yaml"), tree.id(FOLDER)), lambda: _found(tree, config))


def _found(tree, config):
    there, problems = {}, []
    for each in listed(tree):
        try:
            preview = read(tree.read(path(each)), each)
            there[each] = environment(config, each, preview, len(config.environments) + len(there))
        except KlepaasError as error:
            problems.append(Problem(path(each), error.line, error.code, error.text(), None, each))
    return there, tuple(problems)


def read(data, name):
    """(repository, number, commit, until) in a preview's file; Invalid where it is none."""
    parsed = values.parse(data, path(name))
    repository, number, commit, until = (parsed.get(each) for each in ("repository", "number", "commit", "until"))
    right = set(parsed) == {"repository", "number", "commit", "until"} and isinstance(repository, str) and isinstance(commit, str) and SHA.fullmatch(commit)
    ends = _seconds(until)
    if not right or ends is None or NAME.fullmatch(name)[2] != str(number):
        raise Invalid("preview_broken", path=path(name), line=1)
    return repository, number, commit, ends


def _seconds(text):
    """UTC seconds of a time as ISO 8601, or None."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def environment(config, name, preview, order=0):
    """The environment of a preview as its rule allows it: nothing cluster-wide, nobody's account, never reviewed; Invalid without a rule."""
    repository, number, commit, until = preview
    rule = rule_of(config, repository)
    if rule is None or name != f"{rule.name}-pr-{number}":
        raise Invalid("preview_no_rule", path=path(name), line=1, repository=repository, name=name)
    base = config.environments[rule.environment]
    return Environment(name, name, order, base.cluster, forbidden_kinds=base.forbidden_kinds, policy=base.policy, verify=base.verify,
                       sync=replace(SyncPolicy(), windows=base.sync.windows), preview=Preview(rule.repository, number, commit, until, rule.environment))


def address(tree, target):
    """The URL that the values of an app in a preview give it, or None."""
    there = values.parse(tree.read(target.values_path), target.values_path) if target.values_path else {}
    hosts = values.lookup(there, "ingress.hosts")
    first = hosts[0] if isinstance(hosts, list) and hosts else None
    if values.lookup(there, "ingress.enabled") is not True or not isinstance(first, dict) or not isinstance(first.get("host"), str):
        return None
    return f"{'https' if values.lookup(there, 'ingress.tls') else 'http'}://{first['host']}"


def place(catalog, command):
    """The environment that a command about a preview is about, whether it is there, will be, or cannot be any more; Invalid where no preview may be called so."""
    args, there = command.args, catalog.environments.get(command.environment)
    if there is not None and there.preview is None or not NAME.fullmatch(command.environment):
        raise Invalid("preview_no_name", name=command.environment)
    if command.verb == OPEN:
        return environment(catalog.config, command.environment, (args["repository"], args["number"], args["commit"], args["until"]))
    return there or Environment(command.environment, command.environment)


def lent(environments, scopes):
    """The scopes with those at previews that come with the same scopes where their values are from."""
    more = {f"{scope.partition('@')[0]}@{each.name}" for each in environments.values() if each.preview for scope in scopes if scope.endswith(f"@{each.preview.base}")}
    return frozenset(scopes) | more


def permanent(environments):
    """Those of klepaas.yaml."""
    return {name: each for name, each in environments.items() if each.preview is None}


def host(rule, app, number):
    """The domain an app of a preview answers at, or None."""
    return rule.host and rule.host.format(app=app, number=number, name=rule.name)


def expired(tree, catalog, now):
    """The names of the previews whose days are over, and of those that no rule means any more. A file that cannot be read stays, and is told of."""
    return tuple(each for each in listed(tree) if _over(tree, catalog, each, now))


def _over(tree, catalog, name, now):
    there = catalog.environments.get(name)
    if there is not None:
        return there.preview is not None and there.preview.until <= now
    try:
        read(tree.read(path(name)), name)
    except KlepaasError:
        return False
    return bool(catalog.environments)  # a broken klepaas.yaml has lost no rule
