"""The one gate for arguments, whatever door they came through. Must not plan or read anything."""

import re
from collections.abc import Mapping

import orjson

from gitops.errors import Invalid
from gitops.verbs.lookup import find, shown
from gitops.verbs.shapes import LABEL, Verb


def check(command):
    """The verb of the command and its arguments, typed and within their bounds; Invalid names the argument."""
    verb = find(command.verb)
    for name in ("app", "environment"):
        _check_name(verb, name, getattr(command, name))
    for name in ("text", "reason"):
        _check_words(name, getattr(command, name))
    if not isinstance(command.args, Mapping):
        raise Invalid("bad_argument", argument="args", value=shown(command.args), wanted="{argument: value}")
    unknown = sorted(map(shown, set(command.args) - {argument.name for argument in verb.arguments}))
    if unknown:
        raise Invalid("unknown_argument", verb=verb.name, argument=unknown[0], known=[argument.name for argument in verb.arguments] or ["-"])
    args = {argument.name: _value(verb, argument, command.args.get(argument.name)) for argument in verb.arguments}
    return verb, {name: value for name, value in args.items() if value is not None}


def typed(verb, args):
    """Those of the verb's arguments that are given, typed and within their bounds; `check` says what is missing."""
    return {argument.name: _value(verb, argument, args[argument.name]) for argument in verb.arguments if args.get(argument.name) is not None}


def taken(name, arguments, given):
    """Every one of the arguments as it is given, typed and within its bounds, else its default; Invalid names the one that is none. `name` is whose they are."""
    known = {each.name: each for each in arguments}
    if unknown := sorted(map(shown, set(given) - set(known))):
        raise Invalid("unknown_argument", verb=name, argument=unknown[0], known=list(known) or ["-"])
    values = {each.name: _value(Verb(name, "read", "", "low", ()), each, given.get(each.name)) for each in arguments}
    return {each: known[each].default if value is None else value for each, value in values.items()}


def _check_name(verb, name, value):
    wanted = getattr(verb, name)
    if value is None and wanted == "required":
        raise Invalid("missing_argument", verb=verb.name, argument=name)
    if value is not None and wanted == "none":
        raise Invalid("unknown_argument", verb=verb.name, argument=name, known=[argument.name for argument in verb.arguments] or ["-"])
    if value is not None and not (isinstance(value, str) and re.fullmatch(LABEL, value)):
        raise Invalid("bad_name", argument=name, value=shown(value))


def _check_words(name, value):
    if value is not None and not isinstance(value, str):
        raise Invalid("bad_argument", argument=name, value=shown(value), wanted="text")
    if not _storable(value or ""):
        raise Invalid("text_not_storable", argument=name)


def _storable(text):
    """Neither NUL nor half of a surrogate pair: git and Postgres keep neither."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _value(verb, argument, value):
    if value is None:
        if argument.required:
            raise Invalid("missing_argument", verb=verb.name, argument=argument.name)
        return None
    return _TYPES[argument.type](argument, value)


def _integer(argument, value):
    """An integer, a float without fraction (some models send 3.0) or its decimal digits (the command line has only text)."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("bad_argument", argument=argument.name, value=shown(value), wanted=_wanted(argument))
    if not argument.minimum <= value <= argument.maximum:
        raise Invalid("bad_argument", argument=argument.name, value=shown(value), wanted=_wanted(argument))
    return value


def _boolean(argument, value):
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower())
    if not isinstance(value, bool):
        raise Invalid("bad_argument", argument=argument.name, value=shown(value), wanted="true / false")
    return value


def _string(argument, value):
    if isinstance(value, str) and not _storable(value):
        raise Invalid("text_not_storable", argument=argument.name)
    wrong = not isinstance(value, str) or len(value) > argument.max_length
    if wrong or argument.pattern and not re.fullmatch(argument.pattern, value) or argument.choices and value not in argument.choices:
        raise Invalid("bad_argument", argument=argument.name, value=shown(value), wanted=_wanted(argument))
    return value


def _manifest(argument, value):
    """Kept as text: an object becomes its JSON, which is YAML too."""
    try:
        text = orjson.dumps(value).decode() if isinstance(value, dict) else value
    except orjson.JSONEncodeError as error:  # an integer beyond 64 bits, half of a surrogate pair, nested too deep
        raise Invalid("bad_argument", argument=argument.name, value=shown(value), wanted=f"JSON ({error})") from None
    return _string(argument, text)


_TYPES = {"integer": _integer, "boolean": _boolean, "string": _string, "manifest": _manifest}


def _wanted(argument):
    if argument.type == "integer":
        return f"{argument.minimum}-{argument.maximum}"
    return ", ".join(argument.choices) or argument.pattern or f"<= {argument.max_length}"
