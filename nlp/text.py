"""A person's text made ready for reading: bounded, composed, without tricks of encoding. Must not know what any word means.

`line` keeps the spelling (values and branches need it), `lower` is the same length in lower case, so places agree.
"""

import re
import unicodedata
from dataclasses import dataclass

BOUND = 1000  # characters of one message that are read; a change is never read from a message that was longer
MANIFEST_BOUND = 262144  # gitops/verbs/table.py: the longest manifest
MARKS = "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏ"  # stand for what was found in the text, so nobody may write them

_EDGE = r"(?:(?<![a-z0-9_])(?=[a-z0-9_])|(?<=[a-z0-9_])(?![a-z0-9_]))"

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PLAIN = {ord(char): " " for char in MARKS + "\t\r\u00a0"} | dict.fromkeys(map(ord, "\u200d\ufe0f\ufeff")) | {
    ord("“"): '"', ord("”"): '"', ord("‘"): "'", ord("’"): "'", ord("`"): "`", ord("→"): ">", ord("–"): "-", ord("…"): "."}
_DIRECTION = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\u061c\u00ad]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u0590-\u08ff\u13a0-\u13ff\U0001d400-\U0001d7ff]")
_MANIFEST = re.compile(r"^[ \t]*(?:```\w*|---|apiVersion:|kind:|\{)|\{\s*\"(?:apiVersion|kind)\"", re.MULTILINE)


def pattern(source):
    """A pattern of the lexicon compiled: its `\\b` is the edge of a Latin word, before a particle too (`log를`)."""
    return re.compile(source.replace(r"\b", _EDGE))


@dataclass(frozen=True, slots=True)
class Text:
    line: str
    lower: str
    cut: bool = False
    trick: str | None = None
    manifest: str | None = None


def read(text):
    """The text bounded and composed; `trick` names what makes it look other than it reads."""
    head, manifest = _manifest(text[:MANIFEST_BOUND + BOUND])
    broken = _BROKEN.search(manifest or "")
    trick = "control" if broken else "hidden" if _DIRECTION.search(head[:BOUND]) else "control" if _CONTROL.search(head[:BOUND]) else "letters" if _FOREIGN.search(head[:BOUND]) else None
    line = unicodedata.normalize("NFC", head[:BOUND].translate(_FULL_WIDTH)).translate(_PLAIN)
    line = _CONTROL.sub(" ", _DIRECTION.sub("", line)).strip()
    line = (line if re.search(r"\"|(?<!\w)'", line) else re.sub(" {2,}", " ", line)) + (" Ⓜ" if manifest else "")
    lower = "".join(char.lower() if len(char.lower()) == 1 and char not in MARKS else char for char in line)
    return Text(line, lower, len(head) > BOUND or len(text) > MANIFEST_BOUND + BOUND, trick, manifest)


def _manifest(text):
    """What stands before (and, after a fence, behind) a Kubernetes object, and the object."""
    start = _MANIFEST.search(text) if "apiVersion" in text and "kind" in text else None
    if start is None:
        return text, None
    body = text[start.start():]
    fenced = re.match(r"[ \t]*```\w*[ \t]*\n(.*?)\n[ \t]*```", body, re.DOTALL)
    if fenced:
        return text[:start.start()] + " " + body[fenced.end():], fenced.group(1) + "\n"
    return text[:start.start()], body.strip() + "\n"
