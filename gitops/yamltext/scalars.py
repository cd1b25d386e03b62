"""How a value is written so that every YAML reader reads it back as what it is."""

import json
import re

import yaml

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*")
OTHER_READERS = re.compile(r"(?i)(y|n|yes|no|on|off|true|false|null|~|nan|inf|\.nan|\.inf|0o[0-7]+|[0-9a-f]+e[0-9]+)")
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")  # JSON lets them stand; YAML 1.1 section 5.1 does not
RESOLVER = yaml.resolver.Resolver()


def written(value, style=None):
    """One line of YAML for a scalar; `style` is the quote there was ("'", '"' or None), kept where it can be."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return value if style != '"' and plain(value) else _quoted(value)


def _quoted(text):
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def plain(text):
    """Whether the text may stand unquoted: no reader takes it for a number, bool, null or date."""
    return bool(PLAIN.fullmatch(text)) and not OTHER_READERS.fullmatch(text) and _resolved(text) == "tag:yaml.org,2002:str"


def _resolved(text):
    return RESOLVER.resolve(yaml.ScalarNode, text, (True, False))


def flow(value):
    """A value of any shape on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return written(value)


def block(key, value, indent, step):
    """The lines of `key: value` in block style, a mapping or a list below its key."""
    pad, name = " " * indent, written(key)
    if isinstance(value, dict) and value:
        return [f"{pad}{name}:"] + [line for each, inner in value.items() for line in block(each, inner, indent + step, step)]
    if isinstance(value, list) and value:
        return [f"{pad}{name}:"] + [line for each in value for line in item(each, indent + step, step)]
    return [f"{pad}{name}: {flow(value)}"]


def item(value, indent, step):
    """The lines of one `- value` of a list."""
    if not isinstance(value, dict) or not value:
        return [" " * indent + f"- {flow(value)}"]
    lines = [line for key, inner in value.items() for line in block(key, inner, indent + 2, step)]
    return [" " * indent + "- " + lines[0][indent + 2:], *lines[1:]]
