"""Texts of the config repository in place of ours: Jinja, of which little enough is allowed that no template takes long, grows large or reaches anything.

What a template may hold is decided by its syntax tree: fields, conditions, one loop over the items, a few filters with constant arguments. No calls, no
arithmetic, no assignment, no macro; so its output is at most its own length times the news of a message.
"""

from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitops.errors import Invalid

LARGEST, LONGEST = 8192, 4000  # bytes of a template; characters of what it makes
FILTERS = frozenset(("upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "default", "truncate", "join", "string"))
ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.If, nodes.For, nodes.Filter, nodes.Keyword,
           nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr)
_ENVIRONMENT = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
_ENVIRONMENT.globals.clear()


def path(folder, kind, language):
    """Where the text of a kind may be, the more particular first."""
    return f"{folder}/{kind}.{language}.j2", f"{folder}/{kind}.j2"


def made(data, values, path):
    """The text that a template (its bytes) makes of values; Invalid for one that is not allowed or does not work."""
    try:
        found = _ENVIRONMENT.parse(_text(data, path))
        _check(found, path)
        return _short(_ENVIRONMENT.from_string(found).generate(values))
    except TemplateError as error:
        raise Invalid("template_wrong", path=path, line=getattr(error, "lineno", None), detail=str(error.message or type(error).__name__)[:200]) from None
    except (TypeError, ValueError, RecursionError, MemoryError, SyntaxError, ArithmeticError, LookupError) as error:
        raise Invalid("template_wrong", path=path, detail=f"{type(error).__name__}: {error}"[:200]) from None


def _text(data, path):
    if len(data) > LARGEST:
        raise Invalid("template_wrong", path=path, detail=f"more than {LARGEST} bytes")
    return data.decode()


def _check(node, path, loops=0):
    """Invalid at the first thing that is not allowed."""
    wrong = type(node).__name__ if not isinstance(node, ALLOWED) else _wrong(node, loops)
    if wrong:
        raise Invalid("template_not_allowed", path=path, line=node.lineno, what=wrong)
    for child in node.iter_child_nodes():
        _check(child, path, loops + isinstance(node, nodes.For))


def _wrong(node, loops):
    """What of a node of an allowed kind is not allowed; None for nothing."""
    if isinstance(node, nodes.For) and (loops or node.recursive or not (isinstance(node.iter, nodes.Name) and node.iter.name == "items")):
        return "For other than over items"
    if isinstance(node, nodes.Filter):
        given = [*node.args, *(each.value for each in node.kwargs)]
        if node.name not in FILTERS or node.dyn_args or node.dyn_kwargs or not all(isinstance(each, nodes.Const) for each in given):
            return f"filter {node.name}"
    return None


def _short(parts):
    """No more than may be said, whatever more there is."""
    made, length = [], 0
    for part in parts:
        made.append(part)
        length += len(part)
        if length > LONGEST:
            break
    return "".join(made)[:LONGEST].strip()
