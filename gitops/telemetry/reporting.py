"""Errors that are bugs, to Sentry, where SENTRY_DSN is set; without secrets, and without what people sent. The owner of sentry_sdk."""

import logging
from importlib import import_module

from gitops.errors import Invalid
from gitops.origin import ABOUT, CURRENT
from gitops.telemetry.redaction import Redactor

PATIENCE = 2  # seconds for what is left when the process ends


def needed(settings):
    """Invalid where reports are asked for and cannot be made."""
    if settings.sentry_dsn:
        try:
            import_module("sentry_sdk")
        except ModuleNotFoundError:
            raise Invalid("extra_missing", setting="SENTRY_DSN", extra="sentry") from None


def start(settings, process):
    """What this process logs as an error is reported from now on, if the settings say where to. After a fork."""
    needed(settings)
    if not settings.sentry_dsn:
        return
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration
    from sentry_sdk.integrations.threading import ThreadingIntegration

    hidden = _hidden(Redactor(settings))
    try:
        sentry_sdk.init(settings.sentry_dsn, server_name=process, before_send=hidden, max_breadcrumbs=0, send_default_pii=False, include_local_variables=False, include_source_context=False,
                        default_integrations=False, auto_enabling_integrations=False, shutdown_timeout=PATIENCE, auto_session_tracking=False,
                        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR), DedupeIntegration(), ExcepthookIntegration(), ThreadingIntegration(), AtexitIntegration(callback=lambda pending, timeout: None)])
    except ValueError:
        raise Invalid("bad_setting", name="SENTRY_DSN", wanted="the DSN of a project, as https://KEY@HOST/NUMBER") from None


def _hidden(redactor):
    def before_send(event, hint):
        """An argument of a message alone may be half a secret: the message is told whole."""
        said = event.get("logentry") or {}
        ids = {"request_id": CURRENT.get().request, **ABOUT.get()}
        record = hint.get("log_record")
        event["logentry"] = {"message": record.getMessage() if record else said.get("formatted") or said.get("message")}
        event["tags"] = {name: value for name, value in ids.items() if value is not None}
        return redactor.hidden(event)
    return before_send
