"""The API is what its document says: every operation of it, with what fits and what does not, against the whole product."""

import functools

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests import docs
from tests.web.test_matrix import opened
from web.rest import openapi

CHECKS = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance, checks.response_headers_conformance, checks.response_schema_conformance]
EXAMPLES = {GenerationMode.POSITIVE: 5, GenerationMode.NEGATIVE: 3}
APPS, ENVIRONMENTS = ["nginx", "mailer", "nowhere"], ["staging", "production", "moon"]


@functools.cache
def described():
    """The document as the code makes it, without a server."""
    app = docs.routes()
    with app.app_context():
        return openapi.document()


OPERATIONS = [(path, method) for path, methods in described()["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def known(demo):
    """What there is of each kind that an address or a body may name: a change that waits, a conversation, a token, a sign-in."""
    owner, person = demo.client(), demo.signed_in("owner")
    proposed = owner.post(f"{demo.api}/commands", json={"verb": "scale", "app": "mailer", "environment": "production", "args": {"replicas": 5}}).json()
    said = owner.post(f"{demo.api}/nlp/process", json={"text": "scale nginx to 4"}).json()
    owner.post(f"{demo.api}/nlp/feedback", json={"message": said["message"], "note": "no"})
    spare = owner.post(f"{demo.api}/tokens", json={"name": "spare", "scopes": ["k8s:read"]})
    tokens = [each["id"] for each in owner.get(f"{demo.api}/tokens").json()["items"] if each["name"] == "spare"]
    assert spare.status_code == 201 and person.get(f"{demo.api}/sessions").json()["items"]
    email = owner.get(f"{demo.api}/me").json()["email"]
    return {"app": APPS, "environment": ENVIRONMENTS, "review": [proposed["review"]["id"]], "uid": [proposed["review"]["branch"].partition("/")[2]], "session_id": [said["session_id"]],
            "command_id": [said["items"][0]["command_id"]], "message": [said["message"]], "kind": ["pods", "Deployment", "secret", "nothing"], "id": [*tokens, "1"], "email": ["nobody@example.org"],
            "subject": [f"user:{email}", "domain:example.org"], "role": ["viewer"]}


@pytest.fixture(scope="module")
def document(demo, known):
    """The server's document; strict, so that an answer has nothing that is not described, and with names that are there."""
    found = demo.client().get(f"{demo.api}/openapi.json").json()
    assert {(path, method) for path, methods in found["paths"].items() for method in methods} == set(OPERATIONS)
    for methods in found["paths"].values():
        for operation in methods.values():
            for each in operation["parameters"]:
                each["schema"] = _named(each["name"], each["schema"], known)
            for each in operation["responses"].values():
                each["content"] = {media: {"schema": _closed(body["schema"])} for media, body in each.get("content", {}).items()}
            for each in operation.get("requestBody", {}).get("content", {}).values():
                _rooted(each["schema"], known)
    for each in found["components"]["schemas"].values():
        _rooted(each, known)
    return schemathesis.openapi.from_dict(found)


def _named(name, schema, known):
    return {"type": schema.get("type", "string"), "enum": known[name]} if name in known else schema


def _rooted(schema, known):
    for name, each in schema.get("properties", {}).items():
        schema["properties"][name] = _named(name, each, known) if each.get("type") in ("string", "integer") else each


def _closed(schema):
    """An object with members has these alone."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _closed(each) for name, each in schema.items()}
    return {"additionalProperties": False} | found if found.get("type") == "object" and "properties" in found else found


@pytest.fixture(scope="module")
def session(demo):
    return demo.client()


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda each: each.name.lower())
@pytest.mark.parametrize("path, method", OPERATIONS, ids=lambda each: each.removeprefix("/api/v1/"))
def test_it_answers_as_its_document_says(demo, document, session, path, method, mode):
    """No 500, no status, header or content type that is not described, nothing in an answer that its schema does not have; for what fits and for what does not."""
    operation = document[path][method.upper()]
    if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
        pytest.skip("takes nothing that could be wrong")

    @settings(max_examples=EXAMPLES[mode], derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet)
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case):
        answer = session.request(**case.as_transport_kwargs(base_url=demo.url, headers=dict(session.headers)), stream=True, timeout=30)
        if "event-stream" in answer.headers["Content-Type"]:
            answer = opened(answer)
        case.validate_response(answer, checks=CHECKS)
    answered()
