"""What a plan is checked for before it is offered: it renders, it has an effect, and it carries no secret in clear."""

import re

from gitops import charts, constraints, tenancy, values
from gitops.errors import Invalid, KlepaasError, NotFound
from gitops.tree import overlay
from gitops.types import Change

# Formats published by those who issue them; a key's name says the rest. What may repeat at many places has a bound: hostile text must not take minutes.
SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "AWS access key": r"\b(AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub token": r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    "GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "Slack webhook": r"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+",
    "Google API key": r"\bAIza[0-9A-Za-z_-]{35}",
    "OpenAI or Anthropic key": r"\bsk-(ant-|proj-)?[A-Za-z0-9_-]{20,}",
    "Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "npm token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "token of this product": r"\bklp_[A-Za-z0-9_-]{20,}",
    "JSON web token": r"\beyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "password in a URL": r"\b[a-z][a-z0-9+.-]{0,30}://[^/\s:@]{0,500}:[^/\s:@$]{3,500}@",
}
SECRET_NAME = re.compile(r"(^|[_.-]|(?<=[a-z0-9])(?=[A-Z]))(?i:password|passwd|passphrase|pwd|secret|token|(api|private|access|secret)[_.-]?key|credentials?)$")
INVISIBLE = ("suspend", "resume", "delete_app")  # may render the same before and after: the last, an app that did not render at all
HARMLESS = re.compile(r"(?i)(|true|false|none|null|[0-9]{1,6}|\$\(.*\)|\$\{.*\}|/[\w./-]+)")


def secret_in(text):
    """The kind of the first secret found in the text, or None."""
    return next((kind for kind, pattern in SECRETS.items() if re.search(pattern, text)), None)


def masked(text):
    """The text with *** in place of whatever looks like a secret."""
    for pattern in SECRETS.values():
        text = re.sub(pattern, charts.MASK, text)
    return text


def looks_secret(name, value):
    """Whether a variable of this name with this literal value would put a secret into git."""
    return bool(SECRET_NAME.search(name)) and not HARMLESS.fullmatch(value)


def no_secret_words(command, args):
    """Invalid where the request itself holds a secret in clear: asked before anything of it is kept."""
    if command.verb == "set_env" and looks_secret(args["name"], args["value"]):
        raise Invalid("secret_in_env", name=args["name"])
    if kind := secret_in("\n".join(each for each in (command.text, command.reason, *args.values()) if isinstance(each, str))):
        raise Invalid("secret_in_words", kind=kind)
    if "manifest" in args:
        _no_plain_secret_object(Change("manifest.yaml", None, args["manifest"].encode()))


def no_secrets(changes):
    """Invalid where any added line holds a secret in clear, or a Secret is not encrypted."""
    for change in changes:
        _no_secret_lines(change)
        _no_plain_secret_object(change)


def _no_secret_lines(change):
    before = set((change.before or b"").split(b"\n"))
    for number, line in enumerate((change.after or b"").split(b"\n"), 1):
        if line not in before and (kind := secret_in(line.decode("utf-8", "replace"))):
            raise Invalid("secret_in_file", path=change.path, line=number, kind=kind)


def _no_plain_secret_object(change):
    if change.after is None or b"Secret" not in change.after or change.path.startswith("charts/") or not change.path.endswith((".yaml", ".yml", ".json")):
        return
    for each in _objects(values.load_all(change.after, change.path)):
        if each.get("kind") == "Secret" and (each.get("data") or each.get("stringData")) and "sops" not in each:
            metadata = each.get("metadata")
            raise Invalid("plain_secret", path=change.path, name=str(metadata.get("name")) if isinstance(metadata, dict) else "?")


def _objects(found):
    """The objects, and those in a List."""
    for each in found:
        items = each.get("items")
        yield each
        yield from _objects([inner for inner in items if isinstance(inner, dict)]) if isinstance(items, list) else ()


def rendered(renderer, catalog_of, tree, changes, app, environment):
    """(before, after) as rendered objects of the app; None where it is not there, or rendered no more before the change."""
    after_tree = overlay(tree, changes)
    try:
        before = _render(renderer, catalog_of(tree), tree, app, environment)
    except KlepaasError:
        before = None  # what is broken now is allowed to be mended
    return before, _render(renderer, catalog_of(after_tree), after_tree, app, environment)


def rendered_now(renderer, catalog, tree, app, environment):
    """The app's objects there; None where it is not, or cannot be rendered."""
    try:
        return _render(renderer, catalog, tree, app, environment)
    except KlepaasError:
        return None


def _render(renderer, catalog, tree, app, environment):
    try:
        target = catalog.target(app, environment)
    except NotFound:
        return None
    return renderer.render(tree, target, catalog.environment(environment))


def allowed(objects, environment, tree, target):
    """Invalid where an object is none that the environment may have; the sync would refuse it too."""
    for each in objects:
        tenancy.check(each, environment)
    constraints.check(objects, environment, tree, target)


def effect(command, before, after):
    """The rendered differences; Invalid when a change of the files changes nothing of what runs."""
    found = charts.differences(before, after)
    if not found and command.verb not in INVISIBLE:
        raise Invalid("no_effect", verb=command.verb, app=command.app)
    return found
