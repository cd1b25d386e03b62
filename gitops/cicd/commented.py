"""`/deploy` in a comment on a pull request of an application repository: its branch, built first, to an environment, for who may write there.

What became of it is said in a reply of its own, which says later how the build ended. What a comment holds is data: its first
line picks one of the environments that exist, and nothing else of it is used.
"""

import hashlib

from gitops import submit
from gitops.cicd import building, rules
from gitops.errors import Forbidden, KlepaasError, Unavailable
from gitops.forges import chosen, pulls, text
from gitops.types import Command

EVENT, REPLY = "issue_comment", "reply"
ASKED = ("github", "gitea")  # forges whose comments come by webhook
WRITES = ("write", "maintain", "admin", "owner")
SAID = {"committed": "`{version}` is on its way (commit {commit}).", "proposed": "`{version}` waits for review {review}.", "unchanged": "it is so already.",
        "building": "`{version}` is built first: this reply will say how that ended."}


def outcome(services, id, catalog, facts):
    """What became of it, for each app that is built from the repository; ignored where none is."""
    if chosen(services.settings)[0] not in ASKED or not any(rules.built_from(catalog, catalog.tree, each, facts.repository) for each in catalog.environments):
        return [{"status": "ignored"}]
    try:
        done = _asked(services, id, catalog, facts)
    except KlepaasError as error:
        done = [_refused(error)]
    _said(services, facts.repository, facts.comment, done)
    if any(each["status"] == "building" for each in done):
        name = f"reply-{hashlib.sha256(id.encode()).hexdigest()[:40]}"
        services.ledger.delivered(name, name, REPLY, facts.repository, {"event": REPLY, "repository": facts.repository, "comment": facts.comment, "done": done})
    return done


def followed(services, kept):
    """The reply says how its builds ended; Unavailable while one runs."""
    done = [_built(services, each) if each["status"] == "building" else each for each in kept["done"]]
    running = next((each for each in done if each["status"] == "building"), None)
    if running:
        raise Unavailable("build_runs", version=running["version"])
    _said(services, kept["repository"], kept["comment"], done)
    return done


def _asked(services, id, catalog, facts):
    """Who may, what and where; then a command an app."""
    forge, at, comment = chosen(services.settings)[1], facts.repository, facts.comment
    if forge.permission(services, at, facts.sender) not in WRITES:
        raise Forbidden("comment_no_write", login=facts.sender, repository=at)
    head = forge.head(services, at, comment["number"])
    if head.fork or not head.open:
        raise Forbidden("comment_of_fork" if head.fork else "comment_closed", number=comment["number"])
    environment = rules.place(catalog, at, comment["environment"])
    apps = rules.built_from(catalog, catalog.tree, environment, at)
    if not apps:
        raise Forbidden("comment_no_app", repository=at, environment=environment)
    return [_deployed(services, id, facts, app, environment, head.branch) for app in apps]


def _deployed(services, id, facts, app, environment, branch):
    """As who commented, with the right to deploy there and no other. Its id comes from the delivery's."""
    place, actor = {"app": app, "environment": environment}, rules.actor(facts, environment)
    name = "comment-" + hashlib.sha256("\0".join((id, app, environment)).encode()).hexdigest()[:40]
    reason = f"comment on pull request {facts.comment['number']} of {facts.repository}"
    try:
        receipt = submit.submit(services, actor, Command("deploy", app, environment, {"branch": branch, "build": True}, name, reason=reason))
    except KlepaasError as error:
        return place | _refused(error)
    return place | {"version": receipt.plan["args"].get("version"), "status": receipt.status, "commit": receipt.commit, "review": receipt.review.id if receipt.review else None,
                    "uid": services.ledger.command_called(name, actor.email)["uid"]}


def _built(services, done):
    """How a build ended that a command waited for, or that it has not."""
    ended = services.ledger.delivery_outcome(building.called(done["uid"]))
    return done | ended[0] if ended else done


def _refused(error):
    """What is away is waited for: it is raised again."""
    if error.transient:
        raise error
    return {"status": "refused", "code": error.code, "message": error.text()}


def _said(services, at, comment, done):
    url = (services.settings.klepaas_url or "").rstrip("/")
    body = "\n".join(_line(each, url) for each in done)
    pulls.beside(chosen(services.settings)[1].note, services, at, comment["number"], body, f"<!-- klepaas:deploy {comment['id']} -->")


def _line(done, url):
    said = text.plain(done["message"]) if done["status"] == "refused" else SAID[done["status"]].format(**done | {"commit": (done["commit"] or "")[:8]})
    if "app" not in done:
        return f"Not deployed: {said}"
    page = f"#/changes/{done['review']}" if done.get("review") else f"#/apps/{done['app']}/{done['environment']}"
    return f"- {done['app']} in {done['environment']}: {said}" + (f" [K-Le-PaaS]({url}/{page})" if url else "")
