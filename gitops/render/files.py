"""The files of a chart, as the render process gets them, and the id they are known by. Reads a tree; must not render."""

import hashlib
import io
import re
import tarfile
import zlib
from functools import cache
from pathlib import Path

from gitops.errors import Invalid
from gitops.kept import Kept

BUNDLED = Path(__file__).parents[1] / "chart"
OWN = ("templates", "charts", "crds")
LIMIT = 16 << 20  # bytes of a chart
ASKED = {"cluster": re.compile(rb"\.Capabilities\b"),
         "chance": re.compile(rb"\b(rand(Alpha|AlphaNum|Numeric|Ascii|Bytes|Int)|uuidv4|shuffle|gen(CA|SignedCert|SelfSignedCert|PrivateKey)|htpasswd|bcrypt|now|ago)\b")}
_ASKS = Kept(256)


def chart_id(tree, target):
    """Names what `archive` would hold."""
    if target.chart is None:
        return _bundled_id()
    entries = _entries(tree, target)
    if not entries:
        raise Invalid("chart_missing", path=target.chart, app=target.app)
    return hashlib.sha256(repr([(each.name, each.mode, each.id) for each in entries]).encode()).hexdigest()


def archive(tree, target):
    """The chart as a tar in memory; Invalid for a symlink, a submodule or too much of it."""
    files = _bundled() if target.chart is None else _files(tree, target)
    out, left = io.BytesIO(), LIMIT
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files:
            left -= len(data)
            if left < 0:
                raise Invalid("chart_too_large", path=target.chart, limit=LIMIT)
            info = tarfile.TarInfo(f"chart/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


@cache
def _bundled():
    return tuple((str(path.relative_to(BUNDLED)), path.read_bytes()) for path in sorted(BUNDLED.rglob("*")) if path.is_file())


@cache
def _bundled_id():
    return hashlib.sha256(repr(_bundled()).encode()).hexdigest()


def asks(tree, target):
    """What the chart's templates ask for that its values do not say: "cluster" (Capabilities), "chance" (random text, the time)."""
    return _bundled_asks() if target.chart is None else _ASKS.get(chart_id(tree, target), lambda: _asked(data for _, data in _files(tree, target)))


def _asked(found):
    text = b"\n".join(_plain(data) for data in found)
    return frozenset(name for name, pattern in ASKED.items() if pattern.search(text))


def _plain(data):
    """A packed subchart as it is unpacked, as far as it may be large."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, LIMIT) if data[:2] == b"\x1f\x8b" else data
    except zlib.error:
        return b""


@cache
def _bundled_asks():
    return _asked(data for _, data in _bundled())


def _entries(tree, target):
    """What stands in the chart's folder, but for a folder of apps' values in it: those are not the chart's, and change with every commit."""
    inside = (target.values_path or "").startswith(f"{target.chart}/")
    first, slash, _ = target.values_path[len(target.chart) + 1:].partition("/") if inside else ("", "", "")
    skipped = first if slash and first not in OWN else None
    return [each for each in tree.names(target.chart) if each.name != skipped]


def _files(tree, target):
    """(path below the chart, bytes) of its files; `read` refuses what is no plain file."""
    for entry in _entries(tree, target):
        path = f"{target.chart}/{entry.name}"
        below = tree.walk(path) if entry.kind == "folder" else [(path, entry)]
        for each, _ in below:
            yield each.removeprefix(f"{target.chart}/"), tree.read(each)
