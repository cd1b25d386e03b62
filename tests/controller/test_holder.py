"""Who holds a lease, as its name tells."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from controller import holder


@pytest.fixture
def other():
    """Another process and the name it would hold a lease under."""
    process = subprocess.Popen([sys.executable, "-c", "from controller import holder; print(holder.name(), flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process, process.stdout.readline().strip()
    process.kill()
    process.communicate()


def test_one_that_runs_or_sleeps_has_not_died(other):
    """A stopped process may wake up and write."""
    process, name = other
    assert not holder.died(name) and not holder.died(holder.name())
    os.kill(process.pid, signal.SIGSTOP)
    assert not holder.died(name)


def test_one_that_was_killed_has_died(other):
    """Also before its parent took note of it."""
    process, name = other
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert holder.died(name)
    process.wait()
    assert holder.died(name)


def test_a_process_id_that_came_round_again_is_another_process(other):
    """The time it began is part of the name."""
    process, name = other
    assert holder.died(name.replace(f"-{process.pid}-", f"-{os.getpid()}-"))


@pytest.mark.parametrize("name", ["", "a.b-c", f"other{holder.name()}", holder.name().replace(f"-{os.getpid()}-", "--"), f"{socket.gethostname()}-1-elsewhere.1.abc", f"{socket.gethostname()}-1-.1.abc"],
                         ids=["empty", "form", "host", "process", "boot", "nowhere"])
def test_of_others_elsewhere_nothing_is_known(name):
    """Another host, or a name that we did not make: only the lease's own time counts."""
    assert not holder.died(name)
