"""The official tools of the Model Context Protocol against the door: the inspector's command line, and the conformance suite with what it is expected to miss."""

import json
import re
import subprocess

import pytest

from tests import npm
from tests.web.bearer import passing

# The suite calls tools, resources and prompts of its own (`test_…`), which a server would carry for it alone. Ours carries none: what needs one cannot pass.
FIXTURE_TOOL = "calls a tool that only a server made for the suite has"
FIXTURE_RESOURCE = "reads a resource that only a server made for the suite has (test://…)"
FIXTURE_PROMPT = "gets a prompt that only a server made for the suite has"
TASKS = "the extension for tasks, which no revision requires: a change here is a command with an id of its own, answered at once"
EXPECTED = {  # scenario -> why it fails
    **dict.fromkeys(("tools-call-simple-text", "tools-call-image", "tools-call-audio", "tools-call-embedded-resource", "tools-call-mixed-content", "tools-call-error", "tools-call-with-progress", "tools-call-with-logging",
                     "tools-call-sampling", "tools-call-elicitation", "elicitation-sep1034-defaults", "elicitation-sep1330-enums", "json-schema-2020-12", "http-custom-header-server-validation"), FIXTURE_TOOL),
    **dict.fromkeys(("resources-read-text", "resources-read-binary", "resources-templates-read"), FIXTURE_RESOURCE),
    **dict.fromkeys(("prompts-get-simple", "prompts-get-with-args", "prompts-get-embedded-resource", "prompts-get-with-image"), FIXTURE_PROMPT),
    **dict.fromkeys((f"input-required-result-{each}" for each in ("basic-elicitation", "basic-sampling", "basic-list-roots", "request-state", "multiple-input-requests", "multi-round", "non-tool-request", "result-type",
                                                                 "tampered-state", "capability-check")), f"{FIXTURE_TOOL}; nothing here asks the client for input: `confirm` is a call of its own"),
    **dict.fromkeys((f"tasks-{each}" for each in ("lifecycle", "capability-negotiation", "wire-fields", "request-state-removal", "mrtr-input", "request-headers", "dispatch-and-envelope", "required-task-error",
                                                 "mrtr-composition")), TASKS),
    "logging-set-level": "the logging capability is optional, deprecated since 2026-07-28, and not declared",
    "resources-subscribe": "the capability is not declared: in 2025-11-25 it needs a session with a standing stream; 2026-07-28 has subscriptions/listen, which is served",
    "resources-unsubscribe": "as resources-subscribe",
    "server-stateless": "four of its checks need diagnostic tools of the suite's own server (see STATELESS)",
}
STATELESS = {"sep-2575-server-rejects-undeclared-capability", "sep-2575-missing-capability-http-400", "sep-2575-http-server-no-independent-requests-on-stream", "sep-2575-server-no-log-without-loglevel"}
PASS = {"2026-07-28": {"completion-complete", "tools-list", "server-sse-multiple-streams", "resources-list", "sep-2164-resource-not-found", "prompts-list", "dns-rebinding-protection", "caching", "http-header-validation",
                       "input-required-result-missing-input-response", "input-required-result-unsupported-methods", "input-required-result-ignore-extra-params", "input-required-result-validate-input"},
        "2025-11-25": {"server-initialize", "ping", "completion-complete", "tools-list", "server-sse-multiple-streams", "resources-list", "prompts-list", "dns-rebinding-protection"}}


@pytest.fixture(scope="module")
def token(demo):
    return demo.token()


@pytest.mark.parametrize("revision", PASS)
def test_the_conformance_suite_misses_what_it_is_expected_to(demo, token, tmp_path, revision):
    """Every scenario that the revision requires passes, but those listed with a reason; and those that should pass do."""
    with passing(demo.url, token) as url:
        done = subprocess.run([*npm.conformance(), "server", "--url", f"{url}/mcp/stream", "--requirements", revision, "--output-dir", str(tmp_path)], capture_output=True, text=True, timeout=100, cwd=tmp_path)
    came = {name: int(failed) for name, failed in re.findall(r"^[✓✗] ([a-z0-9-]+): \d+ passed, (\d+) failed", done.stdout.partition("=== SUMMARY ===")[2], re.M)}
    failed = {name for name, count in came.items() if count}
    assert failed - set(EXPECTED) == set(), done.stdout[-6000:]
    assert PASS[revision] <= set(came) - failed, done.stdout[-6000:]
    checks = {(file.parent.name, check["id"]) for file in tmp_path.glob("*/checks.json") for check in json.loads(file.read_text()) if check["status"] == "FAILURE"}
    assert {check for scenario, check in checks if scenario.startswith("server-server-stateless-")} == (STATELESS if revision == "2026-07-28" else set())
    assert [each for each in checks if each[1] == "wire-schema-valid"] == []  # the suite looks at each message on the wire too


def inspected(demo, token, *words):
    done = subprocess.run([*npm.inspector(), f"{demo.url}/mcp/stream", "--transport", "http", "--header", f"Authorization: Bearer {token}", *words], capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip().startswith("{") else done.stdout + done.stderr


def test_the_inspector_finds_its_way(demo, token):
    """Tools, a read, a preview and its confirmation, resources and prompts, from its command line."""
    assert "scale" in {each["name"] for each in inspected(demo, token, "--method", "tools/list")[1]["tools"]}
    status, found = inspected(demo, token, "--method", "tools/call", "--tool-name", "status", "--tool-arg", "app=nginx")
    assert status == 0 and found["structuredContent"]["data"]["desired"] >= 1
    waits = inspected(demo, token, "--method", "tools/call", "--tool-name", "scale", "--tool-arg", "app=nginx", "environment=staging", "replicas=5")[1]["structuredContent"]["confirm"]
    found = inspected(demo, token, "--method", "tools/call", "--tool-name", "confirm", "--tool-arg", f"id={waits['id']}", f"hash={waits['hash']}")[1]
    assert found["structuredContent"]["status"] == "proposed"
    assert "klepaas://apps" in {each["uri"] for each in inspected(demo, token, "--method", "resources/list")[1]["resources"]}
    assert "nginx" in inspected(demo, token, "--method", "resources/read", "--uri", "klepaas://apps/staging/nginx")[1]["contents"][0]["text"]
    assert "nginx" in inspected(demo, token, "--method", "prompts/get", "--prompt-name", "diagnose_app", "--prompt-args", "app=nginx")[1]["messages"][0]["content"]["text"]
    status, said = inspected(demo, "wrong", "--method", "tools/list")
    assert status != 0
