"""The render process: `python -m gitops.render.worker ENGINE FOLDER BYTES`. One request a frame on stdin, one answer a frame on stdout.

A frame is 4 bytes of length (big endian) and that many bytes of JSON; a chart's files follow its request as a frame of their
own, a tar. They stand below FOLDER while they are kept. It ends when stdin does, and with its parent. Helm's library is not
fork-safe, so nothing may fork here once it is imported.
"""

import contextlib
import importlib
import io
import os
import resource
import select
import shutil
import signal
import struct
import sys
import tarfile
import threading
from collections import OrderedDict
from pathlib import Path

import orjson

from gitops.render import binary

CHARTS = 32
OUTPUT = 16 << 20  # bytes one app may render to
LOOK = 1000        # milliseconds between looks for a parent that left its pipe to somebody else


def main(engine, folder, memory):
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, args=(folder, os.getppid()), daemon=True).start()
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing a library prints may be taken for a frame
    engine, charts = importlib.import_module(f"gitops.render.{engine}"), OrderedDict()
    write(outgoing, b'{"ready":true}')
    try:
        while (frame := read(incoming)) is not None:
            write(outgoing, encoded(answer(engine, charts, Path(folder), orjson.loads(frame), incoming)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end_with_parent(folder, parent):
    """Even in the middle of a rendering. The kernel's parent-death signal would not do: it is sent when the thread ends that started us."""
    poll = select.poll()
    poll.register(0, 0)  # hang-ups are always reported
    while not poll.poll(LOOK) and os.getppid() == parent:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def read(stream):
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(struct.unpack(">I", head)[0])


def write(stream, data):
    stream.write(struct.pack(">I", len(data)) + data)
    stream.flush()


def encoded(found):
    try:
        data = orjson.dumps(found)
    except orjson.JSONEncodeError as error:
        return orjson.dumps({"error": f"what it renders cannot be read: {error}"})
    return data if len(data) <= OUTPUT else orjson.dumps({"error": f"it renders more than {OUTPUT >> 20} MiB"})


def answer(engine, charts, folder, request, incoming):
    try:
        if request["op"] == "load":
            return load(engine, charts, folder, request["chart"], read(incoming))
        if request["chart"] not in charts:
            return {"unknown_chart": True}
        charts.move_to_end(request["chart"])
        return rendered(engine, charts[request["chart"]], request)
    except (engine.Failed, binary.Failed) as error:
        return {"error": str(error).replace(f"{folder}/", ""), request["op"]: True}
    except RecursionError:
        return {"error": "what it renders is nested too deeply"}
    except OSError as error:
        return {"error": f"its files cannot be kept: {error.strerror}", request["op"]: True}
    except UnicodeDecodeError:
        return {"error": "it is not UTF-8", request["op"]: True}


def rendered(engine, chart, request):
    """For the cluster's version where that is asked for and a helm binary is there: the library cannot."""
    if request.get("cluster") and binary.found():
        return {"objects": binary.render(getattr(chart, "folder", chart), request, OUTPUT), "for_cluster": True}
    return {"objects": engine.render(chart, request, OUTPUT)}


def load(engine, charts, folder, name, files):
    place = folder / name
    with tarfile.open(fileobj=io.BytesIO(files)) as tar:
        tar.extractall(place, filter="data")
    try:
        charts[name] = engine.load(str(place / "chart"))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    while len(charts) > CHARTS:
        shutil.rmtree(folder / charts.popitem(last=False)[0], ignore_errors=True)
    return {"loaded": True}


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
