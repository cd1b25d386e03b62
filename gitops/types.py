"""The values that cross layers: frozen, made of plain Python types, no library objects inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType

SCOPES = ("mcp:execute", "admin:read", "admin:write", "deploy:execute", "k8s:read", "k8s:write")
CHANNELS = ("cli", "rest", "chat", "mcp", "webhook", "slack", "controller", "git")
NOTHING: Mapping = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and through which door. A scope may name an environment: `deploy:execute@staging`.

    `agent`: a program speaks for the person (it proposes, people merge). `session`: signed in as a person, no token.
    """

    name: str
    email: str
    scopes: frozenset
    channel: str
    agent: bool = False
    session: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """When syncs may run: days as numbers (0 = Monday), minutes of the day, a zone by its IANA name."""

    days: tuple
    start: int
    end: int
    tz: str


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    prune: bool = True
    self_heal: bool = True
    adopt: bool = False
    windows: tuple = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What klepaas.yaml allows to run: image registries (none listed: any), moving tags, (least, most) replicas, what each container has to say of resources."""

    registries: tuple = ()
    latest: bool = True
    replicas: tuple = (None, None)
    resources: tuple = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """A measurement with its bounds: PromQL, in which $app, $environment, $namespace and $version are those that a promotion comes from."""

    query: str
    name: str | None = None
    least: float | None = None
    most: float | None = None

    def holds(self, value):
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def bounds(self):
        return " ".join(f"{sign} {bound:g}" for sign, bound in ((">=", self.least), ("<=", self.most)) if bound is not None)


@dataclass(frozen=True, slots=True)
class Gates:
    """What has to be so before a promotion to an environment: for how many seconds the source has had the version, healthy; what is measured there."""

    healthy: int = 0
    analysis: tuple = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What an environment of a pull request is of: a commit of it, and until when it stays (UTC seconds); `base` is where its values came from."""

    repository: str
    number: int
    commit: str
    until: float
    base: str


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment of klepaas.yaml; `order` is its place there. `preview`: one that a pull request has, for a while.

    `agents` is "propose" or "commit", `conflicts` "force" or "fail", `on_failure` and `on_alert` "report" or "rollback"; `service_account` is who writes there, of the environment's namespace.
    `owners` are addresses of whom one has to agree to a review; `review_days` is how long one stays open. `verify`: only commits with a known signature are followed; `enforce_review`: only reviewed ones.
    `only_promote`: no image comes here that `promotes_from` has not; `promotes` are key paths that a promotion copies beside the version.
    """

    name: str
    namespace: str
    order: int = 0
    cluster: str | None = None
    review: bool = False
    approvals: int = 1
    promotes_from: str | None = None
    agents: str = "propose"
    cluster_kinds: tuple = ()
    forbidden_kinds: tuple = ()
    conflicts: str = "force"
    service_account: str | None = None
    on_failure: str = "report"
    on_alert: str = "report"
    owners: tuple = ()
    review_days: int | None = None
    sync: SyncPolicy = SyncPolicy()
    policy: Policy = Policy()
    verify: bool = False
    enforce_review: bool = False
    only_promote: bool = False
    promotes: tuple = ()
    gates: Gates = Gates()
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Protected:
    """Paths of the config repository, as patterns, and of whom one has to agree to a change of them (nobody: whoever may approve it)."""

    paths: tuple
    owners: tuple = ()

    def covers(self, path):
        """Whether it is one of the paths, or in one that is a folder."""
        bare = [each.rstrip("/") for each in self.paths]
        return any(fnmatchcase(path, each) or fnmatchcase(path, f"{each}/*") for each in bare)


@dataclass(frozen=True, slots=True)
class Ignore:
    """Fields drift is not looked for in: a kind, perhaps a name, JSON pointers."""

    kind: str
    name: str | None
    pointers: tuple


@dataclass(frozen=True, slots=True)
class ImageRule:
    """Which tags of an app's image are deployed by themselves: a range of versions, or a pattern and what makes one the latest (numeric, alphabetic, newest)."""

    app: str
    environment: str
    semver: str | None = None
    match: str | None = None
    order: str = "numeric"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What builds, or deploys, a repository outside: a project or a trigger of a cloud's service, by its kind (gitops/builders); `forge` is the repository's own pipeline."""

    repository: str
    kind: str = "forge"
    project: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewRule:
    """Which pull requests get an instance of their own: those of a repository that have a label, from the values of an environment.

    `name` begins the names of theirs; `apps` are those meant (none: all built from the repository); `values` are set by key path, their texts with fields such as {number}.
    """

    repository: str
    environment: str
    name: str
    label: str = "preview"
    apps: tuple = ()
    host: str | None = None
    version: str = "{sha7}"
    days: int = 7
    limit: int = 5
    forks: bool = False
    values: Mapping = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Prices:
    """What resources cost, as klepaas.yaml says; None: not priced. `hours` is how many a month has."""

    currency: str
    vcpu_hour: float
    memory_gib_hour: float
    storage_gib_month: float | None = None
    load_balancer_month: float | None = None
    hours: float = 730


@dataclass(frozen=True, slots=True)
class Rule:
    """What is deployed when a repository says that something happened. Patterns are globs; `version` has fields such as {sha7}."""

    repository: str
    event: str
    environment: str
    branch: str | None = None
    tag: str | None = None
    workflow: str | None = None
    app: str | None = None
    version: str | None = None
    prerelease: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One app in one environment. `source` is "chart" (values_path and chart) or "manifests" (manifests_path)."""

    app: str
    environment: str
    source: str = "chart"
    values_path: str | None = None
    manifests_path: str | None = None
    chart: str | None = None
    keys: Mapping = field(default_factory=lambda: NOTHING)
    repository: str | None = None
    suspend: bool = False
    depends_on: tuple = ()
    adopt: bool = False
    ignore: tuple = ()


@dataclass(frozen=True, slots=True)
class App:
    """An app and its targets by environment name, in the environments' order."""

    name: str
    targets: Mapping


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file of the repository; `app` and `environment` say what it stops (None: everything)."""

    path: str
    line: int | None
    code: str
    message: str
    app: str | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asked for, typed. `text` is their own words, `reason` what they gave as one."""

    verb: str
    app: str | None = None
    environment: str | None = None
    args: Mapping = field(default_factory=lambda: NOTHING)
    id: str | None = None
    text: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One file: its bytes before and after; None = absent."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command would do on `base` (a commit sha).

    `manifests` are the rendered differences, `{kind, name, namespace, action, diff, effect?}` each; `risk` is low, medium or high;
    `delivery` is "commit", "review" or "order"; `warnings` are codes of texts a person should see before confirming;
    `trailers` are the plan's own, as (name, value).
    """

    command: Command
    base: str | None
    changes: tuple = ()
    manifests: tuple = ()
    risk: str = "low"
    delivery: str = "commit"
    summary: str = ""
    warnings: tuple = ()
    trailers: tuple = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A proposed change waiting for people. `status`: open, merged, rejected. `url` is where to look at it, `number` its name there, if anywhere."""

    id: str
    status: str
    branch: str
    head: str
    title: str
    author: str
    environment: str
    app: str | None = None
    approvals: tuple = ()
    required: int = 0
    commit: str | None = None
    url: str | None = None
    forge: str = "local"
    number: int | None = None
    created: float = 0.0
    there: tuple = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command. `status`: committed, proposed, unchanged, accepted (an order), building (the change comes later).

    `plan` is the plan as JSON shows it (gitops/views): a receipt is kept, and answered again to the same request.
    """

    id: str
    status: str
    plan: Mapping
    commit: str | None = None
    review: Review | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as history shows it; `trailers` inform and never authorise. Times are UTC seconds."""

    sha: str
    author: str
    email: str
    time: int
    subject: str
    body: str = ""
    trailers: Mapping = field(default_factory=lambda: NOTHING)
    parents: tuple = ()


@dataclass(frozen=True, slots=True)
class Health:
    """`status`: healthy, progressing, degraded, suspended, missing, unknown."""

    status: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """One app brought to a revision. `status`: synced, progressing, succeeded, failed, held, suspended, superseded; times are UTC seconds.

    `actions` are `{action, kind, namespace, name}` each, of created, changed, pruned, kept. `commit` is the one that made the app what it is
    at the revision, where that is known.
    """

    app: str
    environment: str
    revision: str
    status: str
    actions: tuple = ()
    health: Health = field(default_factory=lambda: Health("unknown"))
    started: float = 0.0
    finished: float | None = None
    error: str | None = None
    commit: str | None = None
