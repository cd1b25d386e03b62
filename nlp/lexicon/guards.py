"""What takes a command back, puts it off, or makes it a question, a condition or a report: then nothing is changed.

`WHOLE` holds for the whole text, `SENTENCE` for every command of the sentence, `CLAUSE` for one. Each row: (why, pattern).
"""

from nlp.lexicon.phrases import any_of

WHOLE = (
    ("injection", any_of(
        r"[;&|]\s*(?:rm|sudo|curl|wget|sh|bash|cat|dd|kill|chmod|reboot|shutdown|nc|eval|exec|mkfs|echo|python|drop|delete from|insert|update \w+ set)\b",
        "&&", r"\|\|", r"\$\(", "`[^`]*`", r"\brm -[rf]", r"[;&|]\s*(?:kubectl|helm|docker|git|terraform|aws|ssh|systemctl)\b",
        r"\bkubectl (?:delete|apply|create|edit|patch|replace|drain|cordon|exec|cp|run|label|annotate)\b",
        r"\bhelm (?:uninstall|delete|upgrade|install|rollback)\b", r">\s?/(?:dev|etc)", "/etc/passwd", r"\.\./", r"<\s?/?(?:script|img|iframe|svg)\b",
        "javascript:", r"(?m:^\s*---\s*$)", r"\"(?:role|content|verb|command)\"\s*:", r"\bunion (?:all )?select\b", r"\bdrop (?:table|database|schema)\b",
        r"\bselect [\w*, ]+ from \w+", r"\bdelete from \w+", r"\binsert into \w+", r"\btruncate table\b", r"\bupdate \w+ set\b", r"\balter table\b",
        r"\bcreate table\b", r"'\s?or\s?'?1'?\s?=", r"--\s*$", r"\bxp_cmdshell", "%0[ad]", r"\{\{.*\}\}", r"\$\{.*\}", r":\(\)\s?\{")),
    ("instructions", any_of(
        r"\b(?:ignore|disregard|forget|override|bypass)\b[^.]{0,40}\b(?:instructions?|rules?|prompts?|guard|polic(?:y|ies)|safety|confirmation|previous|above|prior)\b",
        r"\bsystem prompt\b", r"\byou are now\b", r"\bact as\b", r"\bpretend (?:to|you|that)\b", r"\bjailbreak", r"\bdeveloper mode\b",
        r"\bwithout (?:asking|confirmation|confirming|review|approval)\b", r"\bskip (?:the )?(?:confirmation|review|approval)",
        "(?:지시|명령|규칙|프롬프트|설정|안내|지침|제한|정책)(?:사항|문)?(?:은|는|을|를|들을)? ?(?:모두 |다 |전부 |싹 )?(?:무시|잊|무효|해제하고|어기)", "시스템 ?프롬프트", "너는 ?이제", "(?:관리자|개발자) ?모드",
        "(?:확인|승인|검토|리뷰|미리 ?보기|컨펌|인증|권한 ?확인|결재) ?(?:과정|절차|단계|버튼)?(?:은|는|을|를|도)? ?(?:모두 |다 |전부 |그냥 )?(?:없이|하지 ?말고|묻지 ?말고|받지 ?말고|기다리지 ?말고|건너|생략|스킵|패스|무시|빼고|필요 ?없이)",
        "묻지도 ?따지지도", "묻지 ?말고", "물어보지 ?말고", r"\[?system\]?\s?:", r"<\|")),
)

SENTENCE = (
    ("negated",
     r"\S[,.…\s]\s*(?:아니다|아니야|아냐|아 ?아니|아니지|아니)(?=[,\s])(?!\W*$)(?! ?(?:고|라|면))|[,.…]\s*(?:no,|no wait|wait,? no|oh no|scratch that|actually,? no|never ?mind|on second thought|or rather)(?=\W)"),
    ("condition", any_of(
        "(?<![가-힣])만약", "만일", "혹시라도",
        r"(?<!괜찮)(?<!가능하)(?<!괜찮다)(?<!가능하다)(?<!그러)(?<!그렇다)(?<!아니)(?<!이러)(?<!화)(?<!측)(?<!반)(?<!장)(?<!전)(?<!정)(?<!표)(?<!하시)(?<!주시)(?<!주)(?<!으)(?<!없으)(?<!으시)(?<!시간 되)(?<!시간되)(?<!될 수 있으)(?<!라)면(?:은|요)?(?=[\s,Ⓐ-Ⓩ])(?! ?(?:좋|고맙|감사|해\W*$|합니다|안 ?될까|안 ?돼))",
        r"(?:있|없|같|높|낮|많|적|좋|됐|했|났|넘|떨어졌|죽었|싶)으면(?:은|요)?(?=[\s,Ⓐ-Ⓩ])(?! ?(?:좋|고맙|감사|해|합니다|하는데))",
        r"(?:할|될|날|질|칠|릴|을|를|을|뜰|쌓일|많을|높을|생길|있을|없을|떨어질|터질|느릴|죽을|바뀔|올|갈|나올|넘을) ?(?:경우|때|때마다|시에|시에는)(?=[\s,에는마도])", "경우에", "(?<![가-힣])시에는", "되는 ?대로",
        "[하되]는 ?즉시", "자마자", "[끝나하되]면 ?그때", r"\bif\b(?! (?:possible|you (?:can|could|don't mind|have time|may)))", r"\bin case\b",
        r"\bwhen(?:ever)?\b(?! (?:you (?:can|have time|get)|possible|was|did|were|is|has|will|do|does))", r"\bunless\b", r"\bonce\b(?! more| again)",
        r"\bprovided that\b", r"\bas soon as\b(?! possible)", r"\bassuming\b", r"\bsuppose\b", r"\bshould (?:it|the|cpu|traffic)\b", r"\bwere to\b",
        r"\bwhat (?:would|will|happens|if)\b", r"\bwould happen\b")),
    ("later", any_of(
        "내일", "모레", "나중에", "이따", "있다가 ?(?=재|배|롤|스|늘|줄)", "다음 ?(?:주|달|번|날|월요일|배포 ?때)", "(?:오늘|내일) ?(?:밤|저녁|새벽|오후|아침)",
        "(?<![가-힣])(?:오전|오후|저녁|새벽|자정|정오|밤|아침|점심|주말|평일)(?:에|까지|부터)", r"(?:Ⓝ|Ⓟ|\d+|한|두|세|네|다섯|열|몇) ?(?:분|시간|초|일|주|달) ?(?:뒤|후|있다가|이따|간격|마다|지나)",
        r"(?:Ⓝ|\d+|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|열한|열두) ?시(?: ?반| ?정각| ?\d+ ?분| ?Ⓝ ?분)?(?:에|까지|부터|쯤|이후)", "퇴근 ?(?:후|하고|시간)", "[월화수목금토일]요일", "예약", "스케줄", "매일",
        "매주", "매달", "매월", "매시간", "매번", "마다", "주기적", "정기적", "자동으로", "항상", "계속해서", r"\btomorrow\b", r"\btonight\b", r"\blater\b",
        r"\bnext (?:week|month|day|mon|tue|wed|thu|fri|sat|sun)\w*",
        r"\bat (?:noon|midnight|night|\d{1,2}(?::\d\d)? ?(?:am|pm|o'clock)|Ⓝ ?(?:am|pm|o'clock|:))", r"\b\d{1,2}(?::\d\d)? ?(?:am|pm)\b",
        r"\bin (?:\d+|Ⓝ|a|an|a few|half an) ?(?:s|m|h|sec|min|hour|minute|second|day|week)\w*", r"\bevery\b(?! (?:pod|app|service))", r"\bdaily\b",
        r"\bweekly\b", r"\bnightly\b", r"\bhourly\b", r"\bschedule", r"\bthis (?:evening|afternoon|weekend)\b", r"\bautomatically\b", r"\balways\b",
        r"\bafter (?:lunch|work|hours|midnight|the (?:meeting|release|demo|sync|deploy|tests?))", r"\bon (?:mon|tues|wednes|thurs|fri|satur|sun)day")),
    ("except", any_of(
        "빼고", "제외", "제하고", "말고는", "이외", "외에", "외의", "나머지", "빼놓고", r"\bexcept\b", r"\bexcluding\b", r"\bbut not\b", r"\bother than\b", r"\bapart from\b",
        r"\bwithout\b", r"\bthe rest\b", r"\bthe others?\b", r"\beverything else\b", r"\b(?:all|everything|every \w+) but\b")),
)

CLAUSE = (
    ("negated", any_of(
        "(?:하|시키|되|리|이|우|추|꾸|끄|켜|지|내|빼|넣|하지를|하진|두|주|늘리|줄이|올리|내리|막|풀)지 ?(?:는|도|를)? ?(?:마|말|않|못|아니)",
        "(?:하|시키|되|리|이|우|추|꾸|끄|켜|내|주)진? ?(?:마세요|마라|말아|말자|마시|말 ?것|말도록|않)", "(?<![가-힣])(?:안|못) ?(?:하|해|되|돼|할|했|한|재시작|배포|롤백|늘|줄|지|올|내|바꿔|바꾸|삭제)", "금지",
        "필요 ?(?:는|가)? ?없", "절대(?:로)?(?![가-힣])", "보류해", "보류하자", "(?:하|되|리|이|우)면 ?(?:안|곤란|큰일|망|위험|절대)", "없이", "(?<![가-힣])됐어", "그만", "아니라", "아닌", r"\bdon'?t\b",
        r"\bdo not\b", r"\bdont\b", r"\bnever\b", r"\bnot\b(?! (?:sure|working))", r"\bno need\b", r"\bwon'?t\b", r"\bshouldn'?t\b", r"\bmust ?n'?t\b",
        r"\bcannot\b", r"\bcan'?t\b", r"\bavoid\b", r"\brefrain\b", r"\bstop (?:\w+ing)\b(?<!stop syncing)(?<!stop reconciling)(?<!stop deploying)",
        r"\bno (?:restarts?|rollbacks?|deploys?|deployments?|more|scaling|changes?|deletions?)\b", r"\binstead of\b", r"\brather than\b", r"\bhold off\b")),
    ("asked", any_of(
        "누가", "누구", "언제", "왜(?![가-힣])", "왜(?=지|죠|요|냐)", "어떻게", "어떡", "어떤", "무슨", "무엇", "뭐", "뭘", "뭔", "어디", "어느", "몇", "얼마", "궁금",
        r"(?:을|ㄹ|할|될|릴|일|꿀|울|줄|갈|볼) ?(?:까|까요|런지|는지|지|지도)(?=\W|$)", "[할될릴일] ?수 ?(?:는|도|가)? ?있(?:어|나|니|냐|을까|습니까|는지|는|어요|나요)", "해도 ?(?:돼|되|괜찮|될|좋|문제)",
        "[려돼혀줘꿔]도 ?(?:돼|되|괜찮|될|좋)", r"해야 ?(?:하나|할|돼\?|되나|될|할까|하는지|하는가|하나요)", "인지", "는지", "은지", "던지", r"나요\?", r"까\?", r"니\?", r"냐\?", r"\bwho\b",
        r"\bwhat\b", r"\bwhen\b", r"\bwhy\b", r"\bhow\b", r"\bwhich\b", r"\bwhere\b", r"\bwhether\b", r"\bshould (?:i|we|it|they|you)\b",
        r"\b(?:can|may|could|shall|must|do|did|does|will) (?:(?:i|we|it|they|he|she|this|that|the)\b|Ⓐ)",
        r"\b(?:is|are|was|were|has|have|had|did|does|do|am) (?:(?:it|the|there|this|that|you|we|i|they|anyone|someone|somebody)\b|Ⓐ)", r"\bis Ⓐ", r"\bdid\b",
        r"\bdoes\b", r"\bwondering\b", r"\bcurious\b", r"\btell me\b", r"\bexplain\b", r"\bshow\b", r"\bsafe to\b", r"\bok(?:ay)? to\b", r"\bpossible to\b")),
    ("reported", any_of(
        r"(?:하|시키|리|이|우|되|추|꾸)(?:라고|라는|라던|라네|라더|라길래|래서|랬|래요|래(?=\W|$)|라며|란다|자고 ?(?:했|하|해)|자는)",
        r"(?:한|된|린|인|운|춘|시킨|했|됐|렸|였|꿨|췄|웠|켰|껐)(?:다고|다는|다던|다네|다더|대요|대(?=\W|$)|다며|답니다|단다|다니)",
        "(?:했|됐|되었|하였|렸|였|꿨|췄|웠|켰|껐|시켰|졌|갔|났)(?:어|었|다|네|습|음|는데|던|지|나|니|냐|죠|을|고)", r"(?:하|되|시키|리|이)(?:는 ?중|고 ?있|던 ?중|려던|려고|려다|더라|네(?=\W|$)|곤)",
        "중(?:이|인|입|임)", "(?:된|한|했던|됐던) ?(?:거|것|건|게|줄|상태|이유|적|지|후|뒤로)", "자꾸", "계속 ?(?=재|죽|다시|내려|껐|롤)", "저절로", "혼자", "갑자기", "스스로", "맨날", "툭하면", "자동으로", "어제",
        "그저께", "지난", "아까(?! ?(?:그|말한|본|얘기|했던|거))", "예정", "완료", "실패", "성공", "필요(?:해|하|함|할|합니다|한)",
        r"\b(?:said|says|told|asked|asks|wants|wanted|suggested|claims?|reported|thinks?|heard|mentioned|recommended)\b",
        r"\b(?:restarted|rebooted|scaled|rolled|deployed|deleted|removed|promoted|reverted|shipped|updated|upgraded|suspended|paused|synced|changed|set up|was|were|has been|have been|had been|got|already|just finished|yesterday|ago|keeps?|failed|fails|failing|happened)\b",
        r"\bgoing to\b", r"\bplan(?:ning|s|ned)? to\b", r"\babout to\b", r"\bneeds? (?:a |to be )", r"\bit would\b", r"\bthey\b",
        r"\bwe (?:need|should|must|have|had|will|are)\b", r"\bhe\b", r"\bshe\b",
        r"\bi (?:did|have|had|was|am|will|might|may|should|think|thought|saw|heard|tried|just)\b", r"\bi'(?:ve|ll|m|d)\b(?! (?:like|love))")),
    ("relative", any_of(
        r"(?:Ⓟ|Ⓝ|\d+|하나|둘|Ⓟ씩|Ⓝ씩) ?(?:만 ?)?(?:더|씩|이상|이하|미만|초과|정도는|쯤은|가량|내외)", "더 ?(?:Ⓟ|Ⓝ|늘|줄|추가|띄|올|많|적|키)", "추가로 ?(?:Ⓟ|Ⓝ)", r"(?:두|세|네|Ⓝ|\d+|몇|다섯|열) ?배",
        "배로", "절반", "반으로", "반만", "Ⓝ ?(?:%|퍼센트|프로)", "최소", "최대", "적어도", "많아야", "(?:두세|서너|너댓|대여섯|한두|여러|몇|수십|두어|네댓) ?(?:개|대|번)",
        r"(?:Ⓝ|Ⓟ|\d) ?(?:~|-|에서|내지|이나|또는|혹은|or|to) ?(?:Ⓟ|Ⓝ)(?! ?(?:에서|replica))(?<!에서 Ⓟ)(?<!에서Ⓟ)(?<!Ⓟ to Ⓟ)(?<!Ⓝ to Ⓟ)(?<!Ⓝ to Ⓝ)", r"\bmore\b",
        r"\bfewer\b", r"\bless\b", r"\banother\b", r"\bextra\b", r"\badditional\b", r"\bby (?:Ⓝ|Ⓟ|a|half)", r"\bdouble\b", r"\btriple\b", r"\bhalve\b",
        r"\bhalf\b", r"\btwice\b", r"\bat (?:least|most)\b", r"\bbetween\b", r"\bminimum\b", r"\bmaximum\b", r"\bmin\b", r"\bmax\b", r"\ba few\b",
        r"\bseveral\b", r"\bsome\b", r"\bcouple\b", r"\bpercent\b", "Ⓝ ?%", r"Ⓝ ?x\b", "적당히", "알아서", "살짝", "조금만", "충분히", "많이", "넉넉")),
    ("all", any_of(
        "모든 ?(?:앱|서비스|어플|애플리케이션|거|것|서버|파드|환경|배포|디플로이먼트)", "모두", "전부", "전체", "싹(?: ?다)?", "다(?= ?(?:재|삭|지|롤|배|늘|줄|내|올|껐|꺼|없|날|승|멈|중|동|되|바|한|같|리|스))", "앱들",
        "서비스들", r"\b(?:all|every|each)(?: of)?(?: the| our| my| running)?(?: (?:app|application|service|pod|deployment|server)s?)?\b", r"\beverything\b",
        r"\ball of (?:it|them)\b")),
)

_BACK = any_of(
        "아니야?", "아냐", "아니다", "아뇨", "하지 ?마(?:세요|요|라|십시오)?", "하지 ?말(?:아|고|자)[가-힣 ]*", "취소(?:해|요|할게|할게요|합니다|하자)?(?:줘|주세요)?", "아 ?잠깐만?", "잠깐만?", "됐어요?", "됐습니다", "관둬",
        "그만(?:둬|해)?", "안 ?할래", "안 ?할게요?", "no", "nope", "never ?mind", "wait", r"actually(?: no| don'?t)?", "scratch that", "cancel(?: that| it)?", "forget it", "don'?t(?: do (?:it|that))?", "stop")
RETRACT = rf"^\W*(?:oh|아|음|앗)?[\s,]*(?:{_BACK})(?:[\s,.!~]+(?:{_BACK}))*\W*$"

# Words that leave things as they are: where no verb of ours was found, they make whatever else is said no request.
RESTRAINT = any_of(
        "(?:놔|내버려|냅|그대로|가만히) ?(?:둬|두)", "건드리지", "손대지", r"\bleav(?:e|ing)\b[^.]*\b(?:alone|be|as (?:it|they) (?:is|are))\b", r"\bhands off\b", r"\bkeep\b",
        r"\btakes? (?:forever|long|ages)\b")
