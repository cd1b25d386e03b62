"""The namespaces of previews: made, marked and deleted with their preview, and no other one ever."""

import pytest

from gitops import previews
from tests.controller.house import configmap

RULE = "previews:\n- {repository: acme/shop, environment: staging, name: %s, limit: 9}\n"
NAMESPACES = "/api/v1/namespaces"


class Previewed:
    """A house whose pull requests have previews, called by the house's own name so that no two share a namespace."""

    def __init__(self, made):
        self.house = made
        made.commit({"klepaas.yaml": made.config("staging", more=RULE % made.name)})

    def name(self, number=1):
        return f"{self.house.name}-pr-{number}"

    def open(self, number=1, value="one"):
        name = self.name(number)
        self.house.commit({previews.path(name): previews.text("acme/shop", number, "a" * 40, 4e9).decode(), f"manifests/{name}/web/web.yaml": configmap("web", value)})

    def close(self, number=1):
        name = self.name(number)
        self.house.commit({previews.path(name): None, f"manifests/{name}/web/web.yaml": None})

    def namespace(self, number=1):
        answer = self.house.cluster.ask("GET", f"{NAMESPACES}/{self.name(number)}")
        return answer.json() if answer.ok else None

    def value(self, number=1):
        found = self.house.cluster.ask("GET", f"{NAMESPACES}/{self.name(number)}/configmaps/web")
        return found.json()["data"]["value"] if found.ok else None

    def gone(self, number=1):
        return self.house.wait(lambda: self.namespace(number) is None)


@pytest.fixture
def made(house):
    return Previewed(house())


def test_a_preview_lives_in_a_namespace_of_its_own(made):
    """There with its file, brought up to date, and gone with it, whatever else is in it; what is known of it goes too."""
    made.house.start()
    made.open()
    made.house.wait(lambda: made.value() == "one")
    assert made.namespace()["metadata"]["annotations"]["klepaas.io/preview"] == f"{made.house.name}/{made.name()}"
    made.house.cluster.create(f"{NAMESPACES}/{made.name()}/secrets", {"metadata": {"name": "by-hand"}})
    made.open(value="two")
    made.house.wait(lambda: made.value() == "two")
    made.close()
    made.gone()
    made.house.wait(lambda: not made.house.state("web", made.name()))
    made.open()
    made.house.wait(lambda: made.value() == "one")


def test_one_that_went_while_nobody_looked_is_deleted(made):
    """The mark is on the namespace: a controller that starts anew finds it; another preview stays."""
    made.open()
    made.open(2)
    made.house.once()
    assert made.value() == "one"
    made.close()
    made.house.start()
    made.gone()
    assert made.value(2) == "one"


def test_a_namespace_that_is_somebody_elses_is_left_alone(made):
    """Not written to, and not deleted with the preview: with or without a mark that was copied."""
    whose = made.house.cluster.create(NAMESPACES, {"metadata": {"name": made.name(), "labels": {"klepaas.io/preview-of": f"{made.house.name}-previews"}, "annotations": {"klepaas.io/preview": f"{made.house.name}/{made.name()}"}}})
    made.open()
    made.house.start()
    made.house.wait(lambda: any("is no preview of ours" in (each.data.get("unreached") or "") for each in made.house.events("notice")))
    assert made.value() is None
    made.close()
    made.open(2)
    made.house.wait(lambda: made.value(2) == "one")
    made.close(2)
    made.gone(2)
    assert made.namespace()["metadata"]["uid"] == whose["metadata"]["uid"]


@pytest.mark.parametrize("break_it", ["file", "config"])
def test_unknown_is_not_gone(made, break_it):
    """A preview's file that cannot be read, or a klepaas.yaml that cannot: what runs stays, until it is mended or gone."""
    made.open()
    made.house.start()
    made.house.wait(lambda: made.value() == "one")
    uid = made.namespace()["metadata"]["uid"]
    if break_it == "file":
        made.house.commit({previews.path(made.name()): "nonsense: true\n", "manifests/staging/other/o.yaml": configmap("other")})
    else:
        made.house.commit({"klepaas.yaml": "environments: 5\n", previews.path(made.name()): None})
        made.house.wait(lambda: any(each.data.get("problems") for each in made.house.events("notice")))
        made.house.commit({"klepaas.yaml": made.house.config("staging", more=RULE % made.house.name), previews.path(made.name()): previews.text("acme/shop", 1, "a" * 40, 4e9).decode(),
                           "manifests/staging/other/o.yaml": configmap("other")})
    made.house.wait(lambda: made.house.value("other") == "one")
    assert made.namespace()["metadata"]["uid"] == uid and "deletionTimestamp" not in made.namespace()["metadata"] and made.value() == "one"
    made.close()
    made.gone()


def test_a_controller_that_may_not_write_deletes_nothing(made):
    """ENABLE_K8S_DEPLOY=false observes previews too."""
    made.open()
    made.house.once()
    made.close()
    made.house.once(ENABLE_K8S_DEPLOY="false")
    assert made.value() == "one"
    made.house.start()
    made.gone()
