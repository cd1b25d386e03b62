"""Verbs as JSON schema, for the doors that publish one."""

from gitops.types import NOTHING
from gitops.verbs.shapes import LABEL


def schema(verb, language="en"):
    """JSON schema of the verb's arguments, app and environment included."""
    names = {name: {"type": "string", "pattern": f"^{LABEL}$"} for name in ("app", "environment") if getattr(verb, name) != "none"}
    required = [name for name in names if getattr(verb, name) == "required"]
    return {"type": "object", "additionalProperties": False,
            "properties": names | {argument.name: argument_schema(argument, language) for argument in verb.arguments},
            "required": required + [argument.name for argument in verb.arguments if argument.required]}


def argument_schema(argument, language="en"):
    described = {"description": argument.help[("en", "ko").index(language)]}
    if argument.type == "integer":
        described |= {"type": "integer", "minimum": argument.minimum, "maximum": argument.maximum}
    elif argument.type == "manifest":
        described |= {"type": ["string", "object"]}
    elif argument.type == "strings":
        described |= {"type": "array", "items": {"type": "string"}}
    else:
        described |= {"type": argument.type}
    if argument.type == "string":
        described |= {"maxLength": argument.max_length}
    if argument.pattern:
        described |= {"pattern": f"^({argument.pattern})$"}
    return described | ({"enum": list(argument.choices)} if argument.choices else {}) | ({"default": argument.default} if argument.default is not None else {})


def defaults(verb, args):
    """The arguments with the verb's defaults filled in."""
    return {argument.name: argument.default for argument in verb.arguments if argument.default is not None} | dict(args or NOTHING)
