"""What a person is told of a rollout that does not come up, and that nothing else waits for it."""

import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError

import pytest

from controller.cluster.kube import Kube
from controller.pods import Pods, cleaned
from tests.controller.house import House, configmap, values
from tests.devcluster import cluster

NAMESPACE = "by-hand"


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A cluster without kubelets: no pod is ever started, and what a kubelet would write a test writes."""
    found = cluster.start(tmp_path_factory.mktemp("bare"), "--no-pods")
    found.namespace(NAMESPACE)
    yield found
    found.stop()


@pytest.fixture
def relayed(bare, tmp_path):
    """(Kube, requests): a client of that cluster through a relay that notes what is asked."""
    asked = []
    relay = ThreadingHTTPServer(("127.0.0.1", 0), _relay(bare.url, asked))
    threading.Thread(target=relay.serve_forever, args=(0.05,), daemon=True).start()
    kubeconfig = (bare.state / "kubeconfig").read_text().replace(bare.url.partition("//")[2], f"127.0.0.1:{relay.server_port}")
    (tmp_path / "kubeconfig").write_text(kubeconfig)
    yield Kube(str(tmp_path / "kubeconfig")), asked
    relay.shutdown()
    relay.server_close()


def _relay(url, asked):
    class Relay(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            passed = {name: value for name, value in self.headers.items() if name.lower() in ("authorization", "accept")}
            try:
                with urllib.request.urlopen(urllib.request.Request(url + self.path, headers=passed)) as answer:
                    self._answer(answer.status, answer.read())
            except HTTPError as error:
                self._answer(error.code, error.read())

        def _answer(self, status, data):
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            """Tests are quiet."""
    return Relay


def pod(bare, name, status, events=(), created=None):
    """A pod on a node, with a status and warnings, as its kubelet would have written them."""
    core = f"/api/v1/namespaces/{NAMESPACE}"
    made = bare.create(f"{core}/pods", {"metadata": {"name": name}, "spec": {"nodeName": "one", "containers": [{"name": "web", "image": "nginx"}]}})
    for message in events:
        bare.create(f"{core}/events", {"metadata": {"name": f"{name}-1"}, "type": "Warning", "reason": "FailedMount", "message": message, "lastTimestamp": "2026-01-01T00:00:00Z",
                                       "involvedObject": {"kind": "Pod", "name": name, "namespace": NAMESPACE, "uid": made["metadata"]["uid"]}})
    found = bare.patch(f"{core}/pods/{name}/status", {"status": status})
    return {**found, "metadata": {**found["metadata"], **({"creationTimestamp": created} if created else {})}}


def crashing(restarts, **last):
    ended = {"terminated": {"exitCode": 1, "reason": "Error", **last}}
    return {"phase": "Running", "containerStatuses": [{"name": "web", "image": "nginx", "imageID": "", "ready": False, "restartCount": restarts, "lastState": ended,
                                                      "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}}]}


def logs(asked):
    return [each for each in asked if "/log?" in each]


@pytest.mark.pods
def test_a_crash_loop_says_what_the_container_said_last(house):
    """The exit code, how often, and the last lines; the sync has failed, and a commit that mends it succeeds."""
    made = house({"values/staging/web.yaml": values("1-crash")})
    made.start()
    told = made.wait(lambda: (found := made.state("web")).get("health") == "degraded" and "fatal" in found["message"] and found["message"])
    assert "0 of 1 pods are available: web-" in told and "web: CrashLoopBackOff: exit code 1, 1 restart\n" in told
    assert told.endswith("web: fatal: cannot continue, exit status 1")
    assert made.state("web")["sync"] == "failed"
    made.commit({"values/staging/web.yaml": values()})
    assert made.synced("web")["message"] == ""


@pytest.mark.pods
def test_an_image_that_cannot_be_pulled_is_named(house):
    """The pods' reason stands beside the workload's."""
    made = house({"values/staging/web.yaml": values("1-broken")})
    made.start()
    assert "web: ImagePullBackOff: Back-off pulling image \"nginx:1-broken\"" in made.wait(lambda: "BackOff" in (found := made.state("web").get("message") or "") and found)


def test_without_kubelets_what_waits_says_so_and_holds_up_nobody(bare, tmp_path):
    """No pod is ever ready: the app says what it waits for, another one succeeds, and the next commit is applied meanwhile."""
    made = House(tmp_path / "home", bare, {"values/staging/web.yaml": values(), "manifests/staging/map/map.yaml": configmap("map")})
    try:
        made.start()
        made.synced("map")
        told = made.wait(lambda: "Pending" in (found := made.state("web").get("message") or "") and found)
        assert told.startswith(("0 of 1 pods are available: web-", "0 of 1 pods are updated: web-")) and "Pending: no scheduler has placed it on a node yet" in told
        assert made.state("web")["sync"] == "progressing"
        made.commit({"values/staging/web.yaml": values(replicaCount=2, config="{A: one}"), "manifests/staging/map/map.yaml": configmap("map", "two")})
        made.synced("map")
        made.wait(lambda: made.live("deployments", "web")["spec"]["replicas"] == 2 and made.live("configmaps", "web"))
    finally:
        made.close()


def test_a_containers_last_words_are_asked_for_once_a_restart(bare, relayed):
    """Each look finds the same; only another restart asks again, briefly and for a few lines."""
    kube, asked = relayed
    found, first = None, pod(bare, "crash", crashing(3))
    for _ in range(3):
        found = Pods(kube, NAMESPACE, 1).find(first, found.words if found else None)
    assert found.health.status == "degraded" and "CrashLoopBackOff: exit code 1, 3 restarts" in found.health.message
    assert len(logs(asked)) == 1 and "tailLines=5" in asked[-1] and "limitBytes=2048" in asked[-1]
    Pods(kube, NAMESPACE, 1).find(bare.patch(f"/api/v1/namespaces/{NAMESPACE}/pods/crash/status", {"status": crashing(4)}), found.words)
    assert len(logs(asked)) == 2


def test_one_look_asks_few_pods(bare, relayed):
    """However many crash, a look asks after four; the others say what they know, and their turn comes."""
    kube, asked = relayed
    crashed, look = [pod(bare, f"many-{number}", crashing(1)) for number in range(6)], Pods(kube, NAMESPACE, 1)
    found = [look.find(each) for each in crashed]
    assert len(logs(asked)) == 4 and all("exit code 1" in each.health.message for each in found)
    assert [each.words is not None for each in found] == [True] * 4 + [False] * 2


def test_what_the_container_left_as_its_message_needs_no_log(bare, relayed):
    """The termination message is in the status: nothing is asked for."""
    kube, asked = relayed
    found = Pods(kube, NAMESPACE, 1).find(pod(bare, "message", crashing(1, message="cannot reach the database\n")))
    assert found.health.message == "message: web: CrashLoopBackOff: exit code 1, 1 restart\ncannot reach the database" and logs(asked) == []


def test_a_volume_that_cannot_be_mounted_is_named(bare, relayed):
    """A pod that waits for a volume says so in its events alone."""
    kube, _ = relayed
    making = {"phase": "Pending", "containerStatuses": [{"name": "web", "image": "nginx", "imageID": "", "ready": False, "restartCount": 0, "state": {"waiting": {"reason": "ContainerCreating"}}}]}
    found = Pods(kube, NAMESPACE, 1).find(pod(bare, "mount", making, ['MountVolume.SetUp failed for volume "config": configmap "web" not found'], "2026-01-01T00:00:00Z"))
    assert found.health.status == "progressing"
    assert found.health.message == 'mount: Pending: container web is being made on node one: MountVolume.SetUp failed for volume "config": configmap "web" not found'


def test_a_pod_that_just_started_has_nothing_to_explain(bare, relayed):
    """In its first seconds nobody is asked why it is not ready."""
    kube, asked = relayed
    Pods(kube, NAMESPACE, 1).find(pod(bare, "young", {"phase": "Pending"}))
    assert asked == []


@pytest.mark.parametrize(("said", "shown"), [
    ("one\r\ntwo\n\n", "one\ntwo"),
    ("\x1b[31mred\x1b[0m\x07\u202eevil", "redevil"),
    ("\n".join(map(str, range(9))), "4\n5\n6\n7\n8"),
    ("token ghp_" + "a" * 36 + " refused", "token *** refused"),
    ("postgres://app:hunter22@db/app", "***db/app"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n", "***"),
    ("x" * 9000, "x" * 2048),
])
def test_words_are_cleaned(said, shown):
    """Colours, control characters and known secrets of a log are not passed on; only its end is."""
    assert cleaned(said) == shown
