"""New keys and items, and the removal of them, as lines or inside flow collections. Checks nothing: splice does, afterwards."""

import re

import yaml

from gitops.yamltext import nodes, scalars

START = re.compile(r"^---(?=\s|$)", re.MULTILINE)


def nested(place, value):
    """`value` below the rest of a place, as it would be in a new mapping or list."""
    for step in reversed(place):
        value = {step: value} if isinstance(step, str) else [value]
    return value


def in_root(document, place, value):
    """A new key at the top; the file may hold nothing yet."""
    root = document.root
    if root is None or nodes.is_empty(root):
        lines = scalars.block(place[0], nested(place[1:], value), 0, document.indent)
        marker = START.search(document.text)
        return _lines_after(document, marker.end(), lines) if marker else _appended(document, lines)
    if nodes.is_null(root):
        return document.spliced(root.start_mark.index, root.end_mark.index, scalars.flow(nested(place, value)))
    return inserted(document, root, place, value)


def _appended(document, lines):
    text = document.text if document.text.endswith("\n") or not document.text else document.text + document.newline
    return text + document.newline.join(lines) + document.newline


def inserted(document, node, place, value):
    """A new entry at the end of a mapping or list."""
    if node.flow_style:
        return _into_flow(document, node, place, value)
    at = nodes.end(document.text, node)
    if isinstance(node, yaml.SequenceNode):
        return _lines_after(document, at, scalars.item(nested(place[1:], value), _dash(document, node.value[0]) - 1, document.indent))
    column = (node.value[0][0] if document.text[node.start_mark.index] in "&!" else node).start_mark.column
    return _lines_after(document, at, scalars.block(place[0], nested(place[1:], value), column, document.indent))


def _dash(document, item):
    """The column after the dash of an item of a block list."""
    start = item.start_mark.index
    dash = document.text.rfind("-", 0, start)
    return dash - document.text.rfind("\n", 0, dash)


def _into_flow(document, node, place, value):
    inner = scalars.flow(nested(place, value))[1:-1]
    if not node.value:
        return document.spliced(node.end_mark.index - 1, node.end_mark.index - 1, inner)
    at = nodes.entry_end(document.text, nodes.entry(node, len(node.value) - 1))
    return document.spliced(at, at, ", " + inner)


def below(document, key, value):
    """The lines of a value below a key that has none yet."""
    return _lines_after(document, key.end_mark.index, scalars.block(key.value, value, key.start_mark.column, document.indent)[1:])


def _lines_after(document, index, lines):
    """The lines after the one that holds `index`; a text without a final newline stays without."""
    text, block = document.text, document.newline.join(lines)
    at = index if text[index - 1:index] == "\n" else text.find("\n", index) + 1
    if not at:
        return text + document.newline + block
    return text[:at] + block + document.newline + text[at:]


def removed(document, steps):
    """The text without the last step's entry."""
    step = steps[-1]
    if step.holder.flow_style:
        return _removed_from_flow(document, step)
    if len(step.holder.value) == 1 and len(steps) > 1:
        return _emptied(document, steps[-2], step)
    return document.spliced(*_span(document, step), "")


def _span(document, step):
    """From the start of the first line of an entry to the end of its last."""
    text = document.text
    first = (step.key or step.node).start_mark.index
    if step.key is None:
        first = text.rfind("-", 0, first)
    at = nodes.entry_end(text, step)
    end = at if text[at - 1:at] == "\n" else text.find("\n", at) + 1
    return text.rfind("\n", 0, first) + 1, end or len(text)


def _emptied(document, owner, step):
    """A block that loses its only entry is written as an empty one, where it was begun."""
    text, holder = document.text, step.holder
    empty = "{}" if isinstance(holder, yaml.MappingNode) else "[]"
    begun = nodes.PROPERTIES.match(text, holder.start_mark.index).end()
    if owner.key is None:
        return document.spliced(begun, nodes.end(text, holder), empty)
    if begun == holder.start_mark.index:
        begun = text.index(":", owner.key.end_mark.index) + 1
    start, end = _span(document, step)
    at = len(text[:begun].rstrip())
    return f"{text[:at]} {empty}{text[at:start]}{text[end:]}"


def _removed_from_flow(document, step):
    """With its comma: the one after it or, for the last, the one before it (which stays where a comment follows it)."""
    text, number = document.text, step.index
    spans = [_flow_span(text, nodes.entry(step.holder, index)) for index in range(len(step.holder.value))]
    start, end = spans[number]
    if number + 1 < len(spans):
        end = spans[number + 1][0]
    elif number and "#" not in text[spans[number - 1][1]:start]:
        start = spans[number - 1][1]
    return document.spliced(start, end, "")


def _flow_span(text, step):
    return (step.key or step.node).start_mark.index, nodes.entry_end(text, step)
