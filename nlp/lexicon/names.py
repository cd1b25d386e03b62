"""Names people give to environments, Kubernetes kinds, and the parts of app names that are said in Hangul."""

ENVIRONMENTS = {
    "production": ("production", "prod", "prd", "live", "운영", "운영계", "운영환경", "운영서버", "운영섭", "프로덕션", "프로덕숀", "프로드", "상용", "실서버", "실서비스", "라이브", "본섭", "본서버", "리얼", "real"),
    "staging": ("staging", "stage", "stg", "스테이징", "스테이지", "스테이징계", "스테이징환경", "스테이징서버", "검증", "검증계", "preprod", "pre-production"),
    "development": ("development", "develop", "dev", "개발", "개발계", "개발환경", "개발서버", "데브", "개발섭"),
    "test": ("test", "testing", "테스트", "테스트계", "테스트환경", "테스트서버"),
    "qa": ("qa", "큐에이"),
    "sandbox": ("sandbox", "샌드박스"),
    "default": ("default", "디폴트", "기본"),
}

KINDS = {
    "configmap": ("configmap", "configmaps", "config map", "config maps", "컨피그맵", "컨피그 맵", "설정맵", "cm"),
    "secret": ("secret", "secrets", "시크릿", "씨크릿"),
    "persistentvolumeclaim": ("persistentvolumeclaim", "persistentvolumeclaims", "pvc", "pvcs", "볼륨 클레임", "볼륨클레임"),
    "persistentvolume": ("persistentvolume", "persistentvolumes", "pv", "pvs", "퍼시스턴트 볼륨"),
    "cronjob": ("cronjob", "cronjobs", "cron job", "cron jobs", "크론잡", "크론 잡"),
    "job": ("job", "jobs", "잡"),
    "daemonset": ("daemonset", "daemonsets", "데몬셋"),
    "statefulset": ("statefulset", "statefulsets", "스테이트풀셋", "sts"),
    "replicaset": ("replicaset", "replicasets", "레플리카셋"),
    "horizontalpodautoscaler": ("horizontalpodautoscaler", "horizontalpodautoscalers", "hpa", "hpas", "오토스케일러"),
    "poddisruptionbudget": ("poddisruptionbudget", "poddisruptionbudgets", "pdb", "pdbs"),
    "networkpolicy": ("networkpolicy", "networkpolicies", "network policy", "network policies", "네트워크 정책", "네트워크폴리시"),
    "serviceaccount": ("serviceaccount", "serviceaccounts", "service account", "service accounts", "서비스 어카운트", "서비스어카운트", "서비스 계정"),
    "node": ("node", "nodes", "노드"),
    "role": ("role", "roles"),
    "rolebinding": ("rolebinding", "rolebindings", "롤바인딩", "롤 바인딩"),
    "storageclass": ("storageclass", "storageclasses", "스토리지클래스", "스토리지 클래스"),
    "ingress": ("ingress", "ingresses", "인그레스", "ing"),
    "service": ("service", "services", "서비스", "svc"),
    "deployment": ("deployment", "deployments", "디플로이먼트", "deploy"),
    "pod": ("pod", "pods", "파드", "포드", "팟"),
}

HANGUL_PARTS = {
    "엔진엑스": "nginx", "엔진x": "nginx", "레디스": "redis", "웹": "web", "챗": "chat", "채팅": "chat", "앱": "app", "페이먼트": "payment", "페이": "pay",
    "에이피아이": "api", "워커": "worker", "오더": "order", "유저": "user", "게이트웨이": "gateway", "프론트엔드": "frontend", "프론트": "front",
    "백엔드": "backend", "서비스": "service", "서버": "server", "어드민": "admin", "배치": "batch", "스케줄러": "scheduler", "카트": "cart",
    "카탈로그": "catalog", "인벤토리": "inventory", "노티": "noti", "알림": "notification", "메일": "mail", "메일러": "mailer", "검색": "search",
    "서치": "search", "인증": "auth", "어스": "auth", "로그인": "login", "카프카": "kafka", "마이에스큐엘": "mysql", "포스트그레스": "postgres",
    "몽고": "mongo", "몽고디비": "mongodb", "그라파나": "grafana", "프로메테우스": "prometheus", "대시보드": "dashboard", "데모": "demo",
    "샵": "shop", "스토어": "store", "체크아웃": "checkout", "빌링": "billing", "아이디": "id", "테스트": "test", "큐": "queue", "프록시": "proxy",
    "리포트": "report", "이미지": "image", "미디어": "media", "블로그": "blog", "헬로": "hello", "월드": "world", "에코": "echo",
}
GENERIC = frozenset(("app", "service", "server", "api", "web", "worker"))
