"""The commit engine on a local bare repository, seen by plain git."""

import os
import threading
import time
from pathlib import Path

import pytest

from gitops.errors import Conflict, Invalid, NotFound, Unavailable
from gitops.repo import Draft, Repository
from gitops.types import Change
from tests.gitops.repo_help import PERSON, adding, draft, git, land, outsider, push, writing

ONE = {"values/staging/nginx.yaml": b"replicaCount: 2\n"}


@pytest.fixture
def repo(tmp_path):
    repo = Repository.open(str(Repository.create(tmp_path / "config.git")), tmp_path)
    yield repo
    repo.close()


def refuse(error):
    def plan(tree):
        raise error
    return plan


def test_first_commit(repo):
    """An empty repository gets its first commit, and then has a name."""
    assert (repo.head(), repo.name, repo.history(), repo.branches()) == (None, None, (), {})
    sha = land(repo, ONE)
    assert git(repo.path, "rev-parse", "main") == sha == repo.head()
    assert repo.name == sha[:8] and repo.tree("main").read("values/staging/nginx.yaml") == ONE["values/staging/nginx.yaml"]
    git(repo.path, "fsck", "--strict")


def test_who_and_why(tmp_path):
    """The author is the person, the committer the service, and trailers are trailers to git."""
    repo = Repository.open(str(Repository.create(tmp_path / "config.git")), tmp_path, committer=("bot", "bot@x"))
    message = "scale(nginx/staging): 2 -> 3 replicas\n\n> 세 개로\n\nVerb: scale\nApp: nginx"
    sha = repo.land(lambda tree: Draft((Change("a", None, b"1"),), message, ("김 철수", "kim@example.org")), lambda sha: None)
    assert git(repo.path, "log", "-1", "--format=%an|%ae|%cn|%ce|%(trailers:key=App,valueonly)") == "김 철수|kim@example.org|bot|bot@x|nginx"
    commit = repo.history()[0]
    assert (commit.sha, commit.subject, commit.body, dict(commit.trailers)) == (sha, message.splitlines()[0], "> 세 개로", {"Verb": "scale", "App": "nginx"})
    repo.close()


def test_the_service_commits_by_default(repo):
    """The committer is klepaas."""
    land(repo, ONE)
    assert git(repo.path, "log", "-1", "--format=%cn <%ce>") == "klepaas <klepaas@localhost>"


@pytest.mark.parametrize("author", [("a\nparent 0", "x>\n\ny"), ("", ""), ("<>", "\0"), ("\udcff", "é@x")])
def test_hostile_authors(repo, author):
    """No name or address breaks out of its header."""
    sha = repo.land(lambda tree: Draft((Change("a", None, b"1"),), "m\0\udcff\n", author), lambda sha: None)
    git(repo.path, "fsck", "--strict")
    assert repo.parent(sha) is None and git(repo.path, "log", "-1", "--format=%s") == "m?"


def test_one_value_is_one_file(repo):
    """A commit touches what the draft says and nothing else."""
    first = land(repo, {**ONE, "other": b"1"})
    second = land(repo, {"values/staging/nginx.yaml": b"replicaCount: 3\n"})
    assert git(repo.path, "diff", "--name-only", first, second) == "values/staging/nginx.yaml"
    assert repo.differs(first, second) == ("values/staging/nginx.yaml",)
    assert repo.changed(first, second) == (Change("values/staging/nginx.yaml", b"replicaCount: 2\n", b"replicaCount: 3\n"),)
    assert repo.parent(second) == first


def test_the_last_file_gone(repo):
    """A repository may become empty of files again."""
    land(repo, ONE)
    sha = repo.land(writing({"values/staging/nginx.yaml": None}), lambda sha: None)
    assert git(repo.path, "ls-tree", "-r", sha) == "" and repo.tree(sha).names("") == ()
    git(repo.path, "fsck", "--strict")


def test_nothing_to_do(repo):
    """No draft, or one that changes nothing, is no commit and is not announced."""
    head, announced = land(repo, ONE), []
    assert repo.land(lambda tree: None, announced.append) is None
    assert repo.land(writing(ONE), announced.append) is None
    assert (repo.head(), announced) == (head, [])


def test_announced_before_it_moves(repo):
    """The sha is announced while main is where it was, and what fails to announce does not land."""
    head, seen = land(repo, ONE), []
    sha = repo.land(writing({"a": b"1"}), lambda sha: seen.append((sha, git(repo.path, "rev-parse", "main"))))
    assert seen == [(sha, head)]
    with pytest.raises(Unavailable):
        repo.land(writing({"a": b"2"}), lambda sha: refuse(Unavailable("ledger_unavailable"))(None))
    assert repo.head() == sha


def test_a_plan_that_fails(repo):
    """A plan's error reaches its caller, and the next one lands."""
    with pytest.raises(ZeroDivisionError):
        repo.land(lambda tree: 1 / 0, lambda sha: None)
    assert land(repo, ONE) == repo.head()


@pytest.mark.parametrize("change, code", [(Change("a", b"0", b"2"), "base_moved"), (Change("a", None, b"2"), "base_moved"), (Change("b", b"1", None), "base_moved"),
                                          (Change("a/b", None, b"2"), "path_clash"), (Change("../x", None, b"2"), "bad_path")])
def test_a_draft_made_from_something_else(repo, change, code):
    """A change whose `before` is not what main holds, or that cannot be, moves nothing."""
    head = land(repo, {"a": b"1"})
    with pytest.raises((Conflict, Invalid)) as refused:
        repo.land(lambda tree: draft(change), lambda sha: None)
    assert refused.value.code == code and repo.head() == head


def racing(repo, tree, plan, path, data):
    """The plan, during whose first call somebody pushes a file; and how often it was called."""
    calls = []

    def raced(view):
        made = plan(view)
        if not calls:
            push(tree, path, data)
        calls.append(view.revision)
        return made

    return raced, calls


def test_an_unrelated_push_meanwhile(repo, tmp_path):
    """Main moved by others, but nothing the plan read: its changes stand, on the new tip."""
    land(repo, {"mine": b"1\n"})
    plan, calls = racing(repo, outsider(tmp_path, repo.path), adding("mine", b"2\n"), "theirs", b"x")
    sha = repo.land(plan, lambda sha: None)
    assert len(calls) == 1 and repo.tree(sha).read("mine") == b"1\n2\n" and repo.tree(sha).read("theirs") == b"x"


def test_the_same_file_pushed_meanwhile(repo, tmp_path):
    """What the plan read is another now: it is called again, and nobody's change is lost."""
    land(repo, {"mine": b"1\n"})
    plan, calls = racing(repo, outsider(tmp_path, repo.path), adding("mine", b"3\n"), "mine", b"1\n2\n")
    sha = repo.land(plan, lambda sha: None)
    assert len(calls) == 2 and repo.tree(sha).read("mine") == b"1\n2\n3\n"


def test_what_was_only_read_counts(repo, tmp_path):
    """A plan is called again when something it only looked at is another, an absent file included."""
    land(repo, {"mine": b"1\n"})

    def plan(tree):
        return None if tree.id("klepaas.yaml") else draft(Change("mine", tree.read("mine"), b"2\n"))

    raced, calls = racing(repo, outsider(tmp_path, repo.path), plan, "klepaas.yaml", b"version: 1\n")
    assert repo.land(raced, lambda sha: None) is None and len(calls) == 2


def test_a_plan_that_read_nothing_through_the_view(repo, tmp_path):
    """Changes made beforehand are planned again when what they change is another meanwhile."""
    land(repo, {"mine": b"1\n"})
    ready = draft(Change("mine", b"1\n", b"1\n3\n"))
    raced, calls = racing(repo, outsider(tmp_path, repo.path), lambda tree: adding("mine", b"3\n")(tree) if calls else ready, "mine", b"1\n2\n")
    assert repo.tree(repo.land(raced, lambda sha: None)).read("mine") == b"1\n2\n3\n"


def test_a_batch_fails_one_by_one(repo):
    """Threads served together: who fails, fails alone."""
    land(repo, ONE)
    entered, go, ends = threading.Event(), threading.Event(), {}

    def slow(sha):
        entered.set()
        go.wait(20)

    def run(name, plan, announce):
        try:
            ends[name] = repo.land(plan, announce)
        except Exception as error:
            ends[name] = error

    def broken(sha):
        raise Unavailable("ledger_unavailable")

    jobs = [("leader", adding("leader", b"1"), slow)]
    jobs += [(f"good{n}", adding(f"good{n}", b"1"), lambda sha: None) for n in range(3)]
    jobs += [("broken", adding("broken", b"1"), broken), ("clash", lambda tree: draft(Change("values", None, b"1")), lambda sha: None)]
    threads = [threading.Thread(target=run, args=job) for job in jobs]
    threads[0].start()
    assert entered.wait(20)
    for thread in threads[1:]:
        thread.start()
    while len(repo.landings["refs/heads/main"].queue) < 5:
        time.sleep(0.01)
    go.set()
    for thread in threads:
        thread.join()
    assert (ends["broken"].code, ends["clash"].code) == ("ledger_unavailable", "base_moved")
    assert {name for name in git(repo.path, "ls-tree", "--name-only", "main").splitlines()} == {"values", "leader", "good0", "good1", "good2"}
    assert all(repo.holds(ends[name]) for name in ("leader", "good0", "good1", "good2"))


def test_proposals(repo):
    """A branch is made on its base, replaced, listed by its prefix, and dropped; main stays."""
    base, announced = land(repo, ONE), []
    first = repo.propose("klepaas/x1", base, draft(Change("a", None, b"1")), announced.append)
    second = repo.propose("klepaas/x1", base, draft(Change("a", None, b"2")), announced.append)
    assert announced == [first, second] and repo.branches("klepaas/") == {"klepaas/x1": second}
    assert (repo.parent(second), repo.head(), repo.holds(second), repo.holds(second, "klepaas/x1")) == (base, base, False, True)
    repo.drop("klepaas/x1")
    repo.drop("klepaas/x1")
    assert repo.branches("klepaas/") == {}


@pytest.mark.parametrize("branch", ["", "-x", "a b", "a..b", "a\nupdate refs/heads/main", "x.lock", "x.lock/y", "/a", "a/", "a//b", "@", "a@{1}", "a/.b", ".a", "a:b", "a~1", "a.", "a\udcff"])
def test_branch_names(repo, branch):
    """What git would not take as a branch is refused before git hears of it."""
    base = land(repo, ONE)
    for ask in (lambda: repo.propose(branch, base, draft(Change("a", None, b"1")), lambda sha: None), lambda: repo.drop(branch),
                lambda: repo.land(writing({"a": b"1"}), lambda sha: None, ref=branch), lambda: repo.holds(base, branch)):
        with pytest.raises(Invalid) as refused:
            ask()
        assert refused.value.code == "bad_branch"
    assert git(repo.path, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


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
