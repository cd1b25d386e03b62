"""One path: the same change through every door is the same commit but for its channel; an agent's is a proposal."""

import asyncio
import itertools
import json

import mcp
import pytest

from gitops.repo import Draft, Repository
from gitops.types import Change
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from tests import product
from tests.web import slack_help

APPS = {"rest": "payment-api", "chat": "storefront", "cli": "chat-app", "slack": "nginx"}
NUMBERS = itertools.count(3)


@pytest.fixture(scope="module")
def slack():
    with slack_help.serve(people={"UOWNER": "owner@klepaas.local"}) as found:
        yield found


@pytest.fixture(scope="module")
def demo(tmp_path_factory, slack):
    """A demo in whose Slack workspace the app is installed."""
    found = product.start(tmp_path_factory.mktemp("demo") / "home", **slack.settings)
    found.slack = slack
    assert slack.install(found.url, found.signed_in("owner")).status_code == 303
    yield found
    product.stop(found)


def through_rest(demo, app, replicas):
    answer = demo.client().post(f"{demo.api}/commands", json={"verb": "scale", "app": app, "environment": "staging", "args": {"replicas": replicas}})
    assert answer.status_code == 201, answer.text
    return answer.json()["commit"]


def through_chat(demo, app, replicas):
    client = demo.signed_in("owner")
    read = client.post(f"{demo.api}/nlp/process", json={"text": f"{app} {replicas}개로 늘려줘"}).json()
    assert read["kind"] == "preview", read
    item = read["items"][0]
    assert "replicaCount" in item["plan"]["changes"][0]["diff"] and item["plan"]["manifests"][0]["kind"] == "Deployment"
    return client.post(f"{demo.api}/nlp/confirm", json={"session_id": read["session_id"], "command_id": item["command_id"], "confirmed": True}).json()["commit"]


def through_cli(demo, app, replicas):
    done = demo.cli("submit", "scale", app, "-e", "staging", f"replicas={replicas}", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["commit"]


def through_slack(demo, app, replicas):
    card = demo.slack.answered(lambda: demo.slack.command(demo.url, f"{app} {replicas}개로 늘려줘", "UOWNER"))
    id, before = slack_help.buttons(card)["confirm"], demo.head()
    assert "replicaCount" in slack_help.texts(card)
    demo.slack.answered(lambda: demo.slack.press(demo.url, "confirm", id, "UOWNER"))
    assert demo.head() != before
    return demo.head()


DOORS = {"rest": through_rest, "chat": through_chat, "cli": through_cli, "slack": through_slack}


@pytest.mark.parametrize("channel", DOORS)
def test_a_change_is_one_commit_whatever_the_door(demo, owner, channel):
    """The commit changes one line, says who, what and through which door, and the cluster follows."""
    before, replicas, app = demo.head(), next(NUMBERS), APPS[channel]
    sha = DOORS[channel](demo, app, replicas)
    assert demo.git("rev-list", f"{before}..main").split() == [sha]
    assert demo.git("show", "--format=", "--numstat", sha).split() == ["1", "1", f"values/staging/{app}.yaml"]
    message = demo.git("show", "-s", "--format=%B", sha)
    assert message.startswith(f"scale({app}/staging): ") and f"-> {replicas} replicas" in message.splitlines()[0]
    trailers = dict(line.split(": ", 1) for line in demo.git("show", "-s", "--format=%(trailers:only,unfold)", sha).splitlines() if line)
    assert (trailers["Verb"], trailers["App"], trailers["Environment"], trailers["Channel"]) == ("scale", app, "staging", channel)
    demo.until(owner, app, "staging", lambda state: state["replicas"] == {"desired": replicas, "ready": replicas} and state["health"] == "healthy")
    entry = owner.get(f"{demo.api}/history", params={"app": app, "environment": "staging"}).json()["items"][0]
    assert (entry["revision"], entry["channel"]) == (sha, channel)
    assert entry["words"] == (f"{app} {replicas}개로 늘려줘" if channel in ("chat", "slack") else None)


async def call(demo, token, *calls):
    """The results of tool calls, one after another; a call may be made from the results before it."""
    results = []
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {token}"}) as http:
        async with mcp.Client(streamable_http_client(f"{demo.url}/mcp/stream", http_client=http)) as client:
            for each in calls:
                name, arguments = each(results) if callable(each) else each
                results.append(await client.call_tool(name, arguments))
    return results


def test_an_agent_proposes_and_a_person_merges(demo, owner):
    """Over MCP: a preview, then a review instead of a commit, though staging takes commits; a person's merge commits it."""
    before = demo.head()
    preview, proposed = asyncio.run(call(demo, demo.token(), ("scale", {"app": "mailer", "environment": "staging", "replicas": 3}),
                                         lambda results: ("confirm", results[0].structured_content["confirm"])))
    assert preview.structured_content["status"] == "preview" and demo.head() == before
    assert proposed.structured_content["status"] == "proposed", proposed
    assert demo.head() == before
    review = proposed.structured_content["review"]["id"]
    merged = demo.signed_in("reviewer").post(f"{demo.api}/commands", json={"verb": "merge", "args": {"review": review}})
    assert merged.status_code == 200, merged.text
    sha = demo.head()
    assert merged.json()["commit"] == sha != before
    assert "Channel: mcp" in demo.git("show", "-s", "--format=%B", sha)
    demo.until(owner, "mailer", "staging", lambda state: state["replicas"] == {"desired": 3, "ready": 3})


def test_tools_say_what_they_do(demo):
    """Every verb is a tool; reads are marked read-only, what deletes is marked destructive, and a read answers with structure."""
    async def look():
        async with create_mcp_http_client(headers={"Authorization": f"Bearer {demo.token()}"}) as http:
            async with mcp.Client(streamable_http_client(f"{demo.url}/mcp/stream", http_client=http)) as client:
                return (await client.list_tools()).tools, await client.call_tool("status", {"app": "nginx", "environment": "staging"})
    tools, status = asyncio.run(look())
    hints = {tool.name: tool.annotations for tool in tools}
    assert hints["status"].read_only_hint and hints["history"].read_only_hint and not hints["scale"].read_only_hint
    assert hints["delete_app"].destructive_hint and not hints["restart"].destructive_hint
    assert status.structured_content["data"]["desired"] >= 1 and not status.is_error


def test_a_deployment_is_told_in_slack_and_taken_back_there(demo, owner):
    """From the controller through the ledger to the channel: one message, brought up to date; its button shows what a rollback would restore."""
    repo = Repository.open(str(demo.home / "config.git"), demo.home)
    repo.land(lambda tree: Draft((Change("klepaas.yaml", tree.read("klepaas.yaml"), tree.read("klepaas.yaml") + b"notify: {routes: [{channels: ['#deploys'], environments: [staging], events: [deployment.*], group: 0s}]}\n"),),
                                 "Tell Slack\n", ("Kim", "kim@example.com")), lambda sha: None)
    repo.close()
    assert owner.post(f"{demo.api}/commands", json={"verb": "restart", "app": "mailer", "environment": "staging"}).status_code == 201
    updated = demo.slack.until(lambda: next((form for method, form, _ in demo.slack.posted if method == "chat.update" and "mailer" in form["text"]), None))
    first = next(form for method, form, answer in demo.slack.posted if method == "chat.postMessage" and answer["ts"] == updated["ts"])
    assert first["channel"] == "#deploys" and "is being deployed to staging" in first["text"] and "is deployed to staging" in updated["text"]
    card = demo.slack.answered(lambda: demo.slack.press(demo.url, "rollback", slack_help.buttons(updated)["rollback"], "UOWNER"))
    assert "restartedAt" in slack_help.texts(card) and "confirm" in slack_help.buttons(card)
