"""Settings: from the environment, then `.env`, then defaults; read once into a frozen value.

`SETTINGS` is the one table of them: the README's table and `klepaas doctor` are made from it. Must not reach for anything
outside the environment and `.env`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from gitops.errors import Invalid


@dataclass(frozen=True, slots=True)
class Setting:
    """`secret`: never shown. `aliases`: names of the predecessor that work too."""

    name: str
    help: str
    default: str | None = None
    secret: bool = False
    aliases: tuple = ()
    kind: type = str


TABLE = (
    Setting("CONFIG_REPO", "deployment-config repository: path of a bare one, or a file, ssh or https URL", aliases=("DEPLOYMENT_CONFIG_REPO",)),
    Setting("CONFIG_TOKEN", "token for CONFIG_REPO over https", secret=True, aliases=("DEPLOYMENT_CONFIG_TOKEN",)),
    Setting("SIGNING_KEY", "signs every commit: path of an SSH private key without a passphrase, or gpg:KEY; default: none is signed"),
    Setting("ALLOWED_SIGNERS", "whose SSH signatures `verify: signed` accepts: path of an allowed-signers file of ssh-keygen; OpenPGP keys are those that gpg trusts"),
    Setting("MIRROR_REPO", "a copy of the config repository that main is pushed to, never over anything else: path of a bare one, or a file, ssh or https URL"),
    Setting("MIRROR_TOKEN", "token or password for MIRROR_REPO over https", secret=True),
    Setting("DATABASE_URL", "sqlite:///path or postgresql://…; default: ledger.db in KLEPAAS_HOME", secret=True),
    Setting("KUBECONFIG", "kubeconfig of the clusters; default: in-cluster, else ~/.kube/config"),
    Setting("KLEPAAS_HOME", "folder of mirrors, locks and the default database", ".klepaas"),
    Setting("KLEPAAS_URL", "server the command line talks to; default: CONFIG_REPO directly"),
    Setting("KLEPAAS_TOKEN", "API token for KLEPAAS_URL", secret=True),
    Setting("KLEPAAS_ADMINS", "e-mail addresses, separated by commas, that hold every scope", ""),
    Setting("PORT", "port of the web server", "8080", kind=int),
    Setting("TRUSTED_PROXIES", "networks of the proxies in front, separated by commas: what they say in X-Forwarded-For is where a request came from; default: none is believed"),
    Setting("CORS_ORIGINS", "origins whose pages may ask the API, with a token of their own, separated by commas, as https://portal.example.org; default: none", ""),
    Setting("SECRET_KEY", "signs session cookies and the audit's checkpoints, encrypts stored tokens; default: made once and kept in KLEPAAS_HOME", secret=True),
    Setting("GITHUB_CLIENT_ID", "id of the OAuth app that people sign in to by GitHub"),
    Setting("GITHUB_CLIENT_SECRET", "its secret", secret=True),
    Setting("GITHUB_URL", "GitHub as people see it, or a GitHub Enterprise Server", "https://github.com"),
    Setting("GOOGLE_CLIENT_ID", "id of the OAuth client that people sign in to by Google"),
    Setting("GOOGLE_CLIENT_SECRET", "its secret", secret=True),
    Setting("GOOGLE_ISSUER", "issuer of Google's ID tokens", "https://accounts.google.com"),
    Setting("SLACK_CLIENT_ID", "id of the app that people sign in to by Slack"),
    Setting("SLACK_CLIENT_SECRET", "its secret", secret=True),
    Setting("SLACK_ISSUER", "issuer of Slack's ID tokens", "https://slack.com"),
    Setting("SLACK_TEAM_ID", "the one workspace whose people may sign in, as T0123456789; default: any"),
    Setting("SLACK_SIGNING_SECRET", "what Slack signs its requests with: the app's, for /klepaas, buttons and mentions; without it they are refused", secret=True),
    Setting("SLACK_API_URL", "Slack's Web API", "https://slack.com/api"),
    Setting("SLACK_WEBHOOK_URL", "incoming webhook of Slack: the channel `slack` of notifications", secret=True),
    Setting("NOTIFY_CHANNELS", "channels of notifications with their addresses and secrets: JSON, or the path of a file with it", secret=True),
    Setting("MCP_SERVERS", "MCP servers of others whose tools people with mcp:execute may call: JSON, or the path of a file with it", secret=True),
    Setting("OIDC_ISSUER", "OpenID Connect issuer whose tokens machines send as Authorization: Bearer; its subjects are granted roles in klepaas-access.yaml"),
    Setting("OIDC_AUDIENCE", "what these tokens must be issued for; without it none is accepted"),
    Setting("LOCKOUT_SECONDS", "how long an address is locked out after too many wrong sign-ins or tokens within as long", "300", kind=int),
    Setting("REQUESTS_PER_MINUTE", "how often one person or token may ask a process of the web server; 0: as often as it can", "6000", kind=int),
    Setting("AUDIT_DAYS", "how long the audit keeps a row; 0: for ever", "365", kind=int),
    Setting("LOG_FORMAT", "how the processes log: text, or json, one object a line", "text"),
    Setting("LOG_LEVEL", "what they log: debug, info, warning or error, and what is graver", "info"),
    Setting("ACCESS_LOG", "true: the web server logs each request", "false", kind=bool),
    Setting("SENTRY_DSN", "project of Sentry that bugs are reported to, without secrets (install `klepaas[sentry]`)", secret=True),
    Setting("OTEL_EXPORTER_OTLP_ENDPOINT", "collector that takes traces by OTLP over HTTP, up to /v1/traces (install `klepaas[otel]`)"),
    Setting("OTEL_EXPORTER_OTLP_HEADERS", "what it is asked with: NAME=VALUE, separated by commas", secret=True),
    Setting("ENABLE_K8S_DEPLOY", "false: the controller observes and reports, and writes nothing", "true", kind=bool),
    Setting("POLL_SECONDS", "how often the controller looks at the repository when nothing wakes it", "60", kind=int),
    Setting("EVENT_DAYS", "how long is kept what the clusters report of apps (their Events); 0: nothing is", "7", kind=int),
    Setting("METRICS_PORT", "port of the controller's metrics and health, 0: none", "0", kind=int),
    Setting("METRICS_HOST", "address that METRICS_PORT listens on; from elsewhere than loopback /metrics takes a token with admin:read", "127.0.0.1"),
    Setting("NLP_ORDER", "language models that have a key, in the order they are asked where the rules are not sure of a sentence; the next one where one fails", "gemini,claude,gpt"),
    Setting("NLP_VERIFY", "a second of them is asked about a change that the rules do not bear out: offered only if both read the same", "true", kind=bool),
    Setting("NLP_TIMEOUT", "seconds one of them may take, retries included; a sentence waits twice as long at most", "10", kind=int),
    Setting("NLP_RETRIES", "how often one is asked again after a failure that may pass", "1", kind=int),
    Setting("GEMINI_API_KEY", "key of Gemini", secret=True),
    Setting("GEMINI_MODEL", "its model", "gemini-3.8-flash"),
    Setting("GEMINI_BASE_URL", "its server; default: the vendor's"),
    Setting("GEMINI_SDK", "google-generativeai, or its successor google-genai (install `klepaas[genai]`)", "google-generativeai"),
    Setting("ANTHROPIC_API_KEY", "key of Claude", secret=True, aliases=("CLAUDE_API_KEY",)),
    Setting("ANTHROPIC_MODEL", "its model", "claude-haiku-5-5"),
    Setting("ANTHROPIC_BASE_URL", "its server; default: the vendor's"),
    Setting("OPENAI_API_KEY", "key of GPT; any word for a server that asks for none", secret=True),
    Setting("OPENAI_MODEL", "its model", "gpt-5.4-mini"),
    Setting("OPENAI_BASE_URL", "its server, up to /v1, as that of Ollama or vLLM; default: the vendor's"),
    Setting("REGISTRIES", "container registries that `images` may speak to though their address is private, separated by commas: host, or http://host:port", ""),
    Setting("REGISTRY_AUTH_FILE", "credentials of registries: path of a config.json as docker keeps it"),
    Setting("IMAGE_SECONDS", "how often `images` looks at registries", "300", kind=int),
    Setting("FORGE", "where changes to review are proposed: local, github, gitea (Forgejo too) or gitlab", "local"),
    Setting("GITHUB_TOKEN", "token for GitHub's API; default: CONFIG_TOKEN", secret=True),
    Setting("GITHUB_API_URL", "GitHub's API, or that of a GitHub Enterprise Server (https://HOST/api/v3)", "https://api.github.com"),
    Setting("GITHUB_APP_ID", "id of a GitHub App, used instead of GITHUB_TOKEN"),
    Setting("GITHUB_APP_PRIVATE_KEY", "private key of the GitHub App: PEM text, or the path of a file with it", secret=True),
    Setting("GITEA_URL", "Gitea or Forgejo, as https://HOST"),
    Setting("GITEA_TOKEN", "token for Gitea's API; default: CONFIG_TOKEN", secret=True),
    Setting("GITLAB_URL", "GitLab, as https://HOST", "https://gitlab.com"),
    Setting("GITLAB_TOKEN", "token for GitLab's API; default: CONFIG_TOKEN", secret=True),
    Setting("GITHUB_WEBHOOK_SECRET", "secret that GitHub or Gitea signs webhooks with; without it they are refused", secret=True),
    Setting("STAGING_WEBHOOK_SECRET", "secret that a pipeline signs its staging callback with; without it they are refused", secret=True),
    Setting("WEBHOOK_NETWORKS", "networks that webhooks may come from, separated by commas, as 192.0.2.0/24; default: any"),
    Setting("PROMETHEUS_URL", "Prometheus, or what speaks its HTTP API, up to /api/v1: graphs, the node panel, `query`, gates by measurement", aliases=("PROMETHEUS_BASE_URL",)),
    Setting("PROMETHEUS_TOKEN", "what it asks for: a bearer token, or user:password", secret=True),
    Setting("ALERTMANAGER_URL", "Alertmanager, up to /api/v2: alerts are silenced there"),
    Setting("ALERTMANAGER_TOKEN", "what it asks for: a bearer token, or user:password", secret=True),
    Setting("ALERTS_WEBHOOK_SECRET", "what Alertmanager and Grafana prove themselves with at /api/v1/alerts/webhook: sent as a bearer token, or signed with; without it they are refused", secret=True),
    Setting("PAGERDUTY_WEBHOOK_SECRET", "secret that PagerDuty signs its webhooks with; without it they are refused", secret=True),
    Setting("NCP_ACCESS_KEY", "access key of Naver Cloud Platform: SourceBuild, SourcePipeline, SourceDeploy, SourceCommit and its Container Registry"),
    Setting("NCP_SECRET_KEY", "its secret key, which requests are signed with", secret=True),
    Setting("NCP_REGION", "region of its services", "KR"),
    Setting("NCP_API_URL", "its API gateway, {service} being the service's name; others for the government's and the financial cloud", "https://{service}.apigw.ntruss.com"),
    Setting("NCP_GIT_CREDENTIAL", "user:password of a SourceCommit git account that reads the repositories which are built", secret=True),
    Setting("GCP_PROJECT", "project of Google Cloud: Cloud Build and Artifact Registry (install `klepaas[google]`)"),
    Setting("GCP_LOCATION", "location of its triggers", "global"),
    Setting("GCP_API_URL", "its interfaces, {service} being the service's name", "https://{service}.googleapis.com"),
    Setting("GOOGLE_APPLICATION_CREDENTIALS", "key file of the service account that tokens are taken for; default: the metadata server's, which is workload identity in a cluster"),
    Setting("IMAGE_PULL_SECRET", "name of the pull secret that new apps get", aliases=("K8S_IMAGE_PULL_SECRET",)),
)
SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in TABLE}
NAMES = frozenset(name for setting in TABLE for name in (setting.name, *setting.aliases))


class Settings:
    """Values by name, as attributes in lower case: `settings.config_repo`. `source(name)` says where one came from."""

    def __init__(self, values, sources):
        self._values, self._sources = values, sources

    def __getattr__(self, name):
        try:
            return self._values[name.upper()]
        except KeyError:
            raise AttributeError(name) from None

    def source(self, name):
        return self._sources[name]

    @property
    def home(self):
        return Path(self.klepaas_home).absolute()

    @property
    def database(self):
        return self.database_url or f"sqlite:///{self.home / 'ledger.db'}"

    @property
    def admins(self):
        return frozenset(part.strip().lower() for part in self.klepaas_admins.split(",") if part.strip())


def load(environ=None, dotenv=".env"):
    """Settings from `environ` (default: the process's), then the file `dotenv`, then defaults; Invalid when one is malformed."""
    layers = (("environment", os.environ if environ is None else environ), (dotenv, dotenv_values(dotenv) if dotenv else {}))
    found = {setting.name: _found(setting, layers) for setting in TABLE}
    return Settings({name: _typed(SETTINGS[name], value) for name, (value, _) in found.items()},
                    {name: source for name, (_, source) in found.items()})


def _found(setting, layers):
    for source, layer in layers:
        for name in (setting.name, *setting.aliases):
            if layer.get(name):
                return layer[name], source if name == setting.name else f"{source} ({name})"
    return setting.default, "default" if setting.default is not None else "not set"


def _typed(setting, value):
    if setting.kind is int and value is not None:
        if not value.isascii() or not value.isdigit():
            raise Invalid("bad_setting", name=setting.name, wanted="a whole number")
        return int(value)
    if setting.kind is bool:
        if value.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise Invalid("bad_setting", name=setting.name, wanted="true or false")
        return value.lower() in ("true", "1", "yes")
    return value
