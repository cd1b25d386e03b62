"""Bodies in YAML, read as the server reads them: the first document, the last of two equal keys, errors in go-yaml's words."""

import itertools

import yaml

from controller.devcluster.errors import ApiError

MOST_NODES = 200_000  # with what aliases repeat


def load(data):
    """(value, warnings) of the first document; {} of none."""
    loader = yaml.CSafeLoader(data)
    try:
        if not loader.check_node():
            return {}, []
        node = loader.get_node()
        repeated = list(_repeated(node, itertools.count()))
        return loader.construct_document(node), repeated
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ApiError(400, f"error decoding YAML: error converting YAML to JSON: yaml: line {line}: {error.problem}") from None
    except RecursionError:
        raise ApiError(400, "error decoding YAML: error converting YAML to JSON: yaml: exceeded max depth") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ApiError(400, f"error decoding YAML: error converting YAML to JSON: yaml: {str(error).splitlines()[0]}") from None
    finally:
        loader.dispose()


def _repeated(node, seen_nodes):
    if next(seen_nodes) > MOST_NODES:
        raise ApiError(400, "error decoding YAML: error converting YAML to JSON: yaml: document contains excessive aliasing")
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _repeated(each, seen_nodes)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name in seen:
                yield f'line {key.start_mark.line + 1}: key "{name}" already set in map'
            seen |= {name} - {None}
            yield from _repeated(value, seen_nodes)
