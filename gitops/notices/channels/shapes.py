"""Checks that the kinds of channels share, and the provider that a place is. Must not send anything."""

import re
from urllib.parse import urlsplit

from gitops.outside.http import Provider
from gitops.shapes import Wrong, matching

SECONDS = 10  # for a receiver to take a message
url = matching(re.compile(r"https?://[^\s/@]+(/[^\s]*)?"), "an http or https URL")
secret = matching(re.compile(r"[^\x00-\x20\x7f]{4,500}"), "text without spaces, 4 characters or more")
address = matching(re.compile(r"[^\s@<>,]{1,64}@[^\s@<>,]{1,190}"), "an e-mail address")


def needs(given, *names):
    """Wrong unless all of these are there."""
    missing = [name for name in names if name not in given]
    if missing:
        raise Wrong((missing[0],), "given")


def provider(place, url, headers=None, secrets=()):
    """What is spoken to. The URL of a webhook is its secret."""
    parts = urlsplit(url)
    return Provider(f"channel {place.name}", f"{parts.scheme}://{parts.netloc}", headers or {}, (url, parts.path.rstrip("/").rpartition("/")[2], *secrets), timeout=SECONDS)
