"""What gunicorn says of itself and of requests, as all that the process logs (gitops/telemetry/logs). Must not know a route."""

import logging

from gunicorn import glogging

from gitops import config
from gitops.errors import KlepaasError
from gitops.telemetry import logs, reporting, tracing


class Logger(glogging.Logger):
    """Settings that are malformed end it with a sentence, before a process is forked."""

    def setup(self, cfg):
        try:
            settings = config.load()
            for each in (reporting, tracing):
                each.needed(settings)
            logs.configure(settings)
        except KlepaasError as error:
            raise SystemExit(f"klepaas: {error}") from None
        self.cfg, self._access_log_enabled = cfg, settings.access_log
        self.error_log.propagate = self.access_log.propagate = True
        self.error_log.setLevel(max(logs.LEVELS[settings.log_level.lower()], logging.WARNING))
        self.access_log.setLevel(logging.INFO)

    def access(self, resp, req, environ, request_time):
        """One record a request: its path without the query, which may hold what only its receiver should see."""
        if self._access_log_enabled:
            path, seconds = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), round(request_time.total_seconds(), 6)
            self.access_log.info("%s %s", environ["REQUEST_METHOD"], path, extra={
                "method": environ["REQUEST_METHOD"], "path": path, "status": int(str(resp.status).split()[0]), "seconds": seconds, "bytes": resp.sent, "address": environ.get("REMOTE_ADDR"), "request_id": environ.get("HTTP_X_REQUEST_ID")})
