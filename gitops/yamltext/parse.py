"""Strict and bounded YAML: what a file may hold, and where each part of it stands."""

import yaml

from gitops.errors import Invalid

LARGEST = 1 << 20        # bytes of a file
DEEPEST = 100            # nesting
MOST_NODES = 200_000     # with aliases expanded, as a constructor would
SUSPECT = 2000           # openers of nesting beyond which the depth is counted before libyaml recurses
BOM = "\ufeff"


class Loader(yaml.CSafeLoader):
    """The safe C loader; a class of our own so that nobody else's constructors reach it."""


Loader.yaml_implicit_resolvers = {first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
                                  for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()}  # a date stays the text it is


def decode(data, path, limit=LARGEST):
    """The text of a file; Invalid when it is too large or not UTF-8."""
    if len(data) > limit:
        raise Invalid("values_too_large", path=path, limit=limit)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("values_not_utf8", path=path, line=data.count(b"\n", 0, error.start) + 1) from None


def compose(text, path):
    """The root node of the one document in the text (None when it is empty), checked."""
    nodes = compose_all(text, path)
    if len(nodes) > 1:
        raise Invalid("values_two_documents", path=path, line=nodes[1].start_mark.line + 1)
    return nodes[0] if nodes else None


def compose_all(text, path):
    """The root nodes of all documents: no duplicate keys, no bombs, no deep nesting."""
    text = text.removeprefix(BOM)
    _shallow(text, path)
    try:
        nodes = [node for node in yaml.compose_all(text, Loader) if node is not None]
    except yaml.YAMLError as error:
        raise _bad(error, path) from None
    budget = [MOST_NODES]
    for node in nodes:
        _check(node, path, budget, ())
    return nodes


def construct(node, path):
    """The plain Python value of a node."""
    loader = Loader("")
    try:
        return loader.construct_document(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _bad(error, path) from None
    finally:
        loader.dispose()


def _bad(error, path):
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Invalid("values_bad_yaml", path=path, line=mark.line + 1 if mark else None, detail=detail)


def _shallow(text, path):
    if sum(map(text.count, ("[", "{", "- ", "? "))) < SUSPECT:
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader):
            depth += isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)) - isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent))
            if depth > DEEPEST:
                raise Invalid("values_too_deep", path=path, line=event.start_mark.line + 1, limit=DEEPEST)
    except yaml.YAMLError as error:
        raise _bad(error, path) from None


def _check(node, path, budget, above):
    budget[0] -= 1
    if budget[0] < 0:
        raise Invalid("values_bomb", path=path, line=node.start_mark.line + 1, limit=MOST_NODES)
    if len(above) > DEEPEST or id(node) in above:
        raise Invalid("values_too_deep", path=path, line=node.start_mark.line + 1, limit=DEEPEST)
    if isinstance(node, yaml.MappingNode):
        _unique(node, path)
        for pair in node.value:
            for child in pair:
                _check(child, path, budget, (*above, id(node)))
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _check(child, path, budget, (*above, id(node)))


def _unique(node, path):
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                raise Invalid("values_duplicate_key", path=path, line=key.start_mark.line + 1, key=key.value)
            seen.add(key.value)
