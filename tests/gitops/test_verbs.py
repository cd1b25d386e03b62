"""Every verb of the catalogue does what the table says, and refuses what it must; a verb without a case here fails."""

import json
from dataclasses import replace

import pytest

from gitops import verbs
from gitops.errors import Invalid, NotFound
from gitops.types import Command
from tests.gitops.path_help import ANN, command, database, renderer, world  # noqa: F401 (fixtures)

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {b: '2'}\n"
AT = "2026-01-02T03:04:05Z"
CHANGES = {
    "deploy": (("web", {"version": "1.26"}), ["-image: {repository: nginx, tag: '1.25'}", "+image: {repository: nginx, tag: '1.26'}"], "1.25 -> 1.26"),
    "restart": (("web", {"at": AT}), ["+podAnnotations:", f'+  klepaas.io/restartedAt: "{AT}"'], f"at {AT}"),
    "scale": (("web", {"replicas": 3}), ["-replicaCount: 2  # 평소", "+replicaCount: 3  # 평소"], "2 -> 3 replicas"),
    "set_env": (("web", {"name": "LEVEL", "value": "007"}), ['+  LEVEL: "007"'], "set LEVEL"),
    "unset_env": (("listed", {"name": "MODE"}), ["-- name: MODE", "-  value: dark"], "unset MODE"),
    "suspend": (("web", {}), ["+klepaas:", "+  suspend: true"], "syncs stop"),
    "create_app": (("new", {"image": "nginx:1.27", "port": 8080, "host": "new.example.org"}),
                   ["+replicaCount: 1", "+image:", "+  repository: nginx", '+  tag: "1.27"', "+service:", "+  port: 8080", "+ingress:", "+  enabled: true", "+  hosts:"], "nginx:1.27"),
    "delete_app": (("listed", {}), ["-replicaCount: 1", "-env:", "-- name: MODE"], "from staging"),
    "apply_manifest": (("plain", {"manifest": MANIFEST}), [f"+{line}" for line in MANIFEST.splitlines()], "ConfigMap extra"),
    "delete_manifest": (("plain", {"kind": "configmap", "name": "more"}), ["-kind: ConfigMap", "-metadata: {name: more}"], "configmap more"),
    "rollback": (("web", {"steps_back": 1}), ["-replicaCount: 9  # 평소", "+replicaCount: 2  # 평소"], "back to "),
    "resume": (("web", {}), ["-  suspend: true", "+  suspend: false"], "syncs go on"),
    "promote": (("web", {"from": "production"}), ["-image: {repository: nginx, tag: '1.25'}", "+image: {repository: nginx, tag: '1.24'}"], "1.25 -> 1.24 from production"),
}
BEFORE = {"rollback": ("scale", {"replicas": 9}), "resume": ("suspend", {})}
ORDERS = {"sync": {}, "retry": {}, "cancel": {}, "release": {"revision": "abc1234"}}
NAMES = {kind: {name for name, verb in verbs.VERBS.items() if verb.kind == kind} for kind in ("read", "change", "order")}


def test_every_verb_has_a_case():
    """A verb that is added to the catalogue must say here what it does."""
    assert NAMES["change"] == set(CHANGES) and NAMES["order"] == {*ORDERS, *verbs.REVIEW_VERBS}


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_is_one_commit_of_exactly_its_lines(world, verb):
    """One verb, one commit: these lines of this app's files, a subject that says so, and manifests that differ."""
    (app, args), lines, summary = CHANGES[verb]
    if verb in BEFORE:
        world.say(BEFORE[verb][0], app, args=BEFORE[verb][1])
    count = world.count()
    receipt = world.say(verb, app, args=args)
    assert (receipt.status, world.count()) == ("committed", count + 1)
    found = world.lines(receipt.commit)
    assert [line for line in found if line in lines] == lines and (len(found) == len(lines) or verb in ("create_app", "delete_app", "delete_manifest"))
    assert receipt.plan["summary"].startswith(summary)
    assert world.trailers(receipt.commit)["Verb"] == verb
    assert bool(receipt.plan["manifests"]) == (verb not in ("suspend", "resume"))
    assert receipt.plan["risk"] == verbs.VERBS[verb].risk


@pytest.mark.parametrize("verb", CHANGES)
def test_a_verb_needs_its_scope_there(world, verb):
    """Without the verb's scope at the environment nothing happens; with it at another environment neither."""
    (app, args), _, _ = CHANGES[verb]
    scope = verbs.VERBS[verb].scope
    for scopes in (set(), {"k8s:read", "mcp:execute", "admin:write"}, {f"{scope}@production"}):
        error = world.refused(verb, app, args=args, actor=replace(ANN, scopes=frozenset(scopes)))
        assert (error.code, error.status) == ("missing_scope", 403)
    if verb not in BEFORE:
        assert world.say(verb, app, args=args, actor=replace(ANN, scopes=frozenset({f"{scope}@staging"}))).commit


@pytest.mark.parametrize("verb", ORDERS)
def test_an_order_is_a_row_for_the_controller_and_no_commit(world, verb):
    """An order changes no desired state: it is accepted, and waits in the ledger."""
    before = world.refs()
    world.services.ledger.mark("staging", held="2 of 3 objects would be pruned", release="abc1234")
    receipt = world.say(verb, args=ORDERS[verb])
    assert (receipt.status, receipt.commit, world.refs()) == ("accepted", None, before)
    (order,) = world.services.ledger.orders(0)
    assert (order["verb"], order["app"], order["environment"], dict(order["command"].args)) == (verb, "web", "staging", ORDERS[verb])


def test_an_order_for_an_app_that_is_not_there_is_refused(world):
    """Nobody waits for what cannot happen."""
    assert world.refused("sync", "nope").code == "unknown_app"
    assert world.refused("sync", "auto", "production").code == "app_not_in_environment"


@pytest.mark.parametrize("verb", sorted(NAMES["read"]))
def test_a_read_cannot_be_submitted(world, verb):
    """Reads change nothing, so they are no commands."""
    args = {argument.name: "up" if argument.name == "promql" else "pod" for argument in verbs.VERBS[verb].arguments if argument.required}
    has = {"required": "web", "optional": "web", "none": None}
    assert world.refused(verb, has[verbs.VERBS[verb].app], None, args=args).code == "verb_is_a_read"


HALF = "a\ud800b"
BAD = [
    ("unknown_verb", Command("deplyo", "web", "staging")), ("unknown_verb", Command("", "web")), ("unknown_verb", Command(HALF, "web")),
    ("unknown_verb", Command(["scale"], "web")), ("unknown_verb", Command(None, "web")),
    ("missing_argument", Command("scale", "web", "staging")), ("missing_argument", Command("scale", None, "staging", {"replicas": 1})),
    ("unknown_argument", command("scale", replicas=1, force=True)), ("unknown_argument", command("scale", args={"replicas": 1, HALF: 1, 7: 1})),
    *(("bad_argument", command("scale", replicas=value)) for value in
      (-1, 101, 1e9, 10**9, 10**30, 10**5000, 2.5, float("nan"), float("inf"), "three", "", " 3", "٣", "1e1", "0x3", True, [3], {"a": 3}, HALF)),
    *(("bad_name", command("scale", app, replicas=1)) for app in ("Web", "../web", "web/..", "web\n", "", "-web", "a" * 64, "웹", HALF, 3, ["web"])),
    *(("bad_name", command("scale", "web", name, replicas=1)) for name in ("..", "staging\n", "Staging", 1, {})),
    *(("bad_argument", command("deploy", version=value)) for value in ("", "a b", "-x", "a/b", "x" * 129, 1.25, "1\n", "$(id)")),
    *(("bad_argument", command("deploy", version="1", image=value)) for value in ("", "a b", "user:pw@host/x", "../x", "a//b", "x\n")),
    *(("bad_argument", command("rollback", commit=value)) for value in ("HEAD~1", "main", "xyz", "abc", "--all")),
    *(("bad_argument", command("restart", at=value)) for value in ("now", "2026-01-02", "２０２６-01-02T03:04:05Z", AT + "\n")),
    *(("bad_argument", command("set_env", name=name, value="x")) for name in ("", "A B", "1A", "A=B", "A\n", "é")),
    ("bad_argument", command("set_env", name="A", value=3)), ("bad_argument", command("set_env", name="A", value="x" * 32769)),
    ("text_not_storable", command("set_env", name="A", value=HALF)), ("text_not_storable", command("set_env", name="A", value="a\0b")),
    ("text_not_storable", command("scale", replicas=1, text=HALF)), ("text_not_storable", command("scale", replicas=1, reason="a\0")),
    ("bad_argument", command("scale", replicas=1, text=3)), ("bad_argument", command("scale", replicas=1, reason=["x"])),
    ("bad_argument", command("apply_manifest", "plain", manifest={"a": 10**20})), ("bad_argument", command("apply_manifest", "plain", manifest={"a": HALF})),
    *(("bad_argument", Command("scale", "web", "staging", args)) for args in (["replicas"], "replicas", None, 3)),
    ("bad_argument", command("apply_manifest", "plain", manifest=["x"])), ("bad_argument", command("apply_manifest", "plain", manifest="x" * 262145)),
    ("bad_argument", command("create_app", "new", image="nginx:1", port=0)), ("bad_argument", command("create_app", "new", image="nginx:1", host="no_dot")),
]


@pytest.mark.parametrize(("code", "bad"), BAD, ids=range(len(BAD)))
def test_bad_input_is_named_in_both_languages(code, bad):
    """What is wrong is said in words that can be sent, whatever was put in; it is terminal."""
    with pytest.raises((Invalid, NotFound)) as caught:
        verbs.check(bad)
    error = caught.value
    assert (error.code, error.transient) == (code, False)
    assert all(error.text(language).encode() for language in ("en", "ko"))
    json.dumps(error.details, ensure_ascii=False).encode()


def test_deeply_nested_input_is_refused():
    """A list a hundred thousand levels deep is an argument like another."""
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for bad in (command("scale", replicas=deep), command("apply_manifest", "plain", manifest={"a": deep})):
        with pytest.raises(Invalid, match="cannot be"):
            verbs.check(bad)


@pytest.mark.parametrize(("sent", "kept"), [(3, 3), ("3", 3), (3.0, 3), ("0", 0), (0, 0), (100, 100)])
def test_numbers_of_every_door_become_the_same(sent, kept):
    """JSON's number, a model's 3.0 and the command line's text mean the same."""
    assert verbs.check(command("scale", replicas=sent))[1] == {"replicas": kept}


@pytest.mark.parametrize("verb", verbs.VERBS.values(), ids=lambda verb: verb.name)
def test_the_schema_says_what_check_does(verb):
    """Required names, bounds and patterns of the JSON schema are those of the check; every text is in both languages."""
    for language in ("en", "ko"):
        schema = verbs.schema(verb, language)
        assert json.loads(json.dumps(schema)) == schema and schema["additionalProperties"] is False
        assert all(schema["properties"][name].get("description", "x") for name in schema["properties"])
    assert set(schema["required"]) <= set(schema["properties"])
    assert {argument.name for argument in verb.arguments if argument.required} <= set(schema["required"])
    assert all(verb.help) and len(verb.help) == 2 and verb.risk in ("low", "medium", "high")
