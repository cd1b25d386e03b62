"""Checks of what a document may say, by shape: (value, at) -> the value as it is kept, or Wrong. Know no key by name."""


class Wrong(Exception):
    """A key's value is not what it must be: (place, what is wanted, code)."""


def of(kind, wanted):
    def check(value, at):
        if type(value) is not kind:
            raise Wrong(at, wanted)
        return value
    return check


def matching(pattern, wanted):
    def check(value, at):
        if not (isinstance(value, str) and pattern.fullmatch(value)):
            raise Wrong(at, wanted)
        return value
    return check


def choice(*choices):
    def check(value, at):
        if value not in choices:
            raise Wrong(at, " or ".join(map(str, choices)))
        return value
    return check


def list_of(check):
    def checked(value, at):
        if not isinstance(value, list):
            raise Wrong(at, "a list")
        return tuple(check(each, (*at, index)) for index, each in enumerate(value))
    return checked


def mapping(given, at, table):
    """The mapping with each key checked by its table."""
    if not isinstance(given, dict):
        raise Wrong(at, "a mapping")
    for key in given:
        if key not in table:
            raise Wrong((*at, str(key)), list(table), "config_unknown_key")
    return {key: table[key](value, (*at, key)) for key, value in given.items()}
