"""What was answered survives the process, however it ends."""

import os
import signal

import pytest
import requests

from tests.devcluster import cluster

MAP = {"metadata": {"name": "settings"}, "data": {"A": "1"}}


@pytest.fixture
def starts(tmp_path):
    """Starts the same cluster again and again; the last one is stopped."""
    running = []

    def start(*options):
        running.append(cluster.start(tmp_path, *options))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.wait()


def identity(obj):
    return {key: obj["metadata"][key] for key in ("uid", "resourceVersion", "creationTimestamp", "managedFields")}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_objects_survive(starts, how):
    """After SIGTERM and SIGKILL alike every object is as it was, at the same address."""
    first = starts("--no-pods")
    core, _ = first.namespace("kept")
    first.create(f"{core}/configmaps", MAP)
    before = first.patch(f"{core}/configmaps/settings", {"data": {"B": "2"}})
    first.create(f"{core}/configmaps", {**MAP, "metadata": {"name": "gone"}})
    first.delete(f"{core}/configmaps/gone")
    first.stop(how)
    second = starts("--no-pods")
    after = second.get(f"{core}/configmaps/settings")
    assert second.url == first.url and after == before and identity(after) == identity(before)
    assert second.ask("GET", f"{core}/configmaps/gone").status_code == 404


def test_versions_go_on(starts):
    """A write after a restart has a higher resourceVersion than any before it; a watch from before is told to list again."""
    first = starts("--no-pods")
    core, _ = first.namespace("kept")
    before = int(first.create(f"{core}/configmaps", MAP)["metadata"]["resourceVersion"])
    first.delete(f"{core}/configmaps/settings")
    gone = int(first.get(f"{core}/configmaps")["metadata"]["resourceVersion"])
    first.stop(signal.SIGKILL)
    second = starts("--no-pods")
    after = int(second.create(f"{core}/configmaps", MAP)["metadata"]["resourceVersion"])
    assert before < gone < after
    watch = second.ask("GET", f"{core}/configmaps?watch=true&resourceVersion={before}&timeoutSeconds=1")
    assert '"code":410' in watch.text


def test_a_half_written_line_is_left_out(starts, tmp_path):
    """What a killed process did not finish writing was never answered, and harms nothing else."""
    first = starts("--no-pods")
    core, _ = first.namespace("kept")
    first.create(f"{core}/configmaps", MAP)
    first.stop(signal.SIGKILL)
    with (tmp_path / "objects.jsonl").open("ab") as log:
        log.write(b'[2000,"configmaps","kept","half",{"metadata":{"na')
    second = starts("--no-pods")
    assert [each["metadata"]["name"] for each in second.get(f"{core}/configmaps")["items"]] == ["settings"]
    second.create(f"{core}/configmaps", {**MAP, "metadata": {"name": "other"}})
    second.stop(signal.SIGKILL)
    assert len(starts("--no-pods").get(f"{core}/configmaps")["items"]) == 2


def test_the_log_does_not_grow_for_ever(starts, tmp_path):
    """What is written over again and again is thrown away while the cluster runs, and nothing else is."""
    first = starts("--no-pods")
    core, _ = first.namespace("kept")
    first.create(f"{core}/configmaps", MAP)
    first.create(f"{core}/configmaps", {"metadata": {"name": "large"}})
    for number in range(40):
        last = first.patch(f"{core}/configmaps/large", {"data": {"A": f"{number}" * (1 << 20)}})
    assert (tmp_path / "objects.jsonl").stat().st_size < 64 << 20
    first.stop(signal.SIGKILL)
    second = starts("--no-pods")
    assert second.get(f"{core}/configmaps/large") == last
    assert second.get(f"{core}/configmaps/settings")["data"] == {"A": "1"}


def test_a_rollout_goes_on(starts):
    """A rollout that a restart interrupts is finished afterwards."""
    first = starts()
    core, apps = first.namespace("kept")
    container = {"name": "web", "image": "nginx:1.27"}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}}
    first.create(f"{apps}/deployments", {"metadata": {"name": "web"}, "spec": spec})
    first.until(f"{core}/pods", lambda found: len(found["items"]) == 2)
    first.stop(signal.SIGKILL)
    found = starts().until(f"{apps}/deployments/web", lambda obj: (obj.get("status") or {}).get("availableReplicas") == 2)
    assert found["status"]["updatedReplicas"] == 2


def test_secrets_of_the_server_are_the_owners(starts, tmp_path):
    """Tokens, kubeconfigs and the objects are readable by nobody else."""
    starts("--no-pods")
    for name in ("kubeconfig", "viewer.kubeconfig", "objects.jsonl"):
        assert os.stat(tmp_path / name).st_mode & 0o077 == 0, name


def test_it_stops_at_once(starts):
    """SIGTERM ends it with status 0, also while a watch is open."""
    first = starts("--no-pods")
    with requests.get(f"{first.url}/api/v1/pods?watch=true&timeoutSeconds=20", headers={"Authorization": f"Bearer {cluster.TOKEN}"}, stream=True, timeout=30):
        assert first.stop() == 0
