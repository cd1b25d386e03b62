"""What hurts everybody beside us, tried at every door: names that lead out, kubeconfigs that run commands, charts without an end, addresses that run."""

import asyncio
import json
import re
import subprocess
from urllib.parse import quote

import pytest
import requests
import websocket

from tests import product
from tests.gitops.test_charts_bad import ENDLESS
from tests.test_path import call
from tests.web.people import house
from tests.web.test_browser import chromium  # noqa: F401 (fixture)
from web import STATIC

MARK = "outside-7c1e"
OUT = ("../outside", "../../outside.yaml", "/etc/passwd", "..%2foutside", "web/../../outside", "....//outside", "outside\x00", "values/../outside", ".git/config")
EXEC = """apiVersion: v1
kind: Config
current-context: it
clusters: [{{name: it, cluster: {{server: "https://127.0.0.1:1"}}}}]
contexts: [{{name: it, context: {{cluster: it, user: it}}}}]
users: [{{name: it, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: ["{0}"], interactiveMode: Never}}}}}}]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """With a file beside the repository, kubeconfigs in it, and a chart without an end."""
    folder = tmp_path_factory.mktemp("security")
    ran = folder / "ran"
    (folder / "outside.yaml").write_text(f"replicaCount: 1\nnote: {MARK}\n")
    (folder / "mine.kubeconfig").write_text(EXEC.format(ran))
    kubeconfig = EXEC.format(ran)
    files = {"kubeconfig": kubeconfig, ".kube/config": kubeconfig, "none": kubeconfig, "values/elsewhere/web.yaml": "image: {repository: nginx, tag: '1'}\n", "values/staging/endless.yaml": "klepaas: {chart: charts/endless}\nreplicaCount: 1\n",
             "charts/endless/Chart.yaml": "apiVersion: v2\nname: endless\nversion: 1.0.0\n", "charts/endless/templates/a.yaml": ENDLESS,
             "klepaas.yaml": f"environments:\n  staging: {{}}\n  production: {{review: required}}\n  elsewhere: {{cluster: '{folder}/mine.kubeconfig'}}\n"}
    with house(folder, files) as found:
        found.ran = ran
        yield found


def head(home):
    return home.services.repo.head()


# --- doors -----------------------------------------------------------------------------------------------------------


def by_rest(home, verb, **said):
    client, args = home.client(), {name: value for name, value in said.items() if name not in ("app", "environment")}
    if verb in ("status", "get", "diff", "history", "logs"):
        return client.get(f"{home.api}/read/{verb}", params=said).text
    return client.post(f"{home.api}/commands", json={"verb": verb, "args": args, **{name: said[name] for name in ("app", "environment") if name in said}}).text


def by_address(home, verb, **said):
    """What is in the path of an address, as it is and encoded."""
    client, app, environment = home.client(), said.get("app", "web"), said.get("environment", "staging")
    return "".join(client.get(f"{home.api}/{path}").text for name in (app, quote(app, safe="")) for path in (f"apps/{name}/{environment}", f"apps/{name}/{environment}/blame", f"apps/{name}/{environment}/logs/stream", f"k8s/{name}", f"problems/{name}"))


def by_chat(home, verb, **said):
    client, args = home.client(), {name: value for name, value in said.items() if name not in ("app", "environment")}
    shown = client.post(f"{home.api}/nlp/preview", json={"verb": verb, "args": args, **{name: said[name] for name in ("app", "environment") if name in said}})
    return shown.text + client.post(f"{home.api}/nlp/process", json={"text": f"status of {said.get('app', 'web')} in {said.get('environment', 'staging')}".replace("\0", " ")}).text


def by_socket(home, verb, **said):
    address = f"{home.url.replace('http', 'ws')}/ws/deployments/{quote(said.get('app', 'x'), safe='')}"
    header = [f"Authorization: {home.client().headers['Authorization']}"]
    try:
        socket = websocket.create_connection(address, header=header, timeout=20)
        return f"answered {socket.recv()!r}"
    except websocket.WebSocketException as error:
        return str(error)


def by_mcp(home, verb, **said):
    (answer,) = asyncio.run(call(type("Demo", (), {"url": home.url}), home.token(), (verb, said)))
    return str(answer)


def by_command_line(home, verb, **said):
    words = [f"{name}={value}" for name, value in said.items() if name not in ("app", "environment")]
    kind = "read" if verb in ("status", "get", "diff", "history", "logs") else "submit"
    line = [product.BIN / "klepaas", kind, verb, *([said["app"]] if "app" in said else []), *(["-e", said["environment"]] if "environment" in said else []), *words]
    env = {"PATH": "/usr/bin:/bin", "CONFIG_REPO": str(home.folder / "config.git"), "KLEPAAS_HOME": str(home.folder), "SECRET_KEY": "a-key-of-the-tests-0123456789", "KUBECONFIG": str(home.folder / "none")}
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, cwd=home.folder)
    return done.stdout + done.stderr


DOORS = {"REST": by_rest, "addresses": by_address, "chat": by_chat, "sockets": by_socket, "MCP": by_mcp}
SLOW = ("MCP", "command line")  # each of their calls begins anew


@pytest.mark.parametrize("door", [*DOORS, "command line"])
def test_no_name_leads_out_of_the_repository(home, door):
    """As an app, an environment, a revision, a name, a chart's value: refused or unknown, nothing of the file outside is told, and nothing is committed."""
    ask, before = DOORS.get(door, by_command_line), head(home)
    for out in OUT if door not in SLOW else OUT[:2]:
        asked = [("scale", {"app": out, "environment": "staging", "replicas": 2}), ("status", {"app": out, "environment": "staging"}), ("history", {"app": "web", "environment": out}), ("diff", {"app": "web", "environment": "staging", "from": out}),
                 ("rollback", {"app": "web", "environment": "staging", "commit": out}), ("create_app", {"app": out, "environment": "staging", "image": "nginx:1"})]
        for verb, said in asked if door != "command line" else asked[:2]:
            told = ask(home, verb, **said)
            assert MARK not in told and "root:" not in told and "repositoryformatversion" not in told, (out, verb, told[:500])
    assert head(home) == before


@pytest.mark.parametrize("door", [*DOORS, "command line"])
def test_only_the_operators_kubeconfig_is_read(home, door):
    """One that git holds, that an environment names by its path, or that is given with a request, runs nothing."""
    ask = DOORS.get(door, by_command_line)
    for verb, said in (("status", {"app": "web", "environment": "elsewhere"}), ("status", {"app": "web", "environment": "staging"}), ("get", {"kind": "Pod", "environment": "elsewhere"})):
        assert ask(home, verb, **said)
    given = home.client().post(f"{home.api}/commands", json={"verb": "sync", "app": "web", "environment": "staging", "kubeconfig": EXEC.format(home.ran)})
    assert given.json()["code"] == "unknown_field" and not home.ran.exists()


def test_a_chart_that_loops_is_refused_at_every_door(home):
    """By the deadline, with its file; asked again it is not tried again, and its neighbour goes on."""
    home.services.renderer.client.deadline = 3
    said = {"app": "endless", "environment": "staging", "replicas": 2}
    for ask in (by_rest, by_chat, by_mcp):
        told = ask(home, "scale", **said)
        assert "render_timeout" in told, (ask.__name__, told[:500])
    assert home.client().get(f"{home.api}/apps/endless/staging/tree").json()["code"] == "render_timeout"
    assert json.loads(by_rest(home, "scale", app="web", environment="staging", replicas=3))["status"] == "committed"


HOSTILE = ("javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example", "file:///etc/passwd", "blob:x", "\x01javascript:alert(1)")


def test_only_web_addresses_are_links(home, chromium):  # noqa: F811
    """What clusters, forges and alerts give as an address is text unless it is of the web; nothing of the page makes a link of it another way."""
    page = chromium.new_page()
    page.goto(home.url)
    made = page.evaluate("async (given) => { const { link } = await import('/static/js/dom.js'); return given.map((each) => link('x', each).outerHTML); }", [*HOSTILE, "https://example.org/a"])
    assert set(made[:-1]) == {"<code>x</code>"} and "noopener" in made[-1] and 'href="https://example.org/a"' in made[-1]
    page.close()
    for file in STATIC.glob("js/**/*.js"):
        for value in re.findall(r"href: ([^,}]*)", file.read_text()):
            assert re.match(r"""["`](#|/)|address\b""", value.strip()), (file.name, value)
    policy = requests.get(home.url).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "script-src" not in policy
