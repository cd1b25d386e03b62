"""Rows a page at a time: which come after a place in an order. Offsets are not used: what is added or taken out meanwhile would shift them."""

import operator


def after(query, columns, place, limit, rising=False):
    """The query's rows in the order of the columns, falling or `rising`, from beyond the place (a value a column) on; None begins, and is no limit."""
    if place is not None:
        query = query.where(_beyond(columns, place, operator.gt if rising else operator.lt))
    query = query.order_by(*(each.asc() if rising else each.desc() for each in columns))
    return query if limit is None else query.limit(limit)


def _beyond(columns, place, further):
    """(a, b) beyond (x, y) as both databases take it: a beyond x, or a = x and b beyond y."""
    first, *rest = columns
    return further(first, place[0]) if not rest else further(first, place[0]) | ((first == place[0]) & _beyond(rest, place[1:], further))


def within(column, environments):
    """The condition of rows that belong to one of these environments, or to none; None: all."""
    return True if environments is None else column.is_null() | column.in_(list(environments))
