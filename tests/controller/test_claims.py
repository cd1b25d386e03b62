"""Whose an object is: one app's, and nobody else's."""

import pytest

from tests.controller.house import MERGE, configmap

ONE = {"manifests/staging/one/map.yaml": configmap("shared", "one")}


def test_two_apps_cannot_render_the_same_object(house):
    """The one that comes second is told whose it is, and the first is left in peace; once that gives it up, the second gets it."""
    made = house(ONE)
    made.start()
    made.synced("one")
    made.commit({"manifests/staging/two/map.yaml": configmap("shared", "two")})
    assert made.failed("two") == "ConfigMap shared is rendered by one too; one of the two has to leave it"
    assert made.value("shared") == "one" and made.state("one")["sync"] == "succeeded"
    made.commit({"manifests/staging/one/map.yaml": configmap("other", "one")})
    made.wait(lambda: made.value("shared") == "two" and made.value("other") == "one")
    made.wait(lambda: made.state("two")["sync"] == "succeeded")


BOTH = "ConfigMap shared is rendered by {} too; one of the two has to leave it"


@pytest.mark.parametrize("holder, newcomer", [("one", "two"), ("two", "one")])
def test_who_has_an_object_keeps_it(house, holder, newcomer):
    """Whatever its name: when both change in one commit, after a restart, and while its file is broken. The newcomer is told whose it is."""
    made = house({f"manifests/staging/{holder}/map.yaml": configmap("shared", "first")})
    running = made.start()
    made.synced(holder)
    made.commit({f"manifests/staging/{holder}/map.yaml": configmap("shared", "second"), f"manifests/staging/{newcomer}/map.yaml": configmap("shared", "theirs")})
    assert made.failed(newcomer) == BOTH.format(holder)
    made.synced(holder)
    assert made.value("shared") == "second"
    before = made.live("configmaps", "shared")["metadata"]["resourceVersion"]
    made.kill(running)
    made.commit({"README.md": "So that it is seen that the next one went through all."})
    made.start()
    assert made.failed(newcomer) == BOTH.format(holder)
    made.synced(holder)
    assert made.live("configmaps", "shared")["metadata"]["resourceVersion"] == before
    made.commit({f"manifests/staging/{holder}/map.yaml": "{", f"manifests/staging/{newcomer}/map.yaml": configmap("shared", "taken")})
    assert made.failed(newcomer) == BOTH.format(holder)
    assert made.failed(holder) and made.value("shared") == "second"


def test_of_two_that_are_new_the_first_by_name_has_it(house):
    """Both in one commit: the other is told."""
    made = house({f"manifests/staging/{app}/map.yaml": configmap("shared", app) for app in ("two", "one")})
    made.start()
    made.synced("one")
    assert made.failed("two") == BOTH.format("one") and made.value("shared") == "one"


def test_an_object_that_is_not_there_is_the_first_ones(house):
    """Nobody has it yet, and one that comes first by name asks for it: the other steps back and says so."""
    made = house({"manifests/staging/two/map.yaml": configmap("shared", "two")})
    made.start(ENABLE_K8S_DEPLOY="false")
    made.synced("two", status="held")
    made.commit({"manifests/staging/one/map.yaml": configmap("shared", "one")})
    assert made.failed("two") == BOTH.format("one")
    assert made.state("one")["sync"] == "held"


def test_what_others_make_while_we_run_is_theirs(house):
    """An object that somebody made since the controller began to look, of a name that git asks for later, is not taken over; once it is gone, ours comes."""
    made = house(ONE)
    made.start()
    made.synced("one")
    made.cluster.create(made.path("configmaps"), {"metadata": {"name": "theirs"}, "data": {"other": "theirs"}})
    made.commit({"manifests/staging/two/map.yaml": configmap("theirs", "two")})
    assert "exists and is not ours" in made.failed("two")
    assert made.live("configmaps", "theirs")["data"] == {"other": "theirs"}
    made.cluster.delete(made.path("configmaps", "theirs"))
    made.wait(lambda: made.value("theirs") == "two")


def test_a_label_that_somebody_takes_away_is_put_back(house):
    """Without its label, or under another, an object we applied is still put right."""
    made = house(ONE)
    made.start()
    made.synced("one")
    for value in (None, "other"):
        made.cluster.patch(made.path("configmaps", "shared"), {"metadata": {"labels": {"klepaas.io/environment": value}}, "data": {"value": "by hand"}}, MERGE)
        made.wait(lambda: made.value("shared") == "one")
        assert made.live("configmaps", "shared")["metadata"]["labels"]["klepaas.io/environment"] == f"{made.name}-staging"
