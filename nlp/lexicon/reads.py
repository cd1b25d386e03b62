"""What people say when they want to see something: (verb, pattern, needs, unless), the first row that matches a clause is what is meant.

Both languages in one table, for people mix them. Marks as in nlp/lexicon/things.
"""

from nlp.lexicon.phrases import any_of

_ALL = any_of(
        "목록", "리스트", r"\blist\b", "모든", "모두", "전부", "전체", "다 ", "뭐뭐", "뭐 ?있", "어떤", "무슨", "몇", r"\ball\b", r"\bwhich\b", r"\bevery\b", r"\bany\b", "조회",
        "보여", "알려", "줘", "봐", "뽑아", "확인", r"\bshow\b", r"\bget\b", r"\bwhat\b", r"\bhow many\b", r"\bdisplay\b", r"\bsee\b", "있나", "있어", "있는", "현황", "나열",
        r"^\W*(?:the |my |our )*[a-z]+ (?:in|on|of)(?: the)? Ⓔ\W*$", r"^\W*(?:Ⓔ\W*)?(?:\S+\W*)$")
_PODS = r"파드|포드|팟|\bpods?\b"
_SERVICE = r"서비스|\bservices?\b|\bsvc\b"
_DEPLOYMENT = r"디플로이먼트|디플로이 ?먼트|\bdeployments?\b"
_INGRESS = r"인그레스|인그래스|\bingress(?:es)?\b|\bing\b"
_DETAIL = r"상세|자세|세부|디테일|스펙|정의|구성|설정|\bdescribe|\bdetails?\b|\bspec\b|\binfo(?:rmation)?\b|\bdefinition\b|정보|내용"
_KINDS = any_of(
        "컨피그 ?맵", "설정맵", r"\bconfig ?maps?\b", r"\bcms?\b", "시크릿", "씨크릿", r"\bsecrets?\b", "볼륨 ?클레임", r"\bpvcs?\b", r"\bpersistent ?volume ?claims?\b",
        r"\bpvs?\b", "퍼시스턴트 ?볼륨", r"\bpersistent ?volumes?\b", "크론 ?잡", r"\bcron ?jobs?\b", "(?<![가-힣])잡(?=을|이|은|도|들| |$)", r"\bjobs?\b", "데몬 ?셋",
        r"\bdaemonsets?\b", "스테이트풀 ?셋", r"\bstatefulsets?\b", r"\bsts\b", "레플리카 ?셋", r"\breplicasets?\b", "오토 ?스케일러", r"\bhpas?\b",
        r"\bhorizontalpodautoscalers?\b", r"\bpdbs?\b", r"\bpoddisruptionbudgets?\b", "네트워크 ?(?:정책|폴리시)", r"\bnetwork ?polic(?:y|ies)\b", "서비스 ?(?:어카운트|계정)",
        r"\bservice ?accounts?\b", "노드", r"\bnodes?\b", r"\brolebindings?\b", "롤 ?바인딩", r"\broles?\b", "스토리지 ?클래스", r"\bstorage ?class(?:es)?\b")

ROWS = (
    ("query", r"Ⓨ", None, None),
    ("cost_analysis", any_of(
        "비용", "코스트", "요금", r"\bcosts?\b", r"\bcosting\b", r"\bspend(?:ing)?\b", r"\bexpens", r"\bbill(?:ing)?\b(?! ?-)", "지출", "청구",
        "얼마나? ?(?:나가|나와|나올|드|들|쓰|썼)", "돈[이은을]? ?(?:얼마|많이|아끼|절약|줄)", r"\bsave money\b", r"\bcheaper\b", "가격", r"\bhow much (?:do|does|are|is|will|would)\b",
        r"\bbudget\b", "예산"), None, None),
    ("help", any_of(
        "도움말", "사용법", "사용 ?방법", "(?:뭐|뭘|무엇을?|무슨 ?일을?|뭐를) ?(?:더 ?)?(?:시킬|부탁할|물어볼|할|해 ?줄) ?(?:수 ?있|줄 ?(?:알|아))", "도와 ?줘", "도와 ?주", "헬프",
        "(?:뭘|뭐를?|무엇을|무슨 ?일을?|어떤 ?(?:걸|일을?)|네가|너는?|여기서)[^.]{0,8}할 ?수 ?있", r"^\W*할 ?수 ?있", "무엇을 ?할 ?수", "뭐 ?할 ?수", "뭐 ?해줄 ?수", "뭘 ?해줄 ?수",
        "(?<![가-힣])할 ?수 ?있는 ?(?:일|거|것|게|명령)", "명령어", "명령 ?(?:목록|리스트|알려|뭐|보여)", "무슨 ?기능", "어떤 ?기능", "기능 ?(?:목록|알려|뭐|설명)", "어떻게 ?(?:써|쓰|사용)", "가이드", "어떤 ?(?:일|명령)", r"\bhelp\b",
        r"\bwhat (?:else )?can (?:you|i|we)\b", r"\bwhat (?:are you|do you) (?:able|capable|do)",
        r"\b(?:list|show|available|supported|which|what)\b[^.]*\bcommands\b", r"\bhow (?:do|does|can) (?:i|this|one|it) (?:use|work)", r"\bcapabilities\b",
        r"\busage\b(?! of)", r"\bwhat do you do\b", r"\bfeatures\b", r"\bman page\b",
        r"\bwhat (?:does|is|do) [^.]*\b(?:restart|scale|rollback|promote|suspend|resume|sync|deploy|release|merge|mean)\b(?: (?:do|mean|for))?\W*$",
        "(?:재시작|스케일|롤백|배포|승격|동기화|일시 ?중지|프로모션)(?:이|은|는|가|란|이란)? ?(?:뭐|무엇|무슨 ?뜻|어떤 ?거)"), None, r"Ⓐ|로그|사용량|resource"),
    ("logs", any_of(
        "로그", r"\blogs?\b", r"\blog(?:ging)? lines?\b", r"\bstdout\b", r"\bstderr\b", "콘솔 ?(?:출력|창)", "출력 ?(?:좀|보여)", r"\btail\b", "스택 ?트레이스",
        r"\bstack ?trace\b"), None, r"로그인|변경 ?로그|체인지 ?로그|\bchange ?logs?\b|\baudit|로그 ?레벨|로그 ?수준|\blog ?(?:level|in)\b|로깅 ?레벨|로그아웃"),
    ("logs", r"Ⓛ", None, None),
    ("get_service", rf"(?:{_SERVICE})", rf"{_DETAIL}|\bget service\b|\bservice (?:object|resource)\b|\b(?:k8s|kubernetes) service of\b|\bservice of Ⓐ",
     rf"목록|리스트|\blist\b|주소|url|로그|상태 ?(?:좀|알|어|확|보)|모든|전체"),
    ("get_service", r"Ⓐ?\S*(?:-service|-svc)\b", _DETAIL, None),
    ("get_deployment", rf"(?:{_DEPLOYMENT})|롤아웃 ?(?:상세|정보)|(?:배포|\bdeploy) ?(?:상세|스펙|정의|구성|spec|details)", rf"{_DETAIL}|\bget deployment\b|\bdeployment Ⓐ",
     r"목록|리스트|\blist\b|이력|모든|전체|history"),
    ("get_deployment", r"\bdescribe\b", r"Ⓐ", r"\bevents?\b|\bpod\b"),
    ("history", any_of(
        "이력", "내역", "히스토리", "기록", "롤백 ?(?:목록|리스트|후보|가능|할 ?수 ?있는|버전|대상|포인트|지점)", "되돌릴 ?수 ?있는", "돌아갈 ?수 ?있는", "복구 ?가능", "배포 ?(?:목록|리스트)", "배포된 ?버전들",
        "변경 ?(?:사항|내용|점)? ?(?:목록|이력|내역|로그)", "체인지 ?로그", r"\bhistory\b", r"\bchange ?log\b", r"\bcandidates?\b", r"\baudit\b",
        r"\bwho\b[^.]*\b(?:changed?|deployed?|restarted?|scaled?|rolled|modified|touched|updated?|deleted?|removed?|did|pushed|released|promoted|edited|broke|set|suspended|paused|approved|merged|created)\b",
        r"\b(?:recent|past|previous|last|latest) (?:[\wⓃⓅ]+ )?(?:deployments|deploys|changes|releases|versions|commits|rollbacks|restarts|few changes|revisions)\b",
        r"\bdeployments? (?:log|list)\b",
        r"\b(?:list|show|see|what|which)\b[^.]*\b(?:deploys|releases|previous versions|versions|revisions|past versions)\b",
        r"^\W*(?:show |see |the )*Ⓖ (?:of|for) (?:the )?Ⓐ", r"\brollback (?:list|targets|points|options)\b",
        r"\bwhat (?:was|got|has been|were|has) [^.]*(?:deployed|changed|released|shipped|rolled)", r"\b(?:when|why|how often) (?:was|did|were|has|had)\b",
        r"\blast (?:deployed|changed|restarted|updated)\b", r"\bcan (?:i|we) roll back to\b", r"\bwhich version can\b",
        "누가[^.]*(?:바꿨|변경|배포|재시작|롤백|삭제|지웠|늘렸|줄였|올렸|내렸|건드|수정|했|고쳤|만들|승격|중지|멈췄|설정|스케일|만졌)", "(?:이전|지난|예전|과거) ?(?:버전들|배포들|버전 ?목록|배포 ?목록|릴리즈 ?목록)",
        "최근 ?(?:배포|변경|릴리즈|롤백|재시작)(?: ?(?:들|것들|목록|Ⓟ|Ⓝ|건|내용|한 ?것|된 ?것|사항| ?뭐| ?알려| ?보여|은|는|을)|$)", "(?:배포|재시작|롤백|변경|수정|업데이트|승격)[^.]*언제",
        "(?:언제|며칠)[^.]*(?:배포|재시작|롤백|바뀌|바꿨|변경|올라|올렸|업데이트|스케일|승격|삭제|수정)", "(?:바꾼|변경한|배포한|재시작한|롤백한|삭제한|지운|건드린|수정한|올린|늘린|줄인|고친) ?(?:사람|게|거|놈|분)[^.]*누구",
        "(?:뭐|무엇|뭘)[가를이]? ?(?:배포|변경|롤백|재시작)(?:됐|했|되었|된)", "(?:최근|지난|저번|마지막|어제|오늘) ?(?:의 )?(?:배포|변경|롤백|재시작|릴리즈|업데이트)(?! ?(?:한|된|해|하|시))",
        "(?:어제|오늘|최근|지난 ?주|이번 ?주|방금|마지막으로|지금까지)[^.]{0,8}(?:배포|변경|롤백|재시작|업데이트)(?:된|한|됐던|했던) ?(?:거|것|게|건|것들|거들|앱)", "(?:어떤|어느|몇|무슨) ?버전(?:으로|까지|들로)",
        "버전 ?(?:목록|리스트|이력)", "어떤 ?버전들?[이가]? ?(?:있|배포됐|나갔)", "릴리즈 ?노트"), None, r"로그 ?좀|비교|차이|\bdiff"),
    ("diff", any_of(
        "차이", "디프", r"\bdiff(?:erence)?s?\b", "비교", r"\bcompare\b", "달라진", "달라졌", "다른 ?(?:점|거|게|것)", "뭐가 ?다르", "뭐가 ?바뀌", "뭐가 ?바뀐", "무엇이 ?바뀌", "뭐 ?바뀌",
        "뭐[가이]? ?바뀜", "뭐[가이]? ?달라", "뭐[가이]? ?다른", "뭐[가이]? ?바꼈", "바뀐 ?(?:거|것|점|게|내용|부분)", "변경 ?(?:점|된 ?것|된 ?거|사항|내용|분)", "무슨 ?변경",
        r"\bwhat(?:'s| is| has)? (?:changed|different|the change)", r"\bchanges (?:between|since|from|in)\b", r"\bchanges (?:of|to|for) Ⓐ",
        r"\bwhat changed\b"), None, r"되돌|누가|언제"),
    ("events", r"이벤트|무슨 ?일|\bwhat(?: has)? happened\b|\bevents?\b", None, None),
    ("list_endpoints", any_of(
        "(?:내부 ?(?:통신|접속|서비스)? ?(?:주소|엔드포인트|dns))", "클러스터 ?내부 ?주소", r"\binternal (?:addresses|endpoints|urls|dns)\b",
        r"(?:모든|전체|전부|모두|\ball\b|\blist\b).*(?:엔드포인트|접속 ?주소|endpoints?|url|addresses)",
        r"(?:엔드포인트|접속 ?주소|endpoints?|addresses|\burls\b)(?:들)?(?:를|을)? ?(?:목록|리스트|전부|다|전체|모두|\blist\b)",
        r"\b(?:list|show|get|what|every|each|all)\b[^.]*\bendpoints?\b(?! (?:of|for) )", r"^\W*endpoints\W*$", "주소 ?(?:목록|리스트)"), None, r"Ⓐ|외부|도메인"),
    ("list_ingresses", any_of(
        f"{_INGRESS}", "도메인", r"\bdomains?\b", "외부 ?(?:접속|공개|노출|통신)? ?(?:주소|url|도메인|엔드포인트)", r"\bexternal (?:urls?|addresses|hosts?)\b", r"\bhostnames?\b",
        r"\bpublic (?:urls?|addresses)\b"), None, r"Ⓐ"),
    ("endpoint", any_of(
        "주소", r"\burls?\b", "링크", "접속", "도메인", "엔드포인트", r"\bendpoints?\b", r"\baddress(?:es)?\b", r"\breach(?:able)?\b",
        r"\bwhere (?:is|can|do|does)\b[^.]*\b(?:open|access|find|visit|see|running|reach|available|hosted)\b", "어디로", "브라우저", "어디서 ?(?:봐|볼|접|확인|열)",
        "어떻게 ?(?:접|들어|열)", "들어가", "포트 ?(?:뭐|몇|번호|알려)", r"\bwhat port", r"\bwhich port",
        r"\bhow (?:do|can) (?:i|we|you) (?:access|open|visit|get to|connect to|reach)", r"\baccess\b", r"\bexposed\b", r"\bhost\b", f"{_INGRESS}", "아이피",
        r"\bip\b"), None, r"설정해|바꿔|변경해|(?:접속|연결)[이은]? ?(?:안|못|불)|안 ?(?:돼|되|열|들어)|못 ?들어"),
    ("health", r"헬스|건강|헬쓰|\bhealth\b|\bhealth ?check|\bliveness\b|\breadiness\b|프로브|\bprobes?\b", None, None),
    ("list_namespaces", r"네임 ?스페이스(?: ?들)?|\bnamespaces?\b|\bns\b", any_of(
        "목록", "리스트", r"\blist\b", "모든", "전부", "전체", "뭐", "어떤", "몇", "조회", "보여", "알려", r"\ball\b", r"\bwhich\b", r"\bwhat\b", r"\bshow\b", r"\bget\b",
        r"\bnamespaces\b", "현황", r"^\W*네임스페이스\W*$"), any_of(
        "Ⓔ ?(?:네임|namespace)", "파드", "포드", "앱", "어플", "서비스", "디플로이", r"\bpods?\b", r"\bapps?\b", r"\bservices?\b", r"\bdeploy", "상태", "인그레스",
        r"\bin (?:the )?(?:namespace|ns)")),
    ("list_apps", any_of(
        r"(?:앱|어플|어플리케이션|애플리케이션|\bapps?\b|\bapplications?\b)(?:들|s)?(?:은|는|이|가|을|를|도)? ?(?:목록|리스트|list|전부|전체|모두|다(?= |$)|뭐|어떤|몇|조회|나열|이름 ?(?:목록|알려|뭐|들)|종류|현황)",
        r"(?:모든|전체|전부|어떤|무슨|몇 ?개의?|배포된|배포되어 ?있는|떠 ?있는|돌고 ?있는|있는|\ball(?: the| my| of the| our)?|\blist(?: the| my| our| all)?|\bwhich|\bwhat|\bshow(?: me)?(?: the| my| our| all)?|\bhow many|\bget(?: the| all)?|\bsee(?: the| all)?|\bdeployed|\brunning|\bdisplay(?: the| all)?) ?(?:앱|어플|애플리케이션|apps\b|applications\b)",
        "(?:앱|어플|애플리케이션)(?:들)?(?:을|를|이|만|은|는)? ?(?:좀 |다 |모두 |전부 |싹 )?(?:보여|알려|뭐|있|조회|확인)",
        r"^\W*(?:Ⓔ\S* ?)?(?:환경 ?|네임스페이스 ?)?(?:my |our |the |all )*(?:apps|앱들?|applications)(?: (?:in|on|of|at)(?: the)? Ⓔ)?\W*$",
        "(?:뭐|뭣|무엇)[이가]? ?(?:배포되|배포돼|떠 ?있|돌고|올라가|돌아가|실행)", r"\bwhat(?:'s| is) (?:running|deployed|live)\b",
        r"\bapps\b[^.]*\b(?:are|is|do|have|there|running|deployed|exist)\b"), None, rf"Ⓐ|{_PODS}|{_DEPLOYMENT}|{_SERVICE}|로그|이력|상세|왜|안 ?되|안 ?돼|상태|하나|죽|만들|(?:배포|변경|롤백)(?:된|한|됐던) ?(?:거|것|게|건)"),
    ("list_deployments", _DEPLOYMENT, _ALL, r"Ⓐ|이력|history|롤백"),
    ("list_pods", _PODS, _ALL, r"Ⓐ|\bdelete|로그"),
    ("list_services", _SERVICE, any_of(
        "목록", "리스트", r"\blist\b", "모든", "전부", "전체", "뭐뭐", "어떤", "무슨", "몇 ?개", "조회", r"\ball\b", r"\bwhich\b", r"\bwhat\b", r"\bservices\b", "나열",
        r"\bevery\b", "현황", "서비스(?:들)?(?:를|을)? ?(?:좀 |다 )?보여", r"^\W*(?:Ⓔ\S* ?)?(?:서비스|services?)\W*$", "서비스는? ?뭐", "들"), r"Ⓐ|상태|돌아|잘|안 ?돼|안 ?되|어때|이상|죽|정상|url|주소"),
    ("get", _KINDS, None, r"만들어|추가해|생성해|바꿔|수정해|삭제|지워"),
    ("overview", any_of(
        r"\bhow(?:'s| is| are) (?:everything|things|it all|(?:the |our |my )?(?:cluster|system|platform|apps|services|environment|whole)\b)",
        r"\bshow(?: me)? everything\b", r"\bis everything\b",
        r"(?:전체|전반|종합|시스템|클러스터|모든 ?(?:앱|서비스|것|환경)|전부|모두|다들|^\W*다 |인프라|쿠버네티스|\bk8s\b|\bcluster\b|\boverall\b|\bsystem\b|\beverything\b|\ball (?:apps|services|environments)\b|\bplatform\b|\b(?:the|our|my) (?:apps|services)\b|\bthings\b|플랫폼|(?:앱|서비스)들)[^.]*(?:상황|상태|현황|요약|보고|리포트|어때|괜찮|정상|문제|개요|이상|점검|확인|보여|알려|건강|잘|\bstatus\b|\bstate\b|\bsummary\b|\breport\b|\bhealthy?\b|\boverview\b|\bok(?:ay)?\b|\bfine\b|\bgoing\b|\brunning\b|\blook|\bdoing\b|\bup\b|\bgood\b)",
        "오버뷰", "대시 ?보드", "한눈에", "전반적", "개요", r"\boverview\b", r"\bdashboard\b", r"\bbig picture\b", r"\bsummar(?:y|i[sz]e)\b", r"\bstatus report\b",
        r"\bat a glance\b", r"\bwhat'?s going on\b", "요약", "(?:Ⓔ)(?: ?환경)?(?:은|는|의| )? ?(?:전체 ?)?(?:현황|상황)", "보고서", "브리핑"), None, r"Ⓐ(?!.*전체)|Ⓛ"),
    ("status", any_of(
        "멀쩡", "뭐 ?하고 ?있", "다운(?:된|됐|이|인|돼)", r"^\W*(?:한 ?번 |좀 |빨리 )*(?:봐 ?(?:줘|주|봐)|봐요|살펴)", "상태", "현황", "상황", "어때", "어떤지", "어떠", "괜찮", "살아", "살았", "떠 ?있", "떴", "뜨고",
        "돌아가", "돌아감", "돌고 ?있", "잘 ?(?:돼|되|됨|된|작동|동작|있|나|올라|뜨|떠)", "정상", "죽었", "죽어", "죽은", "내려갔", "뻗", "터졌", "터진", "맛이", "먹통", "느려", "느린",
        "안 ?(?:돼|되|됨|떠|뜨|열|들어|나와|나옴|켜|된)", "왜 ?(?:이래|그래|이러|이런|죽)", "문제", "이상", "동작", "작동", r"\bstatus\b", r"\bstate\b", r"\bhealthy\b", r"\bunhealthy\b",
        r"\bdoing\b", r"\bup\b", r"\bdown\b", r"\balive\b", r"\bdead\b", r"\brunning\b", r"\bok(?:ay)?\b", r"\bfine\b", r"\bworking\b", r"\bbroken\b",
        r"\bcrash", r"\bready\b", r"\bhow(?:'s| is| are)\b",
        r"\b(?:what(?:'?s| is)|anything|something|is there anything) (?:wrong|up|going on|happening|the matter)\b", r"\bslow\b", r"\bstuck\b",
        r"\bfail(?:ed|ing|s)?\b", "점검", "체크", r"\bcheck\b", "횟수", "몇 ?(?:개|대|번)", "파드", "포드", r"\bpods?\b", "레플리카", r"\breplicas?\b", r"\bhow many\b",
        "버전[이은]? ?(?:뭐|몇|어떤|무엇)", "(?:무슨|어떤|몇|현재|지금) ?버전", r"\b(?:what|which) version\b", r"\bcurrent version\b", "확인", "오류", "에러", r"\berrors?\b",
        r"\bproblems?\b", r"\bissues?\b", "실패", "완료", "끝났", "성공", "반영됐", "배포됐", "떨어졌", r"\bscaled\b", "정보", r"\bkeeps? (?:re|cra)"), None, r"로그 ?레벨|삭제|지워"),
)

ANALYSIS = (
    ("optimization", any_of(
        "줄이", "줄일", "절감", "절약", "최적화", "아끼", "아낄", "낮추", "낮출", "낭비", "세이브", r"\breduc", r"\bsav(?:e|ing)", r"\boptimi[sz]", r"\bcut\b", r"\blower\b",
        r"\bcheaper\b", r"\bwast(?:e|ing)", r"\btrim\b", r"\bdown\b")),
    ("forecast", any_of(
        "예상", "예측", "전망", "다음 ?달", "앞으로", "내달", "월간", "이번 ?달 ?말", "내년", "추정", "나올까", "나올지", "나올 ?것", r"\bforecast", r"\bnext month", r"\bpredict",
        r"\bproject(?:ed|ion)", r"\bexpect", r"\bestimat", r"\bmonthly", r"\bwill\b", r"\bby the end\b", r"\bupcoming\b", r"\bfuture\b")),
    ("usage", r"사용량|사용 ?현황|현재 ?비용|지금 ?비용|쓰고 ?있|쓰는|사용 ?비용|\busage\b|\bcurrent(?:ly)?\b|\bso far\b"),
)
