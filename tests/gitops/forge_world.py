"""A world whose config repository is at a forge: real git over HTTP, and a server that speaks the forge's interface."""

import pytest

from gitops import config
from gitops.ledger import Ledger
from gitops.outside import breakers, http
from gitops.repo import Repository
from gitops.services import Services
from tests.gitops import forge_help
from tests.gitops.forge_dialects import DIALECTS
from tests.gitops.path_help import BOB, FILES, World, renderer  # noqa: F401 (fixture)

PRODUCTION = {"environment": "production"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The same pauses, shorter; breakers that know nothing yet."""
    monkeypatch.setattr(http, "FIRST", 0.01)
    monkeypatch.setattr(breakers, "_breakers", {})


@pytest.fixture(params=DIALECTS)
def forge(request, tmp_path):
    Repository.create(tmp_path / "served" / "acme" / "config.git")
    with forge_help.serve(DIALECTS[request.param], tmp_path / "served") as server:
        server.name = request.param
        yield server


def opened(server, folder, renderer, **more):
    settings = config.load({"CONFIG_REPO": f"{server.url}/acme/config.git", "KLEPAAS_HOME": str(folder), **server.dialect.settings(server.url), **more}, None)
    ledger = Ledger.open(settings.database, folder)
    ledger.migrate()
    return Services(settings, Repository.open(settings.config_repo, folder), ledger, renderer)


@pytest.fixture
def world(forge, tmp_path, renderer):
    """`world.path` is the forge's repository: what an outsider sees."""
    services = opened(forge, tmp_path / "home", renderer)
    made = World(services)
    made.write(FILES)
    made.path, made.forge, made.pulls = str(forge.forge.path), forge.forge, forge.forge.pulls
    yield made
    services.ledger.close()
    services.repo.close()


def proposed(world, **more):
    receipt = world.say("scale", **(PRODUCTION | {"replicas": 5} | more))
    assert receipt.status == "proposed"
    return receipt.review


def order(world, verb, review, actor=BOB, **more):
    return world.say(verb, None, None, actor=actor, review=review.id, **more)
