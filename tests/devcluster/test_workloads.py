"""Workloads come up, roll, and fail on demand as a real cluster's do."""

import itertools

import pytest

from tests.devcluster.cluster import PATCH

NAMES = (f"work-{number}" for number in itertools.count())


@pytest.fixture
def paths(live):
    return live.namespace(next(NAMES))


def workload(kind, image="nginx:1.27", replicas=1, **spec):
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": image, "ports": [{"name": "http", "containerPort": 8080}]}]}}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}}


def with_image(image):
    return {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}}


def condition(obj, kind):
    return next((each for each in (obj.get("status") or {}).get("conditions") or () if each["type"] == kind), {})


def rolled_out(obj):
    """What `kubectl rollout status` waits for."""
    status, wanted = obj.get("status") or {}, obj["spec"]["replicas"]
    return status.get("observedGeneration", 0) >= obj["metadata"]["generation"] and status.get("updatedReplicas", 0) == wanted == status.get("replicas", 0) == status.get("availableReplicas", 0)


def waiting(pods, reason):
    return any((each.get("state") or {}).get("waiting", {}).get("reason") == reason for pod in pods["items"] for each in (pod.get("status") or {}).get("containerStatuses") or ())


def deployed(live, paths, **more):
    core, apps = paths
    live.create(f"{apps}/deployments", workload("Deployment", **more))
    return live.until(f"{apps}/deployments/web", rolled_out)


def test_a_deployment_comes_up(live, paths):
    """A Deployment's pods become ready, on a node, with addresses, and its conditions say so."""
    found = deployed(live, paths, replicas=3)
    assert condition(found, "Progressing")["reason"] == "NewReplicaSetAvailable" and condition(found, "Available")["status"] == "True"
    pods = live.get(f"{paths[0]}/pods")["items"]
    assert len({pod["status"]["podIP"] for pod in pods}) == 3 and all(pod["spec"]["nodeName"] for pod in pods)
    assert all(pod["status"]["containerStatuses"][0]["ready"] and condition(pod, "Ready")["status"] == "True" for pod in pods)


def test_a_new_image_rolls(live, paths):
    """A new image makes a new ReplicaSet; the old one is empty afterwards, and all pods have the new image."""
    core, apps = paths
    deployed(live, paths, replicas=2)
    live.patch(f"{apps}/deployments/web", with_image("nginx:1.28"))
    live.until(f"{apps}/deployments/web", rolled_out)
    pods = live.until(f"{core}/pods", lambda found: len(found["items"]) == 2)["items"]
    assert {pod["spec"]["containers"][0]["image"] for pod in pods} == {"nginx:1.28"}
    assert sorted(each["spec"]["replicas"] for each in live.get(f"{apps}/replicasets")["items"]) == [0, 2]


def test_an_image_that_cannot_be_pulled(live, paths):
    """A tag with `broken` ends in ErrImagePull, then ImagePullBackOff; the old pod stays, and Events say why."""
    core, apps = paths
    deployed(live, paths)
    live.patch(f"{apps}/deployments/web", with_image("nginx:broken-1"))
    live.until(f"{core}/pods", lambda found: waiting(found, "ErrImagePull"))
    live.until(f"{core}/pods", lambda found: waiting(found, "ImagePullBackOff"))
    found = live.get(f"{apps}/deployments/web")
    assert found["status"]["availableReplicas"] == 1 and found["status"]["unavailableReplicas"] == 1
    assert {"Failed", "BackOff"} <= {each["reason"] for each in live.get(f"{core}/events")["items"]}


def test_a_broken_rollout_is_undone(live, paths):
    """Back at the old image, the first ReplicaSet is the newest again and the broken pod goes."""
    core, apps = paths
    deployed(live, paths)
    live.patch(f"{apps}/deployments/web", with_image("nginx:broken-1"))
    live.until(f"{core}/pods", lambda found: waiting(found, "ErrImagePull"))
    live.patch(f"{apps}/deployments/web", with_image("nginx:1.27"))
    found = live.until(f"{apps}/deployments/web", lambda obj: rolled_out(obj) and obj["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3")
    live.until(f"{core}/pods", lambda pods: len(pods["items"]) == 1)
    assert found["status"]["readyReplicas"] == 1


def test_the_deadline_passes(live, paths):
    """A rollout that does not progress within progressDeadlineSeconds says so, and is not undone."""
    core, apps = paths
    live.create(f"{apps}/deployments", workload("Deployment", image="nginx:broken", progressDeadlineSeconds=1))
    found = live.until(f"{apps}/deployments/web", lambda obj: condition(obj, "Progressing").get("reason") == "ProgressDeadlineExceeded")
    assert condition(found, "Progressing")["status"] == "False" and found["status"]["unavailableReplicas"] == 1


def test_a_container_that_crashes(live, paths):
    """A tag with `crash` restarts with CrashLoopBackOff; the restarts are counted, and the log of before is kept."""
    core, apps = paths
    live.create(f"{apps}/deployments", workload("Deployment", image="nginx:crash"))
    pods = live.until(f"{core}/pods", lambda found: waiting(found, "CrashLoopBackOff"))["items"]
    status, name = pods[0]["status"]["containerStatuses"][0], pods[0]["metadata"]["name"]
    assert status["restartCount"] >= 1 and status["lastState"]["terminated"]["exitCode"] == 1
    assert "exit status 1" in live.ask("GET", f"{core}/pods/{name}/log").text
    live.until(f"{core}/pods/{name}", lambda pod: pod["status"]["containerStatuses"][0]["restartCount"] >= 2)
    assert "exit status 1" in live.ask("GET", f"{core}/pods/{name}/log?previous=true").text


def test_a_slow_image_is_not_ready_at_once(live, paths):
    """A tag with `slow` is Pending while others are long up, and the rollout goes on."""
    core, apps = paths
    live.create(f"{apps}/deployments", workload("Deployment", image="nginx:slow"))
    other = live.namespace(next(NAMES))
    deployed(live, other)
    found = live.get(f"{apps}/deployments/web")
    assert not found["status"].get("availableReplicas") and condition(found, "Progressing")["status"] == "True"


def test_a_service_finds_the_ready_pods(live, paths):
    """Endpoints and the EndpointSlice name what is ready, by the port's name; what crashes leaves them."""
    core, apps = paths
    deployed(live, paths, replicas=2)
    live.create(f"{core}/services", {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}})
    found = live.until(f"{core}/endpoints/web", lambda obj: len(obj.get("subsets", [{}])[0].get("addresses", ())) == 2)
    assert found["subsets"][0]["ports"][0]["port"] == 8080
    live.patch(f"{apps}/deployments/web/scale", {"spec": {"replicas": 1}}, kind="application/merge-patch+json")
    live.until(f"{core}/endpoints/web", lambda obj: len(obj["subsets"][0]["addresses"]) == 1)


def test_a_statefulset_counts_its_pods(live, paths):
    """Pods NAME-0 and NAME-1 come in order, keep their names through a new image, and their claims stay."""
    core, apps = paths
    claims = [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]
    live.create(f"{apps}/statefulsets", workload("StatefulSet", replicas=2, serviceName="web", volumeClaimTemplates=claims))
    live.until(f"{apps}/statefulsets/web", rolled_out)
    live.patch(f"{apps}/statefulsets/web", with_image("nginx:1.28"))
    live.until(f"{apps}/statefulsets/web", lambda obj: rolled_out(obj) and obj["status"]["currentRevision"] == obj["status"]["updateRevision"])
    assert [pod["metadata"]["name"] for pod in live.get(f"{core}/pods")["items"]] == ["web-0", "web-1"]
    assert [each["metadata"]["name"] for each in live.get(f"{core}/persistentvolumeclaims")["items"]] == ["data-web-0", "data-web-1"]


def test_a_daemonset_has_a_pod_a_node(live, paths):
    """A DaemonSet makes one pod on the one node, and exchanges it for a new image."""
    core, apps = paths
    obj = workload("DaemonSet")
    del obj["spec"]["replicas"]
    live.create(f"{apps}/daemonsets", obj)
    live.until(f"{apps}/daemonsets/web", lambda obj: obj["status"].get("numberAvailable") == 1)
    live.patch(f"{apps}/daemonsets/web", with_image("nginx:1.28"))
    live.until(f"{apps}/daemonsets/web", lambda obj: obj["status"].get("observedGeneration") == 2 and obj["status"].get("updatedNumberScheduled") == 1 == obj["status"].get("numberAvailable"))
    assert [pod["spec"]["containers"][0]["image"] for pod in live.until(f"{core}/pods", lambda pods: len(pods["items"]) == 1)["items"]] == ["nginx:1.28"]


def job(image, **spec):
    return {"metadata": {"name": "task"}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "task", "image": image}]}}, **spec}}


@pytest.mark.parametrize(("image", "ending"), [("busybox:1.36", "Complete"), ("busybox:crash", "Failed")])
def test_a_job_ends(live, paths, image, ending):
    """A Job completes; one whose pods crash has failed when its backoffLimit is passed."""
    path = f"{paths[0].replace('/api/', '/apis/batch/')}/jobs"
    live.create(path, job(image, backoffLimit=0))
    found = live.until(f"{path}/task", lambda obj: condition(obj, ending).get("status") == "True")
    assert found["status"]["succeeded" if ending == "Complete" else "failed"] == 1


def test_deleting_a_deployment_takes_its_pods(live, paths):
    """What a Deployment owns goes with it."""
    core, apps = paths
    deployed(live, paths)
    live.delete(f"{apps}/deployments/web")
    live.until(f"{core}/pods", lambda found: not found["items"])
    assert not live.get(f"{apps}/replicasets")["items"]


def test_a_log_can_be_cut_and_dated(live, paths):
    """tailLines cuts a log, timestamps dates its lines; a container that is none is named in the refusal."""
    deployed(live, paths)
    pod = live.get(f"{paths[0]}/pods")["items"][0]["metadata"]["name"]
    log = f"{paths[0]}/pods/{pod}/log"
    whole, last = live.ask("GET", log).text, live.ask("GET", f"{log}?tailLines=1&timestamps=true").text
    assert whole.count("\n") > last.count("\n") == 1 and last.split(" ", 1)[1] == whole.splitlines(keepends=True)[-1]
    assert "container other is not valid" in live.ask("GET", f"{log}?container=other").json()["message"]


def test_pods_stay_pending_without_a_kubelet(still):
    """With --no-pods nothing runs by itself: a test says what a kubelet would."""
    core, apps = still.namespace("pending")
    still.create(f"{apps}/deployments", workload("Deployment"))
    pods = still.until(f"{core}/pods", lambda found: len(found["items"]) == 1)["items"]
    assert pods[0]["status"]["phase"] == "Pending"
    ready = {"status": {"phase": "Running", "podIP": "198.51.100.1", "conditions": [{"type": "Ready", "status": "True"}]}}
    still.ask("PATCH", f"{core}/pods/{pods[0]['metadata']['name']}/status", ready, **{"Content-Type": PATCH})
    still.until(f"{apps}/deployments/web", rolled_out)
