"""Bodies in YAML, read as the server reads them: the first document, the last of two equal keys, errors in go-yaml's words."""

import yaml

from controller.devcluster.errors import ApiError


def load(data):
    """(value, warnings) of the first document; {} of none."""
    loader = yaml.CSafeLoader(data)
    try:
        if not loader.check_node():
            return {}, []
        node = loader.get_node()
        return loader.construct_document(node), list(_repeated(node))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ApiError(400, f"error decoding YAML: error converting YAML to JSON: yaml: line {line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ApiError(400, f"error decoding YAML: error converting YAML to JSON: yaml: {str(error).splitlines()[0]}") from None
    finally:
        loader.dispose()


def _repeated(node):
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _repeated(each)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield f'line {key.start_mark.line + 1}: key "{key.value}" already set in map'
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
            yield from _repeated(value)
