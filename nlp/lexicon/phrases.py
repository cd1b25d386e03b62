"""How a pattern of the tables is written: its phrases one by one."""


def any_of(*phrases):
    """The pattern that any of the phrases matches."""
    return "|".join(phrases)
