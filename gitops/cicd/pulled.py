"""What a pull request of an application repository means for its preview: opened, brought up to date, closed, by its label and its state.

Deliveries come in any order, and twice: what is newer than what was seen last counts, and nothing else.
"""

import hashlib
import logging

from gitops import catalog as catalogs
from gitops import previews, submit
from gitops.cicd import rules
from gitops.errors import KlepaasError
from gitops.forges import chosen, pulls
from gitops.types import Actor, Command

log = logging.getLogger(__name__)
AS = "-"  # stands for the app where a whole preview is meant; no app is called so
DAY = 86400
WHO = Actor("Previews", "previews@klepaas.invalid", frozenset(), "controller")


def outcome(services, id, catalog, facts):
    """What became of it as a delivery's outcome; nothing where no rule of `previews` means the repository."""
    rule = previews.rule_of(catalog.config, facts.repository) if facts.pull else None
    if rule is None:
        return []
    name = previews.name(rule, facts.pull["number"])
    with services.ledger.arrival(AS, name) as last:
        step, seen = decided(rule, last, facts.pull)
        if step == "older":
            return [{"environment": name, "status": "older"}]
        done = _done(services, id, catalog, facts, rule, name, step, seen)
        text = _text(services, name, seen, done)
        if text and text != (last or {}).get("said"):
            _said(services, rule, facts.pull["number"], text)
        services.ledger.arrived(AS, name, seen | {"said": text or (last or {}).get("said")})
    return [{"environment": name, **done}]


def decided(rule, last, pull):
    """(open, close or older; what is remembered of it). Of a fork only the commit that somebody set the label on: its author does not choose what runs."""
    if last and pull["at"] < last["at"]:
        return "older", last
    labelled = rule.label in pull["labels"]
    agreed = pull["sha"] if not pull["fork"] or _just_labelled(rule, last, pull) else (last or {}).get("commit") if labelled else None
    wanted = pull["open"] and labelled and agreed and (rule.forks or not pull["fork"])
    return "open" if wanted else "close", {"at": pull["at"], "labels": pull["labels"], "commit": agreed if wanted else None, "fork": pull["fork"], "newest": pull["sha"]}


def _just_labelled(rule, last, pull):
    """Whether the event is that our label was set. Gitea does not say which label was: then it must not have been there before."""
    if not pull["labelled"]:
        return False
    return pull["label"] == rule.label if pull["label"] else last is not None and rule.label not in last["labels"]


def _done(services, id, catalog, facts, rule, name, step, seen):
    there = catalog.environments.get(name)
    if step == "close":
        return _submitted(services, id, facts, name, previews.CLOSE, {"why": f"{rule.repository} #{facts.pull['number']}"}) if name in previews.listed(catalog.tree) else {"status": "ignored"}
    if there is not None and there.preview.commit == seen["commit"]:
        return {"status": "unchanged"}
    args = {"repository": rule.repository, "number": facts.pull["number"], "commit": seen["commit"], "until": int(facts.at) + rule.days * DAY}
    return _submitted(services, id, facts, name, previews.OPEN, args)


def _submitted(services, id, facts, name, verb, args):
    """As who acted at the forge, with the right to this preview and no other. Its id comes from the delivery's."""
    called = "pull-" + hashlib.sha256("\0".join((id, name)).encode()).hexdigest()[:40]
    try:
        receipt = submit.submit(services, rules.actor(facts, name), Command(verb, None, name, args, called, reason=f"pull request {facts.pull['number']} of {facts.repository}"))
    except KlepaasError as error:
        if error.transient:
            raise
        return {"status": "refused", "code": error.code, "message": error.text()}
    return {"status": receipt.status, "commit": receipt.commit}


# --- what is said at the forge ---------------------------------------------------------------------------------------


def _text(services, name, seen, done):
    """What the one comment says; None where there is nothing to say."""
    if done["status"] == "refused":
        return f"No preview: {done['message']}"
    if seen["commit"] is None:
        return None if done["status"] == "ignored" else "The preview is closed."
    tree, catalog = services.head()
    preview = getattr(catalog.environments.get(name), "preview", None)
    if preview is None:
        return None
    urls = [f"- {app}: {url or 'has no address'}" for app, url in addresses(tree, catalog, name).items()]
    held = [f"Newer commits of this fork are not deployed: set the label again on `{seen['newest'][:7]}` to agree to it."] * (seen["fork"] and seen["newest"] != seen["commit"])
    return "\n".join([f"Preview of `{preview.commit[:7]}`, until {previews.stamp(preview.until)[:10]}:", "", *urls, *held])


def addresses(tree, catalog, name):
    """app -> its URL, or None, of a preview."""
    return {each.app: previews.address(tree, each) for each in catalog.targets(name) if hasattr(each, "values_path")}


def _said(services, rule, number, text):
    url = services.settings.klepaas_url
    pulls.beside(chosen(services.settings)[1].note, services, rule.repository, number, text + (f"\n\n[K-Le-PaaS]({url})" if url else ""))


# --- in time ---------------------------------------------------------------------------------------------------------


def expire(services, now):
    """Close the previews whose days are over, and those that no rule means any more."""
    tree, catalog = services.head()
    for name in previews.expired(tree, catalog, now):
        pulls.beside(_expired, services, catalogs.load(tree), name)


def _expired(services, catalog, name):
    there = catalog.environments.get(name)
    why = "its days are over" if there else "no rule means it any more"
    actor = Actor(WHO.name, WHO.email, frozenset({f"deploy:execute@{name}"}), WHO.channel)
    called = "over-" + hashlib.sha256(f"{name}\0{catalog.tree.id(previews.path(name))}\0{catalog.tree.revision}".encode()).hexdigest()[:40]
    submit.submit(services, actor, Command(previews.CLOSE, None, name, {"why": why}, called))
    if there:
        _said(services, previews.rule_of(catalog.config, there.preview.repository), there.preview.number, f"The preview is closed: {why}. Set the label again to open another.")
