"""No secret goes into git, or into the ledger, by the one path; a plan that changes nothing of what runs is refused."""

import base64
from pathlib import Path

import pytest

from gitops import checks
from tests.gitops.path_help import database, renderer, world  # noqa: F401 (fixtures)

# put together here, so that no scanner takes this file for a leak
TOKENS = {
    "private key": "-----BEGIN RSA PRIVATE " + "KEY-----", "AWS access key": "AKIA" + "ABCDEFGHIJKLMNOP", "GitHub token": "ghp_" + "a1B2" * 9,
    "GitLab token": "glpat-" + "abcdefghij0123456789", "Slack token": "xoxb-" + "123456789012-abcdef", "Slack webhook": "https://hooks.slack.com/services/" + "T0AB/B0CD/xyz123",
    "Google API key": "AIza" + "Sy" + "a" * 33, "OpenAI or Anthropic key": "sk-ant-" + "api03-" + "b" * 24, "Stripe key": "sk_live_" + "c" * 24,
    "npm token": "npm_" + "d" * 36, "token of this product": "klp_" + "e" * 24, "JSON web token": "eyJ" + "hbGciOiJIUzI1" + ".eyJ" + "zdWIiOiIxMjM" + ".c2lnbmF0dXJl",
    "password in a URL": "postgres://app:hunter2@db/x",
}
NAMES = ("PASSWORD", "DB_PASSWORD", "db.password", "API_KEY", "APIKEY", "GITHUB_TOKEN", "CLIENT_SECRET", "SECRET_KEY", "aws-access-key", "PRIVATE_KEY", "dbPassword",
         "ADMIN_PWD", "CREDENTIALS", "Token", "PASSPHRASE")
INNOCENT = ("TOKEN_TTL", "PASSWORD_MIN_LENGTH", "SECRETARY", "KEYBOARD", "MONKEY", "TOKENIZER", "USER", "KEY")
HARMLESS = ("", "true", "False", "none", "3600", "$(POD_NAME)", "${FROM_ENV}", "/run/secrets/token", "null")


def kept(world):
    """Every byte that the ledger's files and the repository's objects hold."""
    folder = Path(world.services.settings.home)
    return b"".join(path.read_bytes() for path in folder.rglob("ledger.db*")) + world.refs().encode()


@pytest.mark.parametrize("kind", checks.SECRETS)
def test_each_kind_of_secret_is_refused_wherever_it_is_said(world, kind):
    """In a value, in the words, in the reason, in a manifest: refused, and not a byte of it is kept or said back."""
    secret = TOKENS[kind]
    manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: leak}}\ndata: {{a: '{secret}'}}\n"
    for verb, app, more in (("set_env", "web", {"name": "MODE", "value": f"x {secret}"}), ("scale", "web", {"replicas": 3, "text": f"use {secret} please"}),
                            ("scale", "web", {"replicas": 3, "reason": secret}), ("apply_manifest", "plain", {"manifest": manifest})):
        for call in (world.say, world.preview):
            error = world.refused(verb, app, call=call, **more)
            assert (error.code, error.details["kind"]) == ("secret_in_words", kind)
            assert secret not in error.text("en") + error.text("ko") + repr(error.details)
    assert secret.encode() not in kept(world)


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_named_like_a_secret_is_refused(world, name):
    """What a name says is believed; the error says what to do instead."""
    error = world.refused("set_env", name=name, value="correct horse")
    assert (error.code, error.details["name"]) == ("secret_in_env", name) and "valueFrom" in error.text("en") and "valueFrom" in error.text("ko")
    assert b"correct horse" not in kept(world)


def test_innocent_names_and_harmless_values_pass():
    """A word within a word, a setting about secrets, a reference to one: no reason to refuse."""
    assert [name for name in INNOCENT if checks.looks_secret(name, "correct horse")] == []
    assert [value for value in HARMLESS if checks.looks_secret("DB_PASSWORD", value)] == []
    assert checks.secret_in("deploy nginx:1.27 at https://example.org/a?b=c with task-force and sk-ok") is None


@pytest.mark.timeout(30)
@pytest.mark.parametrize("part", ["a://", "a:", "a-", "://a:b", "-eyJaaaaaaaaaa", "eyJaaaaaaaaaa.", "eyJaaaaaaaaaa.eyJaaaaaaaaaa-", "-----BEGIN A", "sk-a.", "klp_.", "a://b:ccc"])
def test_hostile_text_is_searched_in_one_pass(part):
    """A manifest as long as is allowed, made to be searched again and again: seconds, not minutes."""
    assert checks.secret_in(part * (262144 // len(part))) in (None, "JSON web token")


@pytest.mark.parametrize("value", HARMLESS)
def test_harmless_values_are_committed(world, value):
    """A reference by another name is a value like others."""
    assert world.say("set_env", name="DB_PASSWORD", value=value).status == "committed"


SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"p": "hidden-word"}}


@pytest.mark.parametrize("manifest", [
    SECRET, {**SECRET, "stringData": None, "data": {"p": base64.b64encode(b"hidden-word").decode()}}, {**SECRET, "metadata": "odd"},
    {"apiVersion": "v1", "kind": "List", "metadata": {"name": "l"}, "items": [SECRET]},
    "kind: &k Secret\napiVersion: v1\nmetadata: {name: s}\nstringData: {p: hidden-word, q: *k}\n", '{"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "s"}, "data": {"p": "eA=="}}'])
def test_a_secret_in_clear_is_no_manifest(world, manifest):
    """However it is written or wrapped; SOPS's is let through."""
    error = world.refused("apply_manifest", "plain", manifest=manifest)
    assert error.code == "plain_secret" and b"hidden-word" not in kept(world)


def test_an_encrypted_secret_is_a_manifest(world):
    """SOPS leaves its mark, and git is the place for what it encrypted."""
    receipt = world.say("apply_manifest", "plain", manifest={**SECRET, "stringData": {"p": "ENC[AES256_GCM,data:x]"}, "sops": {"version": "3"}})
    assert receipt.status == "committed" and "ENC[" not in str(receipt.plan["manifests"])


def test_a_secret_that_is_there_already_stops_nobody(world):
    """Somebody's old leak in the file does not keep others from scaling; bringing it back does."""
    world.write({"values/staging/web.yaml": world.read("values/staging/web.yaml") + f"  OLD: {TOKENS['npm token']}\n"})
    assert world.say("scale", replicas=3).status == "committed"
    assert world.say("unset_env", name="OLD").status == "committed"
    error = world.refused("rollback", steps_back=1)
    assert (error.code, error.path) == ("secret_in_file", "values/staging/web.yaml") and error.line == 6


def test_a_readme_about_secrets_is_no_manifest(world):
    """Only files that Kubernetes would read are read as such."""
    world.write({"manifests/staging/plain/README.md": "The Secret: is [not here\n"})
    world.say("delete_app", "plain")
    assert world.refused("restart", "plain").code in ("unknown_app", "app_not_in_environment")


def test_a_change_without_effect_is_refused(world):
    """A chart that ignores the value: the reason, and no commit that would change nothing."""
    for verb, more in (("restart", {}), ("deploy", {"version": "2"}), ("set_env", {"name": "A", "value": "b"})):
        error = world.refused(verb, "fixed", **more)
        assert (error.code, error.details["app"]) == ("no_effect", "fixed")
    assert world.say("scale", "fixed", replicas=4).status == "committed"


def test_what_does_not_render_is_refused_with_its_place(world):
    """A value that breaks the chart is named with file, and nothing is committed; other apps go on."""
    world.write({"values/staging/sick.yaml": "image: {repository: nginx, tag: '1'}\ningress: {enabled: true, hosts: 3}\n"})
    error = world.refused("scale", "sick", replicas=2)
    assert error.path and error.transient is False
    assert world.say("scale", replicas=3).status == "committed"
    assert world.say("delete_app", "sick").status == "committed"
