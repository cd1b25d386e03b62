"""The API described: OpenAPI 3.1 from the verbs and the routes."""

from importlib.metadata import version as installed

from flask import current_app

from gitops import verbs

VERSION = installed("klepaas")


def _object(required=(), **properties):
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": {name: each if isinstance(each, dict) else {"type": each} for name, each in properties.items()}}


BODIES = {
    "chat.process": _object(["text"], text="string", session_id="string", pending={"type": "array", "items": {"type": "string"}}),
    "chat.confirm": _object(["command_id", "confirmed"], session_id="string", command_id="string", confirmed="boolean", word="string"),
    "chat.marked": _object(["message"], message="integer", meant="string", note="string"),
    "teaching.teach": _object(["feedback", "say", "means"], feedback="integer", say="string", means="string"), "teaching.settle": _object(["status"], status={"enum": ["accepted", "dismissed"]}),
    "chat.previewed": _object(["verb"], verb="string", app="string", environment="string", args="object", text="string", session_id="string", command_id="string"),
}


def verb(verb):
    return {"name": verb.name, "kind": verb.kind, "scope": verb.scope, "risk": verb.risk,
            "help": {"en": verb.help[0], "ko": verb.help[1]}, "schema": verbs.schema(verb)}


def document():
    """One operation a route, one a read verb, and one schema a change or order verb."""
    return {"openapi": "3.1.0", "info": {"title": "K-Le-PaaS", "version": VERSION},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": _schemas()},
            "security": [{"token": []}], "paths": _routes() | _reads()}


def _schemas():
    written = [each for each in verbs.VERBS.values() if each.kind != "read"]
    return {each.name: _body(each) for each in written} | {
        "Command": {"oneOf": [{"$ref": f"#/components/schemas/{each.name}"} for each in written]},
        "Problem": {"type": "object", "required": ["type", "title", "status", "code"],
                    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"}}}}


def _body(each):
    whole = verbs.schema(each)
    args = {name: value for name, value in whole["properties"].items() if name not in ("app", "environment")}
    required = [name for name in whole["required"] if name in args]
    top = {name: whole["properties"][name] for name in ("app", "environment") if name in whole["properties"]}
    return {"type": "object", "description": each.help[0], "additionalProperties": False,
            "required": ["verb", *[name for name in whole["required"] if name not in args], *(["args"] if required else [])],
            "properties": {"verb": {"const": each.name}, "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}, **top,
                           "args": {"type": "object", "additionalProperties": False, "required": required, "properties": args},
                           "text": {"type": "string"}, "reason": {"type": "string"}, "preview": {"type": "boolean"}}}


def _routes():
    paths = {}
    for rule in current_app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.read" and not rule.websocket:
            path = rule.rule.replace("<", "{").replace(">", "}")
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                paths.setdefault(path, {})[method.lower()] = _operation(rule, method)
    return paths


def _operation(rule, method):
    described = (current_app.view_functions[rule.endpoint].__doc__ or rule.endpoint).strip().splitlines()[0]
    operation = {"operationId": f"{rule.endpoint.removeprefix('api.').replace('.', '_')}_{method.lower()}", "summary": described,
                 "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(rule.arguments)],
                 "responses": _RESPONSES}
    schema = {"$ref": "#/components/schemas/Command"} if rule.endpoint == "api.commands" else BODIES.get(rule.endpoint)
    if schema:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _reads():
    return {f"/api/v1/read/{each.name}": {"get": {"operationId": f"read_{each.name}", "summary": each.help[0],
            "parameters": [{"name": name, "in": "query", "required": name in whole["required"], "schema": schema} for name, schema in whole["properties"].items()],
            "responses": _RESPONSES}} for each in verbs.VERBS.values() if each.kind == "read" for whole in (verbs.schema(each),)}


_RESPONSES = {"200": {"description": "what was asked for", "content": {"application/json": {}}},
              "default": {"description": "a problem", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}}
