"""The commit engine among hooks, config, locks and folders that others left."""

import os
import threading
import time
from pathlib import Path

import pytest

from gitops.errors import Invalid, Unavailable
from gitops.repo import Repository
from gitops.types import Change
from tests.gitops.repo_help import PERSON, draft, git, land

ONE = {"values/staging/nginx.yaml": b"replicaCount: 2\n"}


@pytest.fixture
def repo(tmp_path):
    repo = Repository.open(str(Repository.create(tmp_path / "config.git")), tmp_path)
    yield repo
    repo.close()


def test_hooks_and_users_config_do_not_matter(repo, tmp_path, monkeypatch):
    """Hooks do not run, and neither the user's config nor GIT_ variables of the shell change anything."""
    ran = tmp_path / "ran"
    hooks = Path(repo.path, "hooks")
    hooks.mkdir()
    for name in ("reference-transaction", "post-receive", "update", "pre-push", "pre-auto-gc"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\nexit 1\n")
        (hooks / name).chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(f"[core]\n hooksPath = {hooks}\n fsmonitor = touch {ran}\n[log]\n showSignature = true\n follow = true\n[gpg]\n program = {hooks}/update\n"
                      f"[init]\n templateDir = {tmp_path}\n defaultBranch = other\n[user]\n name = Somebody\n")
    git(repo.path, "config", "include.path", str(config))
    for name, value in (("CONFIG_GLOBAL", str(config)), ("DIR", "/nowhere"), ("WORK_TREE", "/"), ("OBJECT_DIRECTORY", str(tmp_path)), ("AUTHOR_NAME", "Not me"),
                        ("NAMESPACE", "x"), ("TRACE", str(ran)), ("CONFIG_PARAMETERS", "'core.bare=false'"), ("EXEC_PATH", "/nowhere")):
        monkeypatch.setenv(f"GIT_{name}", value)
    again = Repository.open(repo.path, tmp_path)
    sha = land(again, ONE)
    again.propose("klepaas/x", sha, draft(Change("a", None, b"1")), lambda sha: None)
    again.maintain()
    made = Repository.create(tmp_path / "made.git")
    assert [commit.author for commit in again.history(("values",))] == [PERSON[0]]
    assert git(repo.path, "rev-parse", "main") == sha and not ran.exists()
    assert git(made, "symbolic-ref", "HEAD") == "refs/heads/main" and not (made / "hooks").exists()
    again.close()


def test_somebody_elses_folder(repo, tmp_path):
    """A repository that another user owns works, since the operator named it."""
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    land(repo, ONE)
    for path in (Path(repo.path), *Path(repo.path).rglob("*")):
        os.chown(path, 12345, 12345)
    again = Repository.open(repo.path, tmp_path)
    assert land(again, {"a": b"1"}) == again.head()
    assert [commit.subject for commit in again.history()] == ["write", "write"]
    again.close()


@pytest.mark.parametrize("lock", ["refs/heads/main.lock", "HEAD.lock"])
def test_a_dead_process_lock_does_not_block_for_ever(repo, lock):
    """A ref's lock file of a git that was killed is removed once it is old."""
    land(repo, ONE)
    Path(repo.path, lock).write_bytes(b"")
    os.utime(Path(repo.path, lock), (1, 1))
    assert land(repo, {"a": b"1"}) == repo.head() == git(repo.path, "rev-parse", "main")


def test_a_living_lock_is_waited_for(repo):
    """A ref that another git is moving is waited for, and its lock is left alone."""
    land(repo, ONE)
    lock = Path(repo.path, "refs/heads/main.lock")
    lock.write_bytes(b"")
    ended = []
    thread = threading.Thread(target=lambda: ended.append(land(repo, {"a": b"1"})))
    thread.start()
    time.sleep(0.3)
    assert lock.exists() and not ended
    lock.unlink()
    thread.join()
    assert ended == [repo.head()]


def test_old_locks_do_not_stop_maintenance(repo):
    """Lock files left in the way of gc and the commit graph are removed once they are old."""
    land(repo, ONE)
    Path(repo.path, "objects/info").mkdir(exist_ok=True)
    for name in ("packed-refs.lock", "objects/info/commit-graph.lock"):
        Path(repo.path, name).write_bytes(b"")
        os.utime(Path(repo.path, name), (1, 1))
    repo.maintain()
    assert Path(repo.path, "objects/info/commit-graph").exists() and Path(repo.path, "packed-refs").exists()
    assert land(repo, {"a": b"1"}) == git(repo.path, "rev-parse", "main")


def test_who_holds_the_lock_too_long(repo, tmp_path):
    """A process that hangs with the lock costs others an error that can be tried again, not their time."""
    waiting = Repository.open(repo.path, tmp_path, patience=0.2)
    with repo.locked(), pytest.raises(Unavailable) as busy:
        land(waiting, ONE)
    assert busy.value.code == "repo_busy" and busy.value.transient
    assert land(waiting, ONE) == waiting.head()
    waiting.close()


def test_what_is_no_bare_repository(tmp_path):
    """A work tree, a plain folder, another format are refused; what is not there may come."""
    git(tmp_path, "init", "-q", "work")
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", "sha256.git")
    (tmp_path / "folder").mkdir()
    for name, code in (("work", "repo_not_bare"), ("work/.git", "repo_not_bare"), ("folder", "repo_not_bare"), ("sha256.git", "repo_format")):
        with pytest.raises(Invalid) as refused:
            Repository.open(str(tmp_path / name), tmp_path)
        assert refused.value.code == code
    with pytest.raises(Unavailable) as missing:
        Repository.open(str(tmp_path / "none"), tmp_path)
    assert missing.value.code == "repo_missing"


def test_created_once(tmp_path):
    """Creating what is there leaves it as it is."""
    repo = Repository.open(str(Repository.create(tmp_path / "c.git")), tmp_path)
    sha = land(repo, ONE)
    assert Repository.create(tmp_path / "c.git") == tmp_path / "c.git" and repo.head() == sha
    assert [path.name for path in tmp_path.iterdir()] == ["c.git"]
    repo.close()


def test_a_full_disk(repo, monkeypatch):
    """What cannot be written is an error that can be tried again, and leaves nothing behind."""
    head = land(repo, ONE)
    monkeypatch.setattr(os, "fsync", lambda fd: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Unavailable) as full:
        land(repo, {"a": b"1"})
    assert full.value.code == "repo_unwritable" and "No space left" in str(full.value)
    assert repo.head() == head and not list(Path(repo.path).rglob("tmp_obj_*"))


def test_replaced_objects_are_not_seen(repo):
    """A pushed refs/replace changes nothing of what a commit holds."""
    head = land(repo, {"a": b"1", "b": b"2"})
    tree = repo.tree(head)
    git(repo.path, "replace", tree.id("a"), tree.id("b"))
    again = Repository.open(repo.path, repo.path)
    assert again.tree(head).read("a") == b"1"
    again.close()
