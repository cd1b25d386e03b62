"""What tools answer, as JSON schema: what the other doors answer (web/rest/shown), or a refusal, which is an answer too."""

from web.rest import shown
from web.rest.shown import TEXT

REFUSED = {"type": "object", "required": ["status", "code", "message"], "properties": {"status": {"const": "refused"}, "code": {"type": "string", "description": "stable: what went wrong"}, "message": TEXT}}
PREVIEW = {"type": "object", "required": ["status", "plan"], "properties": {
    "status": {"enum": ["preview", "unchanged"]}, "plan": shown.PLAN,
    "confirm": {"type": "object", "required": ["id", "hash"], "description": "what the tool `confirm` takes to carry it out", "properties": {"id": TEXT, "hash": TEXT}}}}


def read(*verbs):
    """What the tool of a read verb answers; of several, any of theirs."""
    return _or_refused(*map(shown.read, verbs))


def change():
    return _or_refused(PREVIEW)


def receipt():
    return _or_refused(shown.RECEIPT)


def _or_refused(*answers):
    return {"type": "object", "anyOf": [*answers, REFUSED]}
