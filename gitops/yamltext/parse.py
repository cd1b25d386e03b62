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


TAG = "tag:yaml.org,2002:"
RESOLVED = (TAG + "int", TAG + "float", TAG + "bool")  # the constructors of these fail on other text, which a written tag may bring
LEFT_AS_TEXT = (TAG + "timestamp", TAG + "value")  # a date, and `=`, which YAML 1.1 gives a tag that nobody constructs
PLAIN_TAGS = {TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map", "merge")}
Loader.yaml_implicit_resolvers = {first: [pair for pair in pairs if pair[0] not in LEFT_AS_TEXT]
                                  for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()}

RESOLVER = yaml.resolver.Resolver()


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
    try:
        _bounded(text, path)
        nodes = [node for node in yaml.compose_all(text, Loader) if node is not None]
    except yaml.YAMLError as error:
        raise _bad(error, path, text) from None
    budget = [MOST_NODES]
    for node in nodes:
        _check(node, path, budget, ())
    return nodes


def construct(node, path):
    """The plain Python value of a node."""
    loader = Loader("")
    try:
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise _bad(error, path) from None
    except ValueError as error:  # a number too long to convert
        raise Invalid("values_bad_yaml", path=path, line=_longest(node).start_mark.line + 1, detail=str(error)) from None
    finally:
        loader.dispose()


def _longest(node):
    """The longest scalar below a node."""
    if isinstance(node, yaml.ScalarNode):
        return node
    children = [_longest(child) for entry in node.value for child in (entry if isinstance(entry, tuple) else (entry,))]
    return max((child for child in children if isinstance(child, yaml.ScalarNode)), key=lambda child: len(child.value), default=node)


def _bad(error, path, text=""):
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else None
    if isinstance(error, yaml.reader.ReaderError):
        line = text.encode()[:error.position].count(b"\n") + 1
    detail = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "nesting depth" in detail:  # libyaml has a bound of its own, and reads ahead of ours
        return Invalid("values_too_deep", path=path, line=line, limit=DEEPEST)
    return Invalid("values_bad_yaml", path=path, line=line, detail=detail)


def _bounded(text, path):
    """Deep nesting or too many values, found event by event: composing them would take the stack, or the memory."""
    if sum(map(text.count, ("[", "{", "- ", "? "))) < SUSPECT and sum(map(text.count, "\n,")) < MOST_NODES:
        return
    depth = count = 0
    for event in yaml.parse(text, Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        count += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            raise Invalid("values_too_deep", path=path, line=event.start_mark.line + 1, limit=DEEPEST)
        if count > MOST_NODES:
            raise Invalid("values_bomb", path=path, line=event.start_mark.line + 1, limit=MOST_NODES)


def _check(node, path, budget, above):
    budget[0] -= 1
    if budget[0] < 0:
        raise Invalid("values_bomb", path=path, line=node.start_mark.line + 1, limit=MOST_NODES)
    if len(above) > DEEPEST or id(node) in above:
        raise Invalid("values_too_deep", path=path, line=node.start_mark.line + 1, limit=DEEPEST)
    if node.tag not in PLAIN_TAGS or node.tag in RESOLVED and isinstance(node, yaml.ScalarNode) and _resolved(node.value) != node.tag:
        raise Invalid("values_unknown_tag", path=path, line=node.start_mark.line + 1, tag=node.tag.removeprefix(TAG))
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


def _resolved(text):
    return RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
