"""What a preview says at its pull request, at every forge."""

from gitops.cicd import pulled
from tests.gitops.forge_world import forge, quick, world  # noqa: F401 (fixtures)
from tests.gitops.hook_help import pulled as payload
from tests.gitops.path_help import renderer  # noqa: F401 (fixture)
from tests.gitops.test_previews import CONFIG, RULE, WEB, tell


def said(world):
    return [text for number, text in world.forge.comments.values() if number == 2]


def test_one_comment_that_is_updated(world):
    """The address when it opens, the newer commit, why there is none, that it is closed: always the same one."""
    world.write({"klepaas.yaml": CONFIG + RULE % "", "values/staging/web.yaml": WEB})
    world.services.repo.fetch()
    assert tell(world, payload("a"))["status"] == "committed"
    (text,) = said(world)
    assert "Preview of `aaaaaaa`" in text and "- web: https://web-2.preview.example.org" in text and "<script" not in text
    tell(world, payload("b", action="synchronize", at="2026-11-23T10:01:00Z"))
    (text,) = said(world)
    assert "`bbbbbbb`" in text
    asked = len(world.forge.asked)
    tell(world, payload("b", action="edited", at="2026-11-23T10:02:00Z"))
    assert not any("comments" in path or "notes" in path for _, path in world.forge.asked[asked:])
    tell(world, payload("b", action="closed", state="closed", at="2026-11-23T10:03:00Z"))
    (text,) = said(world)
    assert text.endswith("The preview is closed.")


def test_a_forge_that_does_not_answer_keeps_no_preview_back(world, caplog):
    """The comment is good to have: the commit is there without it, and closing one in time says so too."""
    world.write({"klepaas.yaml": CONFIG + RULE % "", "values/staging/web.yaml": WEB})
    world.forge.broken[:] = [("POST", path, (403, {"message": "Resource not accessible by integration"})) for path in ("/comments", "/notes")]
    assert tell(world, payload("a"))["status"] == "committed" and said(world) == [] and "not accessible" in caplog.text
    world.forge.broken.clear()
    pulled.expire(world.services, 4e10)
    assert "its days are over" in said(world)[0]
