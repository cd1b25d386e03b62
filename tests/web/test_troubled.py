"""Laws of what a newcomer meets: one wrong key, a sync that fails, apps of manifests, many environments. What is there is shown, and what is wrong is said."""

import ast
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gitops.repo import Draft, Repository
from gitops.types import Change
from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)
from web.chat import answers
from web.cli import terminal

SHAKY = """apiVersion: v1
kind: Secret
metadata: {name: shaky}
stringData: {password: hunter2-of-a-person}
---
apiVersion: v1
kind: Service
metadata: {name: shaky}
spec: {ports: [{port: 700000}], selector: {app: shaky}}
"""


CONTROLLER = Path(__file__).parent.parent.parent / "controller"
TELLING = ("health", "trouble", "pods", "rollout", "syncing", "stages", "hooks", "prune", "following", "trust", "removal", "held")  # the modules whose sentences are kept in the ledger
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}|[a-z]{4,} x7|x7 [a-z]{3,}")
SAID = {
    "Deployment web: 1 old pod stays until the new ones are up: web-1: web: ImagePullBackOff: Back-off pulling image": "Deployment web: 새 파드가 준비될 때까지 이전 파드 1개 유지: web-1: web: ImagePullBackOff: Back-off pulling image",
    "0 of 1 pods are available: web-1: web: CrashLoopBackOff: OOMKilled, exit code 137 (signal 9), 2 restarts\nexit code 3": "파드 1개 중 0개 사용 가능: web-1: web: CrashLoopBackOff: OOMKilled, 종료 코드 137 (시그널 9), 재시작 2회\nexit code 3",
    "waits for Deployment db: waiting for the rollout to start": "대기 중: Deployment db: 롤아웃 시작 대기",
    "ConfigMap shared is rendered by one too; one of the two has to leave it": "ConfigMap shared 은 one 에서도 렌더링됩니다. 둘 중 한 앱에서 빼야 합니다",
    "somebody's own words: not ours at all": "somebody's own words: not ours at all",
}


def sentences():
    """What these modules write: strings of several words that are no docstring, not logged, and no piece of another; x7 stands for what is filled in."""
    for name in TELLING:
        tree, apart = ast.parse((CONTROLLER / f"{name}.py").read_text()), set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) or isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
                apart |= {id(each) for each in ast.walk(node)}
            elif isinstance(node, ast.JoinedStr):
                apart |= {id(each) for each in node.values}
        texts = ["".join(each.value if isinstance(each, ast.Constant) else "x7" for each in (node.values if isinstance(node, ast.JoinedStr) else [node]))
                 for node in ast.walk(tree) if id(node) not in apart and (isinstance(node, ast.JoinedStr) or isinstance(node, ast.Constant) and isinstance(node.value, str))]
        yield from (each for each in texts if WORDS.search(each) and each[0] not in " ,:")


def written(demo, path, text):
    """Commit a file as a person with a clone would; None: take it away."""
    repo = Repository.open(str(demo.home / "config.git"), demo.home)
    try:
        repo.land(lambda tree: Draft((Change(path, tree.read(path), text and text.encode()),), "By hand\n", ("Ann", "ann@example.org")), lambda sha: None)
    finally:
        repo.close()


@pytest.fixture
def shaky(demo, owner):
    """An app of manifests whose sync fails."""
    written(demo, "manifests/staging/shaky/all.yaml", SHAKY)
    demo.until(owner, "shaky", "staging", lambda state: state.get("sync") == "failed", seconds=60)
    yield
    written(demo, "manifests/staging/shaky/all.yaml", None)


def test_reads_go_on_by_the_last_one_that_could_be_used(demo, owner, person):  # noqa: F811
    """Every read answers by the last klepaas.yaml that could be used and says file and line of what is wrong; changes are refused; the page shows both."""
    good, apps = demo.git("show", "main:klepaas.yaml"), owner.get(f"{demo.api}/apps").json()["items"]
    lines = good.count("\n")
    for step in range(2):  # a second mistake on top of the first
        written(demo, "klepaas.yaml", f"{good}replicaz: {step}\n")
    found = owner.get(f"{demo.api}/apps").json()
    assert [(each["app"], each["environment"]) for each in found["items"]] == [(each["app"], each["environment"]) for each in apps]
    assert [(each["path"], each["line"]) for each in found["problems"]] == [("klepaas.yaml", lines + 1)]
    assert [each["name"] for each in owner.get(f"{demo.api}/environments").json()["items"]] == ["staging", "production"]
    assert owner.get(f"{demo.api}/apps/nginx/staging").json()["values"]
    for verb in ("status", "health", "logs", "history"):
        assert owner.get(f"{demo.api}/read/{verb}", params={"app": "nginx", "environment": "staging"}).status_code == 200, verb
    refused = owner.post(f"{demo.api}/commands", json={"verb": "scale", "app": "nginx", "environment": "staging", "args": {"replicas": 3}})
    assert (refused.status_code, refused.json()["code"], refused.json()["line"]) == (422, "config_broken", lines + 1)
    page = person("owner", "en-US").page
    expect(page.get_by_role("alert").filter(has_text=f"klepaas.yaml:{lines + 1}")).to_be_visible(timeout=WAIT)
    expect(page.locator('[data-app="nginx"][data-environment="staging"]')).to_be_visible()
    written(demo, "klepaas.yaml", good)
    assert owner.get(f"{demo.api}/apps").json()["problems"] == []


def test_status_says_first_how_the_sync_stands(demo, owner, shaky):
    """status, health and the chat's answer tell that the sync failed, why, and when it is tried again; what the cluster said stays out of the sentence for agents."""
    for verb in ("status", "health"):
        found = owner.get(f"{demo.api}/read/{verb}", params={"app": "shaky", "environment": "staging"}).json()
        sync = found["data"]["sync"]
        assert (sync["status"], found["summary"].split(";")[0]) == ("failed", "sync failed") and "700000" in sync["error"], found
        assert answers.sentence(found, "ko").startswith(f"동기화 실패: {sync['error']}") and "700000" not in answers.sentence(found, "en", quoting=False)
    said = demo.signed_in("owner").post(f"{demo.api}/nlp/process", json={"text": "why is shaky down in staging?"}).json()["items"][0]
    assert said["summary"].startswith("the sync failed: ") and "700000" in said["summary"], said


def test_what_is_not_as_git_says_is_in_the_answer():
    """Drift that stays is told in both languages, named only where the words of clusters may stand."""
    sync = {"status": "succeeded", "error": None, "retry_at": None, "revision": None, "held": None, "drift": {"fields": [{"kind": "Deployment", "name": "web", "fields": ["/spec/replicas"]}], "by": ["kubectl"]}}
    found = {"type": "health", "summary": "", "data": {"sync": sync, "health": "healthy"}, "metadata": {"app": "web", "environment": "staging"}}
    assert answers.sentence(found, "en") == "what runs is not as git says: Deployment web; web in staging is healthy"
    assert answers.sentence(found, "ko", quoting=False) == "실행 중인 것이 git과 다름; staging의 web 상태: 정상"


def test_an_app_of_manifests_offers_what_works(demo, owner, shaky, person):  # noqa: F811
    """Its page has no button that would be refused and shows its files, but nothing of what a Secret holds."""
    found = owner.get(f"{demo.api}/apps/shaky/staging").json()
    assert found["source"] == "manifests" and [each["path"] for each in found["manifests"]] == ["manifests/staging/shaky/all.yaml"]
    assert "hunter2" not in found["manifests"][0]["text"] and "700000" in found["manifests"][0]["text"]
    page = person("owner", "en-US").page
    page.goto(f"{demo.url}/#/apps/shaky/staging")
    expect(page.locator('[data-role="manifest"]')).to_contain_text("kind: Service", timeout=WAIT)
    expect(page.locator("[data-action]:visible").filter(has_not_text="Cancel")).to_have_text(["Sync now", "Retry now"])
    page.goto(f"{demo.url}/#/apps/nginx/staging")
    expect(page.locator('[data-action="deploy"]')).to_be_visible(timeout=WAIT)


LEFT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: left, annotations: {klepaas.io/prune: %s}}\n"


def test_what_git_has_no_more_and_stays_is_shown(demo, owner, person):  # noqa: F811
    """With the reason, in the reader's language: on the overview, in the app's resource tree, over REST and on the command line."""
    written(demo, "manifests/staging/leaver/map.yaml", LEFT.replace("left", "stays") % "enabled")
    written(demo, "manifests/staging/leaver/left.yaml", LEFT % "disabled")
    demo.until(owner, "leaver", "staging", lambda state: state.get("sync") == "succeeded", seconds=60)
    written(demo, "manifests/staging/leaver/left.yaml", None)
    page = person("owner", "ko-KR").page
    notice = page.locator('[data-kept="staging"]')
    expect(notice).to_contain_text("staging: git에 없지만 남겨 둔 오브젝트 1개", timeout=WAIT)
    notice.locator("summary").click()
    expect(notice).to_contain_text("leaver: ConfigMap left: klepaas.io/prune: disabled 때문에 남겨 둡니다")
    page = person("owner", "en-US").page
    page.goto(f"{demo.url}/#/apps/leaver/staging")
    expect(page.locator('[data-role="tree"] [data-name="left"] [data-role="kept"]')).to_have_text("not in git, kept", timeout=WAIT)
    expect(page.locator('[data-role="tree"] [data-name="stays"]')).not_to_contain_text("not in git")
    kept = next(each["kept"] for each in owner.get(f"{demo.api}/environments").json()["items"] if each["name"] == "staging")
    assert (kept["count"], kept["items"][0]["why"]) == (1, "klepaas.io/prune: disabled")
    assert "name=left, why=klepaas.io/prune: disabled" in demo.cli("read", "overview", "-e", "staging").stdout
    written(demo, "manifests/staging/leaver/left.yaml", LEFT % "enabled")
    demo.until(owner, "leaver", "staging", lambda state: state.get("revision") == demo.head() and state["sync"] == "succeeded", seconds=60)
    for path in ("left", "map"):
        written(demo, f"manifests/staging/leaver/{path}.yaml", None)
    expect(notice).to_have_count(0, timeout=WAIT)


def test_what_the_controller_writes_is_said_in_korean(person):  # noqa: F811
    """Each sentence that it can write, and the texts of errors; names, the cluster's own words and a container's stay as they are. On an English page all stays."""
    page, every = person("owner", "ko-KR").page, sorted(set(sentences()))
    heard = "(texts) => import('/static/js/heard.js').then(({ heard }) => texts.map(heard))"
    found = page.evaluate(heard, every)
    assert len(every) > 40 and [each for each, now in zip(every, found) if not re.search("[가-힣]", now) or now.count("x7") < each.count("x7")] == []
    assert page.evaluate(heard, list(SAID)) == list(SAID.values())
    assert person("owner", "en-US").page.evaluate(heard, list(SAID)) == list(SAID)


def test_the_page_is_korean_where_a_sync_fails(demo, person):  # noqa: F811
    """The card of an app whose files are at fault says so in the reader's language."""
    written(demo, "manifests/staging/shared/map.yaml", LEFT % "enabled")
    written(demo, "manifests/staging/twin/map.yaml", LEFT % "enabled")
    page = person("owner", "ko-KR").page
    expect(page.locator('[data-app="twin"][data-environment="staging"]')).to_contain_text("ConfigMap left 은 shared 에서도 렌더링됩니다", timeout=WAIT)
    for app in ("shared", "twin"):
        written(demo, f"manifests/staging/{app}/map.yaml", None)


def test_many_environments_and_the_failing_first(demo, owner, shaky, person):  # noqa: F811
    """Of seven environments each is one lane, in one line and of a width to read, and the page itself does not scroll sideways; an app that fails is on top; every page can be reached on a phone."""
    good = demo.git("show", "main:klepaas.yaml")
    written(demo, "klepaas.yaml", good.replace("environments:\n", "environments:\n" + "".join(f"  spare-{number}: {{}}\n" for number in range(5))))
    page = person("owner", "en-US").page
    heads = page.locator(".lane-head > *")
    expect(heads).to_have_count(8, timeout=WAIT)
    placed = heads.evaluate_all("nodes => nodes.map((node) => { const box = node.getBoundingClientRect(); return [box.x, box.y, box.width]; })")
    assert len({y for _, y, _ in placed}) == 1 and all(width > 100 for *_, width in placed) and placed == sorted(placed)
    row = page.locator(".lane-row").first
    expect(row).to_have_attribute("aria-label", "shaky")
    assert len({y for y in row.locator(".card, .none-here").evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().y)")}) == 1
    assert page.evaluate("document.querySelector('#main').scrollWidth <= document.querySelector('#main').clientWidth")
    page.set_viewport_size({"width": 390, "height": 900})
    for link in page.locator("nav.main a").all():
        box = link.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, box
    written(demo, "klepaas.yaml", good)


def test_the_command_line_leaves_nothing_out(demo):
    """A preview's warnings are printed, whether codes or texts; objects of a kind come with their names."""
    plan = {"verb": "scale", "app": "nginx", "environment": "staging", "summary": "", "risk": "low", "delivery": "commit", "changes": [], "manifests": [], "warnings": ["autoscaled", {"en": "mind that", "ko": "주의"}]}
    lines = terminal.receipt({"status": "preview", "commit": None, "review": None, "plan": plan}).splitlines()
    assert [each for each in lines if each.startswith("warning: ")][1] == "warning: mind that" and "warning: this app scales by itself" in "\n".join(lines)
    assert "kind=Deployment  namespace=staging  name=nginx" in demo.cli("read", "get", "-e", "staging", "kind=Deployment").stdout
