"""What the forges with an interface of their own have in common: where the repository is there, and the ways that never make two of a thing."""

import base64
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from gitops.errors import Conflict, Invalid, KlepaasError, NotFound
from gitops.git.address import address

log = logging.getLogger(__name__)
BASE = "main"
MARK = "<!-- klepaas:review -->"  # begins the one comment of ours
EXISTS, NOT_NOW = (409, 422), (405, 406, 409)  # what forges answer: to opening what is there, to merging what cannot be merged


@dataclass(frozen=True, slots=True)
class Pull:
    """A review as its forge has it. `status`: open, merged, closed; `commit` is what it was merged as, `by` who did that, and `subject` their number there."""

    number: int | None
    url: str | None
    status: str
    head: str | None
    commit: str | None = None
    title: str | None = None
    by: str | None = None
    fresh: bool = False
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a pull of another repository comes from: the branch, its newest commit, and whether that is a fork's."""

    branch: str
    sha: str
    open: bool
    fork: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A repository that our credential reaches, and its default branch (None: it is empty)."""

    name: str
    branch: str | None
    url: str
    private: bool


@dataclass(frozen=True, slots=True)
class Deployed:
    """How an app is in an environment, for the deployment of the commit that it runs. `state`: pending, success, failure; `alone`: it is the only app there that is built from the repository."""

    app: str
    environment: str
    state: str
    why: str
    url: str | None
    preview: bool = False
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody at a forge: the name there, and the number, which a sign-in here proves to be somebody's."""

    name: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Approvals:
    """Who approved the newest head of a pull there; `author` opened it and does not count."""

    by: tuple = ()
    author: Account | None = None


def approvals(author, said):
    """Of (user, whether they approve) in the order it was said: people count once, by what they said last."""
    last, opened = {_account(user): yes for user, yes in said}, author and _account(author)
    return Approvals(tuple(who for who, yes in last.items() if yes and who != opened), opened or None)


def _account(user):
    return Account(user.get("login") or user["username"], str(user["id"]) if user.get("id") else None)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a repository's pipeline. `state`: running, success, failure; `asked`: somebody started it, not a push; `stages` are (name, state), `why` it failed, `images` those it says it made."""

    state: str
    url: str | None
    asked: bool
    created: float
    id: str | None = None
    stages: tuple = ()
    why: str | None = None
    images: tuple = ()


def run(found):
    """A run as GitHub says it, and Gitea."""
    going = found["status"] != "completed" and not found.get("conclusion")
    state = "running" if going else "success" if found["conclusion"] == "success" else "failure"
    return Run(state, found["html_url"], found["event"] == "workflow_dispatch", seconds(found.get("created_at") or found.get("started_at")))


def seconds(text):
    """UTC seconds of a time as ISO 8601; now where there is none yet."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return time.time()


def path(settings, url=None):
    """The repository's path at its forge, from CONFIG_REPO: owner/repo, or group/…/repo. `url` is the forge's own, whose path goes before."""
    repo = settings.config_repo or ""
    found = address(repo)
    if found is None:
        raise Invalid("forge_needs_remote", forge=settings.forge)
    parts = urlsplit(found.url)
    whole = parts.path if "://" in found.url else found.url.partition(":")[2]
    prefix = urlsplit(url or "").path.rstrip("/")
    whole = whole.removeprefix(prefix) if prefix else whole
    whole = whole.strip("/").removesuffix(".git")
    if whole.count("/") < 1:
        raise Invalid("forge_needs_remote", forge=settings.forge)
    return whole


def needed(settings, name):
    """The value of a setting that the forge cannot do without."""
    value = getattr(settings, name.lower())
    if not value:
        raise Invalid("setting_missing", name=name)
    return value


def token(settings, name):
    """The forge's own token, or the one that git uses."""
    return getattr(settings, name.lower()) or needed(settings, "CONFIG_TOKEN")


def once(find, create):
    """The pull of a branch: the one there is, or a new one; found again when another was faster, or when an answer was lost."""
    found = find()
    if found is not None:
        return found
    try:
        return create()
    except KlepaasError as error:
        found = find() if error.transient or error.details.get("upstream") in EXISTS else None
        if found is None:
            raise
        return found


def one_comment(comments, write, change, text, mark=MARK):
    """The comment of ours that begins with this mark updated, or written if there is none. `comments` are (id, text)."""
    marked = f"{mark}\n{text}"
    for id, said in comments:
        if said.startswith(mark):
            return said == marked or change(id, marked)
    return write(marked)


def merged(services, review, draft, state, send):
    """The commit that the forge merged a review as; None when it had nothing left to change, and is closed then by the caller.

    The forge merges what was reviewed; here it is made sure before that on main's tip it would still do the same.
    """
    pull = state()
    if pull.status == "closed":
        raise Conflict("review_closed", review=review.id, status="closed")
    services.repo.fetch()
    if pull.status == "merged":
        return pull.commit
    if pull.head != review.head:
        raise Conflict("review_changed", review=review.id)
    if draft(services.head()[0].fresh()) is None:
        return None
    commit = _landed(state, send)
    services.repo.fetch()
    return commit


def _landed(state, send):
    """What the forge merged it as; it is asked when its answer was lost, or when somebody was faster."""
    try:
        send()
    except KlepaasError as error:
        pull = state()
        if pull.status == "merged":
            return pull.commit
        if error.details.get("upstream") in NOT_NOW:
            raise Conflict("forge_merge_refused", detail=error.details["detail"]) from None
        raise
    return state().commit


def places(found):
    """The repositories that GitHub lists, or Gitea, by name; none that is archived."""
    return sorted((Place(each["full_name"], each.get("default_branch") or None, each["html_url"], bool(each["private"])) for each in found if not each.get("archived")), key=lambda each: each.name.lower())


def encoded(content):
    return base64.b64encode(content.encode()).decode()


def there(read, content, path):
    """Whether a file is in a repository with this content; Conflict when it holds something else, which is its owners'."""
    try:
        found = base64.b64decode(read())
    except NotFound:
        return False
    if found != content.encode():
        raise Conflict("forge_file_differs", path=path)
    return True


def made(ask, *args, **more):
    """Ask for something to be made that may have been made before: a forge refuses that, and what comes of it is looked at next."""
    try:
        ask(*args, **more)
    except KlepaasError as error:
        if error.details.get("upstream") not in (400, *EXISTS):
            raise


def beside(what, *args):
    """For what is good to have at a forge and not needed: a failure is told in the log."""
    try:
        return what(*args)
    except KlepaasError as error:
        log.warning("%s: %s", what.__qualname__, error)
        return None
