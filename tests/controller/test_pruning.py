"""What git no longer says goes, and nothing else does."""


import pytest

from controller import ownership, prune
from controller.cluster.cache import Cache
from controller.reconcile import AppState
from tests.controller.house import MERGE, configmap, values


def manifest(app, name=None, *more):
    return {f"manifests/staging/{app}/{name or app}.yaml": "---\n".join([configmap(name or app), *more])}


THREE = manifest("one") | manifest("two") | manifest("three")


# --- decisions, without a cluster ---------------------------------------------------------------------------------------


def holding(*owned):
    """A cache that holds (app, name, kind) as ours."""
    found = Cache(None, "staging", "shop", "staging", lambda key: None)
    for number, (app, name, kind) in enumerate(owned):
        obj = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "staging"}}
        claimed = ownership.claimed(obj, "shop", "staging", app)
        found.written({**claimed, "metadata": {**claimed["metadata"], "uid": name, "resourceVersion": str(number + 1), "managedFields": [{"manager": "klepaas", "operation": "Apply"}]}})
    return found


def states(*found, **more):
    """(app, names it desires) as the states of rendered apps; `more` as attributes of the app's state by its name."""
    made = {app: AppState(app, "staging", desired={ownership.Key("", "ConfigMap", "staging", name): b"" for name in names}) for app, *names in found}
    for app, attributes in more.items():
        for name, value in attributes.items():
            setattr(made[app], name, value)
    return made


def gone(cache, found):
    return [key.name for key in prune.candidates(cache, found)[0]]


HELD = (("a", "one", "ConfigMap"), ("b", "two", "ConfigMap"))
DECISIONS = {
    "desired by its app": (HELD, states(("a", "one"), ("b", "two")), []),
    "not desired any more": (HELD, states(("a", "one"), ("b",)), ["two"]),
    "its app is gone": (HELD, states(("a", "one")), ["two"]),
    "moved to another app": (HELD, states(("a", "one", "two"), ("b",)), []),
    "another app fails to render: it may have moved there": (HELD, states(("a",), ("b", "two"), b={"rendered": False}), []),
    "another app fails, and this one is removed": (HELD, states(("b", "two"), b={"rendered": False}), ["one"]),
    "a new app fails: it may be the removed one's new name": (HELD, states(("b", "two"), ("c",), c={"rendered": False}), []),
    "suspended": (HELD, states(("a",), ("b", "two"), a={"stopped": ("suspended", "")}), []),
    "a claim keeps its data": ((("a", "one", "PersistentVolumeClaim"),), states(("a",)), []),
    "in reverse order": ((("a", "one", "ConfigMap"), ("a", "two", "Service")), {}, ["two", "one"]),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_what_is_pruned(case):
    """Ours, desired by none; nothing while it is unknown what is desired."""
    held, found, expected = DECISIONS[case]
    assert gone(holding(*held), found) == expected


@pytest.mark.parametrize(("total", "going", "much"), [(4, 2, False), (4, 3, True), (1, 1, False), (2, 2, True), (3, 2, True)])
def test_more_than_half_is_too_much(total, going, much):
    """More than half of the objects, and more than one."""
    cache = holding(*(("a", f"m{number}", "ConfigMap") for number in range(total)))
    keys = list(cache.keys())[:going]
    assert prune.too_much(keys, cache, set()) is much and prune.too_much(keys, cache, {"a"}) is False


# --- with one ------------------------------------------------------------------------------------------------------------


def test_a_removed_app_is_pruned_and_the_protected_stay(house):
    """What an app leaves behind goes, except data and what says so of itself."""
    keep = "---\n" + configmap("kept", annotations="{klepaas.io/prune: disabled}")
    claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"
    made = house(THREE | {"manifests/staging/gone/map.yaml": configmap("gone") + keep + claim})
    made.start()
    made.wait(lambda: made.live("claims", "data") and made.value("kept") and made.value("three"))
    made.commit({"manifests/staging/gone/map.yaml": None})
    made.wait(lambda: made.value("gone") is None and not made.state("gone"))
    assert made.value("kept") == "one" and made.live("claims", "data") and made.value("one") == "one"
    kept = {"app": "gone", "group": "", "kind": "ConfigMap", "name": "kept", "why": "klepaas.io/prune: disabled"}
    made.wait(lambda: made.marks().get("kept") == {"count": 2, "items": [kept, kept | {"kind": "PersistentVolumeClaim", "name": "data", "why": "PersistentVolumeClaim"}]})
    made.cluster.delete(made.path("claims", "data"))
    made.wait(lambda: made.marks()["kept"] == {"count": 1, "items": [kept]})
    made.cluster.patch(made.path("configmaps", "kept"), {"metadata": {"annotations": {"klepaas.io/prune": None}}}, MERGE)
    made.wait(lambda: made.value("kept") is None and made.marks()["kept"] is None)


def test_where_nothing_is_pruned_what_is_left_is_said(house):
    """`prune: false`: an app that git lost stays, is named as what git does not have, and holds nothing up; pruned once that is allowed."""
    made = house(THREE | manifest("gone", "gone"), of=", sync: {prune: false}")
    made.start()
    made.wait(lambda: made.value("gone") and made.value("three"))
    made.commit({"manifests/staging/gone/gone.yaml": None})
    made.wait(lambda: made.marks().get("kept") == {"count": 1, "items": [{"app": "gone", "group": "", "kind": "ConfigMap", "name": "gone", "why": "prune: false"}]})
    made.followed()
    assert made.value("gone") == "one" and not made.marks().get("leaving")
    made.commit({"klepaas.yaml": made.config("staging")})
    made.wait(lambda: made.value("gone") is None and made.marks()["kept"] is None)


def test_an_object_moves_from_one_app_to_another(house):
    """In one commit, also while its app goes: handed over, never deleted."""
    made = house(THREE | manifest("old", "moved"))
    made.start()
    made.synced("old")
    uid = made.live("configmaps", "moved")["metadata"]["uid"]
    made.commit({"manifests/staging/old/moved.yaml": None, "manifests/staging/new/moved.yaml": configmap("moved", "two")})
    made.synced("new")
    made.wait(lambda: made.value("moved") == "two" and not made.state("old"))
    live = made.live("configmaps", "moved")["metadata"]
    assert live["uid"] == uid and live["annotations"]["klepaas.io/owner"].startswith(f"{made.name}/staging/new:")


def test_more_than_half_is_held_until_released(house):
    """A commit that takes most of an environment away is held, said once, and goes on when somebody releases it."""
    made = house(THREE)
    made.start()
    made.wait(lambda: all(made.value(each) for each in ("one", "two", "three")))
    head = made.commit({"manifests/staging/two/two.yaml": None, "manifests/staging/three/three.yaml": None})
    made.wait(made.held)
    assert made.held() == [f"2 of 3 objects would be pruned at {head[:7]}, of three, two. To go on: klepaas submit release -e staging revision={head[:7]}"] and made.value("two") and made.value("three")
    assert made.marks()["release"] == head[:7] and "2 of 3" in made.marks()["held"]
    made.order("release", revision=head)
    made.wait(lambda: made.value("two") is None and made.value("three") is None)
    made.wait(lambda: not made.marks()["held"])
    assert made.value("one") == "one"


def test_a_deletion_of_long_ago_excuses_nothing(house):
    """What a verb took away goes without a question; what was made again since then is counted as any other."""
    made = house(THREE | manifest("four", "four") | manifest("five", "five"))
    made.start()
    made.wait(lambda: made.value("four") and made.value("five"))
    for verb, app in (("delete_app", "two"), ("delete_app", "three"), ("create_app", "three")):
        made.did(verb, app)
    head = made.commit({f"manifests/staging/{each}/{each}.yaml": None for each in ("two", "three", "four")})
    made.wait(lambda: made.value("two") is None)
    assert made.value("one") and not made.held()
    made.commit({f"manifests/staging/{each}/{each}.yaml": configmap(each) for each in ("two", "three", "four")})
    made.wait(lambda: made.value("two") and made.value("three") and made.value("four"))
    head = made.commit({f"manifests/staging/{each}/{each}.yaml": None for each in ("two", "three", "four", "five")})
    made.wait(made.held)
    assert f"4 of 5 objects would be pruned at {head[:7]}" in made.held()[0]


def test_an_app_that_renders_nothing_keeps_what_it_has(house):
    """Zero objects is a mistake more often than a wish: held, with the command that says it is meant."""
    made = house(THREE | {"charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "charts/c/templates/map.yaml": "{{ if .Values.enabled }}\n" + configmap("made") + "{{ end }}\n",
                          "values/staging/maybe.yaml": "klepaas: {chart: charts/c}\nenabled: true\n"})
    made.start()
    made.wait(lambda: made.value("made"))
    head = made.commit({"values/staging/maybe.yaml": "klepaas: {chart: charts/c}\nenabled: false\n"})
    assert f"klepaas submit release -e staging revision={head[:7]}" in made.synced("maybe", status="held")["error"] and made.value("made") == "one"
    made.order("release", revision=head)
    made.wait(lambda: made.value("made") is None)
    assert made.synced("maybe")


def test_an_environment_that_is_gone_is_left_as_it_is(house):
    """An environment missing from klepaas.yaml: no write and no deletion there, until it is back."""
    made = house(THREE | {"manifests/production/p/p.yaml": configmap("p")}, environments=("staging", "production"))
    made.start()
    made.synced("p", environment="production")
    made.commit({"klepaas.yaml": made.config("staging")})
    assert "production is not in klepaas.yaml any more" in made.wait(made.held)[0]
    made.cluster.patch(made.path("configmaps", "p", "production"), {"data": {"value": "by hand"}}, MERGE)
    made.commit(manifest("four"))
    made.synced("four")
    assert made.value("p", "production") == "by hand"
    made.commit({"klepaas.yaml": made.config("staging", "production")})
    made.wait(lambda: made.value("p", "production") == "one")


def test_an_environment_that_is_gone_goes_when_released(house):
    """What ran there goes once a person says so, and only there; another controller knows of it too, and the next commit asks nothing again."""
    made = house(THREE | {"manifests/production/p/p.yaml": configmap("p")}, environments=("staging", "production"))
    first = made.start()
    made.synced("p", environment="production")
    head = made.commit({"klepaas.yaml": made.config("staging")})
    assert f"klepaas submit release -e production revision={head[:7]}" in made.wait(made.held)[0]
    made.kill(first)
    made.start()
    made.order("release", environment="production", revision=head)
    made.wait(lambda: made.value("p", "production") is None and not made.state("p", "production"), 40)
    assert made.value("one") == "one"
    made.wait(lambda: not made.marks("production")["lost"] and not made.marks("production")["held"])
    told = len(made.held())
    made.followed(made.commit({"manifests/staging/one/one.yaml": configmap("one", "two")}))
    assert len(made.held()) == told


def test_what_waits_for_a_broken_app_is_said(house):
    """While an app does not render it is unknown whose an object is: nothing else is pruned, and it says what waits for whom."""
    made = house(THREE)
    made.start()
    made.wait(lambda: all(made.value(each) for each in ("one", "two", "three")))
    made.commit({"manifests/staging/two/two.yaml": None, "values/staging/bad.yaml": "- one\n"})
    said = made.wait(lambda: made.marks().get("refused"))[0]
    assert "ConfigMap two" in said and "bad" in said and made.value("two") == "one" and made.state("bad")["health"] == "unknown"
    made.commit({"values/staging/bad.yaml": None})
    made.wait(lambda: made.value("two") is None and not made.marks()["refused"])


def test_a_broken_klepaas_yaml_stops_nothing_that_runs(house):
    """Nothing is deleted, drift is healed still, and the commit that mends it is followed."""
    made = house(THREE)
    made.start()
    made.synced("one")
    made.commit({"klepaas.yaml": "environments: [\n", "manifests/staging/two/two.yaml": None})
    made.wait(lambda: any(each.data.get("problems") for each in made.events("notice")))
    made.cluster.delete(made.path("configmaps", "one"))
    made.wait(lambda: made.value("one") == "one")
    assert made.value("two") == "one"
    made.commit({"klepaas.yaml": made.config("staging")})
    made.wait(lambda: made.value("two") is None)


@pytest.mark.pods
def test_a_folder_that_is_none_is_unknown_not_empty(house):
    """A file in the place of an environment's folder says nothing of its apps: they stay."""
    made = house({f"values/staging/{name}.yaml": values(config="{A: one}") for name in ("a", "b")})
    made.start()
    made.synced("a")
    config, blob = made.git("rev-parse", "main:klepaas.yaml"), made.git("rev-parse", "main:values/staging/a.yaml")
    values_tree = made.git("mktree", given=f"100644 blob {blob}\tstaging\n")
    tree = made.git("mktree", given=f"100644 blob {config}\tklepaas.yaml\n040000 tree {values_tree}\tvalues\n")
    made.push(tree, "main")
    made.wait(made.held)
    assert made.live("configmaps", "a") and made.live("configmaps", "b") and made.state("a")
