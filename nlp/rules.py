"""The parser that needs no model: marked clauses into readings, each with its reasons. What is not certain is asked, never chosen."""

import re
from dataclasses import dataclass, replace

from gitops.verbs import VERBS
from nlp import assemble, clauses, entities, guards, heads, places, speaking
from nlp.lexicon import plain, reads
from nlp.reading import CERTAIN, Reading, clarify
from nlp.text import pattern

_READS = [(verb, pattern(said), needs and pattern(needs), unless and pattern(unless)) for verb, said, needs, unless in reads.ROWS]
_ASKING = re.compile(plain.ASKING)
_COMPLAINT = re.compile(plain.COMPLAINT)
_DETAILS = re.compile(plain.DETAILS)
_ARRIVED, _FORBIDS = pattern(plain.ARRIVED), pattern(plain.FORBIDS)
_ONLY_MARKS = re.compile(r"(?:[Ⓐ-Ⓩ]|\s|to|으로|로)+")
_VERSIONS = pattern(plain.VERSIONS)
_HOPELESS = ("condition", "later", "except")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known around a text: names, and what was spoken of before."""

    apps: tuple
    environments: tuple
    context: object
    manifest: str | None = None
    cut: bool = False


def read(text, scene):
    """Every reading of the text in order; guards (`clarify`) only where nothing better was said."""
    marked = entities.find(text, scene.apps, scene.environments)
    return read_marked(marked, scene)


def read_marked(marked, scene):
    pieces = _detailed(clauses.split(marked, _speaks))
    found, topic = [], speaking.Topic()
    for place, clause in enumerate(pieces):
        if guards.retracts(clause.text) and found:
            return [clarify("negated", because=("taken back in the same message",))]
        readings, topic = _clause(clause, pieces[place + 1:], _whole_sentence(pieces, clause), scene, found, topic)
        found += readings
    return _settled(assemble.backwards(found))


def _detailed(pieces):
    """`create an app. Its image is …, port 80`: what only tells more of a new app belongs to the clause before."""
    out = []
    for each in pieces:
        if out and _DETAILS.fullmatch(each.text) and any(head.verb == "create_app" for head in heads.find(out[-1].text)):
            out[-1] = replace(out[-1], text=out[-1].text.rstrip(" .,!\n") + ", " + each.text.lstrip(), things=out[-1].things + each.things)
        else:
            out.append(each)
    return out


def _speaks(text):
    return any(head.weight > 1 and not _ONLY_MARKS.fullmatch(head.said) for head in heads.find(text)) or read_verb(text) is not None


def _whole_sentence(pieces, clause):
    return " ".join(each.text for each in pieces if each.sentence == clause.sentence)


def _settled(found):
    """A condition or an exception holds for all; other doubts only where nothing was said clearly."""
    hopeless = [each for each in found if each.guard in _HOPELESS]
    others = {each.reading.app for each in found if each.guard is None}
    clear = [each for each in found if each.guard is None or each.guard == "remark" and each.reading.app not in others]
    return _folded([each.reading for each in (hopeless[:1] or clear or found[:1])])


def _folded(readings):
    """The same thing asked twice is asked once, with what both said."""
    out = []
    for each in readings:
        same = next((place for place, before in enumerate(out) if _about(before) == _about(each)), None)
        if same is None or each.command == "clarify":
            out.append(each)
        elif VERBS[each.command].kind == "read":
            out[same] = replace(out[same], args=dict(out[same].args) | dict(each.args))
        elif out[same].args != each.args:
            return [clarify("verb", ["command"], (), each.command, ("two different things are asked of one app",), app=each.app)]
    return out


def _about(reading):
    """What a reading is about: two variables of an app, or two reviews, are two things."""
    return (reading.command, reading.app, reading.environment, *(reading.args.get(name) for name in ("name", "review") if VERBS.get(reading.command, VERBS["help"]).kind != "read"))


def _clause(clause, later, sentence, scene, found, topic):
    """([assembled], what was spoken of)."""
    if clause.background:
        return [], _spoken_of(clause, topic)
    head, why = requested(clause, later, sentence, scene)
    said_here = speaking.Speaking(scene, clause, head, tuple(found), topic, sentence)
    if why == "how":
        return [speaking.Assembled(Reading("help", confidence=CERTAIN, because=(f"'{clause.text.strip()}' asks how",)))], topic
    if why is not None:
        return [speaking.Assembled(clarify(why, because=(f"'{clause.text.strip()}' is {why}",)), why)], _spoken_of(clause, topic)
    if head is not None:
        return assemble.change(said_here), topic
    verb = read_verb(clause.text)
    if verb is not None and not (guards.negated(clause.text) and _FORBIDS.search(clause.text)):
        said = assemble.question(said_here, verb)
        return ([replace(each, guard="remark") for each in said] if verb == "status" and _complains(clause.text) else said), topic
    return ([speaking.Assembled(clarify("negated"), "negated")] if verb else []), _spoken_of(clause, topic)


def _spoken_of(clause, topic):
    named, spots = speaking.named_apps(clause), tuple(places.meant(clause))
    return speaking.Topic(named[-1] if named else topic.app, spots or topic.places, topic.things + clause.things,
                 topic.wrong or _COMPLAINT.search(clause.text) is not None, topic.new or _ARRIVED.search(clause.text) is not None)


def _complains(text):
    """`why is it down?` before a request is its reason, alone it is a question."""
    return _COMPLAINT.search(text) is not None and _ASKING.search(text) is None


def requested(clause, later, sentence, scene):
    """(head, None) for a change that is asked for, (None, code) for one that is spoken of but not, (None, None) else."""
    spoken = heads.find(clause.text)
    asked = [head for head in spoken if head.asked and (head.asked != "linked" or _goes_on(later, clause))]
    if scene.manifest and not asked:
        spoken = spoken or [heads.Head("apply_manifest", 0, 0, 5, None, "manifest")]
    if asked and _only_listed(clause, asked, later):
        return None, None
    if asked:
        head = max(asked, key=lambda each: (each.weight, each.start))
        why = guards.against(clause.text, head) or guards.sentence(sentence)
        return (None, why) if why else (head, None)
    if not spoken and not heads.mentions(clause.text):
        return None, None
    return None, _mention(clause.text, sentence, spoken)


def _goes_on(later, clause):
    """A clause that ends in `and` is a request only if what it leads to is one."""
    following = next((each for each in later if each.sentence == clause.sentence and not each.background), None)
    if following is None:
        return False
    asked = [head for head in heads.find(following.text) if head.asked]
    return bool(asked or _ASKING.search(following.text))


def _only_listed(clause, asked, later):
    """`restart, deploy history`: a bare noun before a comma is one of a list of nouns."""
    following = next((each for each in later if each.sentence == clause.sentence), None)
    bare = clause.text.rstrip().endswith(",") and all(re.fullmatch(r"[,\s]*", clause.text[head.end:]) for head in asked)
    return bool(bare and following and not any(head.asked for head in heads.find(following.text)))


def _mention(text, sentence, spoken):
    """A change is spoken of without being asked for: None where the clause is a question that can be answered."""
    if guards.how(text):
        return None if read_verb(text) == "help" else "how"
    if _VERSIONS.search(text) and read_verb(text) == "history":
        return None
    if spoken and (guards.permission(text) or guards.sentence(sentence) == "condition"):
        return "condition" if guards.sentence(sentence) == "condition" else "asked"
    if any(head.verb == "scale" for head in spoken) and guards.relative(text) and not guards.wonders(text):
        return "relative"
    if read_verb(text) is not None:
        return None
    return guards.sentence(sentence) or guards.why_not(text) if spoken else None


def read_verb(text):
    """The read a clause asks for."""
    for verb, said, needs, unless in _READS:
        if said.search(text) and (needs is None or needs.search(text)) and not (unless and unless.search(text)):
            return verb
    return None
