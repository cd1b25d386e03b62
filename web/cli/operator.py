"""What the command line does: on the repository and the ledger directly, as their operator, or through a server."""

import getpass
import os
import socket
import subprocess
import time

import orjson

from controller import adopt as adopting
from controller.observe import Observer
from gitops import audit as audits
from gitops import pushes, services, views
from gitops import submit as path
from gitops.cicd import connecting
from gitops.cicd import workflow as pipelines
from gitops.errors import Invalid, NotFound
from gitops.outside import http
from gitops.telemetry import tracing
from gitops.types import SCOPES, Actor, Command
from web import reads
from web.people import access as rules
from web.people import audit, keys
from web.people.tokens import held


def _directly(settings, command, preview):
    opened = services.open(settings)
    try:
        if preview:
            return views.previewed(command.id, path.preview(opened, actor(), command))
        return views.receipt(path.submit(opened, actor(), command))
    finally:
        opened.close()


@tracing.door("cli submit")
def submit(settings, command, preview):
    """The receipt, or a preview, as JSON shows it."""
    if not settings.klepaas_url:
        return _directly(settings, command, preview)
    sent = {"verb": command.verb, "app": command.app, "environment": command.environment, "args": dict(command.args), "id": command.id, "text": command.text, "reason": command.reason}
    body = {name: value for name, value in sent.items() if value not in (None, {})} | ({"preview": True} if preview else {})
    return http.call("POST", f"{_server(settings)}/api/v1/commands", settings.klepaas_token, json=body)


def read(settings, command):
    if settings.klepaas_url:
        query = {name: value for name, value in {"app": command.app, "environment": command.environment, **command.args}.items() if value is not None}
        return http.call("GET", f"{_server(settings)}/api/v1/read/{command.verb}", settings.klepaas_token, params=query)
    opened = services.open(settings)
    try:
        return reads.read(opened, Observer(services.viewer(settings), settings), actor(), command)
    finally:
        opened.close()


@tracing.door("cli adopt")
def adopt(settings, namespace, environment, preview, id=None):
    """(what was found in the namespace, the receipt or preview of the commit that writes it; None where nothing was). Works on CONFIG_REPO and the cluster directly."""
    opened = services.open(settings)
    try:
        found = adopting.environment_of(opened.head()[1], namespace, environment)
        adoption = adopting.read(opened, found)
    finally:
        opened.close()
    if not adoption.files:
        return adoption, None
    command = Command("adopt", None, found.name, {"files": orjson.dumps(adoption.files).decode()}, id)
    return adoption, _directly(settings, command, preview)


def workflow(settings, repository, kind, image, branch, install):
    """(the pipeline's file for an application repository, the URL of the pull request that adds it there or None)."""
    opened = services.open(settings)
    try:
        tree, catalog = opened.head()
        kind = kind or (settings.forge if settings.forge in pipelines.PATHS else "github")
        content = pipelines.text(kind, repository, image or pipelines.image_of(catalog, tree, repository), branch)
        return content, pipelines.install(opened, repository, content) if install else None
    finally:
        opened.close()


def connect(settings, asked):
    """A repository as an app, or the preview of that, as JSON shows it; `asked` are the fields of the route."""
    if settings.klepaas_url:
        return http.call("POST", f"{_server(settings)}/api/v1/repositories/connect", settings.klepaas_token, json=asked)
    opened = services.open(settings)
    try:
        return connecting.connected(opened, actor(), asked)
    finally:
        opened.close()


def _server(settings):
    return settings.klepaas_url.rstrip("/")


def actor():
    """Who runs the command: git's user, else the operating system's. Claimed, so it never approves."""
    name, email = (_git(f"user.{each}") for each in ("name", "email"))
    login = getpass.getuser()
    return Actor(name or login, email or f"{login}@{socket.gethostname()}", frozenset(SCOPES), "cli")


def _git(key):
    done = subprocess.run(["git", "config", "--get", key], capture_output=True, text=True, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"})
    return done.stdout.strip()


def token(settings, user, name, scopes, agent, days):
    """A new token's text. The operator may make one for anybody, with what that person holds."""
    scopes = [each.strip() for each in scopes if each.strip()]
    if not scopes:
        raise Invalid("bad_field", field="scopes", wanted="a list of scopes")
    ledger = services.ledger(settings)
    found = _user(ledger, user) if user else _somebody(ledger)
    held(SCOPES if found["email"] in settings.admins else found["scopes"], scopes)
    text = ledger.token_create(found["email"], name, scopes, agent, time.time() + days * 86400 if days else None)
    _noted(ledger, "token_create", user=found["email"], name=name, scopes=" ".join(scopes), agent=agent, days=days)
    return text


def tokens(settings, word):
    """A person's tokens, without their text."""
    ledger = services.ledger(settings)
    return {"items": list(ledger.tokens(_user(ledger, word)["email"]))}


def token_revoke(settings, word, id):
    ledger = services.ledger(settings)
    email = _user(ledger, word)["email"]
    if not ledger.token_revoke(id, email):
        raise NotFound("no_such_token", token=id[:40])
    _noted(ledger, "token_revoke", user=email, token=id)


def _noted(ledger, verb, **args):
    ledger.audit.add(audits.entry(actor(), verb, args=args, outcome="done"))


def _somebody(ledger):
    """The one who holds everything first; on a ledger without people, who runs the command."""
    admins = [each for each in ledger.users() if set(each["scopes"]) >= set(SCOPES)]
    if admins:
        return admins[0]
    mine = actor()
    ledger.put_user(mine.email, mine.name, SCOPES)
    return ledger.user(mine.email)


def _user(ledger, word):
    """By e-mail address, or by what stands before its @."""
    found = ledger.user(word)
    named = [each for each in ledger.users() if each["email"].partition("@")[0] == word.lower()]
    if found is None and len(named) != 1:
        raise NotFound("unknown_user", user=word)
    return found or named[0]


@tracing.door("cli access")
def granted(settings, verb, subject, role, environments, preview, **more):
    """The receipt, or a preview, of a change of who holds what."""
    names = [each for each in (environments or "").split(",") if each]
    if settings.klepaas_url:
        body = {"subject": subject, "role": role, "environments": names, **{name: value for name, value in more.items() if value is not None}} | ({"preview": True} if preview else {})
        return http.call("POST", f"{_server(settings)}/api/v1/access/{verb}", settings.klepaas_token, json=body)
    return _directly(settings, Command(verb, None, None, rules.args(subject, role, names), **more), preview)


def access(settings):
    return _told(settings, "access", rules.file)


def people(settings):
    return _told(settings, "users", lambda opened: {"items": rules.people(opened)})


def _told(settings, route, read):
    if settings.klepaas_url:
        return _pages(settings, route)
    opened = services.open(settings)
    try:
        return read(opened)
    finally:
        opened.close()


def _pages(settings, route):
    """What a route of the server answers; of a list all its pages."""
    found = page = http.call("GET", f"{_server(settings)}/api/v1/{route}", settings.klepaas_token)
    while page.get("next"):
        page = http.call("GET", f"{_server(settings)}/api/v1/{route}", settings.klepaas_token, params={"cursor": page["next"]})
        found = page | {"items": [*found["items"], *page["items"]]}
    return found


def signed_out(settings, word):
    """How many sign-ins and tokens of a person ended."""
    ledger = services.ledger(settings)
    email = _user(ledger, word)["email"]
    _noted(ledger, "sign_ins_end", user=email)
    return {"sessions": ledger.sessions_end(email), "tokens": ledger.tokens_revoke(email)}


def link(settings, word):
    """The address of a new one-time sign-in link."""
    ledger = services.ledger(settings)
    email = _user(ledger, word)["email"]
    text = ledger.link_create(email)
    _noted(ledger, "link_create", user=email)
    return f"{services.address(settings)}/auth/link/{text}"


def audit_verify(settings):
    """What is wrong with the audit, by the key of this machine (SECRET_KEY), and which commits no row explains."""
    opened = services.open(settings)
    try:
        found = opened.ledger.audit.verify(keys.of_audit(settings))
        unexplained = pushes.unexplained(opened)
        said = [f"commit {each['revision'][:12]}: no row explains it: {each['subject'][:100]} ({each['author']} <{each['email']}>)" for each in unexplained]
        return found | {"problems": [*found["problems"], *said]}
    finally:
        opened.close()


def audit_lines(settings, since, until):
    """The rows between two times as JSON lines."""
    return map(audit.line, services.ledger(settings).audit.every(since=audit.moment("since", since), until=audit.moment("until", until)))
