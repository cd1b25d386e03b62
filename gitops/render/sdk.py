"""Rendering by helm-python-sdk: Helm's own Go code in this process. Only the render process imports it."""

import re
from dataclasses import dataclass

from helm_python import Chart, HelmError
from helm_python.chart import values_from_yaml

DOCUMENTS = re.compile(r"(?m)^---(?=\s|$)")
LONG_NUMBER = re.compile(r"\d{16}")  # Helm's reader makes floats of all numbers; whole ones are exact up to 2**53


class Failed(Exception):
    """The chart or its values, as Helm says it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """`chart` is None when it has dependencies: rendering takes those that values switch off out of the loaded chart for good."""

    folder: str
    chart: Chart | None


def load(folder):
    try:
        chart = Chart.load(folder)
    except HelmError as error:
        raise Failed(error) from None
    metadata, below = chart.metadata, chart.dependencies
    _complete(metadata, {each["name"] for each in below})
    return Loaded(folder, None if below or metadata.get("dependencies") else chart)


def _complete(metadata, below):
    """What `helm install` refuses and the library does not."""
    if metadata.get("type") == "library":
        raise Failed("a library chart cannot be deployed")
    missing = [each["name"] for each in metadata.get("dependencies") or () if each["name"] not in below]
    if missing:
        raise Failed(f"dependencies are missing in charts/: {', '.join(missing)}; run `helm dependency build` and commit what it fetches")


def render(loaded, request, limit):
    """The rendered objects, each with the template it came from: [[source, object or its text], …]."""
    try:
        sources = _sources(loaded.chart or Chart.load(loaded.folder), request)
    except HelmError as error:
        raise Failed(error) from None
    if sum(len(text) for _, text in sources) > limit:
        raise Failed(f"it renders more than {limit >> 20} MiB")
    return [[source, each] for source, text in sources for each in _parsed(source, text)]


def _sources(chart, request):
    values = values_from_yaml(request["values"] or "{}") or {}
    values.pop("klepaas", None)
    rendered = chart.render(values, name=request["name"], namespace=request["namespace"])
    definitions = [(each["filename"], each["data"]) for each in chart.crds]
    return definitions + sorted((name, text) for name, text in rendered.items() if not name.endswith("/templates/NOTES.txt"))


def _parsed(source, text):
    for document in DOCUMENTS.split(text):
        if any(line.strip() and not line.lstrip().startswith("#") for line in document.splitlines()):
            yield document if LONG_NUMBER.search(document) else _read(source, document)


def _read(source, document):
    if "\0" in document:
        raise Failed(f"{source} renders a NUL character")
    try:
        return values_from_yaml(document)
    except HelmError as error:
        raise Failed(f"what {source} renders is no YAML mapping: {error}") from None
