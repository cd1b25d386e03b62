"""What a text names: apps, environments, versions, numbers and the like, each replaced by a mark so that verbs are read without them.

Must not decide what is to be done with any of them.
"""

import re
from dataclasses import dataclass

from nlp import names, numbers
from nlp.lexicon import things
from nlp.lexicon.particles import AFTER_NAME
from nlp.lexicon.words import KNOWN

_TAKEN = "\ue000"
_BEFORE = [(mark, re.compile(pattern)) for mark, pattern in things.BEFORE_APPS]
_AFTER = [(mark, re.compile(pattern)) for mark, pattern in things.AFTER_APPS]
_COUNTS = {things.PODS, things.LINES, things.NUMBER, things.PORT}
_VARIABLE = re.compile(r"(?<![A-Za-z0-9_/.-])(?:[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?![A-Za-z0-9/.-])")
_CAPITALS = re.compile(r"(?<![\w./-])[A-Z][A-Z0-9]+(?![a-z0-9./-])")
_SPEAKS_OF_VARIABLES = re.compile(r"환경 ?변수|변수|\benv\b|\bvariable|환경 ?값")
_NAMED_VARIABLE = re.compile(r"(?:환경 ?변수|\benv(?:ironment)? var(?:iable)?|\bvariable)(?:은|는| called| named)? ([A-Za-z_][A-Za-z0-9_]*)|(?<![\w/.-])([A-Za-z_][A-Za-z0-9_]*)(?:라는|이라는)? ?(?:환경 ?변수|env(?:ironment)? var|variable\b)")
_PLACE = re.compile(r"(?<![a-z0-9])(?:namespace|네임스페이스|ns|-n|--namespace|environment|environement)[ =:]+(?P<x>[a-z0-9][a-z0-9-]*)|(?<![a-z0-9./-])(?P<y>[a-z0-9][a-z0-9-]*)(?: (?:namespace\b|ns\b|environment\b|env\b(?! var))| ?(?:네임스페이스|환경(?! ?변수|값| 값)))")
_NOT_A_PLACE = frozenset("the a an all each every any this that which what list of in by new my our app s".split())
_CAREFUL = frozenset(("검증", "live", "real", "stage", "기본", "리얼", "test", "testing", "테스트", "개발", "dev", "develop", "qa", "default", "디폴트", "sandbox", "샌드박스", "development", "데브", "큐에이", "preprod"))
_NOT_VARIABLES = frozenset("api url db cpu log logs hpa pvc pv pr mr id ok http https tls ssl ip dns tcp udp json yaml yml app env the to ui qa sha k8s gpu ram".split())
_REPOSITORY = re.compile(r"(?<![\w./@:-])([a-z0-9][a-z0-9._-]*)/([a-z0-9][a-z0-9._-]*?)(?=\.git\b|[^\w./-]|[.](?:\s|$)|$|[가-힣])(?:\.git)?")
_DOES = re.compile("[하해했할한합되돼됐된중]")  # `운영해줘`, `운영 중`: the verb
_GLUED = re.compile(r"^(으로|로|를|을|에서|에)(?=롤백|배포|늘|줄|재시작|바꿔|되돌|올려|설정|스케일|변경|증설|승격|삭제|업데이트)")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something named at `at` of the marked text. `doubt` is None or why it is not sure; `choices` what it may be."""

    kind: str
    value: object
    at: int = 0
    said: str = ""
    doubt: str | None = None
    choices: tuple = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """The text with marks, and what each stands for, left to right."""

    text: str
    things: tuple


def find(text, apps, environments):
    """Everything named in `text` (nlp/text), marked."""
    work = _Work(text, apps, environments)
    work.claim(_BEFORE)
    work.claim_repositories()
    work.claim_apps()
    work.claim_variables()
    work.claim_places()
    work.claim(_AFTER)
    return work.marked()


class _Work:
    """The lower-case text as it is claimed piece by piece; claimed places are overwritten, offsets stay."""

    def __init__(self, text, apps, environments):
        self.line, self.lower, self.apps, self.environments = text.line, text.lower, apps, environments
        self.known, self.places = names.index(apps), frozenset(word for word, _ in names.environment_words(environments))
        self.found = []

    def take(self, start, end, kind, value, doubt=None, choices=()):
        self.found.append((start, end, Thing(kind, value, 0, self.line[start:end], doubt, choices)))
        self.lower = self.lower[:start] + _TAKEN * (end - start) + self.lower[end:]

    def claim(self, rows):
        for mark, pattern in rows:
            for match in pattern.finditer(self.lower):
                if _TAKEN not in match.group():
                    self.claim_one(mark, match)

    def claim_one(self, mark, match):
        groups = match.groupdict()
        group = next((name for name in ("x", "y") if groups.get(name) is not None), 0)
        start, end = match.span(group)
        if mark == things.ASSIGN:
            value = self.assignment(match, group)
        elif mark == things.STEPS:
            value = 2 if groups.get("two") or groups.get("second") else numbers.value(match.group(group)) if group else 1
        elif mark == things.FLAG:
            mark, value = self.flag(match.group())
        elif mark in _COUNTS:
            value = numbers.value(self.lower[start:end]) if mark != things.NUMBER or "." not in match.group() else match.group()
            value = int(match.group(group)) if value is None and re.fullmatch(r"-\d+", match.group(group)) else value
        else:
            value = self.plain(mark, self.line[start:end])
        if value is not None and (mark, value) not in ((things.BRANCH, "the"), (things.BRANCH, "new")):
            whole = mark in (things.PODS, things.LINES, things.ASSIGN, things.STEPS, things.REVIEW, things.PORT, things.BRANCH, things.HOST)
            self.take(*(match.span() if whole else (start, end)), mark, value)

    def plain(self, mark, said):
        """The thing as written, unless it is an app's name or only a word."""
        if mark == things.OBJECT and (self.is_app(said) or re.fullmatch(r".*-[a-z0-9]{6,10}-[a-z0-9]{5}", said.lower())):
            return None
        if mark in (things.BRANCH, things.CONTAINER, things.VERSION) and said.lower() not in things.CONTAINERS and (self.is_app(said) or said.lower() in KNOWN - {"main", "master", "develop", "dev", "latest", "stable", "edge", "release", "stage", "staging"}):
            return None
        return said

    def is_app(self, said):
        return said.lower().replace("-", "").replace("_", "") in self.known or said.lower() in {name for name in self.environments}

    def flag(self, said):
        number = re.search(r"\d+", said)
        if number is None:
            return things.FLAG, "previous"
        return (things.PODS if "replicas" in said else things.LINES), int(number.group())

    def assignment(self, match, group):
        """(name, value): with `=` any name; otherwise the words about it, or capitals, must say that it is a variable."""
        if group:
            name, _, value = self.line[slice(*match.span(group))].partition("=")
            return None if self.is_app(name.strip()) and value.strip().isdigit() else (name.strip(), _unquoted(value.strip()))
        name, value = (self.line[slice(*match.span(each))] for each in ("name", "value"))
        marked = re.search(r"변수|env|variable|환경값|환경 값", match.group()) is not None
        capital = re.fullmatch(r"[A-Z][A-Z0-9_]+", name) and name.lower() not in _NOT_VARIABLES
        if self.is_app(name) or not (capital or "_" in name or marked) or (marked and not capital and name.lower() in KNOWN):
            return None
        return name, _unquoted(value)

    def claim_repositories(self):
        for match in _REPOSITORY.finditer(self.lower):
            if _TAKEN in match.group():
                continue
            names_there = self.known.get(match.group(2).replace("-", "").replace("_", "")) or ()
            exact = [name for name in names_there if name.lower() == match.group(2)] or list(names_there)
            if exact and self.is_app(match.group(1)):
                self.take(*match.span(), things.APP, exact[0], "ambiguous", (*self.known[match.group(1).replace("-", "").replace("_", "")], exact[0]))
            elif exact:
                self.take(*match.span(), things.APP, exact[0])
            else:
                self.take(*match.span(), things.REPOSITORY, match.group())

    def claim_apps(self):
        for each in names.find_apps(self.lower, self.apps):
            if _TAKEN not in self.lower[each.start:each.end]:
                self.take(each.start, each.end, things.APP, each.name, each.doubt, each.choices)

    def claim_variables(self):
        for match in _VARIABLE.finditer(self.line):
            if _TAKEN not in self.lower[slice(*match.span())]:
                self.take(*match.span(), things.VARIABLE, match.group())
        for match in _CAPITALS.finditer(self.line) if _SPEAKS_OF_VARIABLES.search(self.lower) else ():
            if _TAKEN not in self.lower[slice(*match.span())] and match.group().lower() not in _NOT_VARIABLES | self.places and not self.is_app(match.group()):
                self.take(*match.span(), things.VARIABLE, match.group())
        for match in _NAMED_VARIABLE.finditer(self.line):
            group = 1 if match.group(1) else 2
            span, said = match.span(group), match.group(group)
            if _TAKEN not in self.lower[slice(*span)] and (said.lower() not in KNOWN or said.isupper()) and not self.is_app(said):
                self.take(*span, things.VARIABLE, said)

    def claim_places(self):
        for match in _PLACE.finditer(self.lower):
            group = "x" if match.group("x") else "y"
            said = match.group(group)
            if _TAKEN not in match.group() and said not in _NOT_A_PLACE and said not in ("list", "목록"):
                known = dict(names.environment_words(self.environments)).get(said)
                if known or said not in KNOWN or said in _CAREFUL:
                    self.take(*match.span(group), things.ENV, known, None if known else "unknown")
        for word, name in names.environment_words(self.environments):
            for match in re.finditer(re.escape(word), self.lower) if word in self.lower else ():
                self.claim_environment(match, word, name)

    def claim_environment(self, match, word, name):
        before, after = self.lower[:match.start()], self.lower[match.end():]
        at = re.search(r"(?:^|\s)@$", before) is not None  # `restart it @production`
        if not at and re.search(r"[\w./:@$-]$" if word.isascii() else r"[\w-]$", before.replace(_TAKEN, " ")) or re.match(r"[a-z0-9_/-]|\.[a-z0-9]", after):
            return
        run = re.match(r"[가-힣]*", after).group()
        placed = re.search(r"\b(?:in|to|on|into|onto|from|at|for)(?: the)? $", before) or re.match(r" ?(?:환경|서버|쪽|클러스터|에|으로|로|에서|environment|env\b|cluster)", after)
        if word in _CAREFUL and word not in self.environments and not placed:
            return
        if not AFTER_NAME.fullmatch(run):
            if name is not None and word not in _CAREFUL and not _DOES.match(run):
                self.take(match.start(), match.end() + len(run), things.ENV, None, things.PERHAPS)
        elif name is not None or placed:
            self.take(match.start() - at, match.end(), things.ENV, name, None if name else "unknown")

    def marked(self):
        parts, out, at = [], [], 0
        for start, end, thing in sorted(self.found, key=lambda item: item[0]):
            parts.append(_GLUED.sub(r"\1 ", self.lower[at:start]))
            out.append((thing, sum(map(len, parts))))
            parts.append(thing.kind)
            at = end
        text = "".join(parts) + (_GLUED.sub(r"\1 ", self.lower[at:]) if out else self.lower[at:])
        return Marked(text, tuple(Thing(thing.kind, thing.value, place, thing.said, thing.doubt, thing.choices) for thing, place in out))


def _unquoted(value):
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
