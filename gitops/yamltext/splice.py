"""Edits of a YAML text that touch the lines they must and no others.

A step of a place is a key (text) or an index (number). What would change anything besides the place, because of an alias, a
merge or a shape this cannot write, is refused: the text is read again after every edit and compared with what was meant.
"""

import copy
import re

import yaml

from gitops.errors import Invalid
from gitops.yamltext import scalars
from gitops.yamltext.parse import BOM, compose, construct

REMOVED = object()
PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)*")
ALIAS = re.compile(r"[ \t]*(?:#[^\n]*\n|\s)*\*")


def put(text, place, value, path):
    """The text with `value` at `place` (REMOVED: without it)."""
    bom, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    root = compose(body, path)
    before = {} if root is None else construct(root, path)
    if not isinstance(before, dict):
        raise Invalid("values_not_a_mapping", path=path, line=root.start_mark.line + 1)
    meant = _with(before, place, value)
    if same(before, meant):
        return text
    after = _Edit(body, root, path).apply(place, value)
    _as_meant(after, meant, path, root)
    return bom + after


def _as_meant(after, meant, path, root):
    try:
        node = compose(after, path)
        read = {} if node is None else construct(node, path)
    except Invalid as error:
        raise Invalid("values_not_editable", path=path, line=error.line) from error
    if not same({} if read is None else read, meant):
        raise Invalid("values_not_editable", path=path, line=root.start_mark.line + 1 if root else None)


def same(one, other):
    """Equal in value and type, deeply: 1, True and 1.0 are three things."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or one != one and other != other


def _with(before, place, value):
    """What the parsed document should be after the edit."""
    after = copy.deepcopy(before)
    at = after
    for step in place[:-1]:
        if isinstance(at, dict) and at.get(step) is None:
            if value is REMOVED:
                return after
            at[step] = {}
        at = _inner(at, step)
    last = place[-1]
    if isinstance(at, list) and last == len(at):
        at.append(value)
    elif value is not REMOVED:
        _inner(at, last, set_to=value)
    elif isinstance(at, list) or last in at:
        del at[last]
    return after


def _inner(at, step, **put):
    if not isinstance(at, dict if isinstance(step, str) else list):
        raise Invalid("values_wrong_shape", key=str(step))
    if put:
        at[step] = put["set_to"]
    return at[step]


class _Edit:
    """One edit of one text, whose nodes know where they stand."""

    def __init__(self, text, root, path):
        self.text, self.root, self.path = text, root, path
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def apply(self, place, value):
        if self.root is None:
            return self._append_to_empty(place, value)
        node, parent, depth = self._descend(place)
        if depth == len(place):
            return self._remove(parent, place[-1]) if value is REMOVED else self._replace(node, value)
        return self._insert(node, parent, place[depth:], value)

    def _descend(self, place):
        """(deepest node there is, (its parent, its key or None), how many steps lead to it)."""
        node, parent = self.root, None
        for depth, step in enumerate(place):
            found = self._child(node, step)
            if found is None:
                return node, parent, depth
            parent, node = (node, found[0], found[1]), found[1]
            self._no_alias(found)
        return node, parent, len(place)

    def _child(self, node, step):
        if isinstance(node, yaml.MappingNode) and isinstance(step, str):
            return next((pair for pair in node.value if isinstance(pair[0], yaml.ScalarNode) and pair[0].value == step), None)
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return None, node.value[step]
        return None

    def _no_alias(self, found):
        key, node = found
        if key is not None and node.start_mark.index < key.end_mark.index or key is not None and ALIAS.match(self.text, key.end_mark.index + 1):
            raise Invalid("values_alias", path=self.path, line=key.start_mark.line + 1, key=key.value)

    def _replace(self, node, value):
        if not isinstance(node, yaml.ScalarNode) or isinstance(value, (dict, list)):
            if not (isinstance(node, yaml.CollectionNode) and not node.value):
                raise Invalid("values_not_scalar", path=self.path, line=node.start_mark.line + 1)
            return self._spliced(node.start_mark.index, node.end_mark.index, scalars.flow(value))
        start, end = PROPERTIES.match(self.text, node.start_mark.index).end(), node.end_mark.index
        if self.text[node.start_mark.index:start].find("!") >= 0:
            raise Invalid("values_tag", path=self.path, line=node.start_mark.line + 1)
        written = scalars.written(value, node.style if node.style in ("'", '"') else None)
        if node.style in ("|", ">"):
            written += self.newline
        if start >= end and self.text[start - 1:start] == ":":
            written = " " + written
        return self._spliced(min(start, end) if node.value == "" and not node.style else start, end, written)

    def _spliced(self, start, end, new):
        return self.text[:start] + new + self.text[end:]

    # --- new keys -----------------------------------------------------------------------------------------------

    def _insert(self, node, parent, place, value):
        if value is REMOVED:
            return self.text
        if isinstance(node, yaml.CollectionNode):
            return self._into_flow(node, place, value) if node.flow_style else self._into_block(node, place, value)
        if node.value != "" or parent is None:
            raise Invalid("values_wrong_shape", path=self.path, line=node.start_mark.line + 1, key=str(place[0]))
        return self._below(parent[1], place, value)

    def _into_flow(self, node, place, value):
        inner = scalars.flow(_nested(place, value))[1:-1]
        if not node.value:
            return self._spliced(node.start_mark.index + 1, node.end_mark.index - 1, inner)
        last = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
        return self._spliced(last.end_mark.index, last.end_mark.index, ", " + inner)

    def _into_block(self, node, place, value):
        indent = node.start_mark.column
        if isinstance(node, yaml.SequenceNode):
            lines = scalars.item(_nested(place[1:], value) if len(place) > 1 else value, indent, self._step())
        else:
            lines = scalars.block(place[0], _nested(place[1:], value), self._first_key(node).start_mark.column, self._step())
        return self._lines_after(self._end(node), lines)

    def _first_key(self, node):
        return node.value[0][0]

    def _below(self, key, place, value):
        """Lines below a key that has no value yet."""
        indent = self._column(key) + self._step()
        return self._lines_after(key.end_mark.index, scalars.block(place[0], _nested(place[1:], value), indent, self._step()))

    def _column(self, key):
        return key.start_mark.column

    def _append_to_empty(self, place, value):
        lines = scalars.block(place[0], _nested(place[1:], value), 0, 2)
        text = self.text
        if text and not text.endswith("\n"):
            text += self.newline
        return text + self.newline.join(lines) + self.newline

    def _lines_after(self, index, lines):
        """The lines after the one that holds `index`; a text without a final newline stays without."""
        end = self.text.find("\n", max(index - 1, 0) if self.text[index - 1:index] == "\n" else index)
        block = self.newline.join(lines)
        if end < 0:
            return self.text + self.newline + block
        return self.text[:end + 1] + block + self.newline + self.text[end + 1:]

    def _end(self, node):
        """Where the content of a node ends, without the comments and blank lines that libyaml counts to a block."""
        while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
            last = node.value[-1]
            key, node = last if isinstance(last, tuple) else (None, last)
            if key is not None and node.start_mark.index < key.end_mark.index:
                return self._alias_end(key)
            if key is not None and isinstance(node, yaml.ScalarNode) and node.value == "" and not node.style:
                return key.end_mark.index
        return node.end_mark.index

    def _alias_end(self, key):
        return self.text.index("*", key.end_mark.index)

    def _step(self):
        """How far this file indents."""
        for key, node in self.root.value if isinstance(self.root, yaml.MappingNode) else ():
            if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value and node.start_mark.index > key.end_mark.index:
                return max(node.value[0][0].start_mark.column - key.start_mark.column, 1)
        return 2

    # --- removal -------------------------------------------------------------------------------------------------

    def _remove(self, parent, step):
        holder = parent[0]
        if holder.flow_style:
            return self._remove_from_flow(holder, step)
        if len(holder.value) == 1:
            return self._emptied(holder)
        start, end = self._span(holder, step)
        return self.text[:start] + self.text[end:]

    def _span(self, holder, step):
        """From the start of the first line of an entry to the end of its last."""
        pair = self._child(holder, step)
        first = pair[0] or pair[1]
        start = self.text.rfind("\n", 0, first.start_mark.index) + 1
        if isinstance(holder, yaml.SequenceNode):
            start = self.text.rfind("\n", 0, self.text.rfind("-", 0, first.start_mark.index)) + 1
        content = pair[0].end_mark.index if pair[0] is not None and pair[1].start_mark.index < pair[0].end_mark.index else max(self._end(pair[1]), first.end_mark.index)
        if self.text[content - 1:content] == "\n":
            return start, content
        end = self.text.find("\n", content)
        return start, len(self.text) if end < 0 else end + 1

    def _emptied(self, holder):
        """A block that loses its only entry is written as an empty one, where it was begun."""
        only = holder.value[0]
        step = only[0].value if isinstance(only, tuple) else 0
        start, end = self._span(holder, step)
        if holder is self.root:
            return self.text[:start] + self.text[end:]
        before = self.text[:start].rstrip("\r\n")
        empty = " {}" if isinstance(holder, yaml.MappingNode) else " []"
        head, _, comment = before.rpartition("\n")[2].partition(" #")
        if not comment:
            return before + empty + self.text[len(before):start] + self.text[end:]
        line = before.rpartition("\n")
        return line[0] + line[1] + head.rstrip() + empty + " #" + comment + self.text[len(before):start] + self.text[end:]

    def _remove_from_flow(self, holder, step):
        entries = [pair if isinstance(pair, tuple) else (pair, pair) for pair in holder.value]
        number = next(index for index, pair in enumerate(holder.value) if pair is self._pair(holder, step))
        start, end = entries[number][0].start_mark.index, entries[number][1].end_mark.index
        if number + 1 < len(entries):
            end = entries[number + 1][0].start_mark.index
        elif number:
            start = entries[number - 1][1].end_mark.index
        return self.text[:start] + self.text[end:]

    def _pair(self, holder, step):
        return holder.value[step] if isinstance(step, int) else self._child(holder, step)


def _nested(place, value):
    """`value` below the rest of the place, as it would be in a new mapping."""
    for step in reversed(place):
        value = {step: value} if isinstance(step, str) else [value]  # an index here is that of a new item
    return value
