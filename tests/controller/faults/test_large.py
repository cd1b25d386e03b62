"""Apps that are too much: for the server, for a reader, or merely many. Their neighbours go on."""

import pytest

from tests.controller.house import configmap, values

GOOD = {"manifests/staging/good/map.yaml": configmap("good")}
MEGABYTE = 1 << 20


def test_a_manifest_of_five_megabytes(house):
    """As many objects it is applied; as one the server refuses it, and the app names it. Neither holds up a neighbour."""
    many = "---\n".join(configmap(f"part{number}", "x" * (MEGABYTE // 2)) for number in range(10))
    made = house(GOOD | {"manifests/staging/many/all.yaml": many, "manifests/staging/one/all.yaml": configmap("huge", "x" * 5 * MEGABYTE)})
    running = made.start()
    made.synced("good")
    assert "ConfigMap huge" in made.failed("one")
    made.synced("many")
    assert len(made.value("part9")) == MEGABYTE // 2
    made.commit({"manifests/staging/one/all.yaml": configmap("huge")})
    made.synced("one")
    assert running.poll() is None


INVALID = {
    "a field of the wrong type": "apiVersion: v1\nkind: Service\nmetadata: {name: wrong}\nspec: {ports: many}\n",
    "a value that is not allowed": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: wrong}\nspec: {replicas: -1}\n",
    "a name that is none": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: wrong_name}\n",
    "a field that nobody knows": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: wrong}\ndatum: {a: b}\n",
    "a list": "- wrong\n- one\n",
    "no kind": "apiVersion: v1\nmetadata: {name: wrong}\n",
    "no name": "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: wrong}}\n",
    "twice the same": configmap("wrong") + "---\n" + configmap("wrong", "two"),
}


@pytest.mark.pods
def test_one_invalid_object_among_good_ones(house):
    """Its app names it, or its file; the other apps are synced, and the commit that mends it syncs the app whole."""
    names = {f"bad{number}": text for number, text in enumerate(INVALID.values())}
    bad = {f"manifests/staging/{app}/b.yaml": text for app, text in names.items()}
    made = house(GOOD | bad | {f"manifests/staging/{app}/{place}.yaml": configmap(f"{app}-{place}") for app in names for place in "ac"} | {"values/staging/web.yaml": values()})
    running = made.start()
    made.synced("good")
    made.synced("web")
    for app in names:
        said = made.failed(app)
        assert "wrong" in said or f"manifests/staging/{app}/b.yaml" in said, said
    made.commit(dict.fromkeys(bad))
    for app in names:
        made.synced(app)
        assert made.value(f"{app}-a") == made.value(f"{app}-c") == "one"
    assert running.poll() is None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_objects_in_one_app(behind):
    """Each is written once, one that changes alone is written again, one that somebody changes is healed, and nobody else waits for it."""
    def text(changed=None):
        return "---\n".join(configmap(f"m{number}", "two" if number == changed else "one") for number in range(10_000))
    made, way = behind(GOOD | {"manifests/staging/all/all.yaml": text()})
    made.start()
    made.synced("good")
    made.commit({"manifests/staging/good/map.yaml": configmap("good", "two")})
    made.wait(lambda: made.value("good") == "two", 60)
    made.wait(lambda: made.state("all").get("sync") == "succeeded", 300)
    written = [path for _, path, _ in way.writes if "/m" in path]
    assert len(written) == len(set(written)) == 10_000
    way.writes.clear()
    made.commit({"manifests/staging/all/all.yaml": text(7)})
    made.wait(lambda: made.value("m7") == "two", 120)
    made.synced("all")
    made.cluster.delete(made.path("configmaps", "m8"))
    made.wait(lambda: made.value("m8") == "one", 60)
    assert sorted(path.rpartition("/")[2] for _, path, _ in way.writes) == ["m7", "m8"]
