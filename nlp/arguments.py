"""The arguments of each verb, taken from what its clause names. Only what was said: no defaults.

A function per verb: (clause, head) -> arguments. What cannot be taken as said raises nothing: it is returned as a code to ask about.
"""

import re

from nlp.lexicon import reads, things
from nlp.lexicon.names import KINDS
from nlp.lexicon.words import KNOWN

_PREVIOUS = re.compile(r"이전|재시작 ?(?:하기 ?)?전|리부트 ?전|죽기 ?전|죽은 ?(?:컨테이너|파드)|직전|지난 ?(?:번|컨테이너|파드)|(?<![가-힣])전 ?(?:컨테이너|파드|로그)|크래시 ?(?:난|된|전)|\bprevious\b|\bbefore (?:the |it |its )?(?:last )?(?:restart|crash)|\bprior\b|\blast (?:container|crash|restart)|\bcrashed (?:container|pod)|\bold container")
_PAST_TARGET = re.compile(r"\bto (?:Ⓐ )?[ⓅⓃⓋⒸ]|[ⓅⓃⓋⒸ](?:으로|로)(?! ?(?:부터|제한))")
_KIND_WORDS = {word: kind for kind, words in KINDS.items() for word in words}
_KIND = re.compile(r"(?<![가-힣a-z-])(?:" + "|".join(sorted(map(re.escape, _KIND_WORDS), key=len, reverse=True)) + r")(?![a-z-])")
_NAME = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
_NEW_APP = (rf"(?P<x>{_NAME}|Ⓐ) ?(?:이라는|라는|이란|란|으로 이름)", rf"이름(?:은|을|이)?\s?:? ?(?P<x>{_NAME}|Ⓐ)", rf"\b(?:called|named|name)\s?:? (?P<x>{_NAME}|Ⓐ)", rf"(?<![\w/.-])(?P<x>{_NAME}) ?(?:앱|애플리케이션|어플)", rf"(?<![\w/.-])(?P<x>{_NAME}|Ⓐ) ?(?:앱|서비스|애플리케이션|어플|app\b|application\b)",
            rf"(?:앱|애플리케이션|어플|\bapp|\bapplication|\bservice) (?P<x>{_NAME}|Ⓐ)", rf"(?<![\w/.-])(?P<x>{_NAME})(?:을|를)? (?:새로 )?(?:생성|만들|추가|등록)", rf"\bcreate (?:an? |the |new )*(?P<x>{_NAME}|Ⓐ)", r"(?P<x>Ⓐ)")
_NAMING = _NEW_APP[:4] + _NEW_APP[5:6]  # there a name is told, whatever word it is
_NOT_NAMES = frozenset("from with for in on to at and or of by image images port host domain using use the a an my our new app apps application service please called named name replica replicas version tag environment env which that it this".split())
_TARGET_COUNT = re.compile(r"(?:\b(?:to|at|into)|=|스케일(?:링|업|아웃|인|다운)?|레플리카|replicas?|파드|인스턴스|서버|scale)(?: ?(?:수|개수))?(?:를|을|는|은)? ?(?:Ⓐ(?:를|을)? ?)?Ⓝ|Ⓝ ?(?:으로|로)|\bx ?Ⓝ|스케일 ?(?:아웃|업|인|다운) ?Ⓝ|스케일 ?조정 ?Ⓝ|scale(?:[ -](?:up|down|out|in))? Ⓐ(?:\s?[=:]\s?| )Ⓝ")


def residue(text):
    """Latin words nobody knows: names of something."""
    return [word for word in re.findall(r"(?<![\w./-])[a-z0-9][a-z0-9._-]*[a-z0-9](?![\w/])", re.sub(r"[가-힣]+", " ", text)) if word not in KNOWN and not word.isdigit()]


def values(clause, *kinds):
    return [thing.value for thing in clause.things if thing.kind in kinds]


def _first(clause, kind, name, change=lambda value: value):
    found = values(clause, kind)
    return {name: change(found[0])} if found else {}


def replicas(clause):
    """The one number of pods said as the target, or the code of what to ask."""
    counts = values(clause, things.PODS)
    if not counts and _TARGET_COUNT.search(clause.text):
        counts = [value for value in values(clause, things.NUMBER)][-1:]
    elif len(counts) + len(values(clause, things.NUMBER)) > 1 and re.search(r"에서[^Ⓟ]*Ⓟ|\bfrom\b.*\bto [ⓅⓃ]|[ⓅⓃ] ?(?:->|>) ?[ⓅⓃ]|[ⓅⓃ] to [ⓅⓃ]", clause.text):
        counts = values(clause, things.PODS, things.NUMBER)[-1:]
    if len(set(counts)) > 1:
        return None, "relative"
    if not counts:
        return None, "replicas"
    whole = isinstance(counts[0], int) and 0 <= counts[0] <= 100
    return (counts[0], None) if whole else (None, "out_of_range")


def scale(clause, head):
    count, why = replicas(clause)
    return {"replicas": count} if why is None else {}


def logs(clause, head):
    args = _first(clause, things.LINES, "lines")
    if not args:
        args = _first(clause, things.PODS, "lines") if "로그" in clause.text or "log" in clause.text else {}
    if not args and re.search(r"(?:\blast|최근|마지막) Ⓝ|\btail Ⓝ|(?:로그|\blogs?) Ⓝ\W*$", clause.text):
        args = _first(clause, things.NUMBER, "lines")
    if _PREVIOUS.search(clause.text) or "previous" in values(clause, things.FLAG) or things.STEPS in clause.text:
        args["previous"] = True
    return args | _first(clause, things.CONTAINER, "container") | _first(clause, things.POD, "pod")


def history(clause, head):
    if _PAST_TARGET.search(clause.text):
        return {}  # `who scaled it to 5`: a number or version that was set, not how many are asked for
    return _range(clause) or _first(clause, things.PODS, "limit") or _first(clause, things.NUMBER, "limit")


def diff(clause, head):
    return _range(clause) | _first(clause, things.PODS, "limit")


def _range(clause):
    revisions = values(clause, things.COMMIT, things.VERSION, things.BRANCH)
    if len(revisions) == 1:
        return {"to" if re.search(r"[ⒸⓋⒷ] ?까지|\b(?:until|up to|before) [ⒸⓋⒷ]", clause.text) else "from": revisions[0]}
    return {"from": revisions[0], "to": revisions[1]} if revisions else {}


def kind_of(text):
    found = _KIND.search(text)
    return _KIND_WORDS[found.group()] if found else None


def get(clause, head):
    kind, args = kind_of(clause.text), {}
    names = values(clause, things.OBJECT) or residue(_KIND.sub(" ", clause.text)) or values(clause, things.APP)
    if kind:
        args["kind"] = kind
    return args | ({"name": names[0]} if names else {})


def named(clause, head):
    names = values(clause, things.OBJECT) or residue(_KIND.sub(" ", clause.text)) or re.findall(r"(?<=deployment )[a-z0-9-]+(?![a-z0-9])|(?<=service )[a-z0-9-]+(?![a-z0-9])", clause.text)
    return {"name": names[0]} if names and things.APP not in clause.text else {}


def query(clause, head):
    args = _first(clause, things.PROMQL, "promql", str.strip)
    return args | _first(clause, things.PERIOD, "range", _period)


def _period(said):
    number, unit = re.match(r"(\d+)\s?(.*)", said.lower()).groups()
    korean = {"초": "s", "분": "m", "시간": "h", "일": "d", "주": "w"}
    return number + (korean.get(unit) or unit[0])


def cost_analysis(clause, head):
    return next(({"analysis": name} for name, pattern in reads.ANALYSIS if re.search(pattern, clause.text)), {})


def image(said):
    """`registry:5000/name:tag` into its repository and its tag."""
    name, colon, tag = said.rpartition(":")
    return {"image": name, "version": tag} if colon and "/" not in tag else {"image": said}


def deploy(clause, head):
    args = {}
    for said in values(clause, things.IMAGE)[:1]:
        args = image(said)
        if "/" not in said and args["image"].lower() in [app.lower() for app in values(clause, things.APP)]:
            args.pop("image")
    args |= _first(clause, things.VERSION, "version") or _first(clause, things.COMMIT, "version")
    return args | _first(clause, things.BRANCH, "branch")


def rollback(clause, head):
    if re.search(r"Ⓝ (?:version|release|revision|step|deploy|commit|change)s?\b", clause.text):
        return _first(clause, things.NUMBER, "steps_back")
    return _first(clause, things.COMMIT, "commit") or _first(clause, things.VERSION, "version") or _first(clause, things.STEPS, "steps_back")


def set_env(clause, head):
    said = values(clause, things.ASSIGN)
    return {"name": said[0][0], "value": said[0][1]} if said else _first(clause, things.VARIABLE, "name")


def unset_env(clause, head):
    return _first(clause, things.VARIABLE, "name")


def create_app(clause, head):
    args = {}
    for said in values(clause, things.IMAGE)[:1]:
        args = image(said)
    found = re.search(r"(?:이미지|image)(?:는|은|를|을)?\s?:? (?P<x>[a-z][a-z0-9._-]*)(?![a-z0-9/])|(?<![\w/.-])(?P<y>[a-z][a-z0-9._-]*) (?:이미지|image\b)", clause.text) if not args else None
    if found and (found.group("x") or found.group("y")) not in KNOWN:
        args["image"] = found.group("x") or found.group("y")
    args |= _first(clause, things.VERSION, "version") | _first(clause, things.PORT, "port") | _first(clause, things.HOST, "host")
    count = values(clause, things.PODS)
    many = count and not re.search(r"(?:앱|서비스|app)(?:을|를)? ?Ⓟ|Ⓟ (?:앱|app|서비스|만들)", clause.text)
    return args | ({"replicas": count[0]} if many else {})


def new_app(clause, taken):
    """The name an app to be created is given."""
    apps = values(clause, things.APP)
    for pattern in _NEW_APP:
        found = re.search(pattern, clause.text)
        said = found and found.group("x")
        if said == things.APP:
            return apps[0]
        if said and said not in (_NOT_NAMES if pattern in _NAMING else KNOWN) and said not in taken:
            return said
    return None


def delete_manifest(clause, head):
    kind = kind_of(clause.text)
    names = values(clause, things.OBJECT) or residue(_KIND.sub(" ", clause.text))
    return ({"kind": kind} if kind else {}) | ({"name": names[0]} if names else {})


def release(clause, head):
    return _first(clause, things.COMMIT, "revision")


def review(clause, head):
    return _first(clause, things.REVIEW, "review") or _first(clause, things.NUMBER, "review", str)


def promote(clause, head):
    return {}


TAKEN = {"scale": scale, "logs": logs, "history": history, "diff": diff, "get": get, "get_service": named, "get_deployment": named, "query": query, "cost_analysis": cost_analysis, "deploy": deploy,
         "rollback": rollback, "set_env": set_env, "unset_env": unset_env, "create_app": create_app, "delete_manifest": delete_manifest, "release": release, "approve": review, "merge": review, "reject": review}


def take(verb, clause, head=None):
    return TAKEN[verb](clause, head) if verb in TAKEN else {}
