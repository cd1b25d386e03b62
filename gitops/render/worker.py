"""The render process: `python -m gitops.render.worker`. One request a frame on stdin, one answer a frame on stdout.

A frame is 4 bytes of length (big endian) and that many bytes of JSON; a chart's archive follows its request as a frame of its
own. It ends when stdin does, and with its parent. Helm's library is not fork-safe, so nothing may fork here.
"""

import contextlib
import ctypes
import os
import re
import signal
import struct
import sys
from collections import OrderedDict

import orjson

CHARTS = 32
DOCUMENTS = re.compile(r"(?m)^---(?:[ \t].*)?$")  # as Helm splits what templates render
PR_SET_PDEATHSIG = 1


def main():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing a library prints may be taken for a frame
    charts = OrderedDict()
    while (frame := read(incoming)) is not None:
        write(outgoing, orjson.dumps(answer(charts, orjson.loads(frame), incoming)))


def read(stream):
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(struct.unpack(">I", head)[0])


def write(stream, data):
    stream.write(struct.pack(">I", len(data)) + data)
    stream.flush()


def answer(charts, request, incoming):
    import helm_python

    try:
        if request["op"] == "load":
            return load(charts, request["chart"], read(incoming))
        if request["chart"] not in charts:
            return {"unknown_chart": True}
        charts.move_to_end(request["chart"])
        return {"objects": objects(charts[request["chart"]], request)}
    except helm_python.HelmError as error:
        return {"error": str(error)}


def load(charts, name, archive):
    import helm_python

    charts[name] = helm_python.Chart.load_archive(archive)
    while len(charts) > CHARTS:
        charts.popitem(last=False)[1].close()
    return {"loaded": True}


def objects(chart, request):
    """The rendered objects, each with the template it came from: [[source, object], …]."""
    from helm_python.chart import values_from_yaml

    values = values_from_yaml(request["values"]) if request["values"].strip() else {}
    values.pop("klepaas", None)
    rendered = chart.render(values, name=request["name"], namespace=request["namespace"])
    sources = [(crd["filename"], crd["data"]) for crd in chart.crds] + sorted(rendered.items())
    return [[source, parsed] for source, text in sources if not source.endswith("NOTES.txt") for parsed in _parsed(text, values_from_yaml)]


def _parsed(text, read_yaml):
    for document in DOCUMENTS.split(text):
        if any(line.strip() and not line.lstrip().startswith("#") for line in document.splitlines()):
            yield read_yaml(document)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
