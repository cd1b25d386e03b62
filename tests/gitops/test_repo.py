"""The commit engine on a local bare repository, seen by plain git."""

import threading
import time

import pytest

from gitops.errors import Conflict, Invalid, Unavailable
from gitops.repo import Draft, Repository
from gitops.types import Change
from tests.gitops.repo_help import adding, draft, git, land, outsider, push, writing

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


def test_a_leader_that_is_interrupted(repo):
    """Who is served by a thread that is ended in the middle hears that the outcome is unknown, and does not wait for ever."""
    entered, go, ends = threading.Event(), threading.Event(), []

    def interrupted(sha):
        if entered.is_set():
            raise SystemExit
        entered.set()
        go.wait(20)

    def ask(name):
        try:
            ends.append(repo.land(adding(name, b"1"), interrupted))
        except (SystemExit, Unavailable) as error:
            ends.append(error)

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("first", "second", "third")]
    threads[0].start()
    assert entered.wait(20)
    for thread in threads[1:]:
        thread.start()
    while len(repo.landings["refs/heads/main"].queue) < 2:
        time.sleep(0.01)
    go.set()
    for thread in threads:
        thread.join()
    assert isinstance(ends[0], str) and {getattr(end, "code", None) for end in ends[1:]} == {"commit_interrupted", None}
    assert git(repo.path, "ls-tree", "--name-only", "main") == "first" and land(repo, ONE) == repo.head()


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
