"""What is found in a text before verbs are looked for: patterns in order, the first to claim a place keeps it.

Each row is (mark, pattern): group `x` is the thing, or the whole match. The mark stands for it in what is read afterwards.
Patterns are for lower-case text; BEFORE_APPS come before the names of apps and environments are claimed, AFTER_APPS after.
"""

from nlp.lexicon.names import KINDS
from nlp.numbers import DIGITS, ENGLISH, NATIVE, SINO

APP, ENV, VERSION, COMMIT, PODS, NUMBER, LINES, IMAGE, BRANCH = "Ⓐ", "Ⓔ", "Ⓥ", "Ⓒ", "Ⓟ", "Ⓝ", "Ⓛ", "Ⓘ", "Ⓑ"
ASSIGN, VARIABLE, STEPS, CONTAINER, POD, REVIEW, QUOTE, PROMQL, LINK = "Ⓢ", "Ⓦ", "Ⓖ", "Ⓞ", "Ⓓ", "Ⓡ", "Ⓠ", "Ⓨ", "Ⓤ"
PORT, HOST, PERIOD, FLAG, REPOSITORY, OBJECT = "Ⓣ", "Ⓗ", "Ⓕ", "Ⓧ", "Ⓚ", "Ⓙ"

CONTAINERS = frozenset("app main proxy server api worker cache gateway".split())  # words that name a container where one is spoken of

PERHAPS = "perhaps a place"  # said of a word that begins like an environment: a change asks about it, a question does not

_L = r"(?<![^\W가-힣ㄱ-ㅣ])(?<![./@:$-])"   # no Latin letter, digit or joint before
_R = r"(?![a-z0-9_/-])(?!\.[a-z0-9])"      # nor after
_C = r"(?<![^\W가-힣ㄱ-ㅣ])(?:(?<![./@:$-])|(?<=\.\.))"  # as _L, or the second of a range `a..b`
_TAG = r"[a-z0-9_][a-z0-9_.-]{0,127}(?<![.-])"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NUM = rf"(?:{DIGITS}|{NATIVE}|{ENGLISH}|{SINO})"
_VALUE = r"\"[^\"]*\"|'[^']*'|[^\s,가-힣]\S*?(?=(?:으로|로|을|를|라고|이라고|도|만)?(?:\s|,\s|$))"
_PODS_WORD = r"(?:pods?|replicas?|instances?|copies|copy|containers?|servers?|파드|포드|팟|레플리카|인스턴스|복제본|서버|컨테이너)"
_STEP = r"(?:번째|번|개|단계|버전|회|커밋|차례|스텝|릴리즈|배포)"
_VAR = r"[a-z_][a-z0-9_]*"
_VAR_WORD = r"(?:환경 ?변수|env ?var|변수|환경값|환경 값|environment variables?|env(?:ironment)? vars?|env)"

_KIND = "(?:" + "|".join(sorted((word for words in KINDS.values() for word in words), key=len, reverse=True)) + ")"
_OWN_KIND = "(?:" + "|".join(sorted((word for kind, words in KINDS.items() if kind not in ("service", "deployment", "pod", "node") for word in words), key=len, reverse=True)) + ")"
_CALL = r"[a-z_]+ ?(?:(?:by|without) ?\([a-z_, ]*\) ?)?\([^가-힣]*\)(?: (?:by|without) ?\([a-z_, ]*\))?(?:\[\d+[smhdw]\])?"
_METRIC = rf"(?:{_CALL}|[a-z_:][a-z0-9_:]*(?:\{{[^}}]*\}})?(?:\[\d+[smhdw]\])?)"

BEFORE_APPS = (
    (PROMQL, rf"(?:\bquery|\bpromql(?: query)?(?: result)?(?: of| for)?) (?P<x>{_CALL}|[a-z]+_[a-z0-9_:]+(?:\{{[^}}]*\}})?)"),
    (PROMQL, r"(?:promql|프롬큐엘|프롬쿼리|prometheus query)\s*(?:query|쿼리|질의)?\s*(?:로|:|으로)?\s*(?P<x>[a-z_(\"'`][^가-힣]*?)\s*(?=[을를]?\s*(?:[가-힣]|$))"),
    (PROMQL, rf"{_L}(?P<x>(?:[a-z_]+ ?(?:by|without) ?\([a-z_, ]*\) ?)?[a-z_]+\([^가-힣]*(?:\[\d+[smhdw]\]|\}})[^가-힣]*\))"),
    (PROMQL, rf"{_L}(?P<x>[a-z_:][a-z0-9_:]*(?:\{{[^}}]*\}})?) ?(?:쿼리|질의)(?:를|을)? ?(?=실행|돌려|날려|조회|보여|해)"),
    (PROMQL, rf"{_L}(?P<x>[a-z_:]+\{{[a-z_]+ ?[=!]~?\"[^\"]*\"[^}}]*\}}(?:\[\d+[smhd]\])?)"),
    (PROMQL, rf"(?:prometheus|프로메테우스)(?:에서|에|로|한테|에게)? ?(?P<x>{_METRIC})(?:를|을)? ?(?=조회|쿼리|질의|검색|돌려|실행|보여|날려|(?:최근|지난) )"),
    (PROMQL, rf"{_L}(?P<x>{_METRIC})(?=(?:를|을)? ?(?:(?:최근|지난) \d+ ?(?:분|시간|일)(?:간|동안)? ?)?(?:쿼리|질의))"),
    (FLAG, r"--?(?:replicas|tail)[= ]\d{1,9}"),
    (FLAG, r"(?<!\S)(?:--previous|-p)(?!\S)"),
    (PODS, rf"{_L}(?:replicas?|replicacount|레플리카)\s?=\s?(?P<x>-?\d{{1,9}})"),
    (VERSION, rf"{_L}(?:version|tag|버전|태그)\s?=\s?(?P<x>{_TAG})"),
    (BRANCH, rf"{_L}(?:branch|브랜치)\s?=\s?(?P<x>[a-z0-9][a-z0-9._/-]*)"),
    (ASSIGN, r"\"(?P<x>[a-z_][a-z0-9_.-]*=[^\"\n]*)\""),
    (ASSIGN, rf"{_L}(?P<x>[a-z_][a-z0-9_.-]*\s?=(?!=)\s?(?:{_VALUE}))"),
    (ASSIGN, rf"{_VAR_WORD} (?P<name>(?!name\b){_VAR})(?: ?값)?(?:을|를|은|는)? (?P<value>{_VALUE})(?:으로|로|라고|이라고)(?![가-힣])"),
    (ASSIGN, rf"{_L}(?P<name>{_VAR})(?:라는|이라는)? ?{_VAR_WORD}(?: ?값)?(?:을|를|은|는)? (?P<value>{_VALUE})(?:으로|로|라고|이라고)(?![가-힣])"),
    (ASSIGN, rf"(?:{_VAR_WORD} (?:called |named )?)(?P<name>{_VAR}) (?:to|as|=|with value|with the value) (?P<value>\"[^\"]*\"|'[^']*'|\S+)"),
    (ASSIGN, rf"\b(?:set|change|update|switch|make|put|add) (?:the )?(?P<name>{_VAR})(?: {_VAR_WORD})? (?:to|as|with value) (?P<value>\"[^\"]*\"|'[^']*'|\S+)"),
    (ASSIGN, rf"{_L}(?P<name>{_VAR})(?: ?값)?(?:을|를|은|는)? (?P<value>{_VALUE}) ?(?:으로|로|라고|이라고)(?![가-힣])"),
    (ASSIGN, rf"\b(?:set|make|put|change|turn) (?:the )?(?P<name>{_VAR}) (?P<value>\"[^\"]*\"|[^\s,가-힣]+)(?= (?:on|for|in|at|of)\b)"),
    (OBJECT, rf"(?<![가-힣a-z0-9-]){_KIND}(?: named| called)? (?P<x>[a-z0-9]+(?:-[a-z0-9]+)+|nightly|hourly|daily|weekly|monthly)(?![a-z0-9_/:.-])"),
    (OBJECT, rf"{_L}(?P<x>[a-z0-9]+(?:-[a-z0-9]+)+) ?(?<![가-힣a-z]){_OWN_KIND}(?![a-z]| [a-z0-9])"),
    (LINK, r"[a-z]+://[^\s가-힣]+"),
    (QUOTE, r"\"[^\"\n]*\s[^\"\n]*\"|(?<!\S)'[^'\n]*\s[^'\n]*'(?![a-z])"),
    (IMAGE, rf"{_L}[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*(?::\d+)?(?:/[a-z0-9][a-z0-9._-]*)+:[a-z0-9_][a-z0-9_.-]*(?<![.-])"),
    (IMAGE, rf"{_L}(?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?(?:/[a-z0-9][a-z0-9._-]*)+"),
    (IMAGE, rf"{_L}[a-z][a-z0-9._-]*:(?=[a-z0-9_.-]*\d|latest|stable|alpine|edge)[a-z0-9_][a-z0-9_.-]*(?<![.-])"),
    (BRANCH, rf"{_L}(?P<x>[a-z0-9][a-z0-9._/-]*)(?: ?브랜치|(?<!the)(?<!this)(?<!which)(?<!a)(?<!new)(?<!from)(?<!of) branch\b)"),
    (BRANCH, r"(?:브랜치|\bbranch)(?:는|은| called| named)?\s?:? (?P<x>[a-z0-9][a-z0-9._/-]*)"),
    (BRANCH, rf"{_L}(?:feature|feat|fix|hotfix|bugfix|release|chore|refactor)/[a-z0-9][a-z0-9._/-]*"),
    (REVIEW,
     r"(?:(?:리뷰|검토|제안|변경 ?요청|풀리퀘|풀 리퀘스트)(?: ?번호| ?id)? ?#?|\b(?:review|pr|pull request|mr|proposal)(?: (?:number|id|no\.?))?(?: ?#| ))(?P<x>(?=[a-z_-]*\d)[a-z0-9_-]{1,64})(?:번|호)?"),
    (REVIEW, rf"(?:{_L}|#)(?P<x>(?=[a-z_-]*\d)[a-z0-9_-]{{1,64}})(?:번|호)? ?(?:리뷰|검토|review|pr|풀리퀘|제안)(?![a-z])"),
    (REVIEW, r"(?:(?<=approve )|(?<=merge )|(?<=reject )|(?<=승인 )|(?<=병합 )|(?<=머지 )|(?<=반려 )|(?<=거절 ))(?=[a-z_-]*\d)[a-z0-9_-]{1,64}(?![a-z0-9./])"),
    (REVIEW, rf"{_L}(?=[a-z_-]*\d)[a-z0-9_-]{{1,64}}(?=(?:을|를|번|번을)? ?(?:승인|병합|머지|반려|거절|기각|어프루브))"),
    (REVIEW, r"#(?P<x>[a-z0-9_-]{1,64})"),
    (PORT, r"(?:포트|\bport)(?:는|은| number)?\s?[:=]? ?(?P<x>\d{1,5})(?:번)?|(?P<y>\d{1,5})번? ?(?:포트|port\b)"),
    (HOST,
     rf"(?:도메인|호스트|\bhost|\bdomain|주소)(?:는|은|name)?\s?[:=]? ?(?P<x>(?:[a-z0-9-]+\.)+[a-z]{{2,}})|{_L}(?P<y>(?:[a-z0-9-]+\.)+(?:com|net|org|io|kr|dev|app|co|local|ai|cloud|example|test))(?![a-z0-9/])"),
    (POD, rf"{_L}[a-z0-9][a-z0-9-]*-[a-z0-9]{{6,10}}-[a-z0-9]{{5}}{_R}"),
    (CONTAINER, rf"{_L}(?!previous|the|all|last|a\b|this|old|each|every|my)(?P<x>{_LABEL})(?:라는|이라는)? ?(?:컨테이너|container\b(?! log))"),
    (CONTAINER,
     rf"(?:컨테이너|\bcontainer)(?: named| called|는|은)?\s?:? (?P<x>(?:app|main|proxy|server|api|worker|cache|gateway)(?= ?(?:로그|logs?\b))|(?!logs?\b|of\b|in\b|for\b|from\b|to\b){_LABEL}){_R}"),
    (LINES, rf"(?:-n ?|tail -n ?|tail (?=\d))(?P<x>\d{{1,9}})(?: lines)?"),
    (LINES, rf"(?P<x>{_NUM}) ?(?:줄|라인|행|log lines?|lines?)(?![a-z이여일인였임여])(?:만|까지|정도|쯤)?"),
    (LINES, r"(?<=last )(?P<x>\d{1,9})(?= (?:log|entries|messages))"),
    (PERIOD, rf"(?:최근|지난|last|past)\s(?P<x>\d{{1,4}}\s?(?:초|분|시간|일|주|s|m|h|d|w|sec|min|seconds?|minutes?|hours?|days?|weeks?))(?:간|동안)?(?![a-z가-힣])"),
    (STEPS, rf"{_L}(?P<x>{_NUM}) ?(?:개 ?)?{_STEP} ?(?:이)?전(?:의|에)? ?(?:버전|상태|배포|커밋|걸|거|것|릴리즈)?"),
    (STEPS,
     rf"(?P<x>{_NUM}) (?:version|revision|release|deploy|deployment|commit|step|change)s? (?:ago|back|earlier|before)|back (?:by )?(?P<y>{_NUM})(?: (?:version|revision|release|deploy|deployment|commit|step|change)s?)?(?![a-z0-9.])"),
    (STEPS, rf"(?:rollback|roll back|revert|undo)(?: to)?(?: the last)? (?P<x>{_NUM}) (?:version|revision|release|deploy|deployment|commit|step|change)s?"),
    (STEPS, rf"(?<=by )(?P<x>{_NUM}) (?:version|revision|release|commit|step)s?"),
    (STEPS, r"(?P<two>전전|그 전전|지지난|저저번) ?(?:버전|상태|배포|릴리즈|커밋|것|거|걸)?|the (?P<second>version|one|release) before last"),
    (STEPS,
     r"(?P<one>(?:(?:바로|방금|조금) ?(?:이?전|앞)|직전|이전|지난 ?번?|저번|전번|앞|예전|그 ?전|원래|(?<![가-힣])전) ?(?:버전|상태|배포|릴리즈|커밋|리비전|이미지|걸|것|거|번))(?!들| ?목록| ?이력| ?로그| ?컨테이너| ?주| ?달| ?\d+ ?(?:건|개|번))"),
    (STEPS, r"(?P<one>방금 ?(?:배포|변경|릴리즈|업데이트)(?:한)? ?(?:거|것|걸)?)(?=[을를]? ?(?:되돌|롤백|원복|원상))"),
    (STEPS, r"(?P<one>(?:직전|이전|바로 ?전|예전|원래)(?=으로|로 ))"),
    (STEPS,
     r"\b(?P<one>(?:previous|prior|last|earlier|preceding|former|last known good|last good|last working|last stable) (?:version|release|one|deployment|deploy|revision|state|build|commit|image|tag)(?!s))|(?<=to )(?:the )?(?P<prev>previous|prior)(?!\s?[a-z0-9])|(?P<before>one (?:version|release|step|revision)) (?:back|before|earlier)|what (?P<was>was) (?:there|running|deployed|live) before"),
    (VERSION,
     rf"(?:버전|태그|\bversion|\btag|릴리즈|\brelease|이미지 태그|image tag)(?:은|는|을|를|이)?\s?:? (?P<x>(?=[a-z_.-]*\d|latest|stable|edge){_TAG})(?! ?(?:ago|back|개(?!발)|대|번))"),
    (VERSION,
     rf"{_L}(?P<x>(?=[a-z_.-]*\d|latest(?! (?:version|release))|stable(?! (?:version|release))|edge){_TAG}) ?(?:버전|태그|이미지|tag\b|version\b|release\b|image\b)(?! ?전)"),
    (VERSION, rf"{_C}v\d+(?:\.\d+)*(?:[-+.][a-z0-9][a-z0-9.-]*)?(?<![.-]){_R}"),
    (VERSION, rf"{_C}(?<!-)\d+\.\d+(?:\.\d+)*(?:[-+][a-z0-9][a-z0-9.-]*)?(?<![.-]){_R}(?! ?(?:개(?!발)|대(?![가-힣])|%|퍼센트|배(?!포)|초|분|시간|gb|mb|기가))"),
    (VERSION, rf"{_L}(?:sha|build|release|rel|rc|b|main|master|develop)-[a-z0-9]*\d[a-z0-9.-]*{_R}"),
)

AFTER_APPS = (
    (COMMIT, rf"(?:커밋|\bcommit|\brevision|리비전|\bsha)(?:은|는|을|를)?\s?:? (?P<x>[0-9a-f]{{4,64}}){_R}"),
    (COMMIT, rf"{_L}(?P<x>[0-9a-f]{{4,64}}) ?(?:커밋|commit\b|revision\b|리비전)"),
    (COMMIT, rf"{_C}(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{{7,64}}{_R}"),
    (COMMIT, rf"{_L}[a-f]{{8}}(?:[a-f]{{32}})?(?=(?:으로|로|까지)(?![가-힣]))|(?<=to )[a-f]{{8}}{_R}"),
    (COMMIT, rf"{_L}(?:head~\d+|head\^|head){_R}"),
    (PODS, rf"{_PODS_WORD}(?:의)? ?(?:수|갯수|개수|대수)?(?:를|을|은|는)? (?P<x>{NATIVE}) ?(?:개|대)(?![월시기략])"),
    (PODS,
     rf"{_PODS_WORD}(?:의)? ?(?:count|수|갯수|개수|숫자|대수)?(?:를|을|은|는|도)? ?(?:to |at |: ?|= ?|into )?(?P<x>-?(?:{DIGITS}|{ENGLISH}))(?! ?(?:%|퍼센트|배|줄|번|분|초|시간|[가-힣]*전))(?:개|대)?(?![a-z0-9.가-힣](?<!으)(?<!로)(?<!개)(?<!대)(?<!까))"),
    (PODS, rf"(?<![가-힣a-z0-9.-])(?P<x>-?(?:{DIGITS})|{NATIVE}|{ENGLISH}) ?(?:개|대|벌|기(?=로)|{_PODS_WORD})(?![a-z]|월|시|기|략|로그|상)(?: ?{_PODS_WORD})?"),
    (PODS, rf"(?<![가-힣a-z0-9.-])(?P<x>{SINO})(?:개|대| 개(?=로)| 대(?=로))(?![가-힣](?<!로)(?<!만)(?<!까)(?<!를))"),
    (PODS, r"(?<![가-힣a-z0-9.-])(?P<x>하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉|열)(?=로|으로|만|까지)"),
    (NUMBER, rf"(?<![a-z0-9.-])(?P<x>-?(?:{DIGITS})(?:\.\d+)?)(?![a-z0-9])"),
    (NUMBER, rf"(?<![a-z0-9.가-힣])(?P<x>{NATIVE})(?= ?(?:건|회))"),
    (NUMBER, rf"(?<![a-z0-9.가-힣])(?P<x>{ENGLISH})(?![a-z0-9])"),
)
