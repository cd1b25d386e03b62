"""The whole product as its users start it: `klepaas demo` on a free port and a home of its own, and the clients that speak to it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

BIN = Path(sys.executable).parent
LINK = re.compile(r"(\w+)\s+(http://\S+/auth/link/\S+)")
READ = "k8s:read"
EVERYTHING = "mcp:execute,admin:read,admin:write,deploy:execute,k8s:read,k8s:write"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Product:
    """A running demo. `links` are one-time, by person."""

    home: Path
    port: int
    process: object
    links: dict = field(default_factory=dict)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self):
        return f"{self.url}/api/v1"

    @property
    def env(self):
        return environment(self.home, self.port)

    def cli(self, *words, **more):
        """The finished `klepaas` command."""
        return subprocess.run([BIN / "klepaas", *words], env=self.env, capture_output=True, text=True, timeout=60, **more)

    def token(self, scopes=EVERYTHING, *more):
        done = self.cli("token", "create", "--scopes", scopes, *more)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    def client(self, scopes=EVERYTHING, *more):
        """A requests session with a fresh token."""
        found = requests.Session()
        found.headers["Authorization"] = f"Bearer {self.token(scopes, *more)}"
        return found

    def signed_in(self, person):
        """A requests session signed in by a new link, as a browser of this site."""
        found = requests.Session()
        found.headers["Origin"] = self.url
        answer = found.post(self.cli("link", person).stdout.strip(), allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return found

    def git(self, *words):
        return subprocess.run(["git", "--git-dir", self.home / "config.git", *words], capture_output=True, text=True, check=True).stdout

    def head(self):
        return self.git("rev-parse", "main").strip()

    def app(self, client, app, env):
        return client.get(f"{self.api}/apps/{app}/{env}").json()

    def until(self, client, app, env, test, seconds=30):
        """The app's state once `test(state)` holds."""
        end = time.monotonic() + seconds
        while True:
            found = self.app(client, app, env)
            if test(found):
                return found
            assert time.monotonic() < end, found
            time.sleep(0.1)


def environment(home, port):
    """What a demo is started with; everything that names another repository, database or cluster must not matter to it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLEPAAS_", "CONFIG_", "DATABASE_", "KUBECONFIG", "NLP_", "GEMINI_", "ANTHROPIC_", "CLAUDE_", "OPENAI_"))}
    return {**kept, "KLEPAAS_HOME": str(home), "PORT": str(port), "GIT_CONFIG_GLOBAL": str(home.parent / "gitconfig"), "LC_ALL": "C.UTF-8"}


def start(home, port=None, **more):
    """Start a demo; it is ready when this returns."""
    home.parent.mkdir(parents=True, exist_ok=True)
    (home.parent / "gitconfig").write_text("[user]\n\tname = Kim Operator\n\temail = kim@example.com\n")
    port = port or free_port()
    process = subprocess.Popen([BIN / "klepaas", "demo"], env={**environment(home, port), **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C stops everything" in line:
            links = {name.lower(): link for name, link in LINK.findall("".join(said))}
            return Product(home, port, process, links)
    raise AssertionError("".join(said))


def stop(product, how=signal.SIGINT):
    """Ctrl-C; everything it started is gone."""
    with contextlib.suppress(ProcessLookupError):
        product.process.send_signal(how)
    status = product.process.wait(30)
    product.process.stdout.close()
    return status


def folders(home):
    """Where the parts of a demo run."""
    found = set()
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"KUBECONFIG={home}".encode() in (each / "environ").read_bytes():
                found.add((each / "cwd").readlink())
    return found


def left_behind(home):
    """Processes that still mention the home."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(home).encode() in (each / "environ").read_bytes() and each.name != str(os.getpid()):
                found.append((each / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
