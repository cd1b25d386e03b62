"""What is logged, reported or traced, without secrets and in plain characters: the one place that all of it goes through. Must not know where it goes."""

import json
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

from gitops import checks, config
from gitops.charts import MASK

SHORTEST = 6                 # characters of a setting that is looked for: shorter ones are in every text
LONGEST, LOOKED = 16_000, 64_000  # characters that are kept of a text, and that are looked through
DEEPEST, MOST = 8, 200       # levels of what is nested, and parts of one
NAMES = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|(?:api|private|access|secret|signing)[_.-]?key|credentials?|signature|session)"
NAMED = re.compile(rf"(?i)(?:^|[\W_]|(?<=[a-z0-9])){NAMES}s?$|^(?:http_)?(?:proxy[-_])?authorization$|^(?:http_)?(?:set-)?cookie$")
VALUE = r"""(?:b?"(?:[^"\\]|\\.)*"?|b?'(?:[^'\\]|\\.)*'?|[^\s"'&,;}\])]+)"""
PATTERNS = tuple((re.compile(pattern), put) for pattern, put in (
    (r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)", MASK),
    (r"""(?i)\b((?:proxy[-_])?authorization|(?:set-)?cookie)(['"]\s*,\s*|['"]?\s*[:=]\s*)(?:b?"[^"]*"?|b?'[^']*'?|[^\r\n]+)""", rf"\1\2{MASK}"),
    (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", rf"\1 {MASK}"),
    (rf"(?i)\b([\w.-]{{0,40}}?{NAMES}s?['\"]?\s*[:=]\s*){VALUE}", rf"\1{MASK}"),
    (r"(?i)\b([a-z][a-z0-9+.-]{0,30}://)[^/\s:@\"']{0,500}:[^\s\"']{1,500}@", rf"\1{MASK}@"),
    (r"(?i)\b(https?://)[^/\s:@\"']{16,500}@", rf"\1{MASK}@"),
    (r"(?i)([?&](?:code|state|sig|key)=)[^\s&\"']+", rf"\1{MASK}"),
    (r"(/auth/link/)[^\s\"'?]+", rf"\1{MASK}")))
ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Redactor:
    """Hides what the settings say is secret, and what looks so. A structlog processor too."""

    def __init__(self, settings=None):
        found = {form for each in (secrets_of(settings) if settings else ()) for form in (each, quote(each, safe=""), json.dumps(each)[1:-1]) if len(form) >= SHORTEST}
        self.known = sorted(found, key=len, reverse=True)

    def __call__(self, logger, method, event):
        return self.hidden(event)

    def hidden(self, value, name="", depth=0):
        """The value as JSON can hold it, without secrets: what a name says is one is hidden whole."""
        if value is None or isinstance(value, bool):
            return value
        if NAMED.search(name):
            return MASK
        if isinstance(value, float) or isinstance(value, int) and value.bit_length() < 64:
            return value
        if depth > DEEPEST:
            return "…"
        if isinstance(value, dict):
            return {(word := self.text(key)): self.hidden(each, word, depth + 1) for key, each in list(value.items())[:MOST]}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.hidden(each, self._label(value, place), depth + 1) for place, each in enumerate(list(value)[:MOST])]
        return self.text(value)

    def _label(self, value, place):
        """The name of a part of a list: of a pair, as headers are told, its first."""
        return value[0] if isinstance(value, (list, tuple)) and len(value) == 2 and place == 1 and isinstance(value[0], str) else ""

    def text(self, value):
        """The text of anything, in characters that move no cursor."""
        text = _text(value)[:LOOKED]
        for secret in self.known:
            text = text.replace(secret, MASK)
        for pattern, put in PATTERNS:
            text = pattern.sub(put, text)
        text = ODD.sub(lambda found: found[0].encode("unicode_escape").decode(), checks.masked(text))
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _text(value):
    try:
        found = bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, bytearray, memoryview)) else str(value)
    except Exception as error:  # what cannot say itself stops no log
        return f"<{type(value).__name__}: {type(error).__name__}>"
    return found.encode("utf-8", "backslashreplace").decode()


def secrets_of(settings):
    """The texts that settings hold in secret; of an address its password, of JSON (or a file with it) what its names say."""
    for setting in config.TABLE:
        value = getattr(settings, setting.name.lower()) if setting.secret else None
        if value:
            yield from _parts(value)


def _parts(value):
    with suppress(OSError, ValueError):
        value = Path(value).read_text() if len(value) < 4096 and Path(value).is_file() else value
    with suppress(ValueError):
        parsed = json.loads(value)
        if isinstance(parsed, (dict, list)):
            yield from _leaves(parsed, "")
            return
    with suppress(ValueError):
        if "://" in value and urlsplit(value).hostname:
            yield from (each for each in (urlsplit(value).password, urlsplit(value).path if value.startswith("https://") else None) if each)
            return
    yield value.strip()
    yield from (line for line in value.splitlines() if len(line) >= 40)


def _leaves(value, name):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif isinstance(value, str) and (NAMED.search(name) or name in ("url", "key") and value.startswith("https://")):
        yield from _parts(value)
