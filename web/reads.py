"""The read verbs, for every door: git and the ledger for what is desired and known, controller.observe for what is live."""

import itertools
import time

from gitops import access, audit, history, messages, needs, policy, resolve, values, verbs, windows
from gitops.cicd import pulled
from gitops.errors import Forbidden, Invalid, KlepaasError, NotFound, Unavailable
from gitops.types import Command, Environment, Target
from web import costs, measured


MARKS = "held", "release", "unreached", "refused", "leaving", "kept", "lost"
FILES = 50    # of an app's manifests that are shown
REPORTS, KEPT = 50, 500  # of what a cluster reported: that are shown, that are looked at
PATIENCE = 8  # seconds for a controller to answer


def from_query(verb, query):
    """A read Command from query parameters."""
    found = {name: value for name, value in query.items() if name != "lang"}
    return Command(verb, found.pop("app", None), found.pop("environment", None), found)


def read(services, cluster, actor, command):
    """{type, summary, data, metadata}: what the actor may see of it. What may not be seen is written down."""
    with audit.refusals(services, actor, command, Forbidden):
        return _read(services, cluster, actor, command)


def _read(services, cluster, actor, command):
    verb, args = verbs.check(command)
    if verb.kind != "read":
        raise Invalid("verb_is_no_read", verb=verb.name)
    policy.authorise(actor, verb, None)
    asked = Asked(services, cluster, actor, verb, command, verbs.defaults(verb, args))
    data, summary = READS.get(verb.name, _live)(asked)
    return {"type": verb.name, "summary": summary, "data": data, "metadata": {"app": command.app, "environment": asked.environment and asked.environment.name, "args": asked.args}}


class Asked:
    """One read: what it is about. The environment is the one named, else the one the app is in, else all (None) where the verb allows."""

    def __init__(self, services, cluster, actor, verb, command, args):
        self.services, self.cluster, self.actor, self.verb, self.app, self.args = services, cluster, actor, verb, command.app, args
        self.environment = self._environment(command)
        self.language = "ko" if any("가" <= letter <= "힣" for letter in command.text or "") else "en"

    def _environment(self, command):
        if self.verb.environment == "none" or self.verb.name in ("help", "list_namespaces"):
            return None
        _, catalog = self.services.readable()
        if command.environment is None and command.app is None:
            return None
        name = command.environment if command.app is None or command.environment else resolve.environment(catalog, self.verb, command)
        policy.authorise(self.actor, self.verb, catalog.environment(name).name)
        if command.app is not None and self.verb.name not in ("history", "diff"):
            catalog.target(command.app, name)
        return catalog.environment(name)

    @property
    def in_environment(self):
        """Whether the app is in the environment now."""
        return self.environment is not None and self.environment.name in self.services.readable()[1].environments_of(self.app)

    @property
    def environments(self):
        """The environments asked about that the actor may see."""
        if self.environment:
            return [self.environment]
        return [each for each in self.services.readable()[1].environments.values() if policy.holds(self.actor.scopes, self.verb.scope, each.name)]


def _live(asked):
    """A read of the cluster: controller.observe has a function of the verb's name."""
    if asked.cluster is None:
        raise Invalid("not_configured", what="cluster", setting="KUBECONFIG")
    return asked.cluster.read(asked.verb.name, asked.environments, asked.app, asked.args)


def _standing(asked):
    """How the sync of an app stands, as its controller last told, before what is live of it: pods say nothing of a sync that failed or waits."""
    data, summary = _live(asked)
    ledger, name = asked.services.ledger, asked.environment.name
    state = ledger.state(asked.app, name) or {}
    sync = {"status": state.get("sync", "unknown"), **{each: state.get(each) for each in ("error", "retry_at", "revision", "drift")}, "held": (ledger.marks().get(name) or {}).get("held")}
    return {"sync": sync, **data}, f"sync {sync['status']}; {summary}"


def _history(asked):
    verb = asked.args.get("verb")
    items = history.of(asked.services, asked.app, asked.environment and asked.environment.name, asked.args["limit"], asked.args.get("from"), asked.args.get("author"),
                       verbs.find(verb).name if verb else None, sees=lambda name: policy.holds(asked.actor.scopes, "k8s:read", name))
    return {"items": items}, f"{len(items)} commits"


def _diff(asked):
    found = history.diff(asked.services, asked.app, asked.environment and asked.environment.name, asked.args.get("from"), asked.args.get("to"))
    summary = f"{len(found['changes'])} files differ"
    if asked.app is None or asked.args.get("from") or asked.args.get("to") or not asked.in_environment:
        return found, summary
    live = _live_diff(asked)
    items = live.get("items")
    said = live["message"] if items is None else f"{len(items)} live objects differ" if items else "what is live is the same"
    return found | {"live": live}, f"{summary}; {said}"


def _live_diff(asked):
    """What is live beside what git says, from the controller that looks after the environment."""
    name = asked.environment.name
    return asked.services.ledger.ask(name, asked.app, PATIENCE) or {"app": asked.app, "status": "unknown", "message": Unavailable("not_watched", environment=name).text(asked.language)}


def _help(asked):
    items = [{"verb": each.name, "kind": each.kind, "risk": each.risk, "en": each.help[0], "ko": each.help[1], "arguments": [argument.name for argument in each.arguments]} for each in verbs.VERBS.values()]
    return {"items": items}, f"{len(items)} verbs"


def _list_apps(asked):
    items = [each for each in apps(asked.services, asked.actor, asked.environment and asked.environment.name)["items"]]
    return {"items": items}, f"{len(items)} apps"


def mirror(ledger, language):
    """Why the mirror does not follow, or None."""
    said = ledger.installation().get("mirror")
    return said and messages.text(said["code"], language, said["details"])


def _overview(asked):
    data, summary = measured.beside(asked, *_live(asked))
    marks = asked.services.ledger.marks()
    return data | {"mirror": mirror(asked.services.ledger, asked.language), "environments": {each.name: said for each in asked.environments if (said := {name: text for name, text in _marks(marks.get(each.name) or {}).items() if text})}}, summary


def _events(asked):
    """What the cluster reported: what it tells now, and what was kept of it, the newest of both. While it is away what was kept is the answer."""
    days = asked.services.settings.event_days
    kept = asked.services.ledger.reported(asked.app, asked.environment.name, time.time() - days * 86400, KEPT) if days else ()
    try:
        live = _live(asked)[0]["items"]
    except KlepaasError as error:
        if not kept or not error.transient:
            raise
        live = []
    found = {(each["object"], each["reason"], each["message"]): {name: each[name] for name in ("type", "reason", "message", "object", "count", "last")} for each in (*reversed(kept), *reversed(live))}
    items = sorted(found.values(), key=lambda each: each["last"] or "", reverse=True)[:REPORTS]
    return {"items": items}, f"{len(items)} events of {asked.app} in {asked.environment.name}"


READS = {"status": _standing, "events": _events, "health": _standing, "history": _history, "diff": _diff, "help": _help, "list_apps": _list_apps, "query": measured.read, "overview": _overview, "cost_analysis": costs.read}


# --- what the dashboard lists --------------------------------------------------------------------------------------------


def apps(services, actor, environment=None):
    """Every app in every environment that may be seen: desired from git, live as the controller last told."""
    tree, catalog = services.readable()
    if environment is not None:
        catalog.environment(environment)
    states = services.ledger.states()
    items = [_card(each, states.get((each.app, each.environment)) or {}, needs.unmet(catalog, each)) for each in catalog.targets(environment) if each.app and policy.holds(actor.scopes, "k8s:read", each.environment)]
    problems = [{"path": each.path, "line": each.line, "message": each.message} for each in (*catalog.problems, *access.load(tree).problems, *access.unknown(tree, catalog))]
    return {"items": items, "problems": problems, "revision": tree.revision}


def _card(target, state, vain):
    """One app in one environment; a Problem where its file is broken, or it depends on others in vain."""
    wrong = (vain.path, vain.line, vain.text()) if vain else None if isinstance(target, Target) else (target.path, target.line, target.message)
    problem = wrong and dict(zip(("path", "line", "message"), wrong, strict=True))
    return {"app": target.app, "environment": target.environment, "sync": state.get("sync", "unknown"), "health": state.get("health", "unknown"), "message": state.get("message", ""),
            "error": state.get("error"), "retry_at": state.get("retry_at"), "drift": state.get("drift"), "replicas": state.get("replicas", {"desired": None, "ready": None}), "version": state.get("version"), "commit": state.get("commit"),
            "revision": state.get("revision"), "suspended": isinstance(target, Target) and target.suspend, "source": getattr(target, "source", None), **({"problem": problem} if problem else {})}


def app(services, name, environment):
    """One app in one environment, with its values file."""
    tree, catalog = services.readable()
    state = services.ledger.state(name, environment) or {}
    catalog.environment(environment)
    try:
        target = catalog.target(name, environment)
    except NotFound:
        raise
    except KlepaasError as error:
        return {"app": name, "environment": environment, **{key: state.get(key) for key in ("sync", "health", "message", "replicas", "version", "commit", "revision")},
                "error": error.text(), "problem": {"path": error.path, "line": error.line, "message": error.text()}}
    data = tree.read(target.values_path) if target.values_path else None
    return _card(target, state, needs.unmet(catalog, target)) | {"path": target.values_path or target.manifests_path, "values": data.decode("utf-8", "replace") if data else None, "repository": target.repository,
                                   "chart": target.chart, "manifests": _manifests(tree, target), "syncs": list(services.ledger.syncs(name, environment, 5))}


def _manifests(tree, target):
    """The files an app is made of, where that is no values file; without what Secrets hold."""
    files = tree.walk(target.manifests_path) if target.manifests_path else ()
    return [{"path": path, "text": values.shown(tree.read(path))} for path, entry in itertools.islice(files, FILES) if entry.kind == "file" and path.endswith((".yaml", ".yml", ".json"))]


def _marks(said):
    """What keeps an environment as a whole from following git, as its controller last told."""
    return {name: said.get(name) for name in MARKS}


def environments(services, actor):
    tree, catalog = services.readable()
    visible, marks = [each for each in catalog.environments.values() if policy.holds(actor.scopes, "k8s:read", each.name)], services.ledger.marks()
    lost = [Environment(name, said["lost"]["namespace"]) for name, said in marks.items() if said.get("lost") and name not in catalog.environments and policy.holds(actor.scopes, "k8s:read", name)]
    return {"items": [{"name": each.name, "namespace": each.namespace, "review": each.review, "approvals": each.approvals, "promotes_from": each.promotes_from, "agents": each.agents,
                       "opens": (opens := windows.opens(each.sync.windows)) and opens.isoformat(), "preview": _preview(tree, catalog, each), **_marks(marks.get(each.name) or {})} for each in (*visible, *lost)],
            "first": catalog.first.name}


def _preview(tree, catalog, environment):
    """Whose preview an environment is, until when, and where its apps answer; None for those of klepaas.yaml."""
    found = environment.preview
    return found and {"repository": found.repository, "number": found.number, "commit": found.commit, "until": found.until, "base": found.base, "urls": pulled.addresses(tree, catalog, environment.name)}


def event(found):
    return {"id": found.id, "kind": found.kind, "app": found.app, "environment": found.environment, "at": found.at, "data": found.data}


def may_see(actor, found):
    """Events of an environment are for those who may read there; an alert of none for those who may read everywhere."""
    if found.kind == "alert" and found.environment is None:
        return policy.everywhere(actor.scopes, "k8s:read")
    return found.kind not in ("question", "access") and policy.holds(actor.scopes, "k8s:read", found.environment)


def synced_once(services):
    """Whether every app has been synced since it was first seen: the readiness of the whole."""
    _, catalog = services.readable()
    states = services.ledger.states()
    return all(states.get((each.app, each.environment), {}).get("sync") for each in catalog.targets() if isinstance(each, Target))
