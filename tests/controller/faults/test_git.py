"""The config repository is away, hangs, is set back, replaced or made anew: what runs goes on, and nothing is undone unasked."""

import socket

import pytest

from gitops.repo import Repository
from tests.controller.house import MERGE, configmap

ONE = {"manifests/staging/one/map.yaml": configmap("one")}


def two(value="two"):
    return {"manifests/staging/one/map.yaml": configmap("one", value)}


@pytest.fixture
def remote(house):
    """`remote(files)`: an installation whose repository is a remote one, asked every second; its folder can be put away."""
    def make(files):
        made = house(files)
        made.env |= {"CONFIG_REPO": f"file://{made.home / 'config.git'}", "KLEPAAS_HOME": str(made.home / "controller")}
        return made
    return make


def away(made):
    (made.home / "config.git").rename(made.home / "away.git")


def back(made):
    (made.home / "away.git").rename(made.home / "config.git")


def mirror(made):
    """What the controller knows of the remote from before."""
    opened = Repository.open(made.env["CONFIG_REPO"], made.home / "controller")
    opened.close()
    made.git("push", "--quiet", opened.path, "main")


def said(made):
    """What was said last of the repository as a whole."""
    return [each.data["repository"] for each in made.events("notice") if "repository" in each.data][-1:]


def by_hand(made, name="one"):
    """Somebody changes an object, and it is healed."""
    made.cluster.patch(made.path("configmaps", name), {"data": {"value": "by hand"}}, MERGE)
    made.wait(lambda: made.value(name) == "one")


def test_down_at_start(remote):
    """Said once; what git says is applied as soon as it can be read."""
    made = remote(ONE)
    away(made)
    running = made.start()
    assert "remote does not answer" in made.wait(lambda: said(made))[0]
    back(made)
    made.synced("one")
    made.wait(lambda: said(made) == [None])
    assert running.poll() is None and len([each for each in made.events("notice") if "repository" in each.data]) == 2


def test_down_while_running(remote):
    """Drift is healed, orders are carried out, the lease is kept; the commit made meanwhile comes when the remote is back."""
    made = remote(ONE)
    made.start()
    made.synced("one")
    away(made)
    assert "remote does not answer" in made.wait(lambda: said(made) != [None] and said(made))[0]
    by_hand(made)
    made.order("sync", "one")
    made.wait(lambda: made.ledger.orders(0) == ())
    back(made)
    head = made.commit(two())
    made.synced("one", head)
    assert made.value("one") == "two"


def test_down_with_a_mirror_at_start(remote):
    """A restarted controller goes on from what it last saw of the remote."""
    made = remote(ONE)
    assert made.once()[0] == 0
    away(made)
    made.start()
    by_hand(made)
    assert "remote does not answer" in made.wait(lambda: said(made))[0]


def test_a_remote_that_hangs(house):
    """Whoever asks it waits alone: drift is healed and orders are carried out meanwhile."""
    made = house(ONE)
    assert made.once()[0] == 0
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        made.env |= {"CONFIG_REPO": f"http://127.0.0.1:{silent.getsockname()[1]}/shop.git", "KLEPAAS_HOME": str(made.home / "controller")}
        mirror(made)
        made.start()
        by_hand(made)
        made.order("cancel", "one")
        made.wait(lambda: "cancelled" in (made.state("one").get("error") or ""), 5)


@pytest.mark.parametrize("how", ["set back", "unrelated"])
def test_a_force_push_is_held_and_released(remote, how):
    """Not descending from what was synced: nothing is undone until a person says so; drift of what runs is healed meanwhile."""
    made = remote(ONE)
    first = made.repo.head()
    made.commit(two("one") | {"manifests/staging/new/map.yaml": configmap("new")})
    made.start()
    made.synced("new")
    if how == "set back":
        made.git("update-ref", "refs/heads/main", first)
    else:
        made.push(f"{first}^{{tree}}")
    head = made.repo.head()
    assert f"{head[:7]} does not descend from" in made.wait(made.held)[0]
    by_hand(made)
    assert made.value("new") == "one"
    made.order("release", revision=head)
    made.wait(lambda: made.value("new") is None and not made.state("new"))
    made.followed()


def test_a_force_push_that_is_taken_back(remote):
    """Held, and then main descends again: it is followed as if nothing had been, without a word of anybody."""
    made = remote(ONE)
    first = made.repo.head()
    good = made.commit({"manifests/staging/new/map.yaml": configmap("new")})
    made.start()
    made.synced("new")
    made.push(f"{first}^{{tree}}")
    made.wait(made.held)
    made.git("update-ref", "refs/heads/main", good)
    made.commit(two())
    made.synced("one")
    assert made.value("one") == "two" and made.value("new") == "one"


@pytest.mark.parametrize("local", [True, False], ids=["local", "remote"])
def test_a_repository_that_is_gone_and_back(house, remote, local):
    """Nothing goes with it; the controller says it and lives, and follows it again once it is back."""
    made = house(ONE) if local else remote(ONE)
    running = made.start()
    made.synced("one")
    away(made)
    made.wait(lambda: (said(made) or [None])[0])
    by_hand(made)
    back(made)
    made.commit(two())
    made.synced("one")
    assert made.value("one") == "two" and running.poll() is None


@pytest.mark.parametrize("local", [True, False], ids=["local", "remote"])
def test_a_repository_made_anew(house, remote, local):
    """Empty, it says nothing of what should be: all stays. Filled with what does not descend, it is held."""
    made = house(ONE | {"manifests/staging/new/map.yaml": configmap("new")}) if local else remote(ONE | {"manifests/staging/new/map.yaml": configmap("new")})
    made.start()
    made.synced("one")
    made.synced("new")
    tree = made.git("rev-parse", "main^{tree}")
    away(made)
    made.repo.create(made.home / "config.git")
    assert "no commit" in made.wait(lambda: (said(made) or [None])[0])
    assert made.value("one") == "one"
    made.git("fetch", "--quiet", str(made.home / "away.git"), tree)
    made.push(tree)
    assert "does not descend from" in made.wait(made.held)[0] and made.value("new") == "one"
    made.order("release", revision=made.git("rev-parse", "main"))
    made.followed(made.git("rev-parse", "main"))
