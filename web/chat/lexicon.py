"""An installation's own phrases: the `lexicon` of klepaas.yaml, in whose place the words they stand for are read.

A phrase is only words: what it stands for is read by the same rules, so it can do nothing that could not be said. One that would change how a known
sentence is read (the corpus that the rules are scored by) is not used, however it came into the file.
"""

import re
from functools import cache
from pathlib import Path

import orjson

import nlp
from gitops.errors import Conflict, Invalid
from gitops.kept import Kept
from nlp import interpret
from nlp.text import BOUND

CORPUS = Path(nlp.__file__).parent.parent / "tests" / "nlp" / "corpus"
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
_USED = Kept(16)


def rewritten(text, phrases):
    """The text with the phrases replaced, once and the longest first; nothing in quotes, in a value, in a manifest or in what is too long to be read."""
    if not phrases or "apiVersion" in text or len(text) > BOUND:
        return text
    known = {say.lower(): means for say, means in phrases.items()}
    pattern = re.compile("|".join(rf"(?<![\w=/.-]){re.escape(say)}{_end(say)}" for say in sorted(known, key=len, reverse=True)), re.IGNORECASE)
    parts, place = [], 0
    for quoted in [*QUOTED.finditer(text), None]:
        end = quoted.start() if quoted else len(text)
        parts += [pattern.sub(lambda found: known[found.group().lower()], text[place:end]), quoted.group() if quoted else ""]
        place = quoted.end() if quoted else end
    return "".join(parts)


def _end(say):
    """A Latin phrase ends where its word ends; a Korean one may carry an ending."""
    return r"(?![\w=/-])" if say[-1].isascii() else ""


def used(catalog):
    """The phrases of klepaas.yaml that change nothing known."""
    phrases = catalog.config.lexicon
    return _USED.get(tuple(phrases.items()), lambda: {say: means for say, means in phrases.items() if not changed({say: means})}) if phrases else {}


def changed(phrases, others=(), apps=(), environments=()):
    """The known sentences that are read otherwise with the phrases: those of the corpus, and `others`."""
    corpus, names = known()
    apps, environments = [*names[0], *apps], [*names[1], *environments]
    says = [say.lower() for say in phrases]
    touched = [(text, context) for text, context in (*corpus, *((each, None) for each in others)) if any(say in text.lower() for say in says) and rewritten(text, phrases) != text]
    return [text for text, context in touched if _read(text, context, apps, environments) != _read(rewritten(text, phrases), context, apps, environments)]


def _read(text, context, apps, environments):
    return interpret.as_dict(interpret.interpret(text, context, apps, environments))


@cache
def known():
    """((text, context) of each sentence of the corpus, the names it speaks of); empty where it is not installed."""
    rows = [orjson.loads(line) for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_bytes().splitlines() if line]
    names = [sorted({each for row in rows for each in (row["expect"].get(name), (row.get("context") or {}).get(name)) if each}) for name in ("app", "environment")]
    return tuple((row["text"], row.get("context")) for row in rows), names


def tried(catalog, say, means, text, wanted=None, others=()):
    """What `text` is read as with the phrase; refused where it does not help, or changes what is read rightly. `wanted`: in words, or as a reading."""
    if not known()[0]:
        raise Invalid("corpus_missing")
    apps, environments = list(catalog.app_names), list(catalog.environments)
    if say in (*apps, *environments):
        raise Invalid("phrase_is_a_name", say=say)
    phrases = {**used(catalog), say: means}
    if rewritten(text, {say: means}) == text:
        raise Invalid("phrase_not_there", say=say, text=text[:80])
    found = _read(rewritten(text, phrases), None, apps, environments)
    goal = _read(wanted, None, apps, environments) if isinstance(wanted, str) else wanted
    if not _meets(found, goal):
        raise Invalid("phrase_no_help", say=say, means=means, read=_shown(found), wanted=_shown(goal))
    touched = changed({say: means}, others, apps, environments)
    if touched:
        raise Conflict("phrase_changes_others", say=say, means=means, count=len(touched), first=touched[0][:80], changed=touched[:10])
    return found


def _meets(found, goal):
    if goal is None:
        return found["command"] not in ("unknown", "clarify")
    return found["command"] == goal["command"] and found["app"] == goal["app"] and (found["args"] == dict(goal.get("args") or {}) or found["command"] in ("clarify", "unknown"))


def _shown(reading):
    return "-" if reading is None else " ".join(str(each) for each in (reading["command"], reading["app"], *(f"{name}={value}" for name, value in (reading.get("args") or {}).items())) if each)
