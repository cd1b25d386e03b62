"""Rules of x-kubernetes-validations, as far as they compare, combine and measure. A rule that says more is not understood: `holds` is None."""

import ast
import re

WORDS = (("&&", " and "), ("||", " or "))
NOT = re.compile(r"!(?!=)")
CALLS = {"startsWith": str.startswith, "endsWith": str.endswith, "contains": lambda text, part: part in text, "matches": lambda text, pattern: bool(re.search(pattern, text)), "size": len}
COMPARE = {ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b, ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
           ast.In: lambda a, b: a in b}
LONGEST = 1000  # characters of a rule


class Unknown(Exception):
    """The rule says something that is not understood here."""


def holds(rule, value):
    """Whether a value obeys a rule; None when the rule, or what it asks of this value, is not understood."""
    if len(rule) > LONGEST or '"' in rule and "'" in rule:
        return None
    for word, into in WORDS:
        rule = rule.replace(word, into)
    try:
        return bool(_value(ast.parse(NOT.sub(" not ", rule).strip(), mode="eval").body, value))
    except (SyntaxError, Unknown, TypeError, KeyError, AttributeError, RecursionError, ValueError):
        return None


def _value(node, self):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return {"self": self, "true": True, "false": False, "null": None}[node.id]
    if isinstance(node, ast.Attribute):
        return _value(node.value, self)[node.attr]
    if isinstance(node, ast.List):
        return [_value(each, self) for each in node.elts]
    if isinstance(node, ast.BoolOp):
        parts = (_value(each, self) for each in node.values)
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _value(node.operand, self)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARE:
        return COMPARE[type(node.ops[0])](_value(node.left, self), _value(node.comparators[0], self))
    if isinstance(node, ast.Call) and not node.keywords:
        return _call(node, self)
    raise Unknown


def _call(node, self):
    if isinstance(node.func, ast.Name) and node.func.id == "has" and len(node.args) == 1 and isinstance(node.args[0], ast.Attribute):
        return node.args[0].attr in _value(node.args[0].value, self)
    if isinstance(node.func, ast.Name) and node.func.id == "size":
        return len(_value(node.args[0], self))
    if isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
        return CALLS[node.func.attr](_value(node.func.value, self), *(_value(each, self) for each in node.args))
    raise Unknown
