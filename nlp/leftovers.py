"""What a change's clause said that no reading took up. Whatever is left is asked about: a change of less, or of something else, than was said is none."""

import re

from gitops.verbs import VERBS
from nlp import arguments, heads
from nlp.lexicon import plain, things
from nlp.text import pattern

_PLACED = "ⓃⓅⓋⒸⒷⒾⓈⓌⒼⓁⒹⓄⓇⒿ"  # things that say what a change is about
_PLACES = {"scale": "ⓅⓃ", "rollback": "ⓋⒸⒼ", "deploy": "ⓋⒸⒷⒾ", "set_env": "ⓈⓌ", "unset_env": "Ⓦ", "create_app": "ⒾⓋⓅ", "release": "Ⓒ", "delete_manifest": "Ⓙ", "approve": "ⓇⓃ", "merge": "ⓇⓃ", "reject": "ⓇⓃ", "apply_manifest": "ⓃⓅⓋⒸⒷⒾⓈⓌ"}
_OF_THE_APP = ("restart", "scale", "rollback", "deploy", "promote", "suspend", "resume", "sync", "retry", "cancel")  # of all of it, of no piece
_SUBJECT = re.compile(r"([ⓋⒸⒷⒾ])(?:이|가)(?=\s)")
_SMALL = re.compile(rf"{plain.FILLERS}|{plain.TIMES}|.+[아어여려혀해돼] ?있")
_COMPLAINT = re.compile(plain.COMPLAINT)
_PIECE, _SOME = pattern(plain.PIECE), pattern(plain.SOME)


def strange(speaking, verb, args):
    """Words that nobody knows and no argument took."""
    if VERBS[verb].kind == "read" or verb in ("create_app", "apply_manifest"):
        return []
    taken = {str(value).lower() for value in args.values()}
    return [word for word in (*arguments.residue(speaking.clause.text), *korean(speaking)) if word not in taken]


def korean(speaking):
    """Korean words before the verb that are neither known, nor of an ending, nor of a complaint or another verb."""
    text, head = speaking.clause.text, speaking.head
    if head is None:
        return []
    spoken = [text[each.start:each.start + 2] for each in heads.find(text)]
    words = [(word, re.sub(plain.PARTICLE, "", word) or word) for word in re.sub(r"[Ⓐ-Ⓩ][가-힣]*|[^가-힣\s]", " ", text[:head.start]).split()]
    return [bare for word, bare in words if len(bare) > 1 and not any(each in plain.KNOWN or _SMALL.fullmatch(each) for each in (word, bare)) and not _COMPLAINT.search(word) and not word.startswith(tuple(spoken))]


def unplaced(speaking, verb, args):
    """Things that have no place in this change: then something else may be meant."""
    if VERBS[verb].kind == "read":
        return []
    places = _PLACES.get(verb, "") + (things.NUMBER if "steps_back" in args and things.STEPS not in speaking.clause.text else "")
    spoken = "".join(_SUBJECT.findall(speaking.clause.text))  # `1.3 is the problem`: not what is to be deployed
    places = "".join(kind for kind in places if kind not in spoken)
    said = [thing for thing in speaking.topic.things if thing.kind in places] if verb == "deploy" and not args else []
    return [thing.said for thing in said + [thing for thing in speaking.clause.things if thing.kind in _PLACED and thing.kind not in places]]


def piece(speaking, verb):
    """What is said of a piece of the app, or of a part of its pods, where the verb is about all of it."""
    if verb not in (*_OF_THE_APP, "delete_app"):
        return []
    found = verb != "delete_app" and _PIECE.search(speaking.clause.text) or verb != "scale" and _SOME.search(speaking.clause.text)
    return [found.group().strip(" Ⓐ")] if found else []


def unused(speaking, verb, readings):
    """Things whose value is in none of the readings: a second version, a third review."""
    if verb == "apply_manifest":
        return []
    return [thing.said for thing in speaking.clause.things if thing.kind in _PLACED and not any(_used(thing, verb, each) for each in readings)]


def _used(thing, verb, reading):
    args = reading.args
    if thing.kind == things.ASSIGN:
        return (args.get("name"), args.get("value")) == thing.value
    if thing.kind == things.IMAGE:
        return all(args.get(name) == value or name == "image" and value.rpartition("/")[2] == reading.app for name, value in arguments.image(thing.value).items())
    return str(thing.value) in map(str, args.values()) or verb == "create_app" and thing.kind in (things.PODS, things.NUMBER)
