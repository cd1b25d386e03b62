"""In which order an app's objects are written: hooks, definitions, waves; and what waits for what."""

import re

import pytest

from controller.observe import READS, Observer
from gitops.types import Environment
from tests.controller.house import configmap

HOOK = """apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  annotations: {{helm.sh/hook: "{events}", helm.sh/hook-weight: "{weight}"{more}}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{{name: run, image: "busybox:{tag}"}}]
"""
CHART = {"charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "charts/c/templates/map.yaml": configmap("made", "{{ .Values.value }}")}
DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: things.{group}}}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: Thing, plural: things, singular: thing}}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}}}
"""


def hook(name, events, weight=0, tag="1", more=""):
    return {f"charts/c/templates/{name}.yaml": HOOK.format(name=name, events=events, weight=weight, tag=tag, more=more)}


def app(value="one", more=""):
    return {"values/staging/web.yaml": f"klepaas: {{chart: charts/c}}\nvalue: {value}\n{more}"}


def job(made, name):
    answer = made.cluster.ask("GET", f"/apis/batch/v1/namespaces/{made.namespace()}/jobs/{name}")
    return answer.json() if answer.ok else None


def ran(made, name):
    """(event, uid) of a hook's Job that is complete."""
    found = job(made, name)
    done = found and any(each["type"] == "Complete" and each["status"] == "True" for each in found.get("status", {}).get("conditions", ()))
    return done and (found["metadata"]["annotations"]["klepaas.io/hook"].partition(":")[0], found["metadata"]["uid"])


def created(found):
    return found["metadata"]["creationTimestamp"], int(found["metadata"]["resourceVersion"])


@pytest.mark.pods
def test_hooks_run_around_an_install_and_each_upgrade(house):
    """Before and after, by weight; a rendering that is the same runs none, another one runs them anew."""
    made = house(CHART | hook("first", "pre-install,pre-upgrade", -5) | hook("second", "pre-install") | hook("after", "post-install,post-upgrade") | app())
    made.start()
    made.synced("web")
    assert ran(made, "first")[0] == "pre-install" and ran(made, "second") and ran(made, "after")[0] == "post-install"
    assert created(job(made, "first"))[0] <= created(job(made, "second"))[0] <= created(made.live("configmaps", "made"))[0] <= created(job(made, "after"))[0]
    before = ran(made, "first"), ran(made, "second"), ran(made, "after")
    made.commit({"values/staging/web.yaml": "klepaas: {chart: charts/c}\nvalue: one  # as it was\n"})
    made.synced("web")
    assert (ran(made, "first"), ran(made, "second"), ran(made, "after")) == before
    made.commit(app("two"))
    made.synced("web")
    assert made.value("made") == "two" and ran(made, "first")[0] == "pre-upgrade" and ran(made, "after")[0] == "post-upgrade"
    assert ran(made, "first") != before[0] and ran(made, "second") == before[1]


@pytest.mark.pods
def test_a_hook_that_fails_stops_the_upgrade(house):
    """What ran goes on, the app says which hook failed, `retry` tries once more, and the commit that mends it goes through."""
    made = house(CHART | hook("migrate", "pre-upgrade") | app())
    made.start()
    made.synced("web")
    made.commit(app("two") | hook("migrate", "pre-upgrade", tag="crash"))
    error = made.failed("web")
    assert "pre-upgrade hook Job migrate failed: BackoffLimitExceeded" in error and made.value("made") == "one"
    assert re.search(r"migrate-\w{5}: run: Error: exit code 1, 0 restarts\n(.*\n)*run: fatal: cannot continue, exit status 1$", error)
    uid = job(made, "migrate")["metadata"]["uid"]
    made.order("retry", "web")
    made.wait(lambda: (job(made, "migrate") or {"metadata": {"uid": uid}})["metadata"]["uid"] != uid)
    assert made.value("made") == "one"
    made.commit(hook("migrate", "pre-upgrade"))
    made.synced("web")
    assert made.value("made") == "two"


@pytest.mark.pods
def test_a_hook_that_hangs_says_what_it_waits_for(house):
    """While it runs the sync carries its pod's reason; its logs are the app's."""
    made = house(CHART | hook("migrate", "pre-install", tag="broken") | app())
    made.start()
    made.wait(lambda: re.fullmatch(r"pre-install hook Job migrate runs: .*migrate-\w{5}: run: (ErrImagePull|ImagePullBackOff): .*busybox:broken.*", made.state("web").get("error") or ""))
    place, observer = Environment("staging", made.namespace()), Observer(made.env["KUBECONFIG"])
    assert READS["logs"](observer, [place], "web", {"lines": 5})[0]["pods"][0].startswith("migrate-")
    made.commit(hook("migrate", "pre-install"))
    made.synced("web")
    found, _ = READS["logs"](observer, [place], "web", {"lines": 5})
    assert found["lines"][0] == "run: starting busybox:1" and len(found["pods"]) == 1


@pytest.mark.pods
def test_hooks_ran_once_whoever_is_killed(house):
    """A controller that is killed while a hook runs is followed by one that waits for the same Job."""
    made = house(CHART | hook("migrate", "pre-install", tag="slow") | app())
    first = made.start()
    uid = made.wait(lambda: job(made, "migrate"))["metadata"]["uid"]
    made.kill(first)
    assert made.value("made") is None
    made.start()
    made.wait(lambda: made.value("made"), 60)
    assert job(made, "migrate")["metadata"]["uid"] == uid


@pytest.mark.pods
def test_a_restart_runs_no_hook(house):
    """Nothing changed while no controller ran: no hook runs, though its Job was deleted when it had succeeded."""
    made = house(CHART | hook("migrate", "pre-install,pre-upgrade", more=", helm.sh/hook-delete-policy: hook-succeeded") | app())
    first = made.start()
    made.synced("web")
    made.wait(lambda: job(made, "migrate") is None)
    made.kill(first)
    made.start()
    made.commit({"manifests/staging/other/map.yaml": configmap("other")})
    made.synced("other")
    assert job(made, "migrate") is None


@pytest.mark.pods
def test_a_rollback_runs_its_own_hooks(house):
    """The commit of a rollback is no upgrade to Helm."""
    made = house(CHART | hook("back", "pre-rollback") | hook("up", "pre-upgrade") | app())
    made.start()
    made.synced("web")
    made.commit(app("two"))
    made.synced("web")
    first = ran(made, "up")
    made.commit(app("one"), "Back\n\nVerb: rollback\n")
    made.synced("web")
    assert made.value("made") == "one" and ran(made, "back")[0] == "pre-rollback" and ran(made, "up") == first


@pytest.mark.pods
def test_delete_hooks_run_around_the_end(house):
    """Before the objects go and after; then the hooks' own objects go too."""
    made = house(CHART | hook("bye", "pre-delete") | hook("gone", "post-delete") | app() | {"manifests/staging/stays/map.yaml": configmap("stays")})
    made.start()
    made.synced("web")
    assert job(made, "bye") is None
    made.commit({"values/staging/web.yaml": None})
    made.wait(lambda: ran(made, "bye"))
    made.wait(lambda: made.value("made") is None)
    made.wait(lambda: job(made, "gone"))
    made.wait(lambda: job(made, "bye") is None and job(made, "gone") is None)
    assert made.value("stays") == "one"


def test_apps_that_depend_on_one_go_first(house):
    """Deleted in the reverse of the order they are synced in."""
    made = house({**CHART, "values/staging/db.yaml": "klepaas: {chart: charts/d}\nvalue: one\n", "charts/d/Chart.yaml": "apiVersion: v2\nname: d\nversion: 1.0.0\n",
                  "charts/d/templates/map.yaml": configmap("db"), "values/staging/web.yaml": "klepaas: {chart: charts/c, depends_on: [db]}\nvalue: one\n",
                  **{f"manifests/staging/stay{number}/map.yaml": configmap(f"stay{number}") for number in range(4)}})
    made.cluster.ask("GET", "/api/v1/namespaces")
    made.start()
    made.synced("web")
    made.cluster.patch(made.path("configmaps", "made"), {"metadata": {"finalizers": ["example.org/wait"]}}, "application/merge-patch+json")
    made.commit({"values/staging/web.yaml": None, "values/staging/db.yaml": None})
    made.wait(lambda: made.live("configmaps", "made")["metadata"].get("deletionTimestamp"))
    told = made.wait(lambda: [each.data["waits"] for each in made.events("notice") if "waits" in each.data and each.app == "web"])
    assert "finalizers example.org/wait" in told[0] and made.value("db") == "one"
    made.cluster.patch(made.path("configmaps", "made"), {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    made.wait(lambda: made.value("db") is None and made.value("made") is None)


def test_definitions_and_their_resources_in_one_commit(house):
    """The kind is established before an object of it is written, in one sync."""
    made = house()
    group = f"{made.name}.example.org"
    made.commit({"klepaas.yaml": made.config("staging", of=", cluster_kinds: [CustomResourceDefinition]"), "manifests/staging/own/all.yaml":
                 f"apiVersion: {group}/v1\nkind: Thing\nmetadata: {{name: mine}}\nspec: {{size: 3}}\n---\n" + DEFINITION.format(group=group)})
    made.start()
    made.synced("own")
    path = f"/apis/{group}/v1/namespaces/{made.namespace()}/things/mine"
    assert made.cluster.get(path)["spec"] == {"size": 3}
    made.cluster.patch(path, {"spec": {"size": 4}}, "application/merge-patch+json")
    made.wait(lambda: made.cluster.get(path)["spec"] == {"size": 3})


@pytest.mark.pods
def test_a_wave_waits_for_the_one_before(house):
    """What is in wave 1 is not written while wave 0 is not up; the app says what it waits for, and why that will not come up."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: first}}\nspec: {{containers: [{{name: web, image: 'nginx:{tag}'}}]}}\n---\n"
    later = configmap("later", annotations='{klepaas.io/wave: "1"}')
    made = house({"manifests/staging/web/all.yaml": pod.format(tag="broken") + later})
    made.start()
    assert "failed to pull" in made.failed("web") and made.value("later") is None
    assert any("waits for Pod first" in (each.data["error"] or "") for each in made.events("sync"))
    assert made.state("web")["health"] == "degraded" and "Pull" in made.state("web")["message"]
    made.commit({"manifests/staging/web/all.yaml": pod.format(tag="1") + later})
    made.synced("web")
    assert made.value("later") == "one"


IMMUTABLE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: fixed{more}}}\nimmutable: true\ndata: {{value: {value}}}\n"


def test_what_cannot_be_changed_says_so(house):
    """An immutable field: which, and what to do; with the annotation it is deleted and made again."""
    made = house({"manifests/staging/web/map.yaml": IMMUTABLE.format(more="", value="one")})
    made.start()
    made.synced("web")
    made.commit({"manifests/staging/web/map.yaml": IMMUTABLE.format(more="", value="two")})
    error = made.failed("web")
    assert "ConfigMap fixed" in error and "data" in error and "klepaas.io/replace: enabled" in error and made.value("fixed") == "one"
    made.commit({"manifests/staging/web/map.yaml": IMMUTABLE.format(more=", annotations: {klepaas.io/replace: enabled}", value="two")})
    made.synced("web")
    assert made.value("fixed") == "two"


@pytest.mark.pods
def test_a_changed_job_is_made_again(house):
    """Its template cannot be changed, and to run it again is what a change of it means."""
    text = HOOK.replace("annotations: {{helm.sh/hook: \"{events}\", helm.sh/hook-weight: \"{weight}\"{more}}}", "labels: {{a: b}}")
    made = house({"manifests/staging/web/job.yaml": text.format(name="once", tag="1")})
    made.start()
    made.synced("web")
    uid = job(made, "once")["metadata"]["uid"]
    made.commit({"manifests/staging/web/job.yaml": text.format(name="once", tag="2")})
    made.synced("web")
    assert job(made, "once")["metadata"]["uid"] != uid and job(made, "once")["spec"]["template"]["spec"]["containers"][0]["image"] == "busybox:2"


@pytest.mark.parametrize("when", ["waiting", "at rest"])
@pytest.mark.pods
def test_cancel_always_works(house, when):
    """Nothing more is written, drift stays, the state says so, and `sync` goes on."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: first}}\nspec: {{containers: [{{name: web, image: 'nginx:{tag}'}}]}}\n---\n"
    made = house({"manifests/staging/web/all.yaml": pod.format(tag="broken" if when == "waiting" else "1") + configmap("later", annotations='{klepaas.io/wave: "1"}')})
    made.start()
    made.synced("web", status="failed" if when == "waiting" else "succeeded")
    made.order("cancel", "web")
    assert "klepaas submit sync web -e staging" in made.synced("web", status="held")["error"]
    if when == "at rest":
        made.cluster.delete(made.path("configmaps", "later"))
        made.commit({"manifests/staging/other/map.yaml": configmap("other")})
        made.synced("other")
        assert made.value("later") is None
        made.order("sync", "web")
        made.wait(lambda: made.value("later") == "one")
