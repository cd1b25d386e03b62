"""Edits of a YAML text that touch the lines they must and no others.

A step of a place is a key (text) or an index (number). What would change anything besides the place, because of an alias, a
merge or a shape this cannot write, is refused: the text is read again after every edit and compared with what was meant.
"""

from dataclasses import dataclass

import yaml

from gitops.errors import Invalid
from gitops.yamltext import entries, nodes, scalars
from gitops.yamltext.parse import BOM, compose, construct

REMOVED = object()


@dataclass(frozen=True, slots=True)
class Document:
    """A text without its BOM, its root node (None: empty), how its lines end, how far it indents."""

    text: str
    root: object
    newline: str
    indent: int

    def spliced(self, start, end, new):
        return self.text[:start] + new + self.text[end:]


def put(text, place, value, path):
    """The text with `value` at `place` (REMOVED: without it)."""
    bom, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    root = compose(body, path)
    before = read(body, root, path)
    steps = nodes.trail(root, place)
    where = {"path": path, "line": steps[-1].line if steps else root.start_mark.line + 1 if root else None}
    meant = _with(before, place, value, where)
    if same(before, meant):
        return text
    after = _edited(Document(body, root, "\r\n" if "\r\n" in body else "\n", _indent(root)), steps, place, value, where)
    _as_meant(after, meant, where)
    return bom + after


def read(text, root, path):
    """What the document says, nothing shared between two places of it; an empty one is {}."""
    if root is None:
        return {}
    found = _apart(construct(compose(text, path) if "<<" in text else root, path))  # constructing a merge rewrites its nodes
    if found is not None and not isinstance(found, dict):
        raise Invalid("values_not_a_mapping", path=path, line=root.start_mark.line + 1)
    return found or {}


def _apart(value):
    if isinstance(value, dict):
        return {key: _apart(each) for key, each in value.items()}
    return [_apart(each) for each in value] if isinstance(value, list) else value


def _as_meant(after, meant, where):
    try:
        found = read(after, compose(after, where["path"]), where["path"])
    except Invalid as error:
        raise Invalid("values_not_editable", **where) from error
    if not same(found, meant):
        raise Invalid("values_not_editable", **where)


def same(one, other):
    """Equal in value and type, deeply: 1, True and 1.0 are three things."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or one != one and other != other


def _with(before, place, value, where):
    """What the document should say after the edit. Changes `before` nowhere."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if before is None and value is not REMOVED:
        before = {} if isinstance(step, str) else []
    if isinstance(before, dict) and isinstance(step, str):
        return _with_key(before, step, rest, value, where)
    if isinstance(before, list) and isinstance(step, int):
        return _with_item(before, step, rest, value, where)
    if value is REMOVED:
        return before
    raise Invalid("values_wrong_shape", key=str(step), **where)


def _with_key(before, step, rest, value, where):
    if value is REMOVED and (not rest or step not in before):
        return {key: each for key, each in before.items() if key != step}
    return {**before, step: _with(before.get(step), rest, value, where)}


def _with_item(before, step, rest, value, where):
    if value is REMOVED and not rest:
        return before[:step] + before[step + 1:]
    inner = before[step] if step < len(before) else None
    return [*before[:step], _with(inner, rest, value, where), *before[step + 1:]]


def _edited(document, steps, place, value, where):
    """The text after the edit, by how far the place is there already."""
    for number, step in enumerate(steps, 1):
        if step.alias and (value is not REMOVED or number < len(place)):
            raise Invalid("values_alias", key=".".join(map(str, place[:len(steps)])), **where)
    if len(steps) == len(place):
        return entries.removed(document, steps) if value is REMOVED else _replaced(document, steps[-1], value, where)
    missing = place[len(steps):]
    if not steps:
        return entries.in_root(document, missing, value)
    if nodes.is_null(steps[-1].node):
        return _replaced(document, steps[-1], entries.nested(missing, value), where)
    return entries.inserted(document, steps[-1].node, missing, value)


def _replaced(document, step, value, where):
    node, whole = step.node, isinstance(value, (dict, list))
    if isinstance(node, yaml.CollectionNode) and node.value or whole and isinstance(node, yaml.ScalarNode) and not nodes.is_null(node):
        raise Invalid("values_not_scalar", **where)
    if whole and value and nodes.is_empty(node) and step.key is not None and not step.holder.flow_style:
        return entries.below(document, step.key, value)
    start = nodes.PROPERTIES.match(document.text, node.start_mark.index).end()
    if "!" in document.text[node.start_mark.index:start]:
        raise Invalid("values_tag", **where)
    return _spliced_value(document, step, start, value)


def _spliced_value(document, step, start, value):
    node = step.node
    quote = node.style if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"') else None
    written = scalars.flow(value) if isinstance(value, (dict, list)) else scalars.written(value, quote)
    if nodes.is_empty(node):
        return _begun(document, step, start, written)
    end = nodes.end(document.text, node)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        end -= len(document.text[:end]) - len(document.text[:end].rstrip("\r\n"))
    return document.spliced(start, end, written)


def _begun(document, step, start, written):
    """A value where none is written: after its anchor, its colon or its dash; `{a, b}` has no colon yet."""
    at = len(document.text[:start].rstrip(" \t"))
    colon = "" if document.text[at - 1] in ":-" or step.key is None or at > step.key.end_mark.index else ":"
    return document.spliced(at, at, f"{colon} {written}")


def _indent(root):
    """How far this file indents."""
    for key, node in root.value if isinstance(root, yaml.MappingNode) else ():
        if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value and node.start_mark.index > key.end_mark.index:
            return max(node.value[0][0].start_mark.column - key.start_mark.column, 1)
    return 2
