"""What every route and socket needs, in one table: `identity.guard` holds it before a view runs, the README shows it, a test walks the URL map.

A view may ask for more (which environment, whose token), never for less. Tools and verbs have theirs in gitops/verbs.
"""

from dataclasses import dataclass

VERB = "the verb's"


@dataclass(frozen=True, slots=True)
class Right:
    """`scope` is held at some environment, or everywhere if `whole`; None: whoever is signed in. `public`: proves itself in another way, if it asks at all.

    `does` is what its attempts are called in the audit; None where it only reads, or where what it does is written down behind it (gitops/submit).
    """

    scope: str | None = None
    whole: bool = False
    does: str | None = None
    door: str = "rest"
    public: bool = False

    def text(self):
        """As the README says it."""
        return "none" if self.public else "sign-in" if self.scope is None else f"{self.scope}, everywhere" if self.whole else self.scope


OPEN, OWN, READ = Right(public=True), Right(), Right("k8s:read")
TALK, ANY_VERB = Right(door="chat"), Right(VERB)
UNKNOWN = Right("admin:write", whole=True, does="unlisted")  # a route that somebody forgot here is nobody else's
ROUTES = {
    "static": OPEN, "page": OPEN, "reference": OPEN, "protected.metadata": OPEN, "healthz": OPEN, "readyz": OPEN,
    "metrics": OPEN,  # answers loopback, and else asks for admin:read itself
    "auth.link": OPEN, "auth.link_use": Right(public=True, does="sign_in"), "auth.logout": Right(public=True, does="sign_out"),
    "api.problem": OPEN, "oauth.providers": OPEN, "oauth.login": OPEN, "oauth.callback": Right(public=True, does="sign_in"),
    "hooks.webhook": Right(public=True, does="webhook", door="webhook"), "hooks.staging": Right(public=True, does="staging_webhook", door="webhook"),
    "hooks.deliveries": Right("admin:read", whole=True),
    "api.commands": ANY_VERB, "api.read": ANY_VERB, "api.one_command": READ, "api.listed": READ, "api.deployments": READ, "api.healths": READ,
    "cluster.pods": READ, "cluster.objects": READ, "app.pods": READ, "app.logs": READ, "streams.events": READ, "streams.logs": READ,
    "api.apps": READ, "api.app": READ, "api.environments": READ, "api.histories": READ, "api.changes": READ, "api.change": READ, "api.change_live": READ, "api.events": READ,
    "api.me": OWN, "api.catalogue": OWN, "api.document": OWN, "api.version": OWN, "api.texts": OWN,
    "chat.process": Right(VERB, door="chat"), "chat.previewed": Right(VERB, door="chat"), "chat.confirm": Right(VERB, door="chat"), "chat.suggested": Right("k8s:read", door="chat"),
    "chat.history": TALK, "chat.listed": TALK, "chat.one": TALK, "chat.marked": Right(door="chat", does="feedback"),
    "chat.feedback": Right("admin:read", whole=True, door="chat"), "teaching.phrases": Right("admin:read", whole=True, door="chat"),
    "teaching.teach": Right("admin:write", whole=True, door="chat"), "teaching.settle": Right("admin:write", whole=True, does="feedback_settle", door="chat"),
    "tokens.listed": OWN, "tokens.created": Right(does="token_create"), "tokens.revoked": Right(does="token_revoke"),
    "tokens.signed_in": OWN, "tokens.signed_out": Right(does="session_revoke"), "tokens.signed_out_elsewhere": Right(does="sessions_revoke"),
    "access.listed": Right("admin:read", whole=True), "access.grant": Right("admin:write"), "access.withdraw": Right("admin:write"),
    "access.users": Right("admin:read", whole=True), "access.signed_out": Right("admin:write", whole=True, does="sign_ins_end"),
    "figures.delivery": READ, "app.tree": READ, "app.blame": READ, "tutorial.tutorial": OWN,
    "alerts.webhook": Right(public=True, does="alerts_webhook", door="webhook"), "alerts.grafana": Right(public=True, does="alerts_webhook", door="webhook"), "alerts.pagerduty": Right(public=True, does="alerts_webhook", door="webhook"),
    "alerts.listed": READ, "alerts.one": READ, "alerts.acknowledged": Right("deploy:execute", does="alert_acknowledge"), "alerts.silenced": Right("deploy:execute", does="alert_silence"),
    "alerts.unsilenced": Right("deploy:execute", does="alert_unsilence"), "monitoring.configured": OWN, "monitoring.app": READ, "monitoring.nodes": Right("k8s:read", whole=True), "predecessor.query": Right("admin:read"), "__flask_sock.deployment": READ, "__flask_sock.deployment_v1": READ,
    "slack.commands": Right(public=True, does="slack_command", door="slack"), "slack.actions": Right(public=True, does="slack_action", door="slack"), "slack.events": Right(public=True, does="slack_event", door="slack"),
    "slack_app.status": Right("admin:read", whole=True), "slack_app.install": Right("admin:write", whole=True), "slack_app.callback": Right("admin:write", whole=True, does="slack_install"),
    "slack_app.uninstall": Right("admin:write", whole=True, does="slack_uninstall"),
    "repositories.listed": Right("deploy:execute"), "repositories.app": Right("admin:read", whole=True), "repositories.connect": Right("deploy:execute", does="repository_connect"),
    "external.providers": Right("mcp:execute"), "external.health": Right("mcp:execute"), "external.tools": Right("mcp:execute"), "external.called": Right("mcp:execute", whole=True, does="mcp_external_call", door="mcp"),
    "notices.listed": Right("admin:read", whole=True), "notices.again": Right("admin:write", whole=True, does="notifications_again"), "notices.tested": Right("admin:write", whole=True, does="notification_test"),
    "pipelines.listed": READ, "pipelines.one": READ, "pipelines.log": READ,
    "audit.listed": Right("admin:read"),
    "__flask_sock.events": READ, "__flask_sock.talk": Right(VERB, door="chat"),
}


def of(endpoint):
    return ROUTES.get(endpoint, UNKNOWN)
