"""What people say when they want to see something: (verb, pattern, needs, unless), the first row that matches a clause is what is meant.

Both languages in one table, for people mix them. Marks as in nlp/lexicon/things.
"""

_ALL = r"목록|리스트|\blist\b|모든|모두|전부|전체|다 |뭐뭐|뭐 ?있|어떤|무슨|몇|\ball\b|\bwhich\b|\bevery\b|\bany\b|조회|보여|알려|줘|봐|뽑아|확인|\bshow\b|\bget\b|\bwhat\b|\bhow many\b|\bdisplay\b|\bsee\b|있나|있어|있는|현황|나열|^\W*(?:Ⓔ\W*)?(?:\S+\W*)$"
_PODS = r"파드|포드|팟|\bpods?\b"
_SERVICE = r"서비스|\bservices?\b|\bsvc\b"
_DEPLOYMENT = r"디플로이먼트|디플로이 ?먼트|\bdeployments?\b"
_INGRESS = r"인그레스|인그래스|\bingress(?:es)?\b|\bing\b"
_DETAIL = r"상세|자세|세부|디테일|스펙|정의|구성|설정|\bdescribe|\bdetails?\b|\bspec\b|\binfo(?:rmation)?\b|\bdefinition\b|정보|내용"
_KINDS = r"컨피그 ?맵|설정맵|\bconfig ?maps?\b|\bcms?\b|시크릿|씨크릿|\bsecrets?\b|볼륨 ?클레임|\bpvcs?\b|\bpersistent ?volume ?claims?\b|\bpvs?\b|퍼시스턴트 ?볼륨|\bpersistent ?volumes?\b|크론 ?잡|\bcron ?jobs?\b|(?<![가-힣])잡(?=을|이|은|도|들| |$)|\bjobs?\b|데몬 ?셋|\bdaemonsets?\b|스테이트풀 ?셋|\bstatefulsets?\b|\bsts\b|레플리카 ?셋|\breplicasets?\b|오토 ?스케일러|\bhpas?\b|\bhorizontalpodautoscalers?\b|\bpdbs?\b|\bpoddisruptionbudgets?\b|네트워크 ?(?:정책|폴리시)|\bnetwork ?polic(?:y|ies)\b|서비스 ?(?:어카운트|계정)|\bservice ?accounts?\b|노드|\bnodes?\b|\brolebindings?\b|\broles?\b|스토리지 ?클래스|\bstorage ?class(?:es)?\b"

ROWS = (
    ("query", r"Ⓨ", None, None),
    ("cost_analysis", r"비용|코스트|요금|\bcosts?\b|\bcosting\b|\bspend(?:ing)?\b|\bexpens|\bbill(?:ing)?\b(?! ?-)|지출|청구|얼마 ?(?:나가|나와|드|들)|돈[이은을]? ?(?:얼마|많이|아끼|절약|줄)|\bsave money\b|\bcheaper\b|가격|\bhow much (?:do|does|are|is|will|would)\b|\bbudget\b|예산", None, None),
    ("help", r"도움말|사용법|사용 ?방법|도와 ?줘|도와 ?주|헬프|뭘? ?할 ?수 ?있|무엇을 ?할 ?수|뭐 ?할 ?수|뭐 ?해줄 ?수|뭘 ?해줄 ?수|할 ?수 ?있는 ?(?:일|거|것|게|명령)|명령어|무슨 ?기능|어떤 ?기능|기능 ?(?:목록|알려|뭐|설명)|어떻게 ?(?:써|쓰|사용)|가이드|어떤 ?(?:일|명령)|\bhelp\b|\bwhat can (?:you|i|we)\b|\bwhat (?:are you|do you) (?:able|capable|do)|\b(?:list|show|available|supported|which|what)\b[^.]*\bcommands\b|\bhow (?:do|does|can) (?:i|this|one|it) (?:use|work)|\bcapabilities\b|\busage\b(?! of)|\bwhat do you do\b|\bfeatures\b|\bman page\b", None, r"Ⓐ.*(?:help|usage)|로그|사용량|resource"),
    ("logs", r"로그|\blogs?\b|\blog(?:ging)? lines?\b|\bstdout\b|\bstderr\b|콘솔 ?(?:출력|창)|출력 ?(?:좀|보여)|\btail\b|스택 ?트레이스|\bstack ?trace\b", None, r"로그인|로그 ?레벨|로그 ?수준|\blog ?(?:level|in)\b|로깅 ?레벨|로그아웃"),
    ("logs", r"Ⓛ", None, None),
    ("get_service", rf"(?:{_SERVICE})", rf"{_DETAIL}|\bget service\b", rf"목록|리스트|\blist\b|주소|url|로그|상태 ?(?:좀|알|어|확|보)|모든|전체"),
    ("get_service", r"Ⓐ?\S*(?:-service|-svc)\b", _DETAIL, None),
    ("get_deployment", rf"(?:{_DEPLOYMENT})|롤아웃 ?(?:상세|정보)|배포 ?(?:상세|스펙|정의|구성)", rf"{_DETAIL}|\bget deployment\b|\bdeployment Ⓐ", r"목록|리스트|\blist\b|이력|모든|전체|history"),
    ("get_deployment", r"\bdescribe\b", r"Ⓐ", r"\bevents?\b|\bpod\b"),
    ("history", r"이력|내역|히스토리|기록|롤백 ?(?:목록|리스트|후보|가능|할 ?수 ?있는|버전|대상|포인트|지점)|되돌릴 ?수 ?있는|돌아갈 ?수 ?있는|복구 ?가능|배포 ?(?:목록|리스트)|배포된 ?버전들|변경 ?(?:사항|내용|점)? ?(?:목록|이력|내역|로그)|체인지 ?로그|\bhistory\b|\bchange ?log\b|\bcandidates?\b|\baudit\b|\bwho\b[^.]*\b(?:changed?|deployed?|restarted?|scaled?|rolled|modified|touched|updated?|deleted?|removed?|did|pushed|released|promoted|edited|broke|set|suspended|paused|approved|merged|created)\b|\b(?:recent|past|previous|last|latest) (?:\w+ )?(?:deployments|deploys|changes|releases|versions|commits|rollbacks|restarts|few changes|revisions)\b|\bdeployments? (?:log|list)\b|\b(?:list|show|see|what|which)\b[^.]*\b(?:deploys|releases|previous versions|versions|revisions|past versions)\b|\brollback (?:list|targets|points|options)\b|\bwhen (?:was|did|were|has|had)\b|\blast (?:deployed|changed|restarted|updated)\b|\bcan (?:i|we) roll back to\b|\bwhich version can\b|누가[^.]*(?:바꿨|변경|배포|재시작|롤백|삭제|지웠|늘렸|줄였|올렸|내렸|건드|수정|했|고쳤|만들|승격|중지|멈췄|설정|스케일|만졌)|(?:이전|지난|예전|과거) ?(?:버전들|배포들|버전 ?목록|배포 ?목록|릴리즈 ?목록)|최근 ?(?:배포|변경|릴리즈|롤백|재시작)(?: ?(?:들|것들|목록|Ⓟ|건|내용|한 ?것|된 ?것|사항| ?뭐| ?알려| ?보여|은|는|을)|$)|(?:언제|며칠)[^.]*(?:배포|재시작|롤백|바뀌|바꿨|변경|올라|올렸|업데이트|스케일|승격|삭제|수정)|버전 ?(?:목록|리스트|이력)|어떤 ?버전들?[이가]? ?(?:있|배포됐|나갔)|릴리즈 ?노트", None, r"로그 ?좀|비교|차이|\bdiff"),
    ("diff", r"차이|디프|\bdiff(?:erence)?s?\b|비교|\bcompare\b|달라진|달라졌|다른 ?(?:점|거|게|것)|뭐가 ?다르|뭐가 ?바뀌|뭐가 ?바뀐|무엇이 ?바뀌|뭐 ?바뀌|바뀐 ?(?:거|것|점|게|내용|부분)|변경 ?(?:점|된 ?것|된 ?거|사항|내용|분)|무슨 ?변경|\bwhat(?:'s| is| has)? (?:changed|different|the change)|\bchanges (?:between|since|from|in)\b|\bwhat changed\b", None, r"되돌|누가|언제"),
    ("events", r"이벤트|\bevents?\b", None, None),
    ("list_endpoints", r"(?:내부 ?(?:통신|접속|서비스)? ?(?:주소|엔드포인트|dns))|클러스터 ?내부 ?주소|\binternal (?:addresses|endpoints|urls|dns)\b|(?:모든|전체|전부|모두|\ball\b|\blist\b).*(?:엔드포인트|접속 ?주소|endpoints?|url|addresses)|(?:엔드포인트|접속 ?주소|endpoints?|addresses|\burls\b)(?:들)?(?:를|을)? ?(?:목록|리스트|전부|다|전체|모두|\blist\b)|\b(?:list|show|get|what)\b[^.]*\bendpoints\b|^\W*endpoints\W*$|주소 ?(?:목록|리스트)", None, r"Ⓐ|외부|도메인"),
    ("list_ingresses", rf"{_INGRESS}|도메인|\bdomains?\b|외부 ?(?:접속|공개|노출|통신)? ?(?:주소|url|도메인|엔드포인트)|\bexternal (?:urls?|addresses|hosts?)\b|\bhostnames?\b|\bpublic (?:urls?|addresses)\b", None, r"Ⓐ"),
    ("endpoint", rf"주소|\burls?\b|링크|접속|도메인|엔드포인트|\bendpoints?\b|\baddress(?:es)?\b|\breach(?:able)?\b|\bwhere (?:is|can|do|does)\b[^.]*\b(?:open|access|find|visit|see|running|reach|available|hosted)\b|어디로|어디서 ?(?:봐|볼|접|확인|열)|어떻게 ?(?:접|들어)|들어가|포트 ?(?:뭐|몇|번호|알려)|\bwhat port|\bwhich port|\bhow (?:do|can) (?:i|we|you) (?:access|open|visit|get to|connect to|reach)|\baccess\b|\bexposed\b|\bhost\b|{_INGRESS}|아이피|\bip\b", None, r"설정해|바꿔|변경해"),
    ("health", r"헬스|건강|헬쓰|\bhealth\b|\bhealth ?check|\bliveness\b|\breadiness\b|프로브|\bprobes?\b", None, None),
    ("list_namespaces", r"네임 ?스페이스(?: ?들)?|\bnamespaces?\b|\bns\b", r"목록|리스트|\blist\b|모든|전부|전체|뭐|어떤|몇|조회|보여|알려|\ball\b|\bwhich\b|\bwhat\b|\bshow\b|\bget\b|\bnamespaces\b|현황|^\W*네임스페이스\W*$", r"Ⓔ ?(?:네임|namespace)|파드|포드|앱|어플|서비스|디플로이|\bpods?\b|\bapps?\b|\bservices?\b|\bdeploy|상태|인그레스|\bin (?:the )?(?:namespace|ns)"),
    ("list_apps", r"(?:앱|어플|어플리케이션|애플리케이션|\bapps?\b|\bapplications?\b)(?:들|s)?(?:은|는|이|가|을|를|도)? ?(?:목록|리스트|list|전부|전체|모두|다(?= |$)|뭐|어떤|몇|조회|나열|이름|종류|현황)|(?:모든|전체|전부|어떤|무슨|몇 ?개의?|배포된|배포되어 ?있는|떠 ?있는|돌고 ?있는|있는|\ball(?: the| my| of the| our)?|\blist(?: the| my| our| all)?|\bwhich|\bwhat|\bshow(?: me)?(?: the| my| our| all)?|\bhow many|\bget(?: the| all)?|\bsee(?: the| all)?|\bdeployed|\brunning|\bdisplay(?: the| all)?) ?(?:앱|어플|애플리케이션|apps\b|applications\b)|(?:앱|어플|애플리케이션)(?:들)?(?:을|를|이|만|은|는)? ?(?:좀 |다 |모두 |전부 |싹 )?(?:보여|알려|뭐|있|조회|확인)|^\W*(?:Ⓔ\S* ?)?(?:환경 ?|네임스페이스 ?)?(?:apps|앱들?|applications)\W*$|\bapps\b[^.]*\b(?:are|is|do|have|there|running|deployed|exist)\b", None, r"Ⓐ|로그|이력|상세|왜|안 ?되|안 ?돼|상태 ?(?:어때|확인|알려|보여)|하나|죽|만들"),
    ("list_deployments", _DEPLOYMENT, _ALL, r"Ⓐ|이력|history|롤백"),
    ("list_pods", _PODS, _ALL, r"Ⓐ|\bdelete|로그"),
    ("list_services", _SERVICE, rf"목록|리스트|\blist\b|모든|전부|전체|뭐뭐|어떤|무슨|몇 ?개|조회|\ball\b|\bwhich\b|\bwhat\b|\bservices\b|나열|\bevery\b|현황|서비스(?:들)?(?:를|을)? ?(?:좀 |다 )?보여|^\W*(?:Ⓔ\S* ?)?(?:서비스|services?)\W*$|서비스는? ?뭐|들", r"Ⓐ|상태|돌아|잘|안 ?돼|안 ?되|어때|이상|죽|정상|url|주소"),
    ("get", _KINDS, None, r"만들어|추가해|생성해|바꿔|수정해|삭제|지워"),
    ("overview", r"(?:전체|전반|종합|시스템|클러스터|모든 ?(?:앱|서비스|것|환경)|전부|모두|다들|인프라|쿠버네티스|\bk8s\b|\bcluster\b|\boverall\b|\bsystem\b|\beverything\b|\ball (?:apps|services|environments)\b|\bthings\b|플랫폼)[^.]*(?:상황|상태|현황|요약|보고|리포트|어때|괜찮|정상|문제|개요|이상|점검|확인|보여|알려|건강|잘|\bstatus\b|\bstate\b|\bsummary\b|\breport\b|\bhealthy?\b|\boverview\b|\bok(?:ay)?\b|\bfine\b|\bgoing\b|\brunning\b|\blook|\bdoing\b|\bup\b|\bgood\b)|오버뷰|대시 ?보드|한눈에|전반적|개요|\boverview\b|\bdashboard\b|\bbig picture\b|\bsummar(?:y|i[sz]e)\b|\bstatus report\b|\bat a glance\b|\bwhat'?s going on\b|요약|(?:Ⓔ)(?: ?환경)?(?:은|는|의| )? ?(?:전체 ?)?(?:현황|상황)|보고서|브리핑", None, r"Ⓐ(?!.*전체)|Ⓛ"),
    ("status", r"상태|현황|상황|어때|어떤지|어떠|괜찮|살아|살았|떠 ?있|떴|뜨고|돌아가|돌아감|돌고 ?있|잘 ?(?:돼|되|됨|된|작동|동작|있|나|올라|뜨|떠)|정상|죽었|죽어|죽은|내려갔|뻗|터졌|터진|맛이|먹통|느려|느린|안 ?(?:돼|되|됨|떠|뜨|열|들어|나와|나옴|켜|된)|왜 ?(?:이래|그래|이러|이런|죽)|문제|이상|동작|작동|\bstatus\b|\bstate\b|\bhealthy\b|\bunhealthy\b|\bdoing\b|\bup\b|\bdown\b|\balive\b|\bdead\b|\brunning\b|\bok(?:ay)?\b|\bfine\b|\bworking\b|\bbroken\b|\bcrash|\bready\b|\bhow(?:'s| is| are)\b|\bwhat'?s (?:wrong|up|going on|happening)\b|\bslow\b|\bstuck\b|\bfail(?:ed|ing|s)?\b|점검|체크|\bcheck\b|몇 ?(?:개|대)|파드|포드|\bpods?\b|레플리카|\breplicas?\b|\bhow many\b|버전[이은]? ?(?:뭐|몇|어떤|무엇)|(?:무슨|어떤|몇|현재|지금) ?버전|\b(?:what|which) version\b|\bcurrent version\b|확인|오류|에러|\berrors?\b|\bproblems?\b|\bissues?\b|실패|완료|끝났|성공|반영됐|배포됐|떨어졌|\bscaled\b|정보|\bkeeps? (?:re|cra)", None, r"로그 ?레벨|삭제|지워"),
)

ANALYSIS = (
    ("optimization", r"줄이|줄일|절감|절약|최적화|아끼|아낄|낮추|낮출|낭비|세이브|\breduc|\bsav(?:e|ing)|\boptimi[sz]|\bcut\b|\blower\b|\bcheaper\b|\bwast(?:e|ing)|\btrim\b|\bdown\b"),
    ("forecast", r"예상|예측|전망|다음 ?달|앞으로|내달|월간|이번 ?달 ?말|내년|추정|\bforecast|\bnext month|\bpredict|\bproject(?:ed|ion)|\bexpect|\bestimat|\bmonthly|\bwill\b|\bby the end\b|\bupcoming\b|\bfuture\b"),
    ("usage", r"사용량|사용 ?현황|현재 ?비용|지금 ?비용|쓰고 ?있|쓰는|사용 ?비용|\busage\b|\bcurrent(?:ly)?\b|\bso far\b"),
)
