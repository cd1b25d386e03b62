"""The one path: the preview is what is committed, each id exactly once, whoever else moves the base and whenever the process dies."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from gitops import checks, message
from gitops.errors import NotFound, Unavailable
from gitops.repo import Repository
from tests.gitops.path_help import ANN, BOB, FILES, MCP, World, both, renderer, services, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git, land, raw

WEB = "values/staging/web.yaml"


@pytest.fixture
def database(both):
    return both


def test_the_same_id_and_request_is_answered_by_the_first_receipt(world):
    """However often it is sent, and in whichever of a number's forms: one commit, one answer."""
    first, count = world.say("scale", id="a", replicas=3), world.count()
    assert world.say("scale", id="a", replicas="3") == first == world.say("scale", id="a", replicas=3.0)
    assert world.count() == count
    world.say("scale", replicas=4)
    assert world.say("scale", id="a", replicas=3) == first and "replicaCount: 4" in world.read(WEB)


def test_another_request_under_the_same_id_is_a_conflict(world):
    """Another verb, app, argument or wording is another request; another person's ids are their own."""
    world.say("scale", id="a", replicas=3)
    for verb, more in (("scale", {"replicas": 4}), ("scale", {"replicas": 3, "app": "auto"}), ("restart", {}), ("scale", {"replicas": 3, "text": "x"}),
                       ("scale", {"replicas": 3, "environment": None})):
        error = world.refused(verb, id="a", **more)
        assert (error.code, error.status) == ("command_id_taken", 409)
    assert world.say("scale", id="a", replicas=4, actor=BOB).status == "committed"


def test_a_refusal_is_not_remembered(world):
    """What was refused may be sent again by the same id, mended or not, and the error carries the id."""
    for _ in range(2):
        error = world.refused("scale", "later", id="a", replicas=3)
        assert (error.code, error.details["id"]) == ("unknown_app", "a")
    world.write({"values/staging/later.yaml": "replicaCount: 1\n"})
    assert world.say("scale", "later", id="a", replicas=3).status == "committed"


@pytest.mark.parametrize("id", ["", "a b", "a/b", "../a", "x" * 65, "é", "a\n", 3])
def test_an_id_is_plain(world, id):
    """An id is letters, digits, - and _."""
    assert world.refused("scale", id=id, replicas=3).code == "bad_command_id"


def test_what_is_already_so_is_no_commit(world):
    """Neither an error nor an empty commit."""
    count = world.count()
    receipt = world.say("scale", replicas=2)
    assert (receipt.status, receipt.commit, receipt.plan["changes"], world.count()) == ("unchanged", None, [], count)


def test_every_door_makes_the_same_commit_but_for_its_channel(world):
    """REST, chat and the command line differ in one trailer; MCP proposes the same change."""
    made = world.say("scale", replicas=9, actor=replace(ANN, channel="rest"))
    diff = world.lines(made.commit)
    for channel in ("chat", "cli", "slack", "webhook"):
        world.say("rollback", steps_back=1)
        receipt = world.say("scale", replicas=9, actor=replace(ANN, channel=channel))
        assert world.lines(receipt.commit) == diff and world.trailers(receipt.commit)["Channel"] == channel
        assert receipt.plan["hash"] == made.plan["hash"]
    world.say("rollback", steps_back=1)
    proposal = world.say("scale", replicas=9, actor=MCP)
    assert proposal.status == "proposed" and world.lines(proposal.review.head) == diff


# --- a base that moves -----------------------------------------------------------------------------------------------


@pytest.fixture
def meanwhile(world, monkeypatch):
    """A function: files that a plain push brings just before the first commit is written."""
    def during(files):
        made, waiting = message.message, [files]

        def pushing(*args, **more):
            if waiting:
                push(world.path, waiting.pop())
            return made(*args, **more)
        monkeypatch.setattr("gitops.message.message", pushing)
    return during


def push(path, files):
    parts = [b"commit refs/heads/main\ncommitter x <x@x> 1700000000 +0000\ndata 4\npush\nfrom refs/heads/main^0\n"]
    for name, text in files.items():
        data = (text or "").encode()
        parts.append(f"D {name}\n".encode() if text is None else f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n")
    raw(path, "fast-import", "--quiet", stdin=b"".join(parts))


def test_on_a_moved_base_the_plan_is_made_again(world, meanwhile):
    """Somebody changed the same value meanwhile: the receipt, the subject and the diff are those of the commit that was made."""
    meanwhile({WEB: FILES[WEB].replace("replicaCount: 2", "replicaCount: 7")})
    receipt = world.say("scale", replicas=3)
    assert world.lines(receipt.commit) == ["-replicaCount: 7  # 평소", "+replicaCount: 3  # 평소"]
    assert receipt.plan["summary"] == "7 -> 3 replicas" and "-replicaCount: 7" in receipt.plan["changes"][0]["diff"]
    assert receipt.plan["base"] == git(world.path, "rev-parse", f"{receipt.commit}^")


def test_on_a_moved_base_what_others_did_stays(world, meanwhile):
    """Another key of the file, another file: both are there in the end."""
    meanwhile({WEB: FILES[WEB] + "  NEXT: x\n", "values/staging/other.yaml": "a: 1\n"})
    assert world.lines(world.say("scale", replicas=3).commit) == ["-replicaCount: 2  # 평소", "+replicaCount: 3  # 평소"]
    assert "NEXT: x" in world.read(WEB) and world.read("values/staging/other.yaml") == "a: 1\n"


def test_on_a_moved_base_nothing_may_be_left_to_do(world, meanwhile):
    """Somebody did the same: unchanged, and no empty commit."""
    meanwhile({WEB: FILES[WEB].replace("replicaCount: 2", "replicaCount: 3")})
    count = world.count()
    receipt = world.say("scale", replicas=3)
    assert (receipt.status, receipt.commit, world.count()) == ("unchanged", None, count + 1)


def test_on_a_moved_base_the_rules_are_those_of_the_new(world, meanwhile):
    """Review became required meanwhile: it is proposed, not committed."""
    meanwhile({"klepaas.yaml": FILES["klepaas.yaml"].replace("staging: {}", "staging: {review: required}")})
    count = world.count()
    assert world.say("scale", replicas=3).status == "proposed" and world.count() == count + 1


def test_on_a_moved_base_the_app_may_be_gone(world, meanwhile):
    """Deleted meanwhile: refused, and it stays deleted."""
    meanwhile({WEB: None})
    with pytest.raises(NotFound, match="web is not in staging"):
        world.say("scale", replicas=3)
    assert WEB not in git(world.path, "ls-tree", "-r", "--name-only", "main")


# --- processes that die ----------------------------------------------------------------------------------------------


def _dies(*args, **more):
    raise SystemExit(9)


@pytest.mark.parametrize("point", ["gitops.git.landing.Landing._land_all", "gitops.repo.Repository.publish", "gitops.ledger.commands.Row.finish"])
def test_a_crash_at_any_point_ends_in_one_commit(world, monkeypatch, point):
    """Killed before the attempt is known, before main moves, after it moved: asked again, the command is in git once and its receipt says so."""
    count = world.count()
    with monkeypatch.context() as broken:
        broken.setattr(point, _dies)
        with pytest.raises(SystemExit):
            world.say("restart", id="a", text="다시")
    receipt = world.say("restart", id="a", text="다시")
    assert (receipt.status, world.count(), receipt.commit) == ("committed", count + 1, git(world.path, "rev-parse", "main"))
    assert world.lines(receipt.commit)[1].split('"')[1] == receipt.plan["args"]["at"] and receipt.plan["changes"][0]["diff"] and receipt.plan["manifests"]
    assert world.say("restart", id="a", text="다시") == receipt and world.services.ledger.unfinished(0) == ()


def test_a_crash_is_found_though_main_went_on(world, monkeypatch):
    """Others committed after the crash, the same key too: the first command is not done a second time."""
    with monkeypatch.context() as broken:
        broken.setattr("gitops.ledger.commands.Row.finish", _dies)
        with pytest.raises(SystemExit):
            world.say("scale", id="a", replicas=3)
    lost = git(world.path, "rev-parse", "main")
    world.say("scale", replicas=8)
    receipt = world.say("scale", id="a", replicas=3)
    assert receipt.commit == lost and "replicaCount: 8" in world.read(WEB) and receipt.plan["summary"] == "2 -> 3 replicas"


def test_what_is_in_git_is_acknowledged_even_if_it_cannot_be_planned_again(world, monkeypatch):
    """A stricter check that came with an upgrade does not make a landed commit a refused one."""
    with monkeypatch.context() as broken:
        broken.setattr("gitops.ledger.commands.Row.finish", _dies)
        with pytest.raises(SystemExit):
            world.say("set_env", id="a", name="GREETING", value="hello-there")
    count = world.count()
    monkeypatch.setitem(checks.SECRETS, "greeting", "hello-there$")
    monkeypatch.setattr("gitops.checks.no_secret_words", lambda *given: None)
    receipt = world.say("set_env", id="a", name="GREETING", value="hello-there")
    assert (receipt.status, world.count()) == ("committed", count) and "hello-there" in receipt.plan["changes"][0]["diff"]


def test_each_command_is_in_git_once_with_many_threads_and_processes(world, tmp_path, database):
    """2 processes of 4 threads submit shared and own ids to one file: each is acknowledged everywhere with the same commit, and none is lost."""
    number, count = 4, world.count()
    running = [subprocess.Popen([sys.executable, "-m", "tests.gitops.path_worker", str(tmp_path), database or "", f"p{process}", str(number)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for process in range(2)]
    try:
        for process in running:
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.stdin.write("\n")
            process.stdin.flush()
        answers = [json.loads(process.communicate(timeout=60)[0]) for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert [failure for answer in answers for failure in answer["failures"]] == []
    commits = {}
    for answer in answers:
        for id, found in answer["found"].items():
            commits.setdefault(id, set()).update(found)
    assert len(commits) == number + 2 * 4 * number and all(len(found) == 1 and "None" not in found for found in commits.values())
    log = git(world.path, "log", "--format=%H %(trailers:key=Command-Id,valueonly,separator=)", "main").splitlines()
    assert max(Counter(line.split()[1] for line in log if " " in line.strip()).values()) == 1
    assert world.count() == count + len(commits) and {line.split()[0] for line in log} >= {sha for found in commits.values() for sha in found}
    assert all(f"  {id.replace('-', '_')}: x\n" in world.read(WEB) for id in commits) and "error" not in git(world.path, "fsck", "--strict", "--no-dangling")


# --- a remote that is away, a repository that is broken ---------------------------------------------------------------


def test_a_remote_that_is_away_is_said_and_asked_again(tmp_path, renderer):
    """Unavailable carries the id, no half commit stays, and the same id delivers once the remote is back."""
    remote = Repository.create(tmp_path / "remote.git")
    push_all(remote)
    there = World(services(tmp_path / "home", None, renderer, f"file://{remote}"))
    there.preview("scale", replicas=3)
    remote.rename(tmp_path / "away.git")
    with pytest.raises(Unavailable) as caught:
        there.say("scale", id="a", replicas=3)
    assert (caught.value.details["id"], caught.value.transient) == ("a", True)
    (tmp_path / "away.git").rename(remote)
    receipt = there.say("scale", id="a", replicas=3)
    assert receipt.status == "committed" and git(remote, "log", "-2", "--format=%H").split()[0] == receipt.commit
    assert git(remote, "rev-list", "--count", "main") == "2"
    there.services.ledger.close()
    there.services.repo.close()


def push_all(path):
    opened = Repository.open(str(path), path.parent)
    land(opened, {path: text.encode() for path, text in FILES.items()})
    opened.close()


@pytest.mark.parametrize(("files", "code", "path", "line"), [
    ({"klepaas.yaml": "environments: [\n"}, "config_broken", "klepaas.yaml", 2),
    ({"klepaas.yaml": "environments:\n  staging: {gates: []}\n"}, "config_broken", "klepaas.yaml", 2),
    ({WEB: "- a\n- b\n"}, "values_not_a_mapping", WEB, 1),
    ({WEB: "a: 1\na: 2\n"}, "values_duplicate_key", WEB, 2),
    ({WEB: "a: &x [1]\nb: *x\n---\nc: 1\n"}, "values_two_documents", WEB, None),
    ({WEB: "a: 1\nreplicaCount: [1, 2]\n"}, "values_not_scalar", WEB, 2),
    ({WEB: "n: &n 2\nreplicaCount: *n\n"}, "values_alias", WEB, 2),
])
def test_a_broken_file_is_named_and_stops_nothing_else(world, files, code, path, line):
    """File and line, nothing changed; another app's file is edited as ever where klepaas.yaml is whole."""
    world.write(files)
    error = world.refused("scale", replicas=3)
    assert (error.code, error.path) == (code, path) and (line is None or error.line == line)
    if path == WEB:
        assert world.say("scale", "listed", replicas=3).status == "committed"
    else:
        assert world.refused("scale", "listed", replicas=3).code == code and world.refused("sync").code == code


def test_an_empty_repository_says_so(tmp_path, renderer):
    """Before its first commit there is nothing to change."""
    Repository.create(tmp_path / "config.git")
    opened = services(tmp_path, None, renderer)
    assert World(opened).refused("scale", replicas=3).code == "empty_repository"
    opened.ledger.close()
    opened.repo.close()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../etc/passwd", "listed.yaml"])
def test_a_symlink_is_not_followed(world, target):
    """Out of the repository or within it: named as what it is, neither read nor written through; others go on."""
    data = target.encode()
    raw(world.path, "fast-import", "--quiet", stdin=b"commit refs/heads/main\ncommitter x <x@x> 1700000000 +0000\ndata 4\nlink\nfrom refs/heads/main^0\n"
        + f"M 120000 inline {WEB}\ndata {len(data)}\n".encode() + data + b"\n")
    for verb, more in (("scale", {"replicas": 3}), ("delete_app", {}), ("rollback", {})):
        error = world.refused(verb, **more)
        assert (error.code, error.path) == ("not_a_file", WEB) and "root:" not in error.text()
    assert world.say("scale", "listed", replicas=3).status == "committed"
