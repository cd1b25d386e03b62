"""What the processes tell of their work: lines of JSON, reports of bugs, and one trace from a door to the healthy rollout."""

import json
import os
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from gitops.repo import Draft, Repository
from gitops.types import Change
from tests import collectors, product
from tests.product import BIN
from tests.web import mcp_help


@pytest.fixture(scope="module")
def collector():
    with collectors.listening() as found:
        yield found


@pytest.fixture(scope="module")
def demo(tmp_path_factory, collector):
    """A demo that logs as JSON and sends traces."""
    found = product.start(tmp_path_factory.mktemp("telemetry") / "home", LOG_FORMAT="json", ACCESS_LOG="true", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url + "/",
                          OTEL_EXPORTER_OTLP_HEADERS="x-scope-org=shop, authorization=Bearer planted")
    yield found
    product.stop(found)


@pytest.fixture(scope="module")
def owner(demo):
    return demo.client()


def lines(demo, name):
    return [json.loads(line) for line in (demo.home / "logs" / f"{name}.log").read_text().splitlines()]


def submit(demo, client, replicas, app="nginx", **headers):
    answer = client.post(f"{demo.api}/commands", json={"verb": "scale", "app": app, "environment": "staging", "args": {"replicas": replicas}}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["commit"]


def path(collector, last):
    """The names of the spans from the first of a trace down to one, each with its process."""
    spans = {each.id: each for each in collector.spans() if each.trace == last.trace}
    found = [last]
    while found[0].parent in spans:
        found.insert(0, spans[found[0].parent])
    return [(each.process.removeprefix("klepaas-"), each.name) for each in found], found[0]


def rollout(collector, command):
    """The span of the rollout that a command's commit brought."""
    spans = collector.spans()
    sync = next((each for each in spans if each.told.get("klepaas.command_id") == command and each.name.startswith("sync ")), None)
    return sync and next((each for each in spans if each.parent == sync.id and each.name == "rollout"), None)


def command_of(demo, sha):
    return demo.git("show", "-s", "--format=%(trailers:key=Command-Id,valueonly)", sha).strip()


def test_one_trace_from_the_request_to_the_rollout(demo, owner, collector):
    """The caller's trace goes on through plan, render and commit, and in the controller through render, apply and rollout."""
    sha = submit(demo, owner, 4, traceparent=f"00-{'ab' * 16}-{'cd' * 8}-01")
    last = collector.until(lambda: rollout(collector, command_of(demo, sha)))
    down, first = path(collector, last)
    assert down == [("web", "POST /api/v1/commands"), ("web", "submit scale"), ("controller", "sync nginx/staging"), ("controller", "rollout")]
    assert (first.trace, first.parent) == ("ab" * 16, "cd" * 8)
    collector.until(lambda: "commit" in {each.name for each in collector.spans() if each.trace == first.trace})
    parts = {(each.process, each.name, {one.id: one.name for one in collector.spans()}.get(each.parent)) for each in collector.spans() if each.trace == first.trace}
    assert parts >= {("klepaas-web", "plan", "submit scale"), ("klepaas-web", "render", "plan"), ("klepaas-web", "commit", "submit scale"),
                     ("klepaas-controller", "render", "sync nginx/staging"), ("klepaas-controller", "apply", "sync nginx/staging")}
    assert not any(each.failed for each in collector.spans() if each.trace == first.trace)
    assert collector.headers[-1]["authorization"] == "Bearer planted" and collector.headers[-1]["x-scope-org"] == "shop"


def test_what_comes_at_once_is_told_apart(demo, owner, collector):
    """Commits of several requests that are synced together each go on in their own request's trace; a plain push is nobody's."""
    def asked(number, app):
        return submit(demo, demo.client(), 6, app, traceparent=f"00-{number:032x}-{'ef' * 8}-01")

    with ThreadPoolExecutor() as pool:
        commits = list(pool.map(asked, (1, 2, 3), ("payment-api", "nginx", "chat-app")))
    for number, sha in enumerate(commits, 1):
        assert collector.until(lambda sha=sha: rollout(collector, command_of(demo, sha))).trace == f"{number:032x}"
    _pushed(demo, "values/staging/nginx.yaml")
    demo.until(owner, "nginx", "staging", lambda state: state.get("commit") == demo.head() and state.get("sync") == "succeeded")
    pushed = collector.until(lambda: next((each for each in collector.spans() if each.told.get("klepaas.revision") == demo.head()), None))
    assert pushed.parent == "" and "klepaas.command_id" not in pushed.told


def _pushed(demo, path):
    repo = Repository.open(str(demo.home / "config.git"), demo.home)
    try:
        repo.land(lambda tree: Draft((Change(path, tree.read(path), tree.read(path).replace(b"replicaCount: 6", b"replicaCount: 1")),), "By hand\n", ("Ann", "ann@example.org")), lambda sha: None)
    finally:
        repo.close()


@pytest.mark.parametrize("door", ("directly", "through the server"))
def test_the_command_line_begins_the_trace(demo, collector, door):
    """`klepaas submit` is where it begins, on the repository itself or through a server."""
    through = {"KLEPAAS_URL": demo.url, "KLEPAAS_TOKEN": demo.token()} if door != "directly" else {}
    done = subprocess.run([BIN / "klepaas", "submit", "scale", "storefront", "-e", "staging", f"replicas={len(door)}", "--json"], env={**demo.env, **through, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    last = collector.until(lambda: rollout(collector, command_of(demo, json.loads(done.stdout)["commit"])))
    web = [("web", "POST /api/v1/commands"), ("web", "submit scale")] if through else [("cli", "submit scale")]
    assert path(collector, last)[0] == [("cli", "cli submit"), *web, ("controller", "sync storefront/staging"), ("controller", "rollout")]


def test_an_agents_call_is_a_trace(demo, collector):
    """What came over MCP begins at its call, up to what it proposes."""
    mcp_help.asked(demo.url, demo.token(), ("scale", {"app": "mailer", "environment": "staging", "replicas": 3}), lambda found: ("confirm", found[0].structured_content["confirm"]))
    last = collector.until(lambda: next((each for each in collector.spans() if each.name == "submit scale" and each.told["klepaas.app"] == "mailer"), None))
    assert [name for _, name in path(collector, last)[0]] == ["mcp tools/call", "submit scale"]


def test_a_line_names_the_request_and_the_command(demo, owner):
    """Every line of every process is an object; a request's id is in the web server's, and with the command's in the controller's, as in the commit's trailer."""
    sha = submit(demo, owner, 2, "chat-app", **{"X-Request-Id": "req-42"})
    command = command_of(demo, sha)
    demo.until(owner, "chat-app", "staging", lambda state: state.get("commit") == sha and state.get("sync") == "succeeded")
    web = [each for each in lines(demo, "web") if each.get("request_id") == "req-42"]
    assert [(each["logger"], each.get("command_id"), each.get("commit") or each.get("status")) for each in web] == [("gitops.deliver", command, sha), ("gunicorn.access", None, 201)]
    end = time.monotonic() + 10
    while not (found := [each for each in lines(demo, "controller") if each.get("command_id") == command]):
        assert time.monotonic() < end
        time.sleep(0.1)
    wanted = {"request_id": "req-42", "app": "chat-app", "environment": "staging", "revision": sha, "level": "info"}
    assert wanted.items() <= found[-1].items() and found[-1]["event"].startswith("sync succeeded: ")


def test_nothing_of_a_query_or_a_link_is_logged(demo):
    """A one-time link's text and what stands in a query are in no line; a forged id is none."""
    link = demo.cli("link", "owner").stdout.strip()
    requests.get(link, allow_redirects=False)
    requests.get(f"{demo.api}/me?token=planted-query", headers={"X-Request-Id": "forged\tid", "Authorization": "Bearer planted-bearer"})
    said = "".join((demo.home / "logs" / f"{name}.log").read_text() for name in ("web", "controller"))
    assert "/auth/link/***" in said and link.rpartition("/")[2] not in said and "planted" not in said and "forged" not in said


BUG = textwrap.dedent("""
    import logging, os
    from gitops import config
    from gitops.telemetry import logs, reporting
    from gitops.origin import Origin, about, within
    settings = config.load({**os.environ, "CONFIG_TOKEN": "planted-of-a-setting"}, None)
    logs.configure(settings)
    reporting.start(settings, "web")
    log = logging.getLogger("gitops.tried")
    def broken(planted):
        headers = {"Authorization": planted}
        raise ValueError(f"clone https://me:{planted}@git.example.org failed: planted-of-a-setting")
    with within(Origin("192.0.2.1", "req-1")), about(command_id="c1"):
        log.warning("no report of it")
        try:
            broken("planted-value")
        except ValueError:
            log.exception("it broke: %s%s", "ghp_planted", "A" * 36)
        log.error("password=%s", "planted", extra={"body": {"token": "planted"}})
    raise RuntimeError("token=planted")
""")


def test_a_bug_is_reported_without_secrets(collector):
    """An error that is logged, or that ends the process, is an event with its stack and ids; no secret, no local variable and no half of an argument is in it."""
    env = {**os.environ, "SENTRY_DSN": collector.dsn, "LOG_FORMAT": "json"}
    done = subprocess.run([sys.executable, "-c", BUG], env=env, capture_output=True, text=True, timeout=60)
    first, second, third = collector.until(lambda: found if len(found := collector.events()) == 3 else None)
    assert first["tags"] == {"request_id": "req-1", "command_id": "c1"} and first["logentry"] == {"message": "it broke: ***"} and first["server_name"] == "web"
    assert first["exception"]["values"][0]["type"] == "ValueError" and first["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "broken"
    assert second["logentry"] == {"message": "password=***"} and third["exception"]["values"][0]["value"] == "token=***"
    assert "planted" not in json.dumps([first, second, third]) and "Sentry" not in done.stderr


@pytest.mark.parametrize("setting, module, extra", (("SENTRY_DSN", "sentry_sdk", "sentry"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.exporter", "otel")))
@pytest.mark.parametrize("start", ("from controller.__main__ import main; sys.exit(main([]))", "from web.cli.main import main; sys.exit(main(['read', 'overview']))",
                                   "sys.argv[1:] = ['-c', 'web/gunicorn_conf.py', '--bind', '127.0.0.1:0', 'web:create_app()']; from gunicorn.app.wsgiapp import run; run()"))
def test_a_package_that_is_not_there_is_said_in_a_sentence(tmp_path, setting, module, extra, start):
    """A process that is told to report or trace and cannot ends at once, and says what to install."""
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.modules['{module}'] = None; {start}"], env={**os.environ, setting: "http://key@127.0.0.1:9/1", "KLEPAAS_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert done.returncode not in (0, None) and f"klepaas[{extra}]" in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


PATIENT = textwrap.dedent("""
    import sys, time
    from gitops import config
    from gitops.telemetry import tracing
    from gitops.origin import CURRENT
    settings = config.load(dotenv=None)
    tracing.start(settings, "tried")
    assert ("opentelemetry.sdk" in sys.modules) == bool(settings.otel_exporter_otlp_endpoint)
    began = time.perf_counter()
    for _ in range(5000):
        with tracing.door("a"), tracing.step("b", app="x"):
            tracing.here()
    print(time.perf_counter() - began)
""")


def test_a_collector_that_is_away_or_hangs_is_waited_for_by_nobody():
    """Spans cost microseconds whether they are taken or not, and the process ends within seconds; without the setting nothing is imported."""
    def took(url):
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-c", PATIENT], env={**os.environ, **({"OTEL_EXPORTER_OTLP_ENDPOINT": url} if url else {})}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return float(done.stdout), time.monotonic() - began

    with collectors.hanging() as hung, collectors.listening() as there:
        none, taken, away, hanging = took(""), took(there.url), took("http://127.0.0.1:9"), took(hung)
    assert there.spans() and none[0] < 0.2
    assert max(away[0], hanging[0]) < taken[0] * 3 + 0.5
    assert max(away[1], hanging[1]) < taken[1] + 2 * 2 + 3
