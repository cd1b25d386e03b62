"""What each plan does in the cases that its table line does not say; and that the preview is what is committed, whatever the file."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops import submit, views
from gitops.errors import KlepaasError
from gitops.repo import Draft
from gitops.types import Change
from tests.gitops.path_help import ANN, FILES, command, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git

WEB = "values/staging/web.yaml"
PRODUCTION = {"environment": "production"}


# --- scale -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "wanted", "after", "summary"), [
    ("minReplicas: 1, maxReplicas: 5", 3, {"minReplicas": 3, "maxReplicas": 5}, "autoscaling 1..5 -> 3..5"),
    ("minReplicas: 1, maxReplicas: 5", 7, {"minReplicas": 7, "maxReplicas": 7}, "autoscaling 1..5 -> 7..7"),
    ("minReplicas: 2", 3, {"minReplicas": 3, "maxReplicas": 3}, "autoscaling 2..default -> 3..3"),
])
def test_scaling_what_scales_itself_moves_its_bounds(world, before, wanted, after, summary):
    """The autoscaler keeps at least as many, and may still go higher; the person is told that it is so."""
    world.write({"values/staging/auto.yaml": f"image: {{repository: nginx, tag: '1'}}\nautoscaling: {{enabled: true, {before}}}\n"})
    receipt = world.say("scale", "auto", replicas=wanted)
    assert yaml.safe_load(world.read("values/staging/auto.yaml"))["autoscaling"] == {"enabled": True, **after}
    assert receipt.plan["summary"] == summary and receipt.plan["warnings"] == ["autoscaled"]


def test_what_scales_itself_cannot_be_scaled_to_nothing(world):
    """An autoscaler keeps no 0 pods: the reason is said."""
    assert world.refused("scale", "auto", replicas=0).code == "autoscaled_to_zero"
    assert world.say("scale", replicas=0).status == "committed"


def test_values_are_set_where_klepaas_yaml_says(world):
    """Key paths of klepaas.yaml, and of a file's own section, decide what a verb edits."""
    world.write({"values/staging/fixed.yaml": "klepaas: {chart: charts/fixed, keys: {replicas: deployment.count}}\nreplicaCount: 1\n",
                 "charts/fixed/templates/all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fixed}\ndata: {n: '{{ .Values.deployment }}'}\n"})
    assert world.lines(world.say("scale", "fixed", replicas=6).commit) == ["+deployment:", "+  count: 6"]


# --- deploy, promote, restart ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("args", "tag", "image"), [
    ({"version": "1.30"}, "1.30", "nginx"), ({"image": "nginx:1.30"}, "1.30", "nginx"), ({"image": "ghcr.io/shop/web", "version": "on"}, "on", "ghcr.io/shop/web"),
    ({"image": "localhost:5000/web:0x1F", "version": "0x1F"}, "0x1F", "localhost:5000/web"), ({"version": "2026-01-02"}, "2026-01-02", "nginx")])
def test_a_version_stays_text(world, args, tag, image):
    """A tag that YAML could take for a number, a date or a truth is quoted; an image may carry its version."""
    world.say("deploy", args=args)
    assert yaml.safe_load(world.read(WEB))["image"] == {"repository": image, "tag": tag}


def test_deploy_asks_for_what_it_cannot_know(world):
    """No version, a branch of which nothing is known, two versions at once: each is said."""
    assert world.refused("deploy").code == "version_needed"
    assert world.refused("deploy", branch="main").code == "branch_unknown"
    assert world.refused("deploy", image="nginx:1", version="2").code == "two_versions"
    assert world.refused("create_app", "new", image="nginx").code == "version_needed"


def test_promote_takes_the_version_and_nothing_else(world):
    """The target keeps its own replicas and variables; the source is klepaas.yaml's unless said."""
    world.write({WEB: FILES[WEB].replace("1.25", "1.30").replace("replicaCount: 2", "replicaCount: 9")})
    review = world.say("promote", **PRODUCTION).review
    assert world.lines(review.head) == ["-image: {repository: nginx, tag: '1.24'}", "+image: {repository: nginx, tag: '1.30'}"]
    assert world.trailers(review.head)["Promoted-from"] == "staging"


def test_promote_says_why_it_cannot(world):
    """From nowhere, to itself, an app that is not there, or has no version there."""
    assert world.refused("promote").code == "promote_from_where"
    assert world.refused("promote", from_="staging").code == "promote_to_itself"
    assert world.refused("promote", from_="nowhere").code == "unknown_environment"
    assert world.refused("promote", "auto", **PRODUCTION).code == "app_not_in_environment"
    for broken in ("replicaCount: 1\n", "image: {tag: [1]}\n"):
        world.write({WEB: broken})
        assert world.refused("promote", **PRODUCTION).code == "nothing_to_promote"


def test_promote_warns_of_another_image(world):
    """The same version of another repository is another thing."""
    world.write({WEB: FILES[WEB].replace("repository: nginx", "repository: httpd")})
    assert world.preview("promote", **PRODUCTION).warnings == ("other_image",)


def test_restart_keeps_the_time_of_the_first_receipt(world):
    """Previewed twice it may be another time; committed, it is the one in the receipt."""
    receipt = world.say("restart")
    assert f'restartedAt: "{receipt.plan["args"]["at"]}"' in world.read(WEB)


# --- rollback --------------------------------------------------------------------------------------------------------


def test_rollback_by_steps_version_and_commit_keeps_unrelated_files(world):
    """The app's file as it was; what others did to other files since stays."""
    first = world.say("deploy", version="1.26").commit
    world.say("scale", replicas=7)
    world.say("deploy", version="1.27")
    world.say("scale", "listed", replicas=4)
    world.write({"values/staging/newer.yaml": "a: 1\n"})
    receipt = world.say("rollback", version="1.26")
    assert "1.26" in world.read(WEB) and "replicaCount: 7" in world.read(WEB)
    assert world.say("rollback", commit=first[:9]).plan["summary"] == f"back to {first[:7]} (1.26)" and "replicaCount: 2" in world.read(WEB)
    assert world.trailers("main")["Rollback-to"] == first
    world.say("rollback", steps_back=2)
    assert "1.27" in world.read(WEB)
    assert world.read("values/staging/newer.yaml") == "a: 1\n" and "replicaCount: 4" in world.read("values/staging/listed.yaml")
    assert receipt.plan["args"] == {"commit": receipt.plan["args"]["commit"]} and len(receipt.plan["args"]["commit"]) == 40


def test_steps_count_the_changes_of_this_app_here(world):
    """Commits of other apps, and of this one elsewhere, are no steps."""
    world.say("scale", replicas=3)
    for number in range(3):
        world.say("scale", "listed", replicas=10 + number)
        world.write({"values/production/web.yaml": f"replicaCount: {number}\n"})
    world.say("rollback")
    assert "replicaCount: 2" in world.read(WEB)


def test_rollback_names_what_is_not_there(world):
    """Too many steps, a version never here, a commit that main does not have, or at which the app was not there."""
    assert world.refused("rollback", steps_back=3).details["there"] == 0
    assert world.refused("rollback", version="9.9").code == "version_never_deployed"
    assert world.refused("rollback", commit="abcdef1").code == "no_such_revision"
    proposed = world.say("scale", replicas=3, **PRODUCTION).review.head
    assert world.refused("rollback", commit=proposed, **PRODUCTION).code == "commit_not_deployed"
    world.write({"values/staging/newer.yaml": "replicaCount: 1\n"})
    assert world.refused("rollback", "newer", commit=world.services.repo.history(limit=50)[-1].sha).code == "not_there_then"


@pytest.mark.parametrize(("app", "path"), [("web", WEB), ("plain", "manifests/staging/plain/config.yaml")])
def test_a_deleted_app_is_brought_back(world, app, path):
    """By the commit it was at, or by a step; by who may create apps alone, and not one that never was."""
    before, first = world.read(path), git(world.path, "rev-parse", "main")
    deployer = replace(ANN, scopes=frozenset({"k8s:read", "deploy:execute"}))
    for said in ({"commit": first}, {}):
        world.say("delete_app", app)
        assert world.refused("rollback", app, actor=deployer, **said).details["scope"] == "k8s:write"
        assert world.say("rollback", app, **said).status == "committed" and world.read(path) == before
    assert world.refused("rollback", "wbe", commit=first).code == "unknown_app"


@pytest.mark.parametrize("broken", ["a: [\n", "- a list\n", "klepaas: {nothing: 1}\n", "a: 1\na: 2\n"])
def test_a_broken_file_can_be_rolled_back_or_deleted(world, broken):
    """Somebody pushed a file that cannot be read: going back is what one wants then, by step or by version, past other broken ones."""
    for text in (broken, broken + "# again\n"):
        world.write({WEB: text})
    assert world.refused("scale", replicas=3).path == WEB
    assert world.say("rollback", version="1.25").status == "committed" and world.read(WEB) == FILES[WEB]
    world.write({WEB: broken})
    assert world.say("rollback").status == "committed" and world.read(WEB) == FILES[WEB]
    world.write({WEB: broken})
    assert world.say("delete_app").status == "committed"


def test_manifests_are_rolled_back_as_a_folder(world):
    """All of the app's objects as they were then: what came goes, what went comes."""
    world.say("delete_manifest", "plain", kind="ConfigMap", name="more")
    world.say("apply_manifest", "plain", manifest="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\n")
    receipt = world.say("rollback", "plain", steps_back=2)
    assert {(each["name"], each["action"]) for each in receipt.plan["manifests"]} == {("more", "create"), ("new", "delete")}
    assert world.refused("rollback", "plain", version="1").code == "no_values_file"


# --- env, suspend, apps, manifests -----------------------------------------------------------------------------------


def test_env_is_edited_in_the_shape_it_has(world):
    """A map stays a map, a list a list; a value is text."""
    world.say("set_env", "listed", name="NEW", value="yes")
    world.say("set_env", name="NEW", value="yes")
    assert yaml.safe_load(world.read("values/staging/listed.yaml"))["env"][-1] == {"name": "NEW", "value": "yes"}
    assert yaml.safe_load(world.read(WEB))["env"] == {"MODE": "dark", "NEW": "yes"}


def test_a_variable_from_elsewhere_is_not_overwritten(world):
    """A reference to a Secret is worth more than the text that would hide it."""
    assert world.refused("set_env", "listed", name="KEY", value="plain").code == "env_from_elsewhere"


def test_unsetting_what_is_not_set_changes_nothing(world):
    """It is already so."""
    assert world.say("unset_env", name="NOWHERE").status == "unchanged" and world.say("resume").status == "unchanged"


def test_what_is_made_of_manifests_has_no_values(world):
    """Verbs that edit a value say why they cannot."""
    for verb, more in (("scale", {"replicas": 2}), ("deploy", {"version": "1"}), ("set_env", {"name": "A", "value": "b"}), ("suspend", {}), ("restart", {})):
        assert world.refused(verb, "plain", **more).code == "no_values_file"


def test_an_app_is_created_once(world):
    """Not over values, not over manifests, not with a name that Helm refuses; elsewhere it may be."""
    for app in ("web", "plain"):
        assert world.refused("create_app", app, image="nginx:1").code == "app_exists"
    assert world.refused("create_app", "a" * 54, image="nginx:1").code == "app_name_too_long"
    assert world.say("create_app", "auto", image="nginx:1", **PRODUCTION).status == "proposed"
    assert world.say("create_app", "fresh", None, image="nginx:1").plan["environment"] == "staging"


def test_a_deleted_app_is_gone_here_and_stays_elsewhere(world):
    """Every object is shown as going; other environments keep theirs, the last app of one may go."""
    receipt = world.say("delete_app")
    assert {each["action"] for each in receipt.plan["manifests"]} == {"delete"} and receipt.plan["risk"] == "high"
    assert world.read("values/production/web.yaml") and world.refused("scale", replicas=1).code == "app_not_in_environment"
    assert world.say("delete_app", "plain").status == "committed"
    world.write({"klepaas.yaml": None, "values/production/web.yaml": None, "values/production/safe.yaml": None, "values/only/one.yaml": "a: 1\n"})
    assert world.say("delete_app", "one", "only").status == "committed"


def test_a_manifest_replaces_the_object_where_it_is(world):
    """Found by kind and name in whichever file holds it; a new one gets a file of its own, in a new app's folder too."""
    world.say("apply_manifest", "plain", manifest="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '2'}\n")
    assert "a: '2'" in world.read("manifests/staging/plain/config.yaml")
    world.say("apply_manifest", "novel", manifest={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}})
    assert world.read("manifests/staging/novel/configmap-x.yaml")
    assert world.say("delete_manifest", "novel", kind="ConfigMap", name="x").status == "committed"


@pytest.mark.parametrize(("manifest", "code"), [
    ("", "manifest_not_one_object"), ("a: 1\n", "manifest_not_one_object"), ("- a\n", "values_not_a_mapping"), ("a: [\n", "values_bad_yaml"),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n", "manifest_not_one_object"),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ../../../x}\n", "manifest_not_one_object"), ("apiVersion: v1\nkind: ../x\nmetadata: {name: x}\n", "manifest_not_one_object"),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 3}\n", "manifest_not_one_object"), ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'a\\b'}\n", "bad_path"),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a\\nb\"}\n", "bad_path"),
    ("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
     "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n", "values_bomb"),
])
def test_what_is_no_single_object_is_no_manifest(world, manifest, code):
    """Nothing is written for what is not one object with a plain name."""
    assert world.refused("apply_manifest", "plain", manifest=manifest).code == code


def test_a_manifest_is_not_written_over_others(world):
    """A file with several objects is edited in git; an app of values takes none; what is not there is not deleted."""
    both = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
    world.write({"manifests/staging/plain/both.yaml": both})
    assert world.refused("delete_manifest", "plain", kind="ConfigMap", name="a").code == "manifest_beside_others"
    assert world.refused("apply_manifest", "web", manifest="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").code == "app_has_values"
    assert world.refused("delete_manifest", "plain", kind="ConfigMap", name="nope").code == "no_such_manifest"


# --- preview = commit ------------------------------------------------------------------------------------------------

LINES = ("# 주석 🚀", "replicaCount: 2  # 평소", "replicaCount: '2'", "replicaCount:", "image: {repository: nginx, tag: 1.10}", "image:\n  repository: nginx\n  tag: \"1.25\" # 판", "image: nginx:1",
         "env: {A: b}", "env:\n- name: A\n  value: b", "env:\n  A: b\n\n  B: &x c", "env: []", "podAnnotations: {}", "podAnnotations:\n  a: b", "klepaas: {suspend: true}",
         "klepaas:\n  suspend: false", "autoscaling: {enabled: true, minReplicas: 1}", "service:\n  port: 80", "extra: &e {a: 1}\nother: *e", "text: |\n  a\n   b", "- list", "a: [")
TEXTS = st.lists(st.sampled_from(LINES), max_size=6, unique_by=lambda line: line.split(":")[0])
FILE = st.builds(lambda lines, end, bom, final: (("\ufeff" if bom else "") + end.join("\n".join(lines).split("\n")) + (end if final else "")).encode(),
                 TEXTS, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
SAID = st.one_of(
    st.builds(lambda n: ("scale", {"replicas": n}), st.integers(0, 5)), st.builds(lambda v: ("deploy", {"version": v}), st.sampled_from(["1.25", "1.10", "null", "0o7", "v2"])),
    st.builds(lambda n, v: ("set_env", {"name": n, "value": v}), st.sampled_from(["A", "B", "C_D"]), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)),
    st.builds(lambda n: ("unset_env", {"name": n}), st.sampled_from(["A", "B"])), st.just(("suspend", {})), st.just(("resume", {})), st.just(("rollback", {})),
    st.just(("restart", {"at": "2026-01-02T03:04:05Z"})), st.just(("delete_app", {})))


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILE, SAID)
def test_the_preview_is_what_is_committed(world, data, said):
    """Whatever the file and the command: a preview that is refused is refused, one that is offered is committed to the byte, and neither touches another file."""
    verb, args = said
    world.services.repo.land(lambda tree: _writing(tree, data), lambda sha: None)
    before = world.services.repo.head()
    try:
        plan = submit.preview(world.services, ANN, command(verb, args=args))
    except KlepaasError as error:
        assert world.refused(verb, args=args).code == error.code
        return
    assert world.services.repo.head() == before
    receipt = world.say(verb, args=args)
    shown = views.plan(plan)
    assert {name: shown[name] for name in ("changes", "manifests", "hash", "summary", "base")} == {name: receipt.plan[name] for name in ("changes", "manifests", "hash", "summary", "base")}
    assert (receipt.commit is not None) == bool(plan.changes)
    if receipt.commit:
        assert world.services.repo.changed(before, receipt.commit) == plan.changes
        assert {change.path for change in plan.changes} == {WEB}


def _writing(tree, data):
    return Draft((Change(WEB, tree.read(WEB), data),), "write\n", ("x", "x@x"))
