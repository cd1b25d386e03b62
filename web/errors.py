"""Errors as HTTP: RFC 9457 problem details with a stable code, in the user's language. The one place that maps them."""

import logging

import orjson
from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from gitops import messages
from gitops.errors import KlepaasError
from gitops.messages import LANGUAGES
from web.people import attempts

log = logging.getLogger(__name__)
MEMBERS = ("type", "title", "status", "code", "detail")  # of a problem: not for an error's own details


def language():
    """The language of the answer: that of the sentence it answers, else `?lang=`, else what the client prefers, else English."""
    if "language" in g:
        return g.language
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en")


def problem(status, code, title, **more):
    body = {"type": f"/api/v1/problems/{code}", "title": title, "status": status, "code": code, "detail": title, **more}
    return Response(orjson.dumps(body, default=str), status, content_type="application/problem+json")


def of_ours(error):
    """A KlepaasError with its details; `id` is the command's, to ask again with."""
    attempts.refused(error)
    more = {"path": error.path, "line": error.line, "transient": error.transient, **error.details}
    response = problem(error.status, error.code, error.text(language()), **{name: value for name, value in more.items() if value is not None and name not in MEMBERS})
    if error.retry_after or error.transient:
        response.headers["Retry-After"] = str(int(error.retry_after or 1))
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="klepaas"'
    return response


def of_http(error):
    """What Flask or werkzeug refused (a path, a method, a body too large)."""
    code = error.name.lower().replace(" ", "_")
    response = problem(error.code, code, messages.text(code, language(), {}) if code in messages.MESSAGES else error.description or error.name)
    if "Allow" in (headers := dict(error.get_headers())):
        response.headers["Allow"] = headers["Allow"]
    return response


def of_anything(error):
    """A bug of ours: logged whole, and nothing of it told."""
    attempts.failed()
    log.exception("unhandled error, request %s", g.get("request_id"))
    return problem(500, "internal", messages.text("internal", language(), {}), request_id=g.get("request_id"))


def install(app):
    app.register_error_handler(KlepaasError, of_ours)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_anything)
