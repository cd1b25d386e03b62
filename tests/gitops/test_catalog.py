"""Laws of the catalogue: which apps and environments a revision has, and what is wrong with its files."""

import itertools

import pytest

from gitops import catalog
from gitops.errors import Invalid, NotFound
from gitops.repo import Repository
from gitops.tree import overlay
from gitops.types import Change, Environment, Ignore, Problem, SyncPolicy, Target, Window
from tests.gitops.repo_help import git, raw

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
WEB = "# 가게\nklepaas: {repository: shop/web}\nreplicaCount: 2\n"


@pytest.fixture(scope="module")
def repo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalog")
    repo = Repository.open(str(Repository.create(folder / "config.git")), folder)
    yield repo
    repo.close()


@pytest.fixture
def tree(repo):
    """A function: files (path -> text, or (mode, text)) -> the Tree of a commit that holds them and nothing else."""
    numbers = itertools.count()

    def commit(files):
        branch = f"refs/heads/b{next(numbers)}"
        parts = [f"commit {branch}\ncommitter x <x@x> 0 +0000\ndata 0\ndeleteall\n".encode()]
        for path, content in files.items():
            mode, text = content if isinstance(content, tuple) else ("100644", content)
            data = text if isinstance(text, bytes) else text.encode()
            parts.append(f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        raw(repo.path, "fast-import", "--quiet", "--force", stdin=b"".join(parts))
        return repo.tree(git(repo.path, "rev-parse", branch))
    return commit


@pytest.fixture
def loaded(tree):
    return lambda files: catalog.load(tree(files))


def refusal(call, *args):
    with pytest.raises((Invalid, NotFound)) as caught:
        call(*args)
    assert caught.value.text("en") and caught.value.text("ko")
    return caught.value


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
    config = "environments: {live: }\npolicy: {rules: []}\nnotify: {}\ncicd: {}\nintegrations: {}\nprices: {}\nowners: {}\n"
    found = loaded({"klepaas.yaml": config})
    assert found.problems == () and found.document["policy"] == {"rules": []}


# --- what is wrong in klepaas.yaml -----------------------------------------------------------------------------------

ONE = "environments:\n  live: {}\n"
BROKEN = [
    ("a: [\n", "values_bad_yaml", 2),
    ("", "config_bad_value", 1),
    ("- a\n", "values_not_a_mapping", 1),
    (b"# \xff\n", "values_not_utf8", 1),
    (ONE + "---\n" + ONE, "values_two_documents", 4),
    (ONE + "name: a\nname: b\n", "values_duplicate_key", 4),
    (ONE + "nmae: shop\n", "config_unknown_key", 3),
    (ONE + "nm.ae: shop\n", "config_unknown_key", 3),
    (ONE + "name: Shop\n", "config_bad_value", 3),
    (ONE + "version: 2\n", "config_bad_value", 3),
    (ONE + "version: true\n", "config_bad_value", 3),
    ("name: shop\nenvironments: {}\n", "config_bad_value", 2),
    ("environments: [live]\n", "config_bad_value", 1),
    ("environments:\n  live: {}\n  Prod_1: {}\n", "config_bad_value", 3),
    ("environments:\n  live: {}\n  8080: {}\n", "config_bad_value", 3),
    ("environments:\n  live: text\n", "config_bad_value", 2),
    ("environments:\n  live:\n    reviews: required\n", "config_unknown_key", 3),
    ("environments:\n  live:\n    review: yes\n", "config_bad_value", 3),
    ("environments:\n  live:\n    approvals: 0\n", "config_bad_value", 3),
    ("environments:\n  live:\n    approvals: true\n", "config_bad_value", 3),
    ("environments:\n  live:\n    agents: merge\n", "config_bad_value", 3),
    ("environments:\n  live:\n    namespace: -x\n", "config_bad_value", 3),
    ("environments:\n  live:\n    promotes_from: dev\n", "config_bad_value", 3),
    ("environments:\n  live:\n    promotes_from: live\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync: {prune: 1}\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync:\n      windows:\n      - {from: '01:00', to: '02:00'}\n      - {from: '01:00'}\n", "config_bad_value", 6),
    ("environments:\n  live:\n    sync: {windows: [{days: weekdays, from: '01:00', to: '02:00'}]}\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync: {windows: [{days: mon-, from: '01:00', to: '02:00'}]}\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync: {windows: [{from: 18:00, to: '02:00'}]}\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync: {windows: [{from: '25:00', to: '02:00'}]}\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync: {windows: [{from: '01:00', to: '01:00'}]}\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync: {windows: [{from: '01:00', to: '02:00', tz: Asia/Soul}]}\n", "config_bad_value", 3),
    ("environments:\n  live:\n    sync: {windows: [{from: '01:00', to: '02:00', tz: ../../etc/passwd}]}\n", "config_bad_value", 3),
    (ONE + "chart: ../outside\n", "config_bad_value", 3),
    (ONE + "chart: /etc\n", "config_bad_value", 3),
    (ONE + "chart: charts/.git/hooks\n", "config_bad_value", 3),
    (ONE + "chart: charts/x/\n", "config_bad_value", 3),
    (ONE + "chart: 'a\\b'\n", "config_bad_value", 3),
    (ONE + "values: ../{app}.yaml\n", "config_bad_value", 3),
    (ONE + "values: values//{app}.yaml\n", "config_bad_value", 3),
    (ONE + "values: values/x.yaml\n", "config_bad_value", 3),
    (ONE + "values: 'values/{app}/{app}.yaml'\n", "config_bad_value", 3),
    (ONE + "values: 'values/{app}{.yaml'\n", "config_bad_value", 3),
    (ONE + "values: 'values/{app}/{0}.yaml'\n", "config_bad_value", 3),
    ("environments: {a: {}, b: {}}\nvalues: 'values/{app}.yaml'\n", "config_bad_value", 2),
    ("environments: {live: {}, pre-live: {}}\nvalues: 'values/{app}-{environment}.yaml'\n", "config_bad_value", 2),
    (ONE + "keys: {tag: image.tag}\n", "config_bad_value", 3),
    (ONE + "keys:\n  version: 1\n", "config_bad_value", 4),
    (ONE + "keys:\n  version: ''\n", "config_bad_value", 4),
    (ONE + "keys:\n  version: image..tag\n", "config_bad_value", 4),
    (ONE + "keys:\n  version: image.tag.\n", "config_bad_value", 4),
    (ONE + "b0: &b0 [1]\n" + "".join(f"b{n}: &b{n} [{','.join([f'*b{n - 1}'] * 10)}]\n" for n in range(1, 9)), "values_bomb", None),
    (("120000", "other.yaml"), "not_a_file", None),
]


@pytest.mark.parametrize(("config", "code", "line"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_klepaas_yaml_is_one_problem(loaded, config, code, line):
    """It stops everything and is said once, with its line; nothing is guessed in its place."""
    found = loaded({"klepaas.yaml": config, "values/live/web.yaml": WEB})
    (problem,) = found.problems
    assert (problem.path, problem.code, problem.app, problem.environment) == ("klepaas.yaml", code, None, None)
    assert problem.line == line or code == "values_bomb" and problem.line
    assert found.environments == {} and found.app_names == () and list(found.targets()) == [] and found.by_repository("shop/web") == ()
    for call, args in ((found.environment, ["live"]), (found.target, ["web", "live"]), (found.app, ["web"]), (found.values_path, ["web", "live"])):
        error = refusal(call, *args)
        assert (error.code, error.path, error.line) == ("config_broken", "klepaas.yaml", problem.line)


def test_the_message_names_the_key_and_what_is_wanted(loaded):
    """A person reads which key is wrong, where, and what it should be."""
    (problem,) = loaded({"klepaas.yaml": "environments:\n  live:\n    sync:\n      windows: [{from: '01:00', to: 2}]\n"}).problems
    assert problem.message == 'environments.live.sync.windows[0].to must be a time such as "09:00", in quotes (klepaas.yaml:4)'


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
