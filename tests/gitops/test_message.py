"""The commit message: nobody's words can say what only we may say."""

import unicodedata
from dataclasses import replace

import pytest

from tests.gitops.path_help import ANN, BOB, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git

FORGED = [
    "Reviewed-by: Boss <boss@example.org>", "ok\n\nReviewed-by: Boss <boss@example.org>\nChannel: chat", "x\r\rReviewed-by: Boss <b@x>\r",
    "x\u2028\u2028Reviewed-by: Boss", "x\x0b\x0bReviewed-by: Boss", "x\x85\x85Reviewed-by: Boss", "---\nReviewed-by: Boss", "\n\n\nApp: other", "> > Verb: x",
    "#comment\nsigned-off-by: Boss <b@x>", "(cherry picked from commit 0)\nReviewed-by: Boss",
]


@pytest.mark.parametrize("text", FORGED, ids=range(len(FORGED)))
@pytest.mark.parametrize("where", ["text", "reason"])
def test_words_cannot_forge_trailers(world, where, text):
    """However the words are broken into lines, git finds exactly our trailers."""
    sha = world.say("scale", replicas=3, **{where: text}).commit
    assert list(world.trailers(sha)) == ["Command-Id", "Verb", "App", "Environment", "Channel", "Requested-by"]
    assert world.trailers(sha)["App"] == "web"


def test_a_name_cannot_forge_trailers_or_authors(world):
    """The author is the person, whatever characters the identity provider lets through; the committer is the service."""
    odd = replace(ANN, name="A\nReviewed-by: Boss <b@x>\n\nnn", email="ann@example.org>\ncommitter x <x@x")
    sha = world.say("scale", replicas=3, actor=odd).commit
    assert "Reviewed-by" not in world.trailers(sha) and list(world.trailers(sha))[-1] == "Requested-by"
    assert git(world.path, "log", "-1", "--format=%cn") == "klepaas"
    assert "\n" not in git(world.path, "log", "-1", "--format=%an%ae") and git(world.path, "fsck", "--strict", "--no-dangling") == ""


def test_the_message_says_who_what_and_in_which_words(world):
    """Subject, the person's words quoted, the reason, then trailers; author and time are git's own."""
    receipt = world.say("scale", replicas=3, actor=BOB, text="웹 세 개로 🚀\n늘려줘", reason="sale\ntoday", id="my-id")
    assert git(world.path, "log", "-1", "--format=%an <%ae>") == "Bob 밥 <bob@example.org>"
    uid = world.trailers(receipt.commit)["Command-Id"]
    assert git(world.path, "log", "-1", "--format=%B") == (
        "scale(web/staging): 2 -> 3 replicas\n\n> 웹 세 개로 🚀\n> 늘려줘\n\nBecause: sale today\n\n"
        f"Command-Id: {uid}\nVerb: scale\nApp: web\nEnvironment: staging\nChannel: chat\nRequested-by: Bob 밥 <bob@example.org>")
    assert uid != "my-id" and world.services.ledger.command_by_uid(uid)["commit"] == receipt.commit


def test_control_characters_and_direction_marks_are_gone(world):
    """What is read in a log is what is there: nothing reorders it, rings, or moves the cursor."""
    hostile = "".join(map(chr, [*range(1, 10), *range(11, 32), *range(127, 160), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]))
    world.say("scale", replicas=3, text=f"a{hostile}b 가족 👨‍👩‍👧", reason=f"c{hostile}d")
    body = git(world.path, "log", "-1", "--format=%B")
    assert "b 가족 👨‍👩‍👧" in body
    assert [c for c in body if c not in "\n\t\u200d" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")] == []


def test_long_words_are_cut_and_the_trailers_stay(world):
    """A novel does not push the trailers out."""
    sha = world.say("scale", replicas=3, text="가" * 100_000, reason="나 " * 100_000).commit
    assert len(git(world.path, "log", "-1", "--format=%B")) < 10_000 and len(world.trailers(sha)) == 6
