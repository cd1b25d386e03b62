"""`klepaas mcp`: the same server over a pipe, on the repository directly or for a server elsewhere."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.mcp_help import MODES, all_of, client, piped
from tests.web.people import house

KLEPAAS = Path(sys.executable).parent / "klepaas"
STEPS = (("list_apps", {}), ("scale", {"app": "web", "environment": "staging", "replicas": 6}), lambda found: ("confirm", found[1].structured_content["confirm"]), ("status", {"app": "nowhere"}))
NOTHING = {name: "" for name in ("KLEPAAS_URL", "KLEPAAS_TOKEN")}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("stdio")) as found:
        yield found


def directly(home):
    return NOTHING | {"CONFIG_REPO": str(home.folder / "config.git"), "KLEPAAS_HOME": str(home.folder), "KUBECONFIG": str(home.folder / "none"), "LC_ALL": "C.UTF-8", "GIT_CONFIG_GLOBAL": str(home.folder / "gitconfig")}


def elsewhere(home, folder):
    return {"KLEPAAS_URL": home.url, "KLEPAAS_TOKEN": home.token(scopes=["mcp:execute", "k8s:read", "deploy:execute"]), "KLEPAAS_HOME": str(folder), "CONFIG_REPO": "", "LC_ALL": "C.UTF-8"}


@pytest.mark.parametrize("revision", MODES)
@pytest.mark.parametrize("where", ["directly", "elsewhere"])
def test_it_is_the_same_server(home, tmp_path, where, revision):
    """The same tools, resources and prompts as over HTTP; a change is previewed, confirmed and proposed, as an agent's."""
    (home.folder / "gitconfig").write_text("[user]\n\tname = Kim\n\temail = kim@example.org\n")
    before, env = home.services.repo.head(), directly(home) if where == "directly" else elsewhere(home, tmp_path)

    async def look(opened):
        async with opened as found:
            names = [[each.name for each in (await found.list_tools()).tools], [each.name for each in (await found.list_resources()).resources], [each.name for each in (await found.list_prompts()).prompts]]
            return found.protocol_version, names, await all_of(found, STEPS), (await found.read_resource("klepaas://apps")).contents[0].text
    token = home.token(scopes=["mcp:execute", "k8s:read", "deploy:execute"] if where == "elsewhere" else None)
    over_http = asyncio.run(look(client(home.url, token, MODES[revision])))[1]
    version, names, (apps, preview, done, refused), listed = asyncio.run(look(piped(env, mode=MODES[revision])))
    assert version == revision and names == over_http
    assert apps.structured_content["data"]["items"] and json.loads(listed)["items"] and preview.structured_content["status"] == "preview"
    assert done.structured_content["status"] == "proposed" and refused.structured_content["code"] == "unknown_app" and home.services.repo.head() == before
    row = home.audit(door="mcp", verb="scale")[0]
    assert (row["outcome"], row["email"]) == ("proposed", "kim@example.org" if where == "directly" else "ann@example.org")


def test_it_may_be_started_with_less(home):
    """`--scopes`: what is left out is refused, and not listed."""
    async def look():
        async with piped(directly(home), "--scopes", "k8s:read") as found:
            assert {each.name for each in (await found.list_tools()).tools} & {"scale", "confirm", "query"} == set()
            return await found.call_tool("scale", {"app": "web", "environment": "staging", "replicas": 2})
    assert asyncio.run(look()).structured_content["code"] == "missing_scope"
    done = subprocess.run([KLEPAAS, "mcp", "--scopes", "root"], env={**os.environ, **directly(home)}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "root" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("where", ["directly", "elsewhere"])
def test_nothing_but_messages_is_written(home, tmp_path, where):
    """Whatever is read: each line out is one message, garbage is passed over, and it ends with its input."""
    env = directly(home) if where == "directly" else elsewhere(home, tmp_path)
    said = b'garbage\n\xff\xfe\n[]\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n{"jsonrpc":"2.0","id":2,"method":"no/such"}\n{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"status"}}\n'
    process = subprocess.Popen([KLEPAAS, "mcp"], env={**os.environ, **env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(said)
    process.stdin.flush()
    found = {each["id"]: each for each in (json.loads(process.stdout.readline()) for _ in range(3))}
    rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, b"") and b"Traceback" not in errors, errors
    assert found[1]["result"] == {} and found[2]["error"]["code"] == -32601 and ("error" in found[3] or found[3]["result"]["isError"])


def test_a_server_that_refuses_is_named(home, tmp_path):
    """A wrong token and a server that is away: a message and a status, before any protocol."""
    for change, status, word in (({"KLEPAAS_TOKEN": "wrong"}, 1, "token"), ({"KLEPAAS_URL": "http://127.0.0.1:1"}, 3, "127.0.0.1:1")):
        done = subprocess.run([KLEPAAS, "mcp"], env={**os.environ, **elsewhere(home, tmp_path), **change}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout) == (status, "") and word in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_a_right_that_ended_is_over(home, tmp_path):
    """The token is revoked while the pipe is open: the next call is refused."""
    async def look():
        env = elsewhere(home, tmp_path)
        async with piped(env) as found:
            assert not (await found.call_tool("list_apps", {})).is_error
            for each in home.ledger.tokens("ann@example.org"):
                home.ledger.token_revoke(each["id"], "ann@example.org")
            with contextlib.suppress(Exception):
                return await found.call_tool("list_apps", {})
    answer = asyncio.run(look())
    assert answer is None or answer.is_error
