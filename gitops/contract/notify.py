"""What `notify` of klepaas.yaml may say: which news goes to which channels, in which language. It names channels; where they are, and their secrets, is in the settings."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gitops.notices.kinds import KINDS, SEVERITIES
from gitops.shapes import Wrong, choice, list_of, mapping, matching

GROUP = 30  # seconds in which news of one kind is gathered into one message
CHANNEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|#[\w-]{1,80}")
FOLDER = re.compile(r"(?!.*(^|/)(\.{0,2}|\.git)(/|$))[^\\\0-\x1f\x7f]{1,400}")


@dataclass(frozen=True, slots=True)
class Route:
    """News that all of this fits goes to the channels. Patterns are globs; none: any. `severity` is the least."""

    channels: tuple
    environments: tuple = ()
    apps: tuple = ()
    events: tuple = ()
    severity: str = "info"
    language: str = "en"
    group: int = GROUP


@dataclass(frozen=True, slots=True)
class Notify:
    """`templates` is the folder of texts that take the place of ours."""

    routes: tuple = ()
    templates: str | None = None


def notify(value, at):
    """The Notify; what a route does not say itself is said for all."""
    found = mapping(value, at, TOP)
    common = {name: found[name] for name in ("language", "group") if name in found}
    return Notify(tuple(Route(**{**common, **each}) for each in found.get("routes", ())), found.get("templates"))


def _route(value, at):
    found = mapping(value, at, ROUTE)
    if not found.get("channels"):
        raise Wrong((*at, "channels") if "channels" in found else at, "a mapping with channels, at least one")
    return found


def _event(value, at):
    if not isinstance(value, str) or not any(fnmatchcase(kind, value) for kind in KINDS):
        raise Wrong(at, f"one of {', '.join(KINDS)}, or a pattern of them such as deployment.*")
    return value


def _group(value, at):
    found = re.fullmatch(r"([0-9]{1,3})s", value) if isinstance(value, str) else None
    if not found or int(found[1]) > 600:
        raise Wrong(at, "a time from 0s to 600s")
    return int(found[1])


_globs = list_of(matching(re.compile(r"[^\x00-\x20\x7f]{1,255}"), "a name, or a pattern such as release-*"))
_language = choice("en", "ko")
ROUTE = {"channels": list_of(matching(CHANNEL, "the name of a channel, or #channel of the Slack app")), "environments": _globs, "apps": _globs, "events": list_of(_event),
         "severity": choice(*SEVERITIES), "language": _language, "group": _group}
TOP = {"language": _language, "group": _group, "templates": matching(FOLDER, "a path inside the repository, with no slash at either end"), "routes": list_of(_route)}
