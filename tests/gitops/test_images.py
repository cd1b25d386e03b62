"""Image automation: a real registry's answers, the tag that a rule means, and a deployment as a person would make it."""

import json
from dataclasses import replace

import pytest

from gitops import config, contract
from gitops.cicd import images
from gitops.errors import KlepaasError
from gitops.outside import breakers, http, registry
from gitops.types import ImageRule
from tests.gitops.path_help import FILES, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.registry_help import TOKEN, USER, serve
from tests.gitops.test_submit import push

WEB = "values/staging/web.yaml"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The same pauses, shorter; breakers that know nothing yet."""
    monkeypatch.setattr(http, "FIRST", 0.01)
    monkeypatch.setattr(breakers, "_breakers", {})


@pytest.fixture
def there(world, tmp_path):
    """(a world whose app is of a registry that asks for a login, the registry)."""
    with serve(login=True) as server:
        file = tmp_path / "config.json"
        file.write_text(json.dumps({"auths": {server.host: {"auth": USER}}}))
        repo = world.services.repo
        settings = config.load({"CONFIG_REPO": repo.path, "KLEPAAS_HOME": str(tmp_path), "REGISTRIES": server.url, "REGISTRY_AUTH_FILE": str(file)}, None)
        world.services = replace(world.services, settings=settings)
        yield world, server


def ruled(world, server, rule, version="1.2.0", review=""):
    push(world.path, {"klepaas.yaml": f"environments:\n  staging: {{{review}}}\nimages:\n- {{app: web, environment: staging, {rule}}}\n",
                      WEB: f"image: {{repository: '{server.host}/acme/web', tag: '{version}'}}\n"})


def test_a_newer_version_is_deployed(there):
    """Over pages and a login; one commit, by an actor of its own, with the reason; the next look finds nothing to do."""
    world, server = there
    server.tags = dict.fromkeys(["1.1.0", "1.10.0", "1.2.0", "1.9.0", "2.0.0", "latest", "nightly"], "")
    ruled(world, server, "semver: ^1.2")
    refused = {}
    found, = images.look(world.services, refused)
    assert (found["status"], found["version"]) == ("committed", "1.10.0") and "tag: '1.10.0'" in world.read(WEB)
    assert world.trailers(found["commit"])["Requested-by"] == "Image automation <images@klepaas.invalid>" and world.trailers(found["commit"])["Channel"] == "images"
    assert images.look(world.services, refused)[0]["status"] == "unchanged"
    assert any(path == "/token" for path, _ in server.asked)


def test_where_review_is_asked_for_it_proposes(there):
    """As anybody's change; once."""
    world, server = there
    server.tags = {"1.3.0": ""}
    ruled(world, server, "semver: ^1", review="review: required")
    assert [images.look(world.services, {})[0]["status"] for _ in range(2)] == ["proposed", "known"]
    assert len(world.services.ledger.reviews("open")) == 1 and "1.2.0" in world.read(WEB)


def test_what_was_rolled_back_from_stays_away(there):
    """Somebody found the new one bad: it is not deployed again, a newer one is."""
    world, server = there
    server.tags = {"1.3.0": ""}
    ruled(world, server, "semver: ^1")
    images.look(world.services, {})
    world.say("rollback", steps_back=1)
    assert images.look(world.services, {})[0]["status"] == "known" and "1.2.0" in world.read(WEB)
    server.tags["1.3.1"] = ""
    assert images.look(world.services, {})[0]["version"] == "1.3.1"


def test_what_is_refused_is_asked_for_once(there):
    """Until something of the repository changes."""
    world, server = there
    server.tags = {"1.3.0": ""}
    ruled(world, server, "semver: ^1")
    push(world.path, {"klepaas.yaml": f"policy: {{registries: [ghcr.io]}}\n{world.read('klepaas.yaml')}"})
    refused = {}
    assert [images.look(world.services, refused)[0]["status"] for _ in range(2)] == ["refused", "known"]


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_registry_that_fails_harms_nobody_else(there, status):
    """It says what is wrong, without a credential; the other rules are looked at."""
    world, server = there
    server.tags = {"1.3.0": ""}
    ruled(world, server, "semver: ^1")
    push(world.path, {"klepaas.yaml": world.read("klepaas.yaml") + "- {app: second, environment: staging, semver: '*'}\n", "values/staging/second.yaml": world.read(WEB)})
    server.broken = [status] * (1 if status < 429 else http.ATTEMPTS)
    first, second = images.look(world.services, {})
    assert first["status"] in ("failed", "refused") and first["message"]
    assert second["status"] == "committed" and TOKEN not in json.dumps(first) and USER not in json.dumps(first)


def test_a_name_from_git_reaches_no_private_address(world):
    """Unless the operator listed it; nothing is sent there."""
    with serve() as server:
        server.tags = {"1.3.0": ""}
        ruled(world, server, "semver: ^1")
        found, = images.look(world.services, {})
        assert found["status"] in ("refused", "failed") and not server.asked
        with pytest.raises(KlepaasError):
            registry.tags(world.services.settings, f"{server.host}/acme/web")


RULE = ImageRule("web", "staging")
MADE = {"blue": "2026-03-01T00:00:00Z", "green": "2026-05-01T00:00:00Z", "red": "2026-04-01T00:00:00Z"}


@pytest.mark.parametrize(("rule", "tags", "now", "expected"), [
    ({"semver": "^1.2"}, ["1.2.9", "v1.10.0", "2.0.0", "1.11.0-rc1"], "1.2.0", "v1.10.0"), ({"semver": "^1.2"}, ["1.2.9"], "1.3.0", None), ({"semver": "^1.2"}, ["1.9.0"], "2.0.0", None),
    ({"semver": ">=2.0.0-rc1 <2.1"}, ["2.0.0-rc2", "1.9.9"], "1.0.0", "2.0.0-rc2"), ({"semver": "~1.4"}, ["1.4.2", "1.5.0"], "main-7", "1.4.2"), ({"semver": "^3"}, ["1.0.0"], "1.0.0", None),
    ({"match": "main-([0-9]+)-[0-9a-f]+"}, ["main-9-aa", "main-10-bb", "dev-11-cc", "main-x-dd"], "main-8-00", "main-10-bb"), ({"match": "main-([0-9]+)-[0-9a-f]+"}, ["main-9-aa"], "main-10-bb", None),
    ({"match": "build-.*"}, ["build-9", "build-10"], None, "build-10"), ({"match": "build-.*", "order": "alphabetic"}, ["build-9", "build-10"], None, "build-9"),
    ({"match": "release"}, ["prerelease", "release-2"], None, None), ({"match": "[a-z]+", "order": "newest"}, list(MADE), "red", "green")])
def test_which_tag_a_rule_means(rule, tags, now, expected):
    """The latest as the rule orders, never before what is there."""
    assert images.chosen(replace(RULE, **rule), tags, now, MADE.get) == expected


def test_when_an_image_was_made(there):
    """Of an image for several platforms, by its first."""
    world, server = there
    server.tags = MADE
    assert registry.made(world.services.settings, f"{server.host}/acme/web", "red") == MADE["red"]


@pytest.mark.parametrize("rule", ["{app: web}", "{app: web, environment: staging}", "{app: web, environment: staging, semver: '^1', match: a}", "{app: web, environment: nowhere, semver: '^1'}",
                                  "{app: web, environment: staging, semver: newest}", "{app: web, environment: staging, match: '(?=a)'}", "{app: web, environment: staging, match: a, order: random}"])
def test_a_rule_that_cannot_be_read_is_said(rule):
    """With its line."""
    problem, = contract.read(f"environments: {{staging: {{}}}}\nimages:\n- {rule}\n".encode(), "klepaas.yaml").problems
    assert problem.line == 3


def _here(server):
    """The registry of every name is the local one."""
    return lambda settings, host, authorization=None: http.Provider(f"registry {host}", server.url, {"Authorization": authorization} if authorization else {}, (authorization,) if authorization else ())


CLOUDS = {"acme.kr.ncr.ntruss.com": "puller:pass-w0rd-123", "acme.ncr.gov-ntruss.com": "puller:pass-w0rd-123", "ncr.ntruss.com.evil.example": None, "evilncr.ntruss.com": None}


@pytest.mark.parametrize("host", CLOUDS)
def test_a_clouds_registry_is_signed_in_to_by_its_keys(there, host, monkeypatch):
    """It by the cloud's keys, nobody whose name is alike; a login of docker's goes before."""
    world, server = there
    server.tags = {"1.3.0": ""}
    settings = config.load({"NCP_ACCESS_KEY": "puller", "NCP_SECRET_KEY": "pass-w0rd-123", "REGISTRIES": server.url}, None)
    monkeypatch.setattr(registry, "_provider", _here(server))
    if CLOUDS[host] is None:
        with pytest.raises(KlepaasError) as caught:
            registry.tags(settings, f"{host}/acme/web")
        assert caught.value.details["kind"] == "unauthorized" and not any(given and "Basic" in given for _, given in server.asked)
    else:
        assert registry.tags(settings, f"{host}/acme/web") == ["1.3.0"] and ("/token", f"Basic {USER}") in server.asked
