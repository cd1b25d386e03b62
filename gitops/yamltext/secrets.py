"""What a Secret holds, hidden for whoever looks at what changed in a file. Somebody may have pushed one in clear: git keeps it, no door tells it."""

import re

import yaml

from gitops.errors import KlepaasError
from gitops.yamltext.parse import BOM, compose_all

MASK = "***"
CHANGED = f"{MASK} (changed)"
FIELDS = ("data", "stringData")
SUSPECT = re.compile(r"\bSecret\b")
BLOCK = re.compile(r"""(\s*)["']?(?:data|stringData)["']?\s*:(.*)""")
ENTRY = re.compile(r"""(\s*(?:- )?["']?[\w.-]+["']?\s*:)\s*(.*\S)""")
TEMPLATE = re.compile(r"\{\{.*\}\}")


def hidden(before, after):
    """Both texts (None: absent) without the values of Secrets; one that changed is still seen to."""
    old = _spans(before, {})
    known = {key: value for _, _, key, value in old or ()}
    return _cut(before, old), _cut(after, _spans(after, known), known, frozenset((before or "").splitlines(keepends=True)) or None)


def _spans(text, known):
    """[(start, end, which, value)] of the values in the text; None where it is no YAML, as a chart's template."""
    if text is None or not SUSPECT.search(text):
        return []
    try:
        roots = compose_all(text, "")
    except KlepaasError:
        return None
    shift = len(text) - len(text.removeprefix(BOM))
    return sorted((node.start_mark.index + shift, node.end_mark.index + shift, which, text[node.start_mark.index + shift:node.end_mark.index + shift]) for root in roots for which, node in _values(root))


def _values(node, seen=()):
    """(which, node) of every value of every Secret below: in lists of objects too."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    children = [each for pair in node.value for each in pair] if isinstance(node, yaml.MappingNode) else node.value
    members = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)} if isinstance(node, yaml.MappingNode) else {}
    if getattr(members.get("kind"), "value", None) == "Secret":
        for field in FIELDS:
            yield from _held(_name(members), field, members.get(field))
    for each in children:
        yield from _values(each, (*seen, id(node)))


def _name(members):
    metadata = members.get("metadata")
    pairs = metadata.value if isinstance(metadata, yaml.MappingNode) else ()
    return next((str(value.value) for key, value in pairs if key.value == "name"), "")


def _held(name, field, node):
    if isinstance(node, yaml.MappingNode):
        yield from (((name, field, str(key.value)), value) for key, value in node.value)
    elif node is not None:
        yield (name, field, ""), node


def _cut(text, spans, known=None, lines=None):
    """The text with each value in its span replaced; what is no YAML line by line."""
    if text is None or spans is None:
        return text and "".join(_lines(text, lines))
    parts, place = [], 0
    for start, end, which, value in spans:
        if start >= place:  # an alias is the value that it names, which is hidden once
            new = known is not None and known.get(which, value) != value
            parts += [text[place:start], CHANGED if new else MASK, "\n" if value.endswith("\n") else ""]
            place = end
    return "".join([*parts, text[place:]])


def _lines(text, known=None):
    """Of a template: whatever is written out below `data` or `stringData`, in any object of the file. A line that is not `known` changed."""
    inside = None
    for line in text.splitlines(keepends=True):
        indent, mask = len(line) - len(line.lstrip()), MASK if known is None or line in known else CHANGED
        if line.strip() and inside is not None and indent <= inside:
            inside = None
        block = BLOCK.fullmatch(line.rstrip("\r\n"))
        if inside is not None and line.strip() or block and block[2].strip():
            yield _line(line, mask)
        else:
            yield line
        inside = indent if inside is None and block and not block[2].strip() else inside


def _line(line, mask):
    """What a template puts in stays; what is written out does not."""
    entry, end = ENTRY.fullmatch(line.rstrip()), "\n" if line.endswith("\n") else ""
    value = entry[2] if entry else line
    if TEMPLATE.search(value) and not TEMPLATE.sub("", value).strip("\"' |-\r\n"):
        return line
    return f"{entry[1]} {mask}{end}" if entry else f"{line[:len(line) - len(line.lstrip())]}{mask}{end}"
