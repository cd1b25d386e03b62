"""Google Cloud: short-lived tokens, and images that a trigger of Cloud Build builds before they are deployed by commit."""

import functools
import json
from dataclasses import replace

import pytest
from google.auth.compute_engine import _metadata

from gitops import builders, config
from gitops.builders import cloudbuild
from gitops.cicd import work
from gitops.errors import KlepaasError
from gitops.outside import breakers, gcp, http, registry
from gitops.repo import Repository
from gitops.types import Pipeline
from tests.gitops import forge_help, gcp_help
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT
from tests.gitops.forge_dialects import DIALECTS
from tests.gitops.path_help import database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.test_ncp import look
from web.cli import doctor

PIPELINE = Pipeline("acme/shop", "cloudbuild", "shop")


@pytest.fixture
def shop(world, tmp_path, monkeypatch):
    """web is built from acme/shop, which is at GitHub; `cloud` is what Google knows."""
    monkeypatch.setattr(breakers, "_breakers", {})
    monkeypatch.setattr(gcp, "_kept", {})
    monkeypatch.setattr(http, "FIRST", 0.01)
    monkeypatch.setattr(work, "PATIENCE", -1)
    world.write({"klepaas.yaml": world.read("klepaas.yaml") + "pipelines:\n- {repository: acme/shop, kind: cloudbuild, project: shop}\n",
                 "values/staging/web.yaml": f"klepaas: {{repository: acme/shop}}\n{world.read('values/staging/web.yaml')}"})
    Repository.create(tmp_path / "served" / "acme" / "config.git")
    with gcp_help.serve(tmp_path) as server, forge_help.serve(DIALECTS["github"], tmp_path / "served") as forge:
        kept = world.services
        given = {"CONFIG_REPO": f"{forge.url}/acme/config.git", **DIALECTS["github"].settings(forge.url), **server.settings}
        world.services = replace(kept, settings=config.load(given, None))
        world.cloud, world.given, world.server = server.cloud, given, server
        yield world
        world.services = kept


def again(shop, **more):
    """The same world with other settings."""
    shop.services = replace(shop.services, settings=config.load({**shop.given, **more}, None))


def test_a_trigger_builds_it_and_it_is_deployed_by_commit(shop):
    """The very commit and the version are given to it, once; followed by its stages; its log is read; one token is enough."""
    before = shop.count()
    assert shop.say("deploy", build=True).status == "building"
    assert [look(shop) for _ in range(3)] == ["waiting"] * 3 and shop.cloud.sent == [{"commitSha": "a" * 40, "substitutions": {"_VERSION": "aaaaaaa"}}]
    (run,) = cloudbuild.runs(shop.services, PIPELINE)
    assert (run.state, run.stages, run.url) == ("running", (("image", "running"),), "https://console/build")
    shop.cloud.lines = [(run.id, "Step 1/2"), ("other", "x")]
    assert cloudbuild.log(shop.services, PIPELINE, run.id) == ["Step 1/2"] and cloudbuild.log(shop.services, PIPELINE, '" OR "') is None
    shop.cloud.ends("SUCCESS", results={"images": [{"name": "asia-docker.pkg.dev/proj/shop:aaaaaaa", "digest": "sha256:1"}]})
    (done,) = look(shop)
    assert (done["status"], shop.count()) == ("committed", before + 1) and "tag: 'aaaaaaa'" in shop.read("values/staging/web.yaml") and shop.cloud.tokens == 1


def test_what_did_not_become_this_image_is_not_deployed(shop):
    """A failure with its reason; a success that made another tag."""
    before = shop.refs()
    shop.say("deploy", build=True)
    look(shop)
    shop.cloud.ends("FAILURE", failureInfo={"type": "USER_BUILD_STEP", "detail": "step image failed"})
    assert look(shop)[0]["code"] == "build_failed" and cloudbuild.runs(shop.services, PIPELINE)[0].why == "step image failed"
    shop.say("deploy", build=True, version="v9")
    look(shop)
    shop.cloud.ends("SUCCESS", results={"images": [{"name": "asia-docker.pkg.dev/proj/shop:aaaaaaa"}]})
    assert look(shop)[0]["code"] == "build_other_image" and shop.refs() == before


@pytest.mark.parametrize("source", [{"github": {"owner": "acme", "name": "other"}}, {"sourceToBuild": {"uri": "https://github.com/acme/other.git"}}, {}])
def test_a_trigger_of_another_repository_is_not_run(shop, source):
    """Whichever way it is connected."""
    shop.cloud.trigger = {"id": "7c1f-01", "name": "shop", **source}
    assert shop.refused("deploy", build=True).code == "build_other_repository" and shop.cloud.sent == []


@pytest.mark.parametrize("fault", [*FAULTS, "dns"])
def test_every_fault_of_it(shop, fault, monkeypatch):
    """The one specification, with its own body of errors where it answers: our error with its kind, without the token."""
    monkeypatch.setattr(http, "Provider", functools.partial(http.Provider, timeout=0.3 if fault == "hang" else 5))
    if fault == "dns":
        again(shop, GCP_API_URL="https://{service}.invalid")
    answer = FAULTS.get(fault, "closed")
    if not isinstance(answer, str):
        answer = (answer[0], {"error": {"code": answer[0], "message": answer[1]["message"], "details": [{"@type": "x"}]}}, answer[2])
    shop.cloud.broken = [("GET", "/builds", answer) for _ in range(6)]
    with pytest.raises(KlepaasError) as caught:
        builders.BUILDERS["cloudbuild"].runs(shop.services, PIPELINE)
    assert (caught.value.details["kind"], caught.value.transient) == (KINDS.get(fault, "unavailable"), fault in {*TRANSIENT, "dns"})
    assert gcp_help.TOKEN not in repr([caught.value.text(), caught.value.details]) and (isinstance(answer, str) or FAULTS[fault][1]["message"] in caught.value.text())


TOKENS = {"401": ("unauthorized", 422), "500": ("internal", 503), "closed": ("unavailable", 503), "half": ("unavailable", 503), "429": ("rate_limited", 429)}


@pytest.mark.parametrize("fault", TOKENS)
def test_a_token_that_is_not_to_be_had(shop, fault):
    """Google away or refusing is told as what it is, and the key stays here."""
    shop.cloud.broken = [("POST", "/token", FAULTS[fault]) for _ in range(6)]
    with pytest.raises(KlepaasError) as caught:
        gcp.status(shop.services.settings)
    assert (caught.value.details["kind"], caught.value.status) == TOKENS[fault] and "PRIVATE" not in caught.value.text() and caught.value.text("ko")


def test_the_metadata_server_gives_one_too(shop, monkeypatch):
    """Of the account that a pod runs as; kept until it nears its end."""
    monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", shop.server.url.removeprefix("http://"))
    again(shop, GOOGLE_APPLICATION_CREDENTIALS="")
    assert gcp.status(shop.services.settings) == gcp.status(shop.services.settings) == "answers" and shop.cloud.tokens == 1


def test_artifact_registry_is_signed_in_to(shop):
    """By a token, for its own hosts alone; by nothing where it is not configured."""
    hosts = {"asia-northeast3-docker.pkg.dev": True, "eu.gcr.io": True, "gcr.io": True, "pkg.dev": False, "docker.pkg.dev.evil.example": False, "evil-gcr.io": False}
    assert {host: registry._credentials(shop.services.settings, host) is not None for host in hosts} == hosts
    again(shop, GCP_PROJECT="")
    assert registry._credentials(shop.services.settings, "gcr.io") is None


def test_doctor_says_what_is_wrong(shop, tmp_path):
    """Right; a file that is no key; a key that Google does not know; not configured."""
    def works(**more):
        return doctor._row(config.load({**shop.given, **more}, None), config.SETTINGS["GCP_PROJECT"])
    assert works()["works"] is True and works(GCP_PROJECT="")["works"] is None
    (tmp_path / "no.json").write_text("{}")
    assert "GOOGLE_APPLICATION_CREDENTIALS" in works(GOOGLE_APPLICATION_CREDENTIALS=str(tmp_path / "no.json"))["message"]
    key = json.loads((tmp_path / "key.json").read_text())
    (tmp_path / "other.json").write_text(json.dumps({**key, "client_email": "other@proj.iam.gserviceaccount.com"}))
    wrong = works(GOOGLE_APPLICATION_CREDENTIALS=str(tmp_path / "other.json"))
    assert wrong["works"] is False and "unauthorized_client" in wrong["message"] and "PRIVATE" not in wrong["message"]
