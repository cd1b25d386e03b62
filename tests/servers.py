"""Real servers for tests: started when first asked for, private, on free ports, gone with the test run (killed or not)."""

import atexit
import contextlib
import functools
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg2
import pytest

PACKAGE = "Postgres is not installed here: apt-get install postgresql"


@functools.cache
def postgres():
    """The run's shared Postgres. Fails as root (who can install it), skips for others."""
    server = Postgres()
    atexit.register(server.remove)
    return server


class Postgres:
    """A private cluster: `url(database)`, `database()`, `stop()`, `start()`, `remove()`."""

    def __init__(self):
        self.programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="klepaas-postgres-"))
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.port, self.process = free_port(), None
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        subprocess.run([*self._as_user(), self.programs / "initdb", "-D", self.folder / "data", "-U", "klepaas", "-A", "trust", "-E", "UTF8",
                        "--locale=C.UTF-8", "--no-sync"], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        self.start()

    def _as_user(self):
        """Postgres refuses to run as root, and must not outlive a test run that was killed."""
        change = ["--reuid", self.user, "--regid", self.user, "--clear-groups"] if os.geteuid() == 0 else []
        return ["setpriv", *change, "--pdeathsig", "INT"]

    def start(self):
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder, "fsync": "off"}
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [*self._as_user(), self.programs / "postgres", "-D", self.folder / "data", *(part for each in settings.items() for part in ("-c", "%s=%s" % each))],
                cwd=self.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Postgres did not start:\n" + (self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def _answers(self):
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(self.url("postgres")).close()
            return True
        return False

    def stop(self):
        """Cut every connection and stop."""
        if self.process is not None:
            self.process.send_signal(2)
            self.process.wait(30)
            self.process = None

    def url(self, database):
        return f"postgresql://klepaas@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self):
        """The URL of a new, empty database."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement):
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        try:
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _programs():
    """The folder of initdb and postgres: Debian keeps them out of PATH."""
    found = [*glob.glob("/usr/lib/postgresql/*/bin/initdb"), shutil.which("initdb")]
    if found[0] is None:
        (pytest.fail if os.geteuid() == 0 else pytest.skip)(PACKAGE)
    return Path(max(each for each in found if each)).parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
