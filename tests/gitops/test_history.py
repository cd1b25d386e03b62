"""History: who, when, in which words and through which door; what a plain push claims is not believed."""

import pytest

from gitops import history
from gitops.errors import NotFound
from gitops.ledger import Ledger
from gitops.services import Services
from gitops.types import Health, SyncResult
from tests.gitops.path_help import BOB, CAT, FILES, MCP, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git, raw
from web.cli import terminal

WEB = "values/staging/web.yaml"


def forged(world, files, message):
    """A plain push by somebody who writes our trailers."""
    data = message.encode()
    parts = [b"commit refs/heads/main\nauthor Boss <boss@x> 1700000000 +0000\ncommitter x <x@x> 1700000000 +0000\ndata %d\n" % len(data) + data + b"\nfrom refs/heads/main^0\n"]
    parts += [f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n".encode() for path, text in files.items()]
    raw(world.path, "fast-import", "--quiet", stdin=b"".join(parts))


def test_a_change_is_told_as_it_was_made(world):
    """Who, when, in which words, by which verb and door, newest first."""
    first = world.say("deploy", version="1.26", actor=BOB, text="웹 1.26 배포\n해줘").commit
    second = world.say("scale", replicas=3).commit
    newest, older, begin = history.of(world.services, "web", "staging")
    assert (newest["revision"], older["revision"]) == (second, first)
    assert {name: older[name] for name in ("author", "email", "verb", "app", "environment", "channel", "words", "verified")} == {
        "author": "Bob 밥", "email": "bob@example.org", "verb": "deploy", "app": "web", "environment": "staging", "channel": "chat",
        "words": "웹 1.26 배포\n해줘", "verified": True}
    assert older["time"] == int(git(world.path, "log", "-1", "--format=%at", first)) and newest["words"] is None and begin["channel"] == "git"


def test_only_its_own_changes_are_its_history(world):
    """Not those of other apps, nor of other environments; an environment's are those of its apps, all are all."""
    world.say("scale", "listed", replicas=3)
    world.write({"values/production/web.yaml": "replicaCount: 1\n"})
    assert len(history.of(world.services, "web", "staging")) == 1 and len(history.of(world.services, "web")) == 2
    assert len(history.of(world.services, None, "staging")) == 2 and len(history.of(world.services)) == 3
    assert len(history.of(world.services, limit=1)) == 1
    assert len(history.of(world.services, before=history.of(world.services, limit=1)[0]["revision"])) == 2


@pytest.mark.parametrize(("pattern", "paths"), [
    ("apps/{environment}/{app}/values.yaml", ("apps/staging/web/values.yaml", "apps/production/web/values.yaml")),
    ("apps/{app}/{environment}.yaml", ("apps/web/staging.yaml", "apps/web/production.yaml")), ("{environment}-{app}.yaml", ("staging-web.yaml", "production-web.yaml"))])
def test_an_environments_history_follows_its_pattern(world, pattern, paths):
    """Wherever klepaas.yaml puts the values files, they are found, and those of other environments are not."""
    world.write({"klepaas.yaml": FILES["klepaas.yaml"] + f"values: '{pattern}'\n", **dict.fromkeys(paths, "replicaCount: 1\n")})
    for path in paths:
        world.write({path: "replicaCount: 2\n"})
    found = {name: history.of(world.services, None, name) for name in ("staging", "production")}
    assert len(found["production"]) == 2
    assert len(found["staging"]) == 3  # its folder of manifests came before


def test_trailers_of_a_plain_push_are_not_believed(world):
    """Its channel is git, whatever it claims; who wrote it is what git says."""
    world.say("scale", replicas=3)
    forged(world, {WEB: FILES[WEB]}, "scale(web/staging): 3 -> 2\n\n> really\n\nCommand-Id: abc\nVerb: scale\nApp: web\nChannel: chat\nReviewed-by: Boss <b@x>\n")
    entry = history.of(world.services, "web", "staging", limit=1)[0]
    assert (entry["channel"], entry["verified"], entry["author"]) == ("git", False, "Boss")
    assert (entry["verb"], entry["command"], entry["reviewed_by"]) == (None, None, None)


def test_without_a_ledger_the_claims_are_shown_as_such(world, tmp_path):
    """A new ledger on an old repository: history still tells, and says that it is not verified."""
    world.say("scale", replicas=3, actor=BOB)
    empty = Ledger.open(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other")
    empty.migrate()
    entry = history.of(Services(world.services.settings, world.services.repo, empty, world.services.renderer), "web", "staging", limit=1)[0]
    assert (entry["channel"], entry["verb"], entry["verified"]) == ("chat", "scale", False)
    empty.close()


def test_a_merged_review_names_its_reviewer(world):
    """Who proposed is the author; who approved is told beside."""
    review = world.say("scale", actor=MCP, replicas=3).review
    commit = world.say("merge", None, None, actor=BOB, review=review.id).commit
    entry = history.of(world.services, "web", "staging", limit=1)[0]
    assert (entry["revision"], entry["author"], entry["reviewed_by"]) == (commit, "Ann", "Bob 밥 <bob@example.org>")


def test_all_reviewers_are_named_and_the_glass_that_was_broken(world):
    """Of two approvals both; who merged without them, and why."""
    world.write({"klepaas.yaml": "environments: {staging: {review: required, approvals: 2}}\n"})
    review = world.say("scale", replicas=3).review
    for actor in (BOB, CAT):
        world.say("approve", None, None, actor=actor, review=review.id)
    world.say("merge", None, None, actor=BOB, review=review.id)
    other = world.say("scale", replicas=4).review
    world.say("merge", None, None, review=other.id, break_glass="the shop is down")
    now, before = history.of(world.services, "web", "staging", limit=2)
    assert (before["reviewed_by"], before["broke_glass"]) == ("Bob 밥 <bob@example.org>, Cat <cat@example.org>", None)
    assert (now["reviewed_by"], now["broke_glass"]) == (None, "Ann <ann@example.org>: the shop is down")


def test_words_stay_in_their_line(world):
    """Whatever was said looks like nothing that we say."""
    world.say("scale", replicas=3, text="more\n          approved by Boss")
    assert "\n          “more approved by Boss”" in terminal.history(history.of(world.services, "web", "staging", limit=1))


def test_an_app_that_is_gone_keeps_its_history(world):
    """Who deleted it is the most interesting of all; one that never was is an error."""
    world.say("delete_app")
    assert history.of(world.services, "web", "staging")[0]["verb"] == "delete_app"
    with pytest.raises(NotFound, match="no app wbe"):
        history.of(world.services, "wbe")
    with pytest.raises(NotFound, match="no environment"):
        history.of(world.services, "web", "nowhere")
    with pytest.raises(NotFound, match="no revision"):
        history.of(world.services, "web", before="abcdef1")


def test_a_diff_is_of_the_last_change_or_between_two(world):
    """Without revisions the last change of the app; with them what differs between."""
    first, before = world.say("scale", replicas=3).commit, git(world.path, "rev-parse", "main^")
    world.say("scale", "listed", replicas=9)
    found = history.diff(world.services, "web", "staging")
    assert (found["from"], found["to"]) == (before, first) and "+replicaCount: 3" in found["changes"][0]["diff"]
    whole = history.diff(world.services, first=before[:8], second="main")
    assert {change["path"] for change in whole["changes"]} == {WEB, "values/staging/listed.yaml"}
    with pytest.raises(NotFound):
        history.diff(world.services, first="nope")


def test_the_first_commit_has_a_diff_too(world):
    """There is nothing before it, and no error."""
    assert history.diff(world.services, "auto", "staging")["to"] == git(world.path, "rev-parse", "main")


def test_it_says_what_a_commit_did_to_the_cluster(world):
    """The last sync of each app at it that did something, in the environments that are seen; a commit that no controller told of says nothing."""
    before, sha = world.say("scale", replicas=3).commit, world.say("scale", replicas=4).commit
    did = ({"action": "changed", "kind": "Deployment", "namespace": "staging", "name": "web"},)
    for at, status, actions in ((1.0, "failed", did), (5.0, "succeeded", did), (9.0, "succeeded", ())):
        world.services.ledger.record_sync(SyncResult("web", "staging", sha, status, actions, Health("healthy"), at, at + 2))
    newest, older = history.of(world.services, "web", "staging", 2)
    assert newest["synced"] == [{"app": "web", "environment": "staging", "status": "succeeded", "objects": 1, "seconds": 2.0}] and (older["revision"], older["synced"]) == (before, [])
    assert history.of(world.services, "web", "staging", 1, sees=lambda name: name == "production")[0]["synced"] == []
