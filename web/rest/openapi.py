"""The API described: OpenAPI 3.1 from the verbs, and from what each route says of itself (web/rest/described) and needs (web/people/rights)."""

from importlib.metadata import version as installed

from flask import current_app

from gitops import verbs
from web.people import rights
from web.rest import described, shown

VERSION = installed("klepaas")
ID = "^[A-Za-z0-9_-]{1,64}$"
CLUSTER = (404, 504)  # what a read verb may answer beside what every route may
PROBLEMS = {
    304: "what `If-None-Match` names is still so", 400: "the body cannot be read", 401: "nobody is signed in", 403: "the right is missing", 404: "what it names is not there", 409: "something stands against it",
    413: "the body is too large", 414: "the address is longer than 8190 bytes", 422: "something is not what it must be", 429: "too often: `Retry-After`", 502: "another server does not take our credential", 503: "something it needs is away: `Retry-After`", 504: "something did not answer in its time"}


def verb(verb):
    return {"name": verb.name, "kind": verb.kind, "scope": verb.scope, "risk": verb.risk,
            "help": {"en": verb.help[0], "ko": verb.help[1]}, "schema": verbs.schema(verb)}


def document(language="en"):
    """One operation a route, one a read verb, and one schema a change or order verb."""
    return {"openapi": "3.1.0", "info": {"title": "K-Le-PaaS", "version": VERSION}, "servers": [{"url": "/"}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}, "session": {"type": "apiKey", "in": "cookie", "name": "klepaas"}}, "schemas": _schemas(language),
                           "responses": {f"Problem{status}": _problem(said) for status, said in PROBLEMS.items() if status not in (304, 414)}},
            "security": [{"token": []}, {"session": []}], "paths": _routes(language) | _reads(language)}


# --- components ------------------------------------------------------------------------------------------------------


def _schemas(language):
    written = [each for each in verbs.VERBS.values() if each.kind != "read"]
    return {each.name: _body(each, language) for each in written} | {
        "Command": {"oneOf": [{"$ref": f"#/components/schemas/{each.name}"} for each in written], "discriminator": {"propertyName": "verb"}},
        "Webhook": {"type": "object", "description": "as the forge sends it" if language == "en" else "포지가 보내는 그대로"},
        "Problem": shown.thing("detail", "transient", type=shown.TEXT, title=shown.TEXT, status=shown.WHOLE, code=shown.TEXT, detail=shown.TEXT, transient=shown.FLAG)}


def _body(each, language):
    whole = verbs.schema(each, language)
    args = {name: value for name, value in whole["properties"].items() if name not in ("app", "environment")}
    required = [name for name in whole["required"] if name in args]
    top = {name: whole["properties"][name] for name in ("app", "environment") if name in whole["properties"]}
    return {"type": "object", "description": each.help[("en", "ko").index(language)], "additionalProperties": False,
            "required": ["verb", *[name for name in whole["required"] if name not in args], *(["args"] if required else [])],
            "properties": {"verb": {"const": each.name}, "id": {"type": "string", "pattern": ID}, **top,
                           "args": {"type": "object", "additionalProperties": False, "required": required, "properties": args},
                           "text": {"type": "string"}, "reason": {"type": "string"}, "preview": {"type": "boolean"}}}


def _problem(said):
    return {"description": said, "headers": {"X-Request-Id": {"required": True, "schema": shown.TEXT}},
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


# --- operations ------------------------------------------------------------------------------------------------------


def _routes(language):
    paths = {}
    for rule in current_app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.read" and not rule.websocket:
            path = rule.rule.replace("<", "{").replace(">", "}")
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                paths.setdefault(path, {})[method.lower()] = _operation(rule, method, language)
    return paths


def _operation(rule, method, language):
    view, right = current_app.view_functions[rule.endpoint], rights.of(rule.endpoint)
    said = described.of(view)
    english = (view.__doc__ or rule.endpoint).strip().splitlines()[0]
    place = [{"name": name, "in": "path", "required": True, "schema": shown.TEXT} for name in sorted(rule.arguments)]
    more = [(each, "query") for each in said.query] + [(each, "header") for each in said.headers]
    errors = {*said.errors, *(() if right.public else (429,)), *((404, 422) if place else ()), *((422,) if more else ()), *((400, 413, 422) if said.body else ())}
    return {"operationId": f"{rule.endpoint.removeprefix('api.').replace('.', '_')}_{method.lower()}", "summary": said.ko if language == "ko" and said.ko else english, "tags": [_tag(rule.rule)],
            "x-scope": right.text(), "parameters": [*place, *(_parameter(each, where, language) for each, where in more)], **({"security": []} if right.public else {}),
            **_asked(said.body, language), "responses": _responses(said, method, errors)}


def _tag(path):
    return path.split("/")[3].partition(".")[0]


def _asked(fields, language):
    if not fields:
        return {}
    schema = {"$ref": f"#/components/schemas/{fields}"} if isinstance(fields, str) else {
        "type": "object", "additionalProperties": False, "required": [each.name for each in fields if each.required], "properties": {each.name: verbs.argument_schema(each, language) for each in fields}}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _parameter(argument, where, language):
    schema = verbs.argument_schema(argument, language)
    return {"name": argument.name, "in": where, "required": argument.required, "description": schema.pop("description"), "schema": schema}


def _responses(said, method, errors):
    """What is answered, and what every route may refuse with."""
    media = {said.media: None, **dict.fromkeys(said.also)}
    found = {str(status): {"description": "what was asked for" if status == 200 else "done", "headers": {"X-Request-Id": {"required": True, "schema": shown.TEXT}},
                           "content": {each: {"schema": schema if each == described.JSON else shown.TEXT} for each in media}} for status, schema in said.answers.items()}
    same = {"304": {"description": PROBLEMS[304]}} if method == "GET" and said.media == described.JSON else {}
    same |= {"414": {"description": PROBLEMS[414]}} if said.query or said.headers else {}  # refused before anything of ours is asked
    return found | same | {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted({401, 403, 503, *errors})}


def _reads(language):
    said = {each.name: described.Described("", each.arguments, answers={200: shown.read(each.name)}) for each in verbs.VERBS.values() if each.kind == "read"}
    return {f"/api/v1/read/{name}": {"get": _read(verbs.VERBS[name], each, language)} for name, each in said.items()}


def _read(each, said, language):
    whole = verbs.schema(each, language)
    parameters = [{"name": name, "in": "query", "required": name in whole["required"], "description": schema.get("description", ""), "schema": {key: value for key, value in schema.items() if key != "description"}}
                  for name, schema in whole["properties"].items()]
    return {"operationId": f"read_{each.name}", "summary": each.help[("en", "ko").index(language)], "tags": ["read"], "x-scope": each.scope, "parameters": parameters,
            "responses": _responses(said, "GET", {422, 429, *CLUSTER})}
