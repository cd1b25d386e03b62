"""What a route takes and answers, said once, beside its view: what comes in is checked by it, and the OpenAPI document is made of it."""

import functools
from dataclasses import dataclass, field

from flask import request

from gitops import verbs
from gitops.verbs import Argument
from gitops.verbs.shapes import LABEL
from web.rest import body as bodies

JSON, EVENTS, LINES = "application/json", "text/event-stream", "application/jsonl"
APP = Argument("app", ("the app", "앱"), pattern=LABEL)
ENVIRONMENT = Argument("environment", ("the environment", "환경"), pattern=LABEL)
LANGUAGE = "lang"  # asks for the language of the answer at every route


@dataclass(frozen=True, slots=True)
class Described:
    """`ko`: its sentence in Korean, the English one is the view's docstring. `body`: fields, or the name of a schema that the view reads itself.

    `answers`: status -> schema; `media` what they are sent as, `also` beside that; `errors`: statuses that do not follow from what it takes.
    """

    ko: str
    query: tuple = ()
    body: tuple | str = ()
    answers: dict = field(default_factory=lambda: {200: {"type": "object"}})
    media: str = JSON
    also: tuple = ()
    errors: tuple = ()
    headers: tuple = ()


def says(ko, *query, answers, body=(), open=False, **more):
    """Decorates a view, which is called with what was asked for: each of `query` by its name, the fields of `body` as the dict `asked`. An `open` one reads its query itself."""
    answers = answers if set(map(type, answers)) == {int} else {200: answers}

    def decorated(view):
        @functools.wraps(view)
        def called(**place):
            found = {} if open else verbs.taken(request.path, query, {name: value for name, value in request.args.items() if name != LANGUAGE})
            more = {"asked": bodies.fields(bodies.json_object(), body)} if isinstance(body, tuple) and body else {}
            return view(**place, **found, **more)
        called.described = Described(ko, query, body, answers, **more)
        return called
    return decorated


def of(view):
    """What a view says of itself; of one that says nothing, that it answers an object."""
    return getattr(view, "described", None) or Described("")
