"""Outbound HTTP: one place for time limits and for what an answer means. The owner of requests."""

import requests

from gitops import errors
from gitops.errors import Unavailable

SECONDS = 30


class Refused(errors.KlepaasError):
    """What a server of ours refused, as it said it."""

    def __init__(self, status, problem, url):
        super().__init__("server_error", url=url, status=status)
        self.status, self.problem = status, problem if isinstance(problem, dict) else {}
        self.transient = status in (429, 502, 503, 504)

    def text(self, language="en"):
        return self.problem.get("detail") or super().text(language)


def call(method, url, token=None, timeout=SECONDS, **more):
    """The JSON a server of ours answers; Refused with its problem, Unavailable when it cannot be reached. Follows no redirect."""
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    try:
        answer = requests.request(method, url, headers=headers, timeout=timeout, allow_redirects=False, **more)
    except requests.RequestException:
        raise Unavailable("server_unreachable", url=url) from None
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not answer.ok or answer.is_redirect:
        raise Refused(answer.status_code, body, url)
    return body
