"""Laws of klepaas.yaml: every mistake is one Problem with file and line."""

import pytest

from gitops import contract
from gitops.contract import table
from tests.gitops.catalog_help import WEB, loaded, refusal, repo, tree  # noqa: F401 (fixtures)

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
    (ONE + "prices: {currency: KRW, vcpu_hour: 40}\n", "config_bad_value", 3),
    (ONE + "prices:\n  currency: won\n  vcpu_hour: 40\n  memory_gib_hour: 5\n", "config_bad_value", 4),
    (ONE + "prices:\n  currency: KRW\n  vcpu_hour: -1\n  memory_gib_hour: 5\n", "config_bad_value", 5),
    (ONE + "prices:\n  currency: KRW\n  vcpu_hour: .inf\n  memory_gib_hour: 5\n", "config_bad_value", 5),
    (ONE + "prices:\n  currency: KRW\n  vcpu_hour: true\n  memory_gib_hour: 5\n", "config_bad_value", 5),
    (ONE + "prices:\n  currency: KRW\n  node: 50000\n", "config_unknown_key", 5),
    (ONE + "protected:\n- owners: [kim@example.org]\n", "config_bad_value", 4),
    (ONE + "protected:\n- paths: []\n", "config_bad_value", 4),
    (ONE + "protected:\n- paths: [charts/]\n  owner: kim@example.org\n", "config_unknown_key", 5),
    (ONE + "protected:\n- paths: [charts/]\n  owners: [kim]\n", "config_bad_value", 5),
    *((ONE + f"protected:\n- paths:\n  - charts/\n  - '{path}'\n", "config_bad_value", 6) for path in ("/charts", "../x", "a/../b", "./a", "a//b", "", ".git/config", "a\\b")),
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
