"""Image automation: a registry is looked at for tags that a rule of klepaas.yaml (`images`) means, and a newer one is deployed as a person would.

The rule's own actor commits it, or proposes it where the environment asks for review. Never back: what is there and fits the rule
counts as the least. Must not know how a registry speaks: that is gitops/outside/registry.
"""

import hashlib
import logging
import re

import re2
import semantic_version

from gitops import submit, values
from gitops.errors import Invalid, KlepaasError
from gitops.outside import registry
from gitops.types import Actor, Command, Target

log = logging.getLogger(__name__)
WHO, ADDRESS = "Image automation", "images@klepaas.invalid"
YOUNGEST = 20  # tags of `order: newest` that are asked when they were made
QUIET = re2.Options()
QUIET.log_errors = False


def look(services, refused):
    """One look at every rule's registry: [{app, environment, status, …}]. One that is away keeps no other from being looked at.

    `refused` keeps what was refused at which revision, so that it is not asked for again before something changed.
    """
    _, catalog = services.head()
    return [_guarded(services, rule, refused) for rule in catalog.config.images]


def _guarded(services, rule, refused):
    place = {"app": rule.app, "environment": rule.environment}
    try:
        return place | _one(services, rule, refused)
    except KlepaasError as error:
        log.warning("images of %s/%s: %s", rule.app, rule.environment, error)
        return place | {"status": "failed" if error.transient else "refused", "message": error.text()}


def _one(services, rule, refused):
    tree, catalog = services.head()
    image, now = _now(tree, catalog.target(rule.app, rule.environment))
    found = chosen(rule, registry.tags(services.settings, image), now, lambda tag: registry.made(services.settings, image, tag))
    if found is None or found == now:
        return {"status": "unchanged", "version": now}
    command = _command(rule, image, found)
    if services.ledger.settled(ADDRESS, command.id) or refused.get(command.id) == tree.revision:
        return {"status": "known", "version": found}
    refused[command.id] = tree.revision
    receipt = submit.submit(services, _actor(rule), command)
    return {"status": receipt.status, "version": found, "commit": receipt.commit, "review": receipt.review.id if receipt.review else None}


def _now(tree, target):
    """(image, version) of the app's values."""
    if not isinstance(target, Target) or target.values_path is None:
        raise Invalid("no_values_file", app=target.app, environment=target.environment, path=target.manifests_path)
    parsed = values.parse(tree.read(target.values_path), target.values_path)
    image, version = (values.lookup(parsed, target.keys[name]) for name in ("image", "version"))
    if not isinstance(image, str) or not image:
        raise Invalid("image_unsaid", app=target.app, path=target.values_path)
    return image, None if version is None else str(version)


def _actor(rule):
    return Actor(WHO, ADDRESS, frozenset({f"deploy:execute@{rule.environment}"}), "images")


def _command(rule, image, tag):
    """Its id says what it is, so that a look that was interrupted commits nothing twice, and what somebody rolled back from stays away."""
    name = hashlib.sha256("\0".join((rule.app, rule.environment, image, tag)).encode()).hexdigest()[:40]
    return Command("deploy", rule.app, rule.environment, {"version": tag}, f"image-{name}", reason=f"{image}:{tag} fits {rule.semver or rule.match}")


# --- which one -------------------------------------------------------------------------------------------------------


def chosen(rule, tags, now, made):
    """The newest tag that the rule means, or None where there is none newer than what is there; `made(tag)` says when an image was made."""
    if rule.semver:
        return _by_semver(rule.semver, tags, now)
    pattern = re2.compile(rule.match, QUIET)
    fitting = {tag: found for tag in tags if (found := pattern.fullmatch(tag))}
    if not fitting:
        return None
    if rule.order == "newest":
        youngest = sorted(fitting, key=natural)[-YOUNGEST:]
        return max(youngest, key=lambda tag: (made(tag), natural(tag)))
    return _latest(rule, fitting, now, pattern)


def _latest(rule, fitting, now, pattern):
    def place(found):
        text = found.group(1) if pattern.groups else found.group(0)
        return natural(text) if rule.order == "numeric" else text
    best = max(fitting, key=lambda tag: (place(fitting[tag]), tag))
    here = pattern.fullmatch(now) if now else None
    return None if here and place(here) >= place(fitting[best]) else best


def _by_semver(wanted, tags, now):
    """Highest precedence in the range; pre-releases only where the range names one. A `v` in front is put up with."""
    spec = semantic_version.NpmSpec(wanted)
    known = {tag: version for tag in tags if (version := _version(tag)) and spec.match(version)}
    if not known:
        return None
    best, here = max(known, key=lambda tag: (known[tag], tag)), _version(now or "")
    return None if here and here >= known[best] else best


def _version(tag):
    try:
        return semantic_version.Version(tag.removeprefix("v"))
    except ValueError:
        return None


def natural(text):
    """Numbers by their size: build-9 comes before build-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", text) if part]
