"""The one JSON schema of what a model may answer, made of the verbs, and the gate that every answer must pass. Must not know any vendor.

Arguments are pairs of a name and a text: so every field is required and none has several types, which is what the strict modes of all three vendors
take; the verbs type them (gitops/verbs). What passes is well formed, no more: whether it is offered is decided elsewhere (nlp/opinions).
"""

from functools import cache

from gitops.errors import Invalid, KlepaasError
from gitops.types import Command
from gitops.verbs import VERBS, check, typed
from nlp import names
from nlp.reading import FROM_MODEL, Reading, clarify

COMMAND, NO_CHANGE, UNCLEAR = "command", "no_change", "unclear"
KEPT = {"apply_manifest": None, "restart": "at"}  # a manifest never enters a prompt; a restart's time is when it is said, and a model would put a later one there
MOST = 10        # commands of one message
LONGEST = 2000   # characters of one value: no message is longer
LARGEST = 10**9
CHOICES = 10


def offered():
    """The verbs that a model may answer with."""
    return tuple(verb for verb in VERBS.values() if KEPT.get(verb.name, "") is not None)


def arguments(verb):
    return tuple(each for each in verb.arguments if each.name != KEPT.get(verb.name))


@cache
def schema():
    """The schema; the same for every vendor and message."""
    pair = _object(name=_one_of(sorted({each.name for verb in offered() for each in arguments(verb)})), value={"type": "string"})
    command = _object(verb=_one_of([verb.name for verb in offered()]), app={"type": "string"}, environment={"type": "string"}, arguments={"type": "array", "items": pair})
    return _object(kind=_one_of([COMMAND, NO_CHANGE, UNCLEAR]), commands={"type": "array", "items": command})


def _object(**properties):
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _one_of(values):
    return {"type": "string", "enum": list(values)}


# --- the gate ------------------------------------------------------------------------------------------------------------


def readings(data, apps, environments):
    """An answer as readings, with the names of the catalogue; Invalid when it is not of the schema, or a verb would not take it."""
    found = _fields(data, kind=str, commands=list)
    if found["kind"] not in (COMMAND, NO_CHANGE, UNCLEAR) or len(found["commands"]) > MOST:
        raise Invalid("model_answer")
    read = [_reading(each, apps, environments) for each in found["commands"]]
    if found["kind"] != COMMAND and any(changes(each) for each in read):
        raise Invalid("model_answer")  # it says itself that nothing is to be changed
    return read


def changes(reading):
    """Whether the reading is a change or an order, or asks on behalf of one."""
    verb = VERBS.get(reading.command if reading.clarification is None else reading.clarification["command"])
    return verb is not None and verb.kind != "read"


def _fields(data, **types):
    if not isinstance(data, dict) or set(data) != set(types) or any(not isinstance(data[name], kind) for name, kind in types.items()):
        raise Invalid("model_answer")
    return data


def _reading(data, apps, environments):
    data = _fields(data, verb=str, app=str, environment=str, arguments=list)
    verb = next((each for each in offered() if each.name == data["verb"]), None)
    if verb is None:
        raise Invalid("model_answer")
    try:
        return _resolved(verb, data["app"].strip() or None, data["environment"].strip() or None, typed(verb, _pairs(verb, data["arguments"])), apps, environments)
    except KlepaasError:
        raise Invalid("model_answer") from None


def _pairs(verb, pairs):
    """The arguments by name; numbers where text was asked for are taken, for small models write them so."""
    found = {}
    for pair in pairs:
        if not isinstance(pair, dict) or set(pair) != {"name", "value"} or not isinstance(pair["name"], str) or pair["name"] in found:
            raise Invalid("model_answer")
        if pair["name"] not in {each.name for each in arguments(verb)} or not _is_value(pair["value"]):
            raise Invalid("model_answer")
        if pair["value"] != "":
            found[pair["name"]] = pair["value"]
    return found


def _is_value(value):
    return len(value) <= LONGEST if isinstance(value, str) else isinstance(value, float) or isinstance(value, int) and abs(value) < LARGEST


def _resolved(verb, app, environment, args, apps, environments):
    """The reading with known names; a name that is none, or what is missing, is asked for."""
    place, where = (_known(environment, environments) if verb.environment != "none" else None), {"args": args}
    if environment is not None and verb.environment != "none" and place is None:
        return _asked("unknown_environment", "environment", environments, verb, app=_known(app, apps), **where)
    if verb.app == "none":
        return _complete(verb, None, place, args)
    name = app if verb.name == "create_app" else _known(app, apps)
    if app is not None and name is None:
        return _asked("unknown_app", "app", apps, verb, environment=place, **where)
    missing = ["app"] if name is None and verb.app == "required" else [each.name for each in verb.arguments if each.required and each.name not in args]
    if missing or verb.name == "promote" and place is None:
        return _asked(missing[0] if missing else "environment", (missing or ["environment"])[0], apps if missing == ["app"] else [] if missing else environments, verb, app=name, environment=place, **where)
    return _complete(verb, name, place, args)


def _asked(code, missing, choices, verb, **known):
    return clarify(code, [missing], list(choices)[:CHOICES], verb.name, because=("a model's reading",), **known)


def _complete(verb, app, environment, args):
    check(Command(verb.name, app, environment, args))
    return Reading(verb.name, app, environment, args, FROM_MODEL, because=("a model's reading",))


def _known(name, known):
    """The name as the catalogue has it, if it is one, however it is spelt; None between two."""
    if name is None or name in known:
        return name
    found = names.index(tuple(known)).get("".join(letter for letter in name.lower() if letter not in " _-"), [])
    return found[0] if len(found) == 1 else None
