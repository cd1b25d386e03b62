"""What the server does for a manager named kubectl alone: the annotation of client-side applies counts and is renewed."""

import orjson

MANAGER, ANNOTATION = "kubectl", "kubectl.kubernetes.io/last-applied-configuration"


def _annotation(obj):
    return ((obj or {}).get("metadata", {}).get("annotations") or {}).get(ANNOTATION)


def listed(live, conflicts):
    """Whether the annotation lists every field in conflict."""
    try:
        last = orjson.loads(_annotation(live) or "")
    except orjson.JSONDecodeError:
        return False
    return all(_has(last, path) for _, path in conflicts)


def _has(value, path):
    for part in path:
        kind, _, name = part.partition(":")
        if kind == "f" and isinstance(value, dict) and name in value:
            value = value[name]
        elif kind == "k" and isinstance(value, list):
            value = next((each for each in value if isinstance(each, dict) and orjson.loads(name).items() <= each.items()), None)
        else:
            return kind == "v" and isinstance(value, list) and orjson.loads(name) in value
    return value is not None


def renewed(manager, config, after):
    """The object with the annotation of this apply, if it had one."""
    if manager != MANAGER or _annotation(after) is None:
        return after
    text = orjson.dumps(config, option=orjson.OPT_SORT_KEYS).decode() + "\n"
    metadata = after["metadata"]
    return {**after, "metadata": {**metadata, "annotations": {**metadata["annotations"], ANNOTATION: text}}}
