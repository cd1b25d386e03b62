// Texts of the page: key -> [English, Korean]. The language is the viewer's choice, else the browser's.
const TEXTS = {
  apps: ["Apps", "앱"], changes: ["Changes", "변경"], history: ["History", "이력"], settings: ["Settings", "설정"], chat: ["Chat", "채팅"], app: ["App", "앱"],
  signIn: ["Sign in with your one-time link. A new one: klepaas link USER", "일회용 링크로 로그인하세요. 새 링크: klepaas link USER"], signOut: ["Sign out", "로그아웃"],
  offline: ["Not connected. Trying again …", "연결이 끊겼습니다. 다시 연결하는 중 …"],
  running: ["apps running", "실행 중"], failing: ["failing", "실패"], working: ["in progress", "진행 중"], waiting: ["waiting for review", "리뷰 대기"],
  healthy: ["healthy", "정상"], progressing: ["progressing", "진행 중"], degraded: ["degraded", "이상"], missing: ["missing", "없음"], suspended: ["suspended", "중지됨"], unknown: ["unknown", "알 수 없음"],
  succeeded: ["synced", "동기화됨"], failed: ["failed", "실패"], held: ["held", "보류"], synced: ["synced", "동기화됨"], open: ["open", "열림"], merged: ["merged", "병합됨"], rejected: ["rejected", "반려됨"],
  noApps: ["No apps yet. Say “create app NAME image IMAGE:TAG” in the chat.", "아직 앱이 없습니다. 채팅에 “NAME 앱 만들어줘, 이미지는 IMAGE:TAG” 라고 입력하세요."],
  noChanges: ["Nothing waits for review.", "리뷰를 기다리는 변경이 없습니다."], noHistory: ["No commits yet.", "아직 커밋이 없습니다."],
  placeholder: ["Say what should change, e.g. scale nginx to 3", "무엇을 바꿀까요? 예: nginx 세 개로 늘려줘"], send: ["Send", "보내기"],
  hello: ["Ask or change something in Korean or English. Every change is shown before it is committed.", "한국어나 영어로 묻거나 바꿔보세요. 모든 변경은 커밋 전에 미리 보여드립니다."],
  confirm: ["Confirm", "확인"], cancel: ["Cancel", "취소"], cancelled: ["Cancelled. Nothing was changed.", "취소했습니다. 아무것도 바뀌지 않았습니다."],
  confirmWord: ["High risk: type the app's name to confirm", "위험도 높음: 확인하려면 앱 이름을 입력하세요"], values: ["Values", "값"], manifests: ["Manifests", "매니페스트"], environment: ["Environment", "환경"],
  asCommit: ["one commit", "커밋 1개"], asReview: ["a review first", "리뷰 필요"], asOrder: ["an order", "지시"], unchanged: ["Already so: nothing to change.", "이미 그 상태입니다. 바꿀 것이 없습니다."],
  committed: ["Committed", "커밋했습니다"], proposed: ["Proposed: another person reviews it", "제안했습니다. 다른 사람이 리뷰합니다"], accepted: ["Accepted", "접수했습니다"],
  risk: ["risk", "위험도"], low: ["low", "낮음"], medium: ["medium", "보통"], high: ["high", "높음"], version: ["Version", "버전"], commit: ["Commit", "커밋"], replicas: ["Replicas", "레플리카"],
  pods: ["Pods", "파드"], logs: ["Logs", "로그"], events: ["Events", "이벤트"], valuesFile: ["Values file", "값 파일"], live: ["Live", "현재 상태"], actions: ["Actions", "작업"], rollBack: ["Roll back to this", "여기로 되돌리기"], showDiff: ["Diff", "차이"],
  scale: ["Scale", "개수 변경"], restart: ["Restart", "재시작"], deploy: ["Deploy", "배포"], promote: ["Promote here", "이 환경으로 승격"], suspend: ["Suspend", "중지"], resume: ["Resume", "재개"], set_env: ["Set variable", "변수 설정"], preview: ["Preview", "미리보기"],
  name: ["Name", "이름"], value: ["Value", "값"], refresh: ["Refresh", "새로고침"], approve: ["Approve", "승인"], merge: ["Merge", "병합"], reject: ["Reject", "반려"], approvals: ["approvals", "승인"], author: ["by", "작성"],
  tokens: ["API tokens", "API 토큰"], create: ["Create", "만들기"], revoke: ["Revoke", "폐기"], scopes: ["Scopes", "권한"], onceOnly: ["Copy it now: it is shown once.", "지금 복사하세요. 다시 표시되지 않습니다."], agent: ["for an agent (proposes only)", "에이전트용 (제안만)"], language: ["Language", "언어"],
  you: ["You", "나"], none: ["none", "없음"], problem: ["Problem", "문제"], pod: ["Pod", "파드"], state: ["State", "상태"], restarts: ["Restarts", "재시작"], reason: ["Reason", "이유"], object: ["Object", "대상"], last: ["Last", "최근"], message: ["Message", "내용"], back: ["All apps", "앱 목록"], syncs: ["Syncs", "동기화"], failedToLoad: ["This could not be loaded:", "불러오지 못했습니다:"],
};
export let language = localStorage.getItem("language") || (navigator.language.startsWith("ko") ? "ko" : "en");
export function setLanguage(next) { language = next; localStorage.setItem("language", next); location.reload(); }
export const t = (key) => (TEXTS[key] ? TEXTS[key][language === "ko" ? 1 : 0] : key);
export const when = (seconds) => new Date(seconds * 1000).toLocaleString(language === "ko" ? "ko-KR" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
