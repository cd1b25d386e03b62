"""A verb by its name, or the closest names."""

import difflib

from gitops.errors import NotFound
from gitops.verbs.table import OPERATOR, VERBS


def find(name):
    """The verb of that name; NotFound with the closest names."""
    return OPERATOR[name] if isinstance(name, str) and name in OPERATOR else offered(name)


def offered(name):
    """The same of those that doors offer."""
    if isinstance(name, str) and name in VERBS:
        return VERBS[name]
    raise NotFound("unknown_verb", verb=shown(name), choices=difflib.get_close_matches(shown(name), VERBS, 3) or ["help"])


def shown(value):
    try:
        text = str(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list thousands of levels deep
        text = type(value).__name__
    return text.encode("utf-8", "backslashreplace").decode()[:64]
