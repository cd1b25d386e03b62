"""Where the parts of a composed document stand in its text. Changes nothing."""

import re
from dataclasses import dataclass

import yaml

PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]*)*")
ALIAS = re.compile(r"\*[^\s,\[\]{}]+")
NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Step:
    """One step down: the holder, which of its entries, the key (None in a list), what stands there, and whether an alias does."""

    holder: object
    index: int
    key: object
    node: object
    alias: bool

    @property
    def line(self):
        return (self.node if self.key is None and not self.alias else self.key or self.holder).start_mark.line + 1


def entry(holder, index):
    """The Step to an entry of a mapping or list, by its number. What begins before its key or its list was composed elsewhere."""
    if isinstance(holder, yaml.MappingNode):
        key, node = holder.value[index]
        return Step(holder, index, key, node, node.start_mark.index < key.end_mark.index)
    node, ends = holder.value[index], [each.end_mark.index for each in holder.value[:index]]
    return Step(holder, index, None, node, node.start_mark.index < max([holder.start_mark.index, *ends]))


def child(node, step):
    """The Step to a key (text) or an index (number) of a node; None when it has none."""
    if isinstance(node, yaml.MappingNode) and isinstance(step, str):
        keys = [key.value if isinstance(key, yaml.ScalarNode) else None for key, _ in node.value]
        return entry(node, keys.index(step)) if step in keys else None
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return entry(node, step)
    return None


def trail(root, place):
    """The Steps that lead from the root along a place, as far as they go; not below an alias."""
    steps, node = [], root
    for each in place:
        step = child(node, each)
        if step is None:
            break
        steps.append(step)
        node = step.node
        if step.alias:
            break
    return steps


def line_of(root, place):
    """The line a place stands in, or the nearest part there is above it."""
    steps = trail(root, place)
    return steps[-1].line if steps else 1


def entry_end(text, step):
    """Where an entry ends in its holder."""
    if step.alias:
        return _alias_end(text, step)
    if is_empty(step.node):
        key_end = step.key.end_mark.index if step.key is not None else 0
        return max(step.node.end_mark.index, key_end) if step.holder.flow_style else key_end or step.node.end_mark.index
    return end(text, step.node)


def _alias_end(text, step):
    """Behind the alias's name: the first after its key, in a list the first after what stands before."""
    if step.key is not None:
        return ALIAS.search(text, step.key.end_mark.index).end()
    at = step.holder.start_mark.index
    for node in step.holder.value[:step.index + 1]:
        at = ALIAS.search(text, at).end() if node.start_mark.index < at else node.end_mark.index
    return at


def end(text, node):
    """Where the content of a node ends, without the comments and blank lines that libyaml counts to a block."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        return entry_end(text, entry(node, len(node.value) - 1))
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return _block_scalar_end(text, node)
    return node.end_mark.index


def _block_scalar_end(text, node):
    """Blank lines after a block scalar are its own only when it keeps them (|+)."""
    whole = text[node.start_mark.index:node.end_mark.index]
    if "+" in whole.partition("\n")[0].partition("#")[0]:
        return node.end_mark.index
    lines = whole.splitlines(keepends=True)
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    return node.start_mark.index + sum(map(len, lines))


def is_empty(node):
    """A value of which nothing is written."""
    return isinstance(node, yaml.ScalarNode) and node.value == "" and not node.style


def is_null(node):
    return isinstance(node, yaml.ScalarNode) and node.tag == NULL
