"""Revisions, history and differences, as plain git has them."""

import pytest

from gitops.errors import NotFound
from gitops.repo import Repository
from gitops.types import Change
from tests.gitops.repo_help import git, land, writing

ONE = {"values/staging/nginx.yaml": b"replicaCount: 2\n"}


@pytest.fixture
def repo(tmp_path):
    repo = Repository.open(str(Repository.create(tmp_path / "config.git")), tmp_path)
    yield repo
    repo.close()


def test_revisions(repo):
    """Full and short shas, branches and tags are found, branches first; whatever else is not."""
    first, second = land(repo, ONE), land(repo, {"a": b"1"})
    git(repo.path, "tag", "-am", "release", "v1", first)
    git(repo.path, "tag", "main", first)
    assert [repo.resolve(each) for each in (first, first[:9], "v1", "main", second)] == [first, first, first, second, second]
    blob = repo.tree("main").id("a")
    for name in ("nope", "0" * 40, "main~1", "main^", "-x", "--all", "@{u}", "v1:a", "", "main..v1", blob, blob[:10], "a\nb", "\udcff"):
        with pytest.raises(NotFound) as missing:
            repo.resolve(name)
        assert missing.value.code == "no_such_revision"
        missing.value.text().encode()


def test_history_of_paths(repo):
    """History is git's, for one path, several, or folders; it goes on after a commit, and ends."""
    shas = [land(repo, {path: b"%d" % number}) for number, path in enumerate(["a", "b/x", "a", "c", "b/y", "a"])]
    assert [commit.sha for commit in repo.history()] == shas[::-1]
    assert [commit.sha for commit in repo.history(("a",))] == [shas[5], shas[2], shas[0]]
    assert [commit.sha for commit in repo.history(("b", "a", "none"), limit=4)] == [shas[5], shas[4], shas[2], shas[1]]
    assert [commit.sha for commit in repo.history(("b", "a"), before=shas[4])] == [shas[2], shas[1], shas[0]]
    assert repo.history(before=shas[0]) == () and repo.history(("none",)) == ()
    assert [commit.sha for commit in repo.history(("a",), limit=1, ref=shas[4])] == [shas[2]]
    repo.maintain()
    assert [commit.sha for commit in repo.history(("b", "a"))] == [shas[5], shas[4], shas[2], shas[1], shas[0]]


def test_pathspecs_are_literal(repo):
    """A path is a path: no pattern, no option, no magic."""
    land(repo, ONE)
    for path in ("*", "--all", ":(glob)**", "values/*", ":!x"):
        assert repo.history((path,)) == ()


def test_hostile_messages(repo):
    """No message of anybody's push breaks the history of others."""
    land(repo, ONE)
    tree = git(repo.path, "rev-parse", "main^{tree}").encode()
    hostile = [b"\x1e\x1f\x00x", b"\xff\xfe", b"", b"s\n\nVerb: scale\nVerb: \x1e\n bad"]
    for message in hostile:
        parent = git(repo.path, "rev-parse", "main").encode()
        text = b"tree " + tree + b"\nparent " + parent + b"\nauthor \xff <> 99999999999999999999 +9999\ncommitter x <y> 1 +0000\n\n" + message
        sha = git(repo.path, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text)
        git(repo.path, "update-ref", "refs/heads/main", sha)
    last = land(repo, {"a": b"1"})
    assert len(repo.history()) == 6 and repo.history()[0].sha == last
    [(commit.subject + commit.body + commit.author + str(commit.trailers)).encode() for commit in repo.history()]


def test_changed_files(repo):
    """What differs between revisions, narrowed to paths; from nothing, and to a symlink."""
    first = land(repo, {"a/x": b"1", "a/y": b"2", "b": b"3"})
    second = repo.land(writing({"a/x": None, "a/y": b"4", "c/d": b"5"}), lambda sha: None)
    assert repo.changed(first, second) == (Change("a/x", b"1", None), Change("a/y", b"2", b"4"), Change("c/d", None, b"5"))
    assert repo.differs(first, second, ("a/y", "c")) == ("a/y", "c/d") and repo.differs(first, second, ("a",)) == ("a/x", "a/y")
    assert repo.differs(None, first) == ("a/x", "a/y", "b") and repo.differs(second, second) == ()
    assert list(repo.differs(first, second)) == git(repo.path, "diff-tree", "-r", "--name-only", first, second).splitlines()
