"""Where the channels are that klepaas.yaml names, with their secrets: NOTIFY_CHANNELS, and SLACK_WEBHOOK_URL as the channel `slack`. Must not send anything."""

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import orjson

from gitops.errors import Invalid, NotFound
from gitops.notices.channels import KINDS
from gitops.shapes import Wrong, mapping

WANTED = "JSON such as {\"ops\": {\"kind\": \"slack\", \"url\": \"https://…\"}}, or the path of a file with it"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel: its kind, and what that needs, with secrets among it."""

    name: str
    kind: str
    given: MappingProxyType = field(repr=False)

    def get(self, key, default=None):
        return self.given.get(key, default)


def of(settings, name):
    """The Place of a channel; NotFound where there is none."""
    found = every(settings)
    if name not in found:
        raise NotFound("channel_unknown", channel=name)
    return found[name]


def every(settings):
    """name -> Place; Invalid where the setting is malformed. A file is read whenever it is asked for, so that a secret can be changed."""
    found = {name: _place(name, given) for name, given in _document(settings.notify_channels).items()}
    if settings.slack_webhook_url:
        found.setdefault("slack", Place("slack", "slack", MappingProxyType({"url": settings.slack_webhook_url})))
    return found


def _document(text):
    try:
        found = orjson.loads(text if not text or text.lstrip().startswith("{") else Path(text).read_bytes()) if text else {}
    except (OSError, ValueError):
        raise Invalid("bad_setting", name="NOTIFY_CHANNELS", wanted=WANTED) from None
    if not isinstance(found, dict):
        raise Invalid("bad_setting", name="NOTIFY_CHANNELS", wanted=WANTED)
    return found


def _place(name, given):
    kind = given.get("kind") if isinstance(given, dict) else None
    if kind not in KINDS:
        raise Invalid("channel_wrong", channel=name, key="kind", wanted=" or ".join(KINDS))
    try:
        found = mapping({key: value for key, value in given.items() if key != "kind"}, (), KINDS[kind].KEYS)
        KINDS[kind].check(found)
    except Wrong as wrong:
        place, wanted = wrong.args[:2]
        raise Invalid("channel_wrong", channel=name, key=".".join(map(str, place)) or kind, wanted=", ".join(wanted) if isinstance(wanted, list) else wanted) from None
    return Place(name, kind, MappingProxyType(found))
