"""Whole messages that answer or carry on: yes, no, and words that point at what was spoken of."""

from nlp.lexicon.phrases import any_of

_END = r"(?:요|여|용|욤|염)?[\s!.~^,ㅎㅋㅠㅜ]*"
_GO = r"(?:진행|실행|적용|그렇게|그대로|그거|반영|시작|고|계속)?\s?(?:해|하자|해요|해줘|해 줘|해주세요|해 주세요|하세요|합시다|하시죠|하시지요|하십시오|해주십시오|부탁해|부탁해요|부탁드려요|부탁드립니다|부탁드릴게요|시켜줘|시켜|할게|할게요|갑시다|가자|ㄱㄱ|ㄱ|고고|좋아|돼|됩니다|되고|맞아|맞아요|맞습니다)?"
_YES = any_of(
        "확인(?:했어|했습니다|함|이야|입니다|했음|했다|해요|완료)?", "컨펌", "네네?", "넵넵?", "넹", "녜", "옙", "예예?", "응응?", "웅", "엉", r"어(?=\s*$|[,.!~ ])", "ㅇㅇ+", "ㅇㅋ+", "ㅇ", "ㅇㅈ",
        "오케이", "오키", "오케", "옼", "콜", "그래", "그러자", "그렇게 ?해", "좋아", "좋습니다", "좋네", "맞아", "맞습니다", "맞음", "당연하지", "물론", "진행", "진행해", "실행해", "실행", "승낙", "허락",
        "ㄱㄱ+", "ㄱ", "고고", "가즈아", "가자", "굿", "ㄳ", "예스", "와이")
_YES_EN = any_of(
        "yes+", "y", "yep", "yeah", "yup", "ye", "ok", "okay", "okey", "k", "kk", "sure", "confirm(?:ed)?", "i confirm", "correct", "right", "that'?s right",
        "agreed", "affirmative", "go ahead", "go for it", "go", "do it", "do that", "proceed", "please do", "let'?s do it", "let'?s go", "sounds good",
        "looks good", "lgtm", "fine", "of course", "absolutely", "definitely", "perfect", "run it", "execute", "make it so", "ship it now",
        "approved?(?= it$)")
CONFIRM = any_of(
        rf"(?:(?:{_YES})[\s,.!~]*)+(?:{_GO}){_END}", rf"(?:(?:{_YES_EN})[\s,.!~]*(?:please|pls|plz|thanks|thank you|now|sir|with it)?[\s,.!~]*)+",
        f"(?:롤백|삭제|배포|재시작|스케일|승격|적용|변경|제거|중지|재개|승인|병합|rollback|delete|deploy|restart|scale|promote) ?(?:확인|컨펌|confirm(?:ed)?){_END}",
        f"confirm (?:the )?(?:rollback|delete|deletion|deploy|deployment|restart|scale|promotion|promote|change){_END}",
        f"{_GO.replace(')?', ')', 1)}{_END}")
_NO = any_of(
        "취소", "캔슬", "아니요?", "아니야", "아니다", "아뇨", "아냐", "아닙니다", "노노?", "ㄴㄴ+", "ㄴ", "놉", "됐어", "됐습니다", "관둬", "관두자", "그만", "그만둬", "그만해", "그만두자", "그만둘래",
        "그만 ?하자", "취소취소", "안 ?돼", "하지 ?마", "하지 ?마세요", "하지 ?말아", "하지 ?말자", "하지 ?말아 ?줘", "하지 ?말아주세요", "안 ?할래", "안 ?해", "안 ?할게", "안 ?돼", "싫어", "싫습니다", "철회",
        "없던 ?(?:일|걸)로", "무시해", "잠깐", "멈춰", "중지", "중단", "거절", "거부", "스톱", "스탑", "보류")
_NO_EN = any_of(
        "no+", "n", "nope", "nah", "cancel(?: (?:it|that|this|the command|please))?", "abort(?: (?:it|that|this))?", "stop", "never ?mind", "nvm", "don'?t",
        "do not", "don'?t do (?:it|that)", "forget (?:it|that|about it)", "scratch that", "negative", "no way", "not now", "reject", "decline", "discard",
        "drop it", "undo that request", "leave it")
CANCEL = rf"(?:아[,\s]+)?(?:(?:{_NO})[\s,.!~]*)+(?:(?:그거|그냥|그건|이거|방금|거|명령|요청)\s?)*(?:해|해요|해줘|해 줘|해주세요|해 주세요|할게|할게요|하자|할래|할래요|합니다|합시다|부탁해|부탁해요|부탁드려요|부탁드립니다|하겠습니다|시켜|시켜줘|로 ?하자)?{_END}|(?:그거|그냥|방금 ?(?:거|건|것|명령|요청)|이거|그건|명령|요청|다|모두)(?:를|을|은|는)?\s?(?:{_NO})(?:해|해줘|해주세요|할게|하자|할래)?{_END}|(?:(?:{_NO_EN})[\s,.!~]*(?:please|pls|plz|thanks|thank you)?[\s,.!~]*)+"

IT = any_of(
        "그거", "그것", "그걸", "그건", "그게", "이거", "이것", "이걸", "이건", "이게", "저거", "저것", "걔", "얘", "쟤",
        "(?:방금|아까|위|위의|조금 ?전|직전|좀 ?전)(?:에)? ?(?:그|말한|얘기한|본|이야기한|했던|배포한|언급한)? ?(?:앱|거|것|서비스|걸|놈|녀석|애)",
        "(?:그|이|저|해당|같은|동일한?) ?(?:앱|서비스|서버|어플|애플리케이션|놈|녀석|파드|디플로이먼트|배포)", "거기", "여기", r"\bit\b", r"\bit'?s\b", r"\bthat\b", r"\bthis\b", r"\bthem\b",
        r"\bthe same (?:app|one|service)\b", r"\bthat one\b", r"\bthis one\b", r"\bthe (?:app|service|application|one|server|thing)\b", r"\bits\b")
THERE = r"거기|여기|그 ?환경|같은 ?환경|\bthere\b|\bsame (?:environment|env)\b"
ALSO = r"^\W*(?:and |also |그럼 |그리고 |아 )?(?:Ⓐ|Ⓔ)(?: ?환경)?(?:도|에도|에서도|도요)(?: ?(?:같이|똑같이|그렇게|마찬가지로|부탁|좀))?(?: ?(?:해|해줘|해 줘|해주세요|해 주세요|부탁해|부탁드려요|부탁드립니다|하자|요|적용해줘))?\W*$|^\W*(?:and |also |same (?:for|with|on|in) |the same (?:for|with|on|in) |do the same (?:for|with|on|in) |and also |now )+(?:the )?(?:in |on |for |to |with )?(?:Ⓐ|Ⓔ)(?: (?:too|also|as well|please|app|environment|env))*\W*$|^\W*(?:in |on |for )?(?:Ⓐ|Ⓔ) (?:too|also|as well)(?: please)?\W*$"
ABOUT = r"^\W*(?:그럼 |그러면 |and |what about |how about |그리고 )*(?:in |on |for |the )*(?:Ⓐ|Ⓔ)(?: ?환경)?(?:은|는|은요|는요|에서는|에선|의 ?경우|app|쪽은)?(?: ?(?:요|어때|어때요))?\W*$"
AMEND = r"^\W*(?:아니+(?:야|요|다)?|아냐|아뇨|노노?|아 |앗|정정|수정|no|nope|sorry|oops|actually|i mean(?:t)?|wait|instead|correction|make (?:that|it))[\s,.!:-]+(?:make (?:that|it) |i mean(?:t)? |to |in |on |for |use |it'?s |그게 아니라 |말고 |그거 말고 |sorry |actually |not that )*(?P<rest>\S.*)$"

# What is said where one or several things are all that a message names: `5개로`, `to staging with 3`.
_CASE = any_of("에서", "에선", "엔", "으로", "로", "에", "을", "를", "이요", "요", "만", "이야", "입니다", "이에요", "예요", "까지", "씩", " ?말이야", " ?말입니다", " ?말이에요", " ?말이예요", " ?말고")
_ASKED = any_of("해", "해줘", "해 줘", "해주세요", "해 주세요", "하자", "부탁해", "부탁해요", "부탁드려요", "부탁드립니다", "바꿔줘", "바꿔", "바꿔주세요", "변경해줘", "변경", "please", "pls")
_THING = rf"[Ⓐ-Ⓩ](?: ?(?:환경|버전|태그|브랜치|개|대))?(?:{_CASE})*"
ONLY = any_of(
    rf"[\s,.!~]*(?:(?:그럼|그러면|아니|그냥|그거|음|아)[\s,]+)*{_THING}(?:[\s,]+{_THING})*(?: ?(?:{_ASKED}))?[\s.!~]*",
    r"[\s]*(?:to |in |on |for |at |with |make (?:it|that) |use |just )*[Ⓐ-Ⓩ](?:,? (?:and |to |in |on |for |at |with )*[Ⓐ-Ⓩ])*(?: (?:please|pls|pods|replicas|instead|then))*[\s.!]*")
OF_PODS = r"pod|replica|파드|레플리카|인스턴스|서버|대$"
