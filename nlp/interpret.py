"""The one entry of this package: a text and what is known around it in, a Reading out. Never raises for a text, and never writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson

from gitops.types import NOTHING
from nlp import entities, followups, guards, opinions, rules
from nlp import text as texts
from nlp.hangul import has_korean
from nlp.lexicon.questions import SUGGESTIONS
from nlp.reading import CERTAIN, Reading, clarification, clarify

MOST_NAMES = 10000  # apps or environments that are looked at
LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Context:
    """What was spoken of before: the app, its environment, the last verb and its arguments."""

    app: str | None = None
    environment: str | None = None
    command: str | None = None
    args: Mapping = field(default_factory=lambda: NOTHING)


def interpret(text, context=None, apps=(), environments=(), models=None):
    """What the text asks for. `context` is a Context or a mapping of its fields; names are those of the catalogue.

    `models` (nlp/models/chain) are asked where the rules are not sure; without them nothing leaves this process.
    """
    read, scene, language = _seen(text, context, apps, environments)
    first, *more = _readings(read, scene, language)
    found = replace(first, more=tuple(more))
    if models is not None and opinions.wanted(found, read, scene):
        found = opinions.sought(found, read, scene, models)
    return _in(language, found)


def by_model(text, context=None, apps=(), environments=(), models=None):
    """What a model alone reads, unjudged by the rules: for scoring models, never for a door."""
    read, scene, language = _seen(text, context, apps, environments)
    return _in(language, opinions.alone(read, scene, models))


def _seen(text, context, apps, environments):
    """(the text made ready, what is known around it, its language)."""
    apps, environments = _names(apps), _names(environments)
    read = texts.read(text if isinstance(text, str) else "")
    return read, rules.Scene(apps, environments, _context(context, apps, environments), read.manifest, read.cut), "ko" if has_korean(read.line) else "en"


def _in(language, reading):
    return replace(reading, more=tuple(replace(each, language=language) for each in reading.more), language=language)


def _names(names):
    return tuple(name for name in list(names)[:MOST_NAMES] if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME)


def _context(given, apps, environments):
    """The context as far as it is one: names must still be known."""
    if isinstance(given, Context):
        given = {"app": given.app, "environment": given.environment, "command": given.command, "args": given.args}
    if not isinstance(given, Mapping):
        return Context()
    app, environment, command = (given.get(key) for key in ("app", "environment", "command"))
    args = given.get("args")
    return Context(app if app in apps or not apps and isinstance(app, str) else None, environment if environment in environments or not environments and isinstance(environment, str) else None,
                   command if isinstance(command, str) else None, args if isinstance(args, Mapping) else NOTHING)


def _readings(read, scene, language):
    if read.trick:
        return [clarify(read.trick, because=(f"the text holds {read.trick}",))]
    trick = guards.whole(entities.find(read, scene.apps, scene.environments).text)
    if trick:
        return [replace(clarify(trick), command="unknown", confidence=0.0)]
    said = followups.answer(read)
    if said and not read.manifest and not read.cut:
        return [Reading(said, confidence=CERTAIN, because=(f"the whole message says {said}",))]
    return _spoken(read, scene) or [_unknown(read, scene, language)]


def _spoken(read, scene):
    marked = entities.find(read, scene.apps, scene.environments)
    start = followups.amended(marked.text)
    if start is not None:
        rest = entities.Marked(marked.text[start:], tuple(replace(thing, at=thing.at - start) for thing in marked.things if thing.at >= start))
        going_on = followups.carried_on(rest, scene, amending=True)
        if going_on:
            return [going_on]
    going_on = followups.carried_on(marked, scene)
    return [going_on] if going_on else rules.read_marked(marked, scene)


def _unknown(read, scene, language):
    """Nothing was understood: examples are offered. An app alone is asked about."""
    marked = entities.find(read, scene.apps, scene.environments)
    app = next((thing.value for thing in marked.things if thing.kind == "Ⓐ" and not thing.doubt), None)
    examples = [text.format(app=app or (scene.apps[0] if scene.apps else "nginx")) for text in SUGGESTIONS[language]]
    if app and len(read.line) < 40:
        return clarify("command", ["command"], examples, because=("names an app and no verb",), app=app)
    return Reading("unknown", clarification=clarification("unknown", ["command"], examples), because=("no verb was found",))


def parse_text(line):
    """One line of `klepaas parse` as it came in (bytes or text): what is no JSON gets an `error` too."""
    try:
        return parse_line(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        return {"error": {"code": "malformed", "message": f"not JSON: {error}"}}


def parse_line(line):
    """One line of `klepaas parse`: a mapping in, a mapping out; what is malformed gets an `error`. `why: true` asks for the reasons too."""
    problem = _malformed(line)
    if problem:
        return {"error": {"code": "malformed", "message": problem}}
    return as_dict(interpret(line["text"], line.get("context"), line.get("apps") or (), line.get("environments") or ()), line.get("why") is True)


def _malformed(line):
    if not isinstance(line, Mapping):
        return "a line must be a JSON object"
    if not isinstance(line.get("text"), str):
        return "text must be a string"
    if not isinstance(line.get("context") or {}, Mapping):
        return "context must be an object"
    lists = [key for key in ("apps", "environments") if not isinstance(line.get(key) or [], list) or any(not isinstance(name, str) for name in line.get(key) or [])]
    return f"{lists[0]} must be a list of strings" if lists else None


def as_dict(reading, why=False):
    """The reading as JSON shows it; with `why`, also what each word was taken for."""
    return {"command": reading.command, "app": reading.app, "environment": reading.environment, "args": dict(reading.args), "confidence": reading.confidence, "parser": reading.parser,
            "clarification": reading.clarification, "more": [as_dict(each, why) for each in reading.more], **({"why": list(reading.because)} if why else {})}
