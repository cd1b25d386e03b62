"""The name under which a process holds a lease: made so that another one beside it can tell whether it still lives.

Beside it means under the same kernel and in the same process namespace; of a process elsewhere nothing is known but what its lease says.
"""

import hashlib
import os
import socket
import uuid
from pathlib import Path

PROC = Path("/proc")


def name():
    """host-pid-place.start.chance, unique for ever."""
    return f"{socket.gethostname()}-{os.getpid()}-{_place()}.{_start(os.getpid())}.{uuid.uuid4().hex[:6]}"


def died(holder):
    """Whether the process of that name was one beside us and is no more. A stopped one lives."""
    _, _, rest = holder.partition(f"{socket.gethostname()}-")
    pid, _, rest = rest.partition("-")
    place, start, *_ = [*rest.split("."), "", ""]
    return bool(place) and place == _place() and pid.isdigit() and start != _start(int(pid))


def _place():
    """Of the kernel that runs and the namespace of its processes; empty where that cannot be known."""
    try:
        said = (PROC / "sys/kernel/random/boot_id").read_text() + os.readlink(PROC / "self/ns/pid")
    except OSError:
        return ""
    return hashlib.sha256(said.encode()).hexdigest()[:10]


def _start(pid):
    """When a process began, as its kernel counts; empty when there is none, or only what its parent has not taken note of (proc(5), state Z or X)."""
    try:
        state, *fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in "ZX" else fields[18]
