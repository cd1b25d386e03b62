"""`klepaas demo`: the whole product on one machine, under KLEPAAS_HOME. It ignores CONFIG_REPO, DATABASE_URL and KUBECONFIG of the
surrounding shell, so that a demo can never write to somebody's production.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from gitops import config, policy, services
from gitops.repo import Draft, Repository
from gitops.types import Change
from nlp.models import chain
from web.cli import samples

PEOPLE = (("owner@klepaas.local", "Owner", policy.ROLES["admin"]), ("reviewer@klepaas.local", "Reviewer", policy.ROLES["developer"]))
READING = ("NLP_", "PROMETHEUS_", "ALERTS_", "PAGERDUTY_", "SLACK_CLIENT_", "SLACK_SIGNING_", "SLACK_API_", "MCP_SERVERS", "ALERTMANAGER_", *(f"{prefix}_" for prefix in chain.PREFIXES.values()))  # of language models, Prometheus, alerts, the Slack app and MCP servers of others: they write to no cluster
TELLING = ("LOG_", "ACCESS_LOG", "SENTRY_", "OTEL_", "EVENT_DAYS", "NOTIFY_CHANNELS")  # of what every part says of its work, and to whom
TRYING = ("GITHUB_WEBHOOK_", "STAGING_WEBHOOK_", "WEBHOOK_", "SIGNING_KEY", "ALLOWED_SIGNERS", "REGISTRIES", "REGISTRY_AUTH_", "IMAGE_SECONDS", "POLL_SECONDS")  # of webhooks, signatures and image automation: they reach the demo's own repository alone
READY = 120  # seconds the first sync may take
STOP = 6     # seconds a part may take to end
PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).parents[2]


def run(settings):
    """Start all of it, print the sign-in links, and wait for Ctrl-C; nothing is left behind."""
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"klepaas: a demo runs in {home} already", file=sys.stderr)
            return 1
        if not _unused(settings.port):
            print(f"klepaas: something else listens on port {settings.port} already; another one: PORT={settings.port + 1} make demo", file=sys.stderr)
            return 1
        return _running(settings, home)


def _running(settings, home):
    children, stopping = [], []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: (stopping.append(True), _interrupt()))
    try:
        _start(settings, home, children)
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        print("klepaas: a part of the demo ended by itself; see", home / "logs", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _stop(children)


def _interrupt():
    raise KeyboardInterrupt


def _start(settings, home, children):
    began = time.monotonic()
    _say("config repository with five sample apps" if _repository(home) else "config repository as it was left")
    env = {**{name: value for name, value in os.environ.items() if name not in config.NAMES}, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])), "KLEPAAS_HOME": str(home), "CONFIG_REPO": str(home / "config.git"),
           "DATABASE_URL": f"sqlite:///{home / 'ledger.db'}", "PORT": str(settings.port), "METRICS_PORT": str(settings.metrics_port or _free()), "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "1"), "KUBECONFIG": str(home / "cluster" / "kubeconfig"), **_given(settings, *TELLING, *TRYING)}
    _say("embedded cluster")
    children.append(_child(home, "cluster", [sys.executable, "-m", "controller.devcluster", "--state", str(home / "cluster")], env))
    _until(lambda: (home / "cluster" / "kubeconfig").exists() and "http" in (home / "logs" / "cluster.log").read_text(), children)
    _say("controller and web server")
    children.append(_child(home, "controller", [sys.executable, "-m", "controller"], {**env, **_given(settings, "SLACK_CLIENT_ID")}))
    viewer = {**env, **_given(settings, *READING), "KUBECONFIG": str(home / "cluster" / "viewer.kubeconfig")}
    children.append(_child(home, "web", [sys.executable, "-m", "gunicorn", "-c", str(Path(__file__).parent.with_name("gunicorn_conf.py")), "web:create_app()"], viewer))
    url = f"http://127.0.0.1:{settings.port}"
    _until(lambda: _answers(f"{url}/healthz"), children)
    (home / services.ADDRESS).write_text(url)
    links = _people(config.load(env, None), url)
    _say("first sync")
    _until(lambda: _answers(f"{url}/readyz"), children)
    print(f"\nK-Le-PaaS is at {url} ({time.monotonic() - began:.1f} s). Sign in once with:", *(f"  {name:<9} {link}" for name, link in links),
          f"\nMore links: klepaas link owner | reviewer. Logs: {home / 'logs'}. Ctrl-C stops everything.", sep="\n", flush=True)


def _unused(port):
    """Whether nobody answers at this machine's port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _given(settings, *prefixes):
    """The settings whose names begin so, as far as they are set."""
    found = {name: getattr(settings, name.lower()) for name in config.SETTINGS if name.startswith(prefixes)}
    return {name: os.path.abspath(value) if os.path.isfile(str(value)) else str(value) for name, value in found.items() if value is not None}


def _say(text):
    print(f"klepaas: {text} …", flush=True)


def _repository(home):
    """Make the repository if there is none; whether it was made."""
    if (home / "config.git").is_dir():
        return False
    fresh = home / "config.new.git"
    repo = Repository.open(str(Repository.create(fresh)), home)
    files = tuple(Change(path, None, text.encode()) for path, text in samples.files().items())
    repo.land(lambda tree: Draft(files, "Sample apps of the demo\n", ("K-Le-PaaS demo", "demo@klepaas.local")), lambda sha: None)
    repo.close()
    fresh.rename(home / "config.git")
    return True


def _people(settings, url):
    ledger = services.ledger(settings)
    try:
        for email, name, scopes in PEOPLE:
            ledger.put_user(email, name, scopes)
        return [(name, f"{url}/auth/link/{ledger.link_create(email)}") for email, name, _ in PEOPLE]
    finally:
        ledger.close()


def _child(home, name, command, env):
    """A process of its own session, that ends when this one does; what it says goes to a log."""
    (home / "logs").mkdir(exist_ok=True)
    with (home / "logs" / f"{name}.log").open("w") as log:
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent,
                                cwd=home)  # where no .env says more than it was given


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _until(done, children):
    end, told = time.monotonic() + READY, time.monotonic()
    while not done():
        if any(child.poll() is not None for child in children):
            raise SystemExit("klepaas: a part of the demo did not start; see its log in KLEPAAS_HOME/logs")
        if time.monotonic() > end:
            raise SystemExit(f"klepaas: not ready after {READY} s; see the logs in KLEPAAS_HOME/logs")
        if time.monotonic() > told + 2:
            told = time.monotonic()
            print("  …", flush=True)
        time.sleep(0.05)


def _answers(url):
    with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:
        return answer.status == 200
    return False


def _stop(children):
    """The web server and the controller first: it gives its leases back while the cluster is still there."""
    for group in (children[1:], children[:1]):
        for child in group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
        end = time.monotonic() + STOP
        for child in group:
            try:
                child.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
