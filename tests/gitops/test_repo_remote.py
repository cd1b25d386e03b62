"""The commit engine with a remote: what others push is kept, what cannot be pushed leaves nothing."""

import socket
import subprocess
import threading
import time

import pytest

from gitops.errors import Conflict, Unavailable
from gitops.types import Change
from tests.gitops.repo_help import WANTED, Handler, adding, bare, children, draft, git, http_server, land, opened, outsider, push, writing


@pytest.fixture(params=["file", "http"])
def url(request, bare):
    if request.param == "file":
        yield f"file://{bare}"
        return
    with http_server(bare.parent, WANTED) as server:
        yield f"{server.url}/config.git"


def test_commits_reach_the_remote(url, bare, opened):
    """From an empty remote on: what landed is the remote's main."""
    repo = opened(url)
    assert repo.head() is None
    shas = [land(repo, {"a": b"%d" % number}) for number in range(3)]
    assert git(bare, "rev-list", "main").splitlines() == shas[::-1] and repo.head() == shas[-1]
    git(bare, "fsck", "--strict")


def test_others_pushes_are_seen(url, bare, opened, tmp_path):
    """fetch brings main, branches and tags as they are there, also when they went back or away."""
    repo = opened(url)
    first = land(repo, {"a": b"1"})
    tree = outsider(tmp_path, bare)
    theirs = push(tree, "b", b"2")
    git(tree, "push", "-q", "origin", "HEAD:side", f"{theirs}:refs/tags/v1")
    assert (repo.head(), repo.fetch(), repo.head()) == (first, theirs, theirs)
    assert repo.branches() == {"main": theirs, "side": theirs} and repo.resolve("v1") == theirs
    git(tree, "push", "-q", "--force", "origin", f"{first}:main", ":side")
    assert repo.fetch() == first and repo.branches() == {"main": first}


def test_a_rejected_push_is_planned_again(url, bare, opened, tmp_path):
    """Somebody pushed first: the plan sees theirs, and both are in the end."""
    repo = opened(url)
    land(repo, {"log": b"1\n"})
    theirs = push(outsider(tmp_path, bare), "log", b"1\n2\n")
    attempts = []
    sha = repo.land(adding("log", b"3\n"), attempts.append)
    assert git(bare, "show", "main:log") == "1\n2\n3" and repo.parent(sha) == theirs
    assert attempts[-1] == sha and len(attempts) == 2 and not repo.holds(attempts[0]) and repo.holds(sha)


class Odd(Handler):
    """A forge whose own locking loses: it takes the push, and then says of the ref what the server's `refusals` say, one a push."""

    def do_POST(self):
        if not (self.server.refusals and self.path.endswith("/git-receive-pack")):
            return self.do_GET()
        self._body()
        said = b"".join(map(packet, (b"unpack ok\n", b"ng refs/heads/main %s\n" % self.server.refusals.pop(0).encode()))) + b"0000"
        return self._answer(200, [("Content-Type", "application/x-git-receive-pack-result")], packet(b"\1" + said) + b"0000")


def packet(data):
    """One pkt-line of git's protocol."""
    return b"%04x%s" % (len(data) + 4, data)


ODD = ("incorrect old value provided", "failed to update ref", "cannot lock ref 'refs/heads/main': is at 0123456789012345678901234567890123456789 but expected 9876543210987654321098765432109876543210",
       "failed to lock", "Reference already exists")


@pytest.mark.parametrize(("said", "moved"), [*((each, True) for each in ODD), (ODD[0], False)], ids=range(len(ODD) + 1))
def test_an_odd_refusal_is_a_conflict_to_try_again(bare, opened, tmp_path, said, moved):
    """Forges have their own words for a ref that moved: what others pushed meanwhile is kept, and ours lands in the next push."""
    with http_server(bare.parent, handler=Odd) as server:
        server.refusals = []
        repo = opened(f"{server.url}/config.git")
        land(repo, {"log": b"1\n"})
        if moved:
            push(outsider(tmp_path, bare), "log", b"1\n2\n")
        server.refusals, attempts = [said], []
        sha = repo.land(adding("log", b"3\n"), attempts.append)
    assert git(bare, "show", "main:log").split() == (["1", "2", "3"] if moved else ["1", "3"]) and git(bare, "rev-parse", "main") == sha == repo.head()
    assert attempts[-1] == sha and server.refusals == []


def test_odd_refusals_come_to_an_end(bare, opened):
    """A forge that never lets the ref move is told about: nothing of it stays here, and the same request lands later."""
    with http_server(bare.parent, handler=Odd) as server:
        server.refusals = []
        repo = opened(f"{server.url}/config.git")
        head = land(repo, {"a": b"1"})
        server.refusals = [ODD[0]] * 100
        with pytest.raises(Conflict) as caught:
            land(repo, {"b": b"2"})
        assert caught.value.code == "repo_contended" and repo.head() == head == git(bare, "rev-parse", "main") and 50 < len(server.refusals) < 100
        server.refusals.clear()
        assert repo.parent(land(repo, {"b": b"2"})) == head


def test_a_branch_set_back_is_not_brought_forward(bare, opened, tmp_path):
    """When the remote's main was set back, our push does not bring back what was taken away."""
    repo = opened(f"file://{bare}")
    first = land(repo, {"a": b"1"})
    second = land(repo, {"b": b"2"})
    git(bare, "update-ref", "refs/heads/main", first)
    sha = land(repo, {"c": b"3"})
    assert repo.parent(sha) == first and git(bare, "ls-tree", "--name-only", "main").split() == ["a", "c"] and not repo.holds(second)


def test_many_pushers(bare, opened, tmp_path):
    """Threads of two homes and a plain git push at once, and every line is there."""
    repos = [opened(f"file://{bare}", home) for home in ("one", "two")]
    land(repos[0], {"log": b""})
    tree = outsider(tmp_path, bare)

    def plain():
        for number in range(5):
            for _ in range(50):
                try:
                    push(tree, f"out{number}", b"x")
                    break
                except subprocess.CalledProcessError:
                    continue

    def ours(repo, name):
        for number in range(3):
            repo.land(adding("log", b"%s%d\n" % (name, number)), lambda sha: None)

    jobs = [threading.Thread(target=ours, args=(repo, b"%d%c" % (at, letter))) for at, repo in enumerate(repos) for letter in b"abc"]
    jobs.append(threading.Thread(target=plain))
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert len(set(git(bare, "show", "main:log").split())) == 18
    assert {f"out{number}" for number in range(5)} <= set(git(bare, "ls-tree", "--name-only", "main").split())
    git(bare, "fsck", "--strict")


def test_one_push_for_a_batch(bare, opened):
    """Threads that wait while one pushes go together in the next push."""
    with http_server(bare.parent) as server:
        repo = opened(f"{server.url}/config.git")
        land(repo, {"first": b""})
        server.seen.clear()
        entered, go = threading.Event(), threading.Event()
        jobs = [threading.Thread(target=repo.land, args=(writing({"0": b""}), lambda sha: (entered.set(), go.wait(20))))]
        jobs += [threading.Thread(target=land, args=(repo, {str(number): b""})) for number in range(1, 8)]
        jobs[0].start()
        entered.wait(20)
        for job in jobs[1:]:
            job.start()
        while len(repo.landings["refs/heads/main"].queue) < 7:
            time.sleep(0.01)
        go.set()
        for job in jobs:
            job.join()
        assert len([path for method, path, _ in server.seen if method == "POST" and path.endswith("git-receive-pack")]) == 2
    assert len(git(bare, "ls-tree", "--name-only", "main").split()) == 9


def test_proposals_reach_the_remote(url, bare, opened):
    """A branch is made, replaced and dropped there; also by a mirror that never saw it."""
    repo, other = opened(url), opened(url, "other")
    base = land(repo, {"a": b"1"})
    repo.propose("klepaas/x", base, draft(Change("b", None, b"1")), lambda sha: None)
    assert other.fetch() == base
    again = other.propose("klepaas/x", base, draft(Change("b", None, b"2")), lambda sha: None)
    third = repo.propose("klepaas/x", base, draft(Change("b", None, b"3")), lambda sha: None)
    assert git(bare, "rev-parse", "klepaas/x") == third and other.holds(third, "klepaas/x") and not repo.holds(again)
    opened(url, "third").drop("klepaas/x")
    repo.drop("klepaas/x")
    assert git(bare, "for-each-ref", "--format=%(refname)") == "refs/heads/main" and repo.branches("klepaas/") == {}


def gone(bare, tmp_path):
    bare.rename(tmp_path / "away.git")
    return lambda: (tmp_path / "away.git").rename(bare)


def test_a_remote_that_is_away(bare, opened, tmp_path):
    """Nothing is queued and nothing half stays: Unavailable, main as it was, and the next one lands alone."""
    repo = opened(f"file://{bare}")
    head = land(repo, {"a": b"1"})
    back = gone(bare, tmp_path)
    for ask in (lambda: land(repo, {"b": b"2"}), repo.fetch, lambda: repo.holds(head), lambda: repo.drop("x"),
                lambda: repo.propose("klepaas/x", head, draft(Change("b", None, b"1")), lambda sha: None)):
        with pytest.raises(Unavailable) as away:
            ask()
        assert away.value.code == "remote_unavailable" and away.value.transient
    assert repo.head() == head and repo.branches() == {"main": head}
    back()
    assert repo.parent(land(repo, {"c": b"3"})) == head and git(bare, "ls-tree", "--name-only", "main").split() == ["a", "c"]


def test_nobody_listens(opened):
    """A port nobody listens at is Unavailable, from the first question on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        repo = opened(f"http://127.0.0.1:{taken.getsockname()[1]}/config.git")
        for ask in (repo.head, repo.fetch, lambda: land(repo, {"a": b"1"})):
            with pytest.raises(Unavailable):
                ask()


def test_a_remote_that_hangs(opened):
    """A remote that takes the connection and never answers costs the deadline, and leaves no process."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/config.git"
        repo = opened(address, deadline=0.05)
        with pytest.raises(Unavailable) as away:
            land(repo, {"a": b""})
        assert away.value.code == "remote_unavailable"
        assert not subprocess.run(["pgrep", "-f", address], capture_output=True).stdout


def test_a_push_that_hangs_serves_nobody_half(bare, opened):
    """All callers of a batch that hangs get an error of their own; main is what the remote last was."""
    with http_server(bare.parent) as server:
        repo = opened(f"{server.url}/config.git", deadline=1)
        head = land(repo, {"a": b"1"})
        hook = bare / "hooks" / "pre-receive"
        hook.parent.mkdir()
        hook.write_text("#!/bin/sh\nsleep 2.5\nexit 1\n")
        hook.chmod(0o755)
        errors = []

        def ask(number):
            try:
                land(repo, {str(number): b""})
            except Unavailable as away:
                away.details["id"] = number
                errors.append(away)

        jobs = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        assert sorted(error.details["id"] for error in errors) == [0, 1, 2, 3] and {error.code for error in errors} == {"remote_unavailable"}
        assert repo.tip("refs/heads/main") == head == git(bare, "rev-parse", "main") and not children("push")


def test_a_remote_that_refuses(bare, opened):
    """A hook there that says no is terminal, with its words; who came along in the same push lands all the same."""
    (bare / "hooks").mkdir()
    (bare / "hooks" / "update").write_text("#!/bin/sh\nif git ls-tree --name-only $3 | grep -q bad; then echo 'no bad files here' >&2; exit 1; fi\n")
    (bare / "hooks" / "update").chmod(0o755)
    repo = opened(f"file://{bare}")
    land(repo, {"a": b"1"})
    entered, go, ends = threading.Event(), threading.Event(), {}

    def ask(name, announce=lambda sha: None):
        try:
            ends[name] = repo.land(writing({name: b""}), announce)
        except Conflict as refused:
            ends[name] = refused

    jobs = [threading.Thread(target=ask, args=("first", lambda sha: (entered.set(), go.wait(20))))]
    jobs += [threading.Thread(target=ask, args=(name,)) for name in ("good", "bad", "fine")]
    jobs[0].start()
    entered.wait(20)
    for job in jobs[1:]:
        job.start()
    while len(repo.landings["refs/heads/main"].queue) < 3:
        time.sleep(0.01)
    go.set()
    for job in jobs:
        job.join()
    assert ends["bad"].code == "remote_refused" and not ends["bad"].transient and "no bad files here" in str(ends["bad"])
    assert git(bare, "ls-tree", "--name-only", "main").split() == ["a", "fine", "first", "good"]
    assert repo.head() == git(bare, "rev-parse", "main")


def test_a_push_whose_answer_is_lost(bare, opened):
    """The push landed but its answer did not arrive: Unavailable, and asking again finds the commit."""
    (bare / "hooks").mkdir()
    (bare / "hooks" / "post-receive").write_text("#!/bin/sh\nsleep 2\n")
    (bare / "hooks" / "post-receive").chmod(0o755)
    repo, attempts = opened(f"file://{bare}", deadline=1), []
    with pytest.raises(Unavailable):
        repo.land(writing({"a": b"1"}), attempts.append)
    assert repo.tip("refs/heads/main") is None
    assert repo.holds(attempts[-1]) and repo.head() == attempts[-1]


def test_two_mirrors_at_once(bare, tmp_path, opened):
    """Opening the same remote in many threads makes one whole mirror."""
    repos, jobs = [], []
    for _ in range(6):
        jobs.append(threading.Thread(target=lambda: repos.append(opened(f"file://{bare}"))))
        jobs[-1].start()
    for job in jobs:
        job.join()
    assert len({repo.path for repo in repos}) == 1 and [path.suffix for path in (tmp_path / "home/mirrors").iterdir()] == [".git"]
    assert land(repos[0], {"a": b"1"}) == repos[5].head()
