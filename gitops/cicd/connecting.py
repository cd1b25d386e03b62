"""Connecting an application repository: its pipeline as one pull request there, and the app as one create_app an environment, through gitops.submit.

All of it is planned, and refused, before any of it is done; done again with the same id it goes on where it stopped. Must not write here or there by itself.
"""

import hashlib
import secrets
from dataclasses import dataclass

from gitops import policy, submit, views
from gitops.cicd import work, workflow
from gitops.cicd.rules import SHORT
from gitops.errors import Forbidden, Invalid, NotFound
from gitops.forges import chosen
from gitops.types import Command


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `branch` None: the default one; `image` None: that of the apps which are built from there already."""

    repository: str
    app: str
    environments: tuple
    branch: str | None = None
    build: str = "dockerfile"
    dockerfile: str = workflow.DOCKERFILE
    port: int | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """What would be done: a file in the repository, and commands here."""

    id: str
    repository: str
    branch: str
    path: str
    content: str
    commands: tuple


def connected(services, actor, asked):
    """What becomes of a request, as JSON shows it: `asked` are the fields of Wanted, `id` and `preview`."""
    given = {name: value for name, value in asked.items() if value is not None and name not in ("id", "preview")}
    found = planned(services, actor, Wanted(**given | {"environments": tuple(asked["environments"])}), asked.get("id"))
    if asked.get("preview"):
        return views.connection(found, "preview", None, (views.previewed(each.id, submit.preview(services, actor, each)) for each in found.commands))
    return views.connection(found, "connected", *done(services, actor, found))


def planned(services, actor, wanted, id=None):
    """The Connection; Forbidden where the actor may not deploy to an environment of it."""
    name, forge = chosen(services.settings)
    if name not in workflow.PATHS or work.ours(services.settings, wanted.repository):
        raise Invalid("bad_argument", argument="repository", value=wanted.repository[:64], wanted="an application repository at FORGE (github, gitea, gitlab)")
    tree, catalog = services.head()
    places = tuple(dict.fromkeys(catalog.environment(each).name for each in wanted.environments))
    if not places:
        raise Invalid("bad_argument", argument="environments", value="", wanted=", ".join(catalog.environments))
    for each in places:
        if not policy.holds(actor.scopes, "deploy:execute", each):
            raise Forbidden("missing_scope", scope="deploy:execute", environment=each)
    image = wanted.image or workflow.image_of(catalog, tree, wanted.repository)
    branch, sha = forge.commit(services, wanted.repository, wanted.branch)
    content = workflow.text(name, wanted.repository, image, branch, wanted.build, wanted.dockerfile)
    id = id or secrets.token_hex(8)
    called = [_called(id, each) for each in places]
    args = {"image": image, "version": _begun(services, actor, called) or sha[:SHORT], "repository": wanted.repository, **({"port": wanted.port} if wanted.port else {})}
    commands = tuple(Command("create_app", wanted.app, each, args, called, reason=f"built from {wanted.repository}") for each, called in zip(places, called, strict=True))
    return Connection(id, wanted.repository, branch, workflow.PATHS[name], content, commands)


def done(services, actor, connection):
    """(URL of the pull request there or None: it has the file, the receipts here as JSON shows them)."""
    for each in connection.commands:
        if not services.ledger.settled(actor.email, each.id):
            submit.preview(services, actor, each)
    url = workflow.install(services, connection.repository, connection.content)
    return url, [views.receipt(submit.submit(services, actor, each)) for each in connection.commands]


def _called(id, environment):
    return "connect-" + hashlib.sha256(f"{id}\0{environment}".encode()).hexdigest()[:40]


def _begun(services, actor, called):
    """The version that was said when this was begun: the branch may have moved since."""
    for each in called:
        try:
            return services.ledger.command_called(each, actor.email)["command"].args["version"]
        except NotFound:
            continue
    return None
