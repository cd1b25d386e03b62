"""Whatever was found as plain JSON values: the protocol takes nothing else. Must not leave anything out."""


def plain(value):
    """Dicts, lists, texts, numbers; half of a surrogate pair becomes its escape, anything else its text."""
    if isinstance(value, dict):
        return {_text(str(name)): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, float)) else _text(str(value))


def _text(value):
    return value.encode("utf-8", "backslashreplace").decode()
