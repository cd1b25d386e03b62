"""`klepaas doctor`: each setting, its source, and whether what it names works. Secrets are masked."""

from controller import observe, prometheus
from gitops import config, forges, mirror, services
from gitops.alerts import silences
from gitops.errors import KlepaasError
from gitops.notices import places
from gitops.outside import gcp, ncp
from nlp import interpret
from nlp.models import chain
from web.external import servers
from web.people import cors, issuers, oauth, origins
from web.rest import hooks


def examine(settings):
    """[{name, value, source, works (True, False or None: nothing to try), message}]"""
    return [_row(settings, each) for each in config.TABLE]


def _row(settings, setting):
    value = getattr(settings, setting.name.lower())
    works, message = True, ""
    check = CHECKS.get(setting.name)
    try:
        message = check(settings) if check else ""
        works = None if check is None or message is None else True
    except KlepaasError as error:
        works, message = False, error.text()
    shown = "" if value is None else "***" if setting.secret and value else str(value)
    return {"name": setting.name, "value": shown, "source": settings.source(setting.name), "works": works, "message": message or ""}


def _repository(settings):
    return _opened(settings, lambda repo: repo.fetch())


def _mirror(settings):
    return _opened(settings, lambda repo: mirror.standing(repo, settings)) if settings.mirror_repo else None


def _opened(settings, ask):
    """Where main is, as `ask(repo)` says; None where there is no repository."""
    if not settings.config_repo and not (settings.home / "config.git").is_dir():
        return None
    opened = services.Repository.open(services.repository(settings), settings.home, settings.config_token)
    try:
        head = ask(opened)
        return f"main is at {head[:8]}" if head else "no commit yet"
    finally:
        opened.close()


def _port(settings):
    demo = services.address(settings)
    return None if settings.klepaas_url or demo.endswith(f":{settings.port}") else f"the demo serves at {demo}"


def _database(settings):
    services.ledger(settings).close()
    return "answers"


def _cluster(settings):
    return observe.Observer(services.viewer(settings), settings).version() if services.viewer(settings) else None


def _model(name):
    """A check that asks the model one question."""
    def check(settings):
        models = chain.opened(settings, name)
        if models is None:
            return None
        call = interpret.by_model("help", models=models).calls[0]
        if call.problem:
            raise call.problem
        return f"{call.model} answers"
    return check


def _forge(settings):
    name, forge = forges.chosen(settings)
    if name == "local":
        return None
    forge.find(services.Services(settings, None, None, None), "klepaas/doctor")  # asks for a branch that is not there
    return "answers"


def _issuer(name, wanted):
    """A check that asks an OpenID Connect issuer what it publishes, where it is used."""
    def check(settings):
        if not getattr(settings, wanted) or not getattr(settings, name):
            return None
        issuers.of(name, getattr(settings, name), oauth.PROVIDERS["google"].aliases if name == "google_issuer" else ()).metadata()
        return "answers"
    return check


def _prometheus(settings):
    """The query that everything that speaks its API answers."""
    if not settings.prometheus_url:
        return None
    prometheus.query(settings, "vector(1)")
    return "answers"


def _alertmanager(settings):
    return silences.status(settings) if settings.alertmanager_url else None


def _ncp(settings):
    return ncp.status(settings) if settings.ncp_access_key or settings.ncp_secret_key else None


def _gcp(settings):
    return gcp.status(settings) if settings.gcp_project else None


def _webhooks(settings):
    hooks.networks(settings.webhook_networks)


def _proxies(settings):
    origins.networks(settings.trusted_proxies, "TRUSTED_PROXIES")


def _channels(settings):
    found = places.every(settings)
    return ", ".join(f"{name} ({place.kind})" for name, place in sorted(found.items())) or None


def _origins(settings):
    cors.origins(settings.cors_origins)


def _servers(settings):
    return ", ".join(sorted(servers.every(settings))) or None


ISSUERS = {"GOOGLE_ISSUER": "google_client_id", "SLACK_ISSUER": "slack_client_id", "OIDC_ISSUER": "oidc_audience"}  # and what makes it used
CHECKS = {**{name: _issuer(name.lower(), wanted) for name, wanted in ISSUERS.items()}, "FORGE": _forge, "NCP_ACCESS_KEY": _ncp, "GCP_PROJECT": _gcp, "PROMETHEUS_URL": _prometheus, "ALERTMANAGER_URL": _alertmanager, "NOTIFY_CHANNELS": _channels, "MCP_SERVERS": _servers, "WEBHOOK_NETWORKS": _webhooks, "TRUSTED_PROXIES": _proxies, "CORS_ORIGINS": _origins, "CONFIG_REPO": _repository, "MIRROR_REPO": _mirror, "PORT": _port, "DATABASE_URL": _database, "KUBECONFIG": _cluster, **{f"{prefix}_API_KEY": _model(name) for name, prefix in chain.PREFIXES.items()}}


def table(found):
    mark = {True: "ok", False: "FAILS", None: "-"}
    rows = [(each["name"], each["value"], each["source"], mark[each["works"]], each["message"]) for each in found]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths)) + f"  {row[4]}" for row in rows)
