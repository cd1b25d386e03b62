"""What may stand for an argument of a template or a prompt: names that the caller may see. Must not tell others."""

from mcp import types

from web.mcp import resources

MOST = 100  # values an answer may hold, by the protocol


def completed(actor, language, params):
    given = dict((params.context.arguments if params.context else None) or {})
    found = [each for each in _values(actor, params.argument.name, given) if each.startswith(params.argument.value)]
    return types.CompleteResult(completion=types.Completion(values=found[:MOST], total=len(found), has_more=len(found) > MOST))


def _values(actor, name, given):
    if name == "document":
        return resources.documents()
    other = {"app": "environment", "environment": "app"}.get(name)
    if other is None:
        return []
    places = ({"environment": environment, "app": app} for environment, app in resources.places(actor))
    return sorted({each[name] for each in places if given.get(other) in (None, "", each[other])})
