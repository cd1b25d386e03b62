"""Whose an object is: one app's, and nobody else's."""

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
