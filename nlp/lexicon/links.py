"""What joins the clauses of a sentence: an ending that goes on, a reason, `and then`."""

from nlp.hangul import with_final
from nlp.lexicon.endings import STEMS
from nlp.lexicon.phrases import any_of

_ONE_BREATH = ("끄", "죽이", "빼", "가")  # `끄고 켜` and `빼고` are one clause
_STEMS = any_of(*sorted((stem for stem in STEMS if stem not in _ONE_BREATH and stem != "하"), key=len, reverse=True), "보", "(?<![Ⓐ-Ⓩ])하")
_DONE = any_of(*(with_final(stem, "ㄴ") for stem in STEMS))
_INFINITIVES = any_of(*sorted({form for form in STEMS.values() if form != "가"}, key=len, reverse=True))
_ACTIONS = any_of("재시작", "배포", "롤백", "스케일", "동기화", "삭제", "승격", "변경", "리부트", "증설", "설정", "적용")

LINK = any_of(
    rf"(?:{_STEMS})고(?:서| ?나서| ?난 ?(?:다음|뒤|후)에?)?(?=[\s,])(?! ?(?:싶|있|계|나니|나면|말))",
    rf"(?:{_DONE}) ?(?:다음|뒤|후)(?:에|엔)?(?=[\s,])",
    rf"(?:{_ACTIONS}) ?(?:후|뒤|다음)(?:에|엔)?(?=[\s,])",
    rf"(?:{_INFINITIVES})서(?=[\s,])",
    r"(?:하|시키|리|이)지 ?말고(?=[\s,])", r"(?<=[가-힣]) 말고(?=[\s,])", r"(?<=[가-힣]) ?(?:아니고|아니라)(?=[\s,])")

_BECAUSE = any_of("니까", "으니", "는데요?", "은데요?", "인데요?", "던데", "길래", "므로", "때문에", "라서", "돼서", "되어서", "져서", "려서", "거든", "(?<!까)지만", "더니", "였고", "했고", "됐고",
                  "느려서", "많아서", "높아서", "없어서", "있어서", "같아서")
REASON_BEFORE = r"because\b|since it|as it\b|so that\b"
REASON = rf"(?:{_BECAUSE})(?=[\s,])|,? (?={REASON_BEFORE})"

_THEN = any_of("그리고", "그 ?다음(?:에|엔)?", "그런 ?다음(?:에)?", "그러고 ?나서", "그러고", "그 ?후에?", "그 ?뒤에?", "이어서", "다음으로", "그런데", "근데", "그래서", "또")
_AND = any_of("and then", "then", "after that", "afterwards", "and also", "and finally", r"and(?! (?:the )?[ⓋⒸⒷ]| running\b)", "but", "plus", "also", r"so(?! that\b)")
_SEEN = any_of("상태", "로그", "이벤트", "이력", "히스토리", "내역", "주소", "엔드포인트", "헬스")
SOFT = any_of(rf"\s(?:{_THEN})(?=[\s,])", r"\s(?:및|하고)(?=\s)", rf",? (?:{_AND})\b", r",(?=\s)", rf"(?:{_SEEN})(?:이랑|랑|하고|와|과| 및)(?=\s)", r"\s?/\s", r"\s\+\s", r"\s?->\s(?![Ⓐ-Ⓩ])")

RULED_OUT = r"(?P<x>[ⓋⒸⒷⓃⓅⒾⓁⓌ])(?:은|는|이|가)? ?(?:말고|아니고|아니라|대신에?)(?=[\s,])|\bnot (?:to |at )?(?P<y>[ⓋⒸⒷⓃⓅ])"
