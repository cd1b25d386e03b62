"""Laws of the catalogue: which apps and environments a revision has, and what is wrong with its files."""

import pytest

from gitops import catalog
from gitops.errors import NotFound
from gitops.tree import overlay
from gitops.types import Change, Environment, Ignore, Problem, SyncPolicy, Target, Window
from tests.gitops.catalog_help import WEB, loaded, refusal, repo, tree  # noqa: F401 (fixtures)

SHOP = """\
version: 1
name: shop
chart: charts/common-chart
environments:
  staging:    {namespace: shop-staging}
  production: {namespace: shop, cluster: prod-context, review: required, approvals: 2, promotes_from: staging,
               sync: {prune: false, adopt: true,
                      windows: [{days: mon-fri, from: "09:00", to: "18:00", tz: Asia/Seoul}, {days: "sat,fri-sun", from: "22:00", to: "24:00"}]}}
keys: {version: app.version}
"""


def listed(found):
    return [(each.app, each.environment) for each in found.targets()]


# --- the contract ----------------------------------------------------------------------------------------------------


def test_klepaas_yaml_names_everything(loaded):
    """Environments come in their order with all that is said of them, and what is not said has its default."""
    found = loaded({"klepaas.yaml": SHOP, "values/staging/web.yaml": WEB, "values/production/web.yaml": WEB, "values/staging/api.yaml": ""})
    assert found.name == "shop" and found.problems == () and found.document["version"] == 1
    assert list(found.environments) == ["staging", "production"] and found.first.name == "staging"
    assert found.environment("staging") == found.environment() == Environment("staging", "shop-staging", 0)
    windows = Window((0, 1, 2, 3, 4), 540, 1080, "Asia/Seoul"), Window((4, 5, 6), 1320, 1440, "UTC")
    assert found.environment("production") == Environment(
        "production", "shop", 1, "prod-context", True, 2, "staging", sync=SyncPolicy(prune=False, adopt=True, windows=windows))
    assert found.app_names == ("api", "web") and found.environments_of("api") == ("staging",)
    assert found.values_path("new", "production") == "values/production/new.yaml"
    assert listed(found) == [("api", "staging"), ("web", "staging"), ("web", "production")]
    assert found.keys["version"] == "app.version" and found.keys["replicas"] == "replicaCount"
    target = found.target("web", "production")
    assert (target.values_path, target.chart, target.source, target.repository) == ("values/production/web.yaml", "charts/common-chart", "chart", "shop/web")
    assert list(found.app("web").targets) == ["staging", "production"] and found.app("web").targets["production"] == target


def test_a_section_speaks_for_its_app(loaded):
    """The `klepaas:` section of a values file overrides for that app in that environment alone."""
    section = r"""klepaas:
  chart: charts/own
  repository: Shop/Web.Site
  keys: {replicas: web.replicas, restart: 'a.b\.c/d'}
  suspend: true
  depends_on: [db, cache]
  adopt: true
  ignore: [{kind: Deployment, name: web, pointers: [/spec/replicas]}, {kind: Service, pointers: [/metadata/annotations/a~1b]}]
"""
    found = loaded({"klepaas.yaml": SHOP, "values/staging/web.yaml": section, "values/production/web.yaml": WEB})
    target = found.target("web", "staging")
    assert target.keys == {**found.keys, "replicas": "web.replicas", "restart": r"a.b\.c/d"}
    assert target == Target("web", "staging", "chart", "values/staging/web.yaml", None, "charts/own", target.keys, "Shop/Web.Site", True, ("db", "cache"), True,
                            (Ignore("Deployment", "web", ("/spec/replicas",)), Ignore("Service", None, ("/metadata/annotations/a~1b",))))
    assert found.target("web", "production").keys == found.keys and not found.target("web", "production").suspend
    assert found.by_repository("shop/web.site") == ("web",) and found.by_repository("shop/we") == ()


@pytest.mark.parametrize(("folder", "chart"), [("charts/common-chart/values", "charts/common-chart"), ("values", None)])
def test_layouts_without_klepaas_yaml(loaded, folder, chart):
    """A repository of `<app>-values.yaml` files works as it is: one environment, `default`, in namespace `default`."""
    found = loaded({f"{folder}/nginx-values.yaml": "replicaCount: 2\n", f"{folder}/README.md": "", f"{folder}/Bad_Name-values.yaml": "", "charts/common-chart/Chart.yaml": ""})
    assert found.environments == {"default": Environment("default", "default")} and found.name is None and found.document == {}
    assert found.app_names == ("nginx",) and found.problems == ()
    assert (found.target("nginx", "default").values_path, found.target("nginx", "default").chart) == (f"{folder}/nginx-values.yaml", chart)
    assert found.values_path("new", None) == f"{folder}/new-values.yaml"


def test_folders_are_environments_without_klepaas_yaml(loaded):
    """Folders in values/ and manifests/ are environments in namespaces of their names; production is not what is meant when nobody says."""
    found = loaded({"values/production/web.yaml": WEB, "values/staging/web.yaml": WEB, "manifests/dev/db/db.yaml": "", "values/Not_One/x.yaml": ""})
    assert [(each.name, each.namespace, each.order) for each in found.environments.values()] == [
        ("dev", "dev", 0), ("staging", "staging", 1), ("production", "production", 2)]
    assert listed(found) == [("db", "dev"), ("web", "staging"), ("web", "production")]


def test_an_empty_repository_has_one_empty_environment(loaded):
    """Nothing there is nothing wrong: an app can be created in `default`."""
    found = loaded({"README.md": "x"})
    assert list(found.environments) == ["default"] and found.app_names == () and list(found.targets()) == []
    assert found.values_path("web", None) == "values/default/web.yaml"


def test_manifests_are_apps_without_values(loaded):
    """A folder in manifests/<environment>/ is an app; values of the same name come first."""
    found = loaded({"klepaas.yaml": SHOP, "manifests/staging/db/db.yaml": "", "manifests/staging/web/x.yaml": "", "values/staging/web.yaml": WEB, "manifests/staging/file.yaml": ""})
    target = found.target("db", "staging")
    assert (target.source, target.manifests_path, target.values_path) == ("manifests", "manifests/staging/db", None)
    assert found.target("web", "staging").source == "chart" and found.app_names == ("db", "web")


@pytest.mark.parametrize(("pattern", "files", "expected"), [
    ("values/{app}-{environment}.yaml", ["values/web-staging.yaml", "values/web-production.yaml", "values/other.yaml"], ["values/web-production.yaml"]),
    ("apps/{app}/{environment}.yaml", ["apps/web/staging.yaml", "apps/web/production.yaml", "apps/api/Chart.yaml"], ["apps/web/production.yaml"]),
    ("{environment}/x-{app}-v/values.yaml", ["production/x-web-v/values.yaml", "production/web/values.yaml"], ["production/x-web-v/values.yaml"]),
    ("{app}.{environment}.yaml", ["web.production.yaml", "klepaas.yaml"], ["web.production.yaml"]),
])
def test_any_pattern_of_paths(loaded, pattern, files, expected):
    """The files of apps are where the pattern says, be it in names, folders or both."""
    config = f"environments: {{staging: {{}}, production: {{}}}}\nvalues: '{pattern}'\n"
    found = loaded({file: "" for file in files} | {"klepaas.yaml": config})
    assert [each.values_path for each in found.targets("production")] == expected == [found.values_path("web", "production")]
    assert found.target("web", "production").values_path == expected[0] and found.app_names == ("web",)


def test_one_environment_needs_no_place_in_the_pattern(loaded):
    """With one environment the pattern may leave it out, and klepaas.yaml itself is no app."""
    found = loaded({"klepaas.yaml": "environments: {live: }\nvalues: '{app}.yaml'\n", "web.yaml": WEB})
    assert listed(found) == [("web", "live")] and found.problems == ()


def test_keys_of_other_parts_are_let_through(loaded):
    """Keys that other parts check are no mistakes here, and stay in the document."""
    config = "environments: {live: }\nnotify: {}\nintegrations: {}\nprices: {}\nowners: {}\n"
    found = loaded({"klepaas.yaml": config})
    assert found.problems == () and found.document["notify"] == {}


# --- what is wrong elsewhere -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "code", "line"), [
    ("a: 1\na: 2\n", "values_duplicate_key", 2),
    ("a: [\n", "values_bad_yaml", 2),
    ("- a\n", "values_not_a_mapping", 1),
    (b"a: \xff\n", "values_not_utf8", 1),
    ("a: 1\n---\nb: 1\n", "values_two_documents", 3),
    ("a: 1\nklepaas: text\n", "config_bad_value", 2),
    ("a: 1\nklepaas:\n  suspendd: true\n", "config_unknown_key", 3),
    ("a: 1\nklepaas:\n  suspend: 1\n", "config_bad_value", 3),
    ("a: 1\nklepaas:\n  suspend: true\n  suspend: false\n", "values_duplicate_key", 4),
    ("a: 1\nklepaas:\n  chart: ../../etc\n", "config_bad_value", 3),
    ("a: 1\nklepaas:\n  repository: 'shop web'\n", "config_bad_value", 3),
    ("a: 1\nklepaas:\n  depends_on: [db,\n   Bad_1]\n", "config_bad_value", 4),
    ("a: 1\nklepaas:\n  keys: {version: 'a..b'}\n", "config_bad_value", 3),
    ("a: 1\nklepaas:\n  ignore: [{kind: Deployment}]\n", "config_bad_value", 3),
    ("a: 1\nklepaas:\n  ignore: [{kind: Deployment, pointers: [spec]}]\n", "config_bad_value", 3),
    (("120000", "../../etc/passwd"), "not_a_file", None),
], ids=range(16))
def test_a_broken_values_file_stops_its_app_there_alone(loaded, content, code, line):
    """One app in one environment is broken, with file and line; its other environments and all other apps go on."""
    files = {"klepaas.yaml": SHOP, "values/staging/web.yaml": content, "values/production/web.yaml": WEB, "values/staging/api.yaml": ""}
    found = loaded(files)
    assert found.app_names == ("api", "web") and found.problems == ()
    good, bad = ([each for each in found.targets() if isinstance(each, kind)] for kind in (Target, Problem))
    assert [(each.app, each.environment) for each in good] == [("api", "staging"), ("web", "production")]
    assert [(each.path, each.line, each.code, each.app, each.environment) for each in bad] == [("values/staging/web.yaml", line, code, "web", "staging")]
    assert found.by_repository("shop/web") == ("web",)
    for _ in range(2):
        error = refusal(found.target, "web", "staging")
        assert (error.code, error.path, error.line) == (code, "values/staging/web.yaml", line)


def test_the_same_broken_file_twice_is_named_where_it_is(loaded):
    """Two files of equal bytes have one object; each is named by its own path."""
    found = loaded({"klepaas.yaml": SHOP, "values/staging/web.yaml": "klepaas: 1\n", "values/production/api.yaml": "klepaas: 1\n"})
    assert {each.path for each in found.targets()} == {"values/staging/web.yaml", "values/production/api.yaml"}


@pytest.mark.parametrize("files", [{"values/staging": ("120000", "production")}, {"values/staging": "a file"}, {"manifests/staging": ("120000", "x")}], ids=range(3))
def test_an_environment_whose_folder_is_none_is_unknown_not_empty(loaded, files):
    """A link or a file in a folder's place is a problem of that environment: its apps are not taken to be gone."""
    found = loaded(files | {"klepaas.yaml": SHOP, "values/production/web.yaml": WEB})
    (problem,), (path,) = found.problems, files
    assert (problem.path, problem.code, problem.app, problem.environment) == (path, "not_a_folder", None, "staging")
    assert [each for each in found.targets() if isinstance(each, Problem)] == [problem]
    assert [(each.app, each.environment) for each in found.targets("production")] == [("web", "production")]
    assert refusal(found.target, "web", "staging").code == refusal(found.app, "nothing").code == "not_a_folder"


def test_names_that_are_no_labels_are_no_apps(loaded):
    """Files whose names cannot be names of apps are left alone, and asking for such names finds nothing."""
    names = ["Web", "web_1", "-web", "a" * 64, ".hidden", "값", "web.old"]
    found = loaded({"klepaas.yaml": SHOP} | {f"values/staging/{name}.yaml": "" for name in names} | {"values/staging/web.yml": "", "values/staging/sub.yaml/x": ""})
    assert found.app_names == ()
    for name in [*names, "..", "../staging/web", "", "web\n"]:
        assert refusal(found.target, name, "staging").code == "unknown_app"


# --- asking ----------------------------------------------------------------------------------------------------------


def test_unknown_names_are_answered_with_close_ones(loaded):
    """Who mistypes is told what there is."""
    found = loaded({"klepaas.yaml": SHOP, "values/staging/payments.yaml": "", "values/production/web.yaml": ""})
    assert refusal(found.app, "paymnets").details["choices"] == ["payments"]
    assert refusal(found.app, "zzz").details["choices"] == ["payments", "web"]
    assert refusal(found.environment, "prod").details["choices"] == ["staging", "production"]
    error = refusal(found.target, "web", "staging")
    assert (type(error), error.code, error.details["choices"]) == (NotFound, "app_not_in_environment", ["production"])


def test_a_changed_file_is_seen_and_others_are_not_read_again(tree):
    """What is remembered belongs to the files' content: a change shows at once, in that app alone."""
    base = tree({"klepaas.yaml": SHOP, "values/staging/web.yaml": WEB, "values/staging/api.yaml": ""})
    assert listed(catalog.load(base)) == [("api", "staging"), ("web", "staging")]
    after = overlay(base, [Change("values/staging/web.yaml", WEB.encode(), b"klepaas: {suspend: true}\n"), Change("values/staging/new.yaml", None, b"")])
    assert [(each.app, each.suspend) for each in catalog.load(after).targets()] == [("api", False), ("new", False), ("web", True)]
    assert not catalog.load(base).target("web", "staging").suspend
    changed = overlay(base, [Change("klepaas.yaml", SHOP.encode(), SHOP.replace("app.version", "tag").encode())])
    assert catalog.load(changed).target("web", "staging").keys["version"] == "tag"
    assert all(each.keys["version"] == "tag" for each in catalog.load(changed).targets())


def test_one_target_depends_on_its_own_files(tree):
    """Asking for one app reads klepaas.yaml and that app's files: what happens to others does not matter to it."""
    view = tree({"klepaas.yaml": SHOP, "values/staging/web.yaml": WEB, "values/staging/api.yaml": ""}).fresh()
    catalog.load(view).target("web", "staging")
    assert set(view.reads) == {"klepaas.yaml", "values/staging/web.yaml"}
