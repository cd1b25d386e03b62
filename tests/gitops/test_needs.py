"""Laws of `depends_on`: who would wait in vain is named with file and line, wherever a file is looked at, and no command of ours makes it so."""

import pytest

from gitops import needs
from tests.gitops.catalog_help import loaded, repo, tree  # noqa: F401 (fixtures)
from tests.gitops.path_help import ANN, database, renderer, world  # noqa: F401 (fixtures)
from web import reads

ENVIRONMENTS = "environments: {staging: {}, production: {}}\n"


def waits(*apps):
    return "a: 1\nklepaas:\n  depends_on:\n" + "".join(f"  - {each}\n" for each in apps)


@pytest.mark.parametrize(("files", "expected"), [
    ({"web": waits("db"), "db": ""}, {}),
    ({"web": waits("plain")}, {}),
    ({"web": waits("broken"), "broken": "klepaas: 1\n"}, {}),
    ({"web": waits("db", "nothing"), "db": ""}, {"web": ("depends_on_unknown", 5, {"needs": "nothing"})}),
    ({"web": waits("only")}, {"web": ("depends_on_unknown", 4, {"needs": "only"})}),
    ({"web": waits("web")}, {"web": ("depends_on_circle", 4, {"circle": "web -> web"})}),
    ({"web": waits("db"), "db": waits("cache", "api"), "api": waits("web"), "cache": "", "outside": waits("web")},
     {"web": ("depends_on_circle", 4, {"circle": "web -> db -> api -> web"}), "db": ("depends_on_circle", 5, {"circle": "db -> api -> web -> db"}), "api": ("depends_on_circle", 4, {"circle": "api -> web -> db -> api"})}),
], ids=range(7))
def test_who_waits_in_vain(loaded, files, expected):
    """An app that is not in the environment, or a circle: its file and line. Apps of manifests, and broken ones, are there."""
    found = loaded({"klepaas.yaml": ENVIRONMENTS, "manifests/staging/plain/a.yaml": "", "values/production/only.yaml": ""} | {f"values/staging/{app}.yaml": text for app, text in files.items()})
    wrong = {each.app: error for each in found.targets("staging") if (error := needs.unmet(found, each))}
    assert {app: (error.code, error.line) for app, error in wrong.items()} == {app: each[:2] for app, each in expected.items()}
    assert all(expected[app][2].items() <= error.details.items() and error.path == f"values/staging/{app}.yaml" for app, error in wrong.items())


def test_no_command_makes_an_app_wait_in_vain(world):
    """What another needs is not deleted, and no rollback brings back a need of what is gone; what waits in vain already is shown, and may be changed."""
    image = "image: {repository: nginx, tag: '1'}\n"
    world.write({"values/staging/db.yaml": image, "values/staging/web.yaml": f"{image}klepaas: {{depends_on: [db]}}\n"})
    error = world.refused("delete_app", "db")
    assert (error.code, error.path, error.line, error.details["apps"]) == ("needed_by", "values/staging/web.yaml", 2, ["web"])
    world.write({"values/staging/web.yaml": image})
    assert world.say("delete_app", "db").status == "committed"
    error = world.refused("rollback", steps_back=1)
    assert (error.code, error.path, error.line, error.details["needs"]) == ("depends_on_unknown", "values/staging/web.yaml", 2, "db")
    world.write({"values/staging/web.yaml": f"{image}klepaas: {{depends_on: [db]}}\n"})
    card = next(each for each in reads.apps(world.services, ANN, "staging")["items"] if each["app"] == "web")
    assert (card["problem"]["path"], card["problem"]["line"]) == ("values/staging/web.yaml", 2) and "db" in card["problem"]["message"]
    assert world.say("scale", replicas=4).status == "committed"
