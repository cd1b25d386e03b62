"""A copy of the config repository: it follows main, and what somebody else put there is never overwritten."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from controller import forges
from gitops import config, mirror
from gitops.errors import KlepaasError
from gitops.repo import Repository
from tests.gitops.path_help import database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git, http_server, land
from web import reads
from web.cli import doctor

WANTED = "Basic " + base64.b64encode(b"bot:mirror-passw0rd").decode()


@pytest.fixture(params=["path", "https"])
def copied(request, world, tmp_path):
    """A world with an empty mirror: a path, or a server that wants user and password, as SourceCommit does; `mirror` is its Repository."""
    there = Repository(Repository.create(tmp_path / "git" / "copy.git"))
    git(there.path, "config", "http.receivepack", "true")
    with http_server(tmp_path / "git", WANTED) as server:
        given = {"MIRROR_REPO": str(there.path) if request.param == "path" else f"{server.url.replace('//', '//bot@')}/copy.git", "MIRROR_TOKEN": "" if request.param == "path" else "mirror-passw0rd"}
        kept = world.services
        world.given = {"CONFIG_REPO": world.path, "KLEPAAS_HOME": str(tmp_path), **given}
        world.services = replace(kept, settings=config.load(world.given, None))
        world.mirror, world.kind, world.look = there, request.param, forges.Mirror(world.services)
        yield world
        world.services = kept


def looked(world):
    """One look, whenever; what the installation says of it."""
    world.look.due = 0.0
    with world.services.ledger.store.write():
        world.services.ledger.tables["claim"].delete().execute()
    world.look.look()
    return world.services.ledger.installation().get("mirror")


def notices(world):
    return [each.data["mirror"] for each in world.services.ledger.events(0) if each.kind == "notice"]


def test_it_follows_main(copied):
    """Empty, one landing, several: its main is ours, and nothing else is there."""
    assert looked(copied) is None and copied.mirror.tip("refs/heads/main") == copied.services.repo.head()
    for replicas in (4, 5):
        copied.say("scale", replicas=replicas)
    copied.say("scale", "web", "production", replicas=3)  # proposed: a branch
    assert looked(copied) is None and git(copied.mirror.path, "for-each-ref", "--format=%(refname) %(objectname)") == f"refs/heads/main {copied.services.repo.head()}"
    assert notices(copied) == []


def test_one_that_went_its_own_way_is_left_alone(copied):
    """It is said once, everywhere; when its main is one of ours again, it is brought up to date."""
    looked(copied)
    ours = copied.mirror.tip("refs/heads/main")
    theirs = land(copied.mirror, {"theirs": b"1"})
    copied.say("scale", replicas=7)
    why = looked(copied)
    assert (why["code"], why["details"]) == ("mirror_diverged", {"there": theirs[:7]}) and copied.mirror.tip("refs/heads/main") == theirs
    assert looked(copied) == why and notices(copied) == [why]
    assert theirs[:7] in reads.mirror(copied.services.ledger, "ko") and copied.services.ledger.marks() == {}
    row = doctor._row(copied.services.settings, config.SETTINGS["MIRROR_REPO"])
    assert row["works"] is False and theirs[:7] in row["message"]
    git(copied.mirror.path, "update-ref", "refs/heads/main", ours)
    assert looked(copied) is None and copied.mirror.tip("refs/heads/main") == copied.services.repo.head() and reads.mirror(copied.services.ledger, "en") is None
    assert doctor._row(copied.services.settings, config.SETTINGS["MIRROR_REPO"])["works"] is True


def test_a_main_that_was_set_back_is_not_forced(copied):
    """What the mirror has stays, though the config repository lost it."""
    before = copied.services.repo.head()
    copied.say("scale", replicas=7)
    looked(copied)
    lost = copied.services.repo.head()
    git(copied.path, "update-ref", "refs/heads/main", before)
    assert looked(copied)["code"] == "mirror_diverged" and copied.mirror.tip("refs/heads/main") == lost


def test_a_push_that_somebody_else_was_faster_with(copied, monkeypatch):
    """Between the look and the push: theirs stays."""
    looked(copied)
    copied.say("scale", replicas=7)
    standing, theirs = mirror.standing, []

    def late(*given):
        there = standing(*given)
        theirs.append(land(copied.mirror, {"theirs": b"1"}))
        return there
    monkeypatch.setattr(mirror, "standing", late)
    with pytest.raises(KlepaasError) as caught:
        mirror.bring(copied.services.repo, copied.services.settings)
    assert caught.value.code == "mirror_moved" and copied.mirror.tip("refs/heads/main") == theirs[0]


def test_one_that_is_away_or_refuses_is_said(copied):
    """Without its credential; it follows when it is back."""
    hook = Path(copied.mirror.path, "hooks", "pre-receive")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho protected branch >&2\nexit 1\n")
    hook.chmod(0o755)
    if copied.kind == "https":  # at a path it is our own git that takes the push, without hooks
        assert looked(copied)["code"] == "remote_refused"
    hook.unlink()
    if copied.kind == "https":
        copied.look.services = replace(copied.services, settings=config.load({**copied.given, "MIRROR_TOKEN": "wr0ng-passw0rd"}, None))
        why = looked(copied)
        assert why["code"] == "remote_denied" and "passw0rd" not in why["message"]
        copied.look.services = copied.services
    assert looked(copied) is None and copied.mirror.tip("refs/heads/main") == copied.services.repo.head()
