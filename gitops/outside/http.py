"""Outbound HTTP: one place for time limits, retries, breakers, metrics and for what an answer means. The owner of requests.

`ask` speaks to a provider of the world outside; `call` to a server of ours. Must not know what is asked for, and says no secret:
what a provider answers is masked before it becomes an error.
"""

import base64
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import orjson
import requests
import tenacity
from prometheus_client import Counter, Histogram
from requests.adapters import HTTPAdapter

from gitops import errors
from gitops.errors import KlepaasError, Timeout, Unavailable
from gitops.outside import addresses
from gitops.outside.breakers import breaker, guarded
from gitops.outside.refusals import about, fault, refusal
from gitops.telemetry import tracing
from gitops.types import NOTHING

SECONDS = 30
CONNECT = 5          # seconds until a connection must stand
ATTEMPTS, FIRST, LONGEST, JITTER = 5, 0.2, 5.0, 0.2
PATIENCE = 60        # seconds for all attempts of one call: who is told to come back later than that is told so at once
LARGEST = 16 << 20   # bytes of an answer
REDIRECTS = 3
PAGES = 50           # of one listing
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})  # RFC 9110, 9.2.2
_FAMILIES, _local = {}, threading.local()


class Refused(KlepaasError):
    """What a server of ours refused, as it said it."""

    def __init__(self, status, problem, url):
        super().__init__("server_error", url=url, status=status)
        self.status, self.problem = status, problem if isinstance(problem, dict) else {}
        self.transient = status in (429, 502, 503, 504)

    def text(self, language="en"):
        return self.problem.get("detail") or super().text(language)


def call(method, url, token=None, timeout=SECONDS, **more):
    """The JSON a server of ours answers; Refused with its problem, Unavailable when it cannot be reached. Follows no redirect."""
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {}), **({"traceparent": here} if (here := tracing.here()) else {})}
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


@dataclass(frozen=True, slots=True)
class Provider:
    """A server of somebody else's. `headers` go with every request and are secret, as are `secrets`; `public`: its URL is a user's
    word, so that only public addresses are spoken to; `family` begins the names of its metrics; `patience` are the seconds of all attempts, `largest` the bytes of an answer.
    `sign(method, path with query)` gives headers that only this attempt may be sent with; `meant(status, body)` the status that a refusal's body really is."""

    name: str
    url: str
    headers: Mapping = field(default_factory=lambda: NOTHING, repr=False)
    secrets: tuple = field(default=(), repr=False)
    public: bool = False
    family: str = "klepaas"
    timeout: float = 15
    patience: float = PATIENCE
    largest: int = LARGEST
    sign: Callable | None = None
    meant: Callable | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the parsed JSON (None for an empty one), or the bytes where no JSON was asked for; header names are in lower case."""

    status: int
    headers: Mapping
    body: object
    following: str | None = None  # the URL of the next page


def of_service(settings, name, service):
    """The address of one service of a cloud; Invalid where the setting names but one for all."""
    pattern = getattr(settings, name.lower())
    if "{service}" not in pattern:
        raise errors.Invalid("bad_setting", name=name, wanted="an address with {service} in it")
    return pattern.replace("{service}", service)


def credential(text):
    """(headers, secrets) of what a setting says to authenticate with: `user:password`, or a bearer token, which has no colon (RFC 6750, 2.1)."""
    if not text:
        return NOTHING, ()
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}" if ":" in text else f"Bearer {text}"}, (text, text.partition(":")[2])


def ask(provider, method, path, operation, again=None, parse=True, also=(), **more):
    """The Answer of a provider at a path of its URL, or an error of our tree with `kind`, `provider` and `operation` in its details.

    `operation` is the name in the metrics. Transient failures are tried again where that does no harm: `again` says that this
    request may come twice; otherwise its method does, and a request that surely did not arrive is sent again whatever it was. A status of
    `also` is an answer too, with its bytes for a body.
    """
    url = urljoin(provider.url.rstrip("/") + "/", path.lstrip("/")) if "://" not in path else path
    _same_place(provider, url, operation)
    may = method in IDEMPOTENT if again is None else again
    return repeated(provider, operation, lambda: _sent(provider, method, url, operation, parse, also, more), may)


def repeated(provider, operation, send, may):
    """What `send()` makes of a call, tried again where that may help and `may` do no harm, behind the breaker and counted."""
    retry = tenacity.Retrying(stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay(provider.patience), wait=_pause, reraise=True,
                              retry=tenacity.retry_if_exception(lambda error: _worth(error, may)))
    return guarded_call(provider, operation, lambda: retry(send))


def guarded_call(provider, operation, send):
    """What `send()` makes of a call of a provider, behind its breaker and counted. What does not speak HTTP is sent so too."""
    began, result = time.monotonic(), "ok"
    try:
        return guarded(breaker((*_place(provider.url), provider.name), provider.name), send)
    except KlepaasError as error:
        result = error.details.get("kind", error.code)
        raise
    finally:
        requests_total, latency = _metrics(provider.family)
        requests_total.labels(provider.name, operation, result).inc()
        latency.labels(provider.name, operation).observe(time.monotonic() - began)


def pages(provider, path, operation, under=None, **more):
    """The items of a listing, page after page as its Link header says; `under` is the member that has them where an answer is no list."""
    for _ in range(PAGES):
        answer = ask(provider, "GET", path, operation, **more)
        items = answer.body.get(under) if under and isinstance(answer.body, dict) else answer.body
        yield from items if isinstance(items, list) else ()
        if answer.following is None:
            return
        path, more = answer.following, {}


def _metrics(family):
    if family not in _FAMILIES:
        _FAMILIES[family] = (Counter(f"{family}_external_requests_total", "Calls of providers, by what became of them", ("provider", "operation", "result")),
                             Histogram(f"{family}_external_request_latency_seconds", "Seconds a call took with its retries", ("provider", "operation")))
    return _FAMILIES[family]


# --- when to try again -----------------------------------------------------------------------------------------------


def _worth(error, may):
    return getattr(error, "transient", False) and (may or getattr(error, "unsent", False))


def _pause(state):
    """Exponential with jitter, and never before the provider's Retry-After."""
    wait = min(FIRST * 2 ** (state.attempt_number - 1), LONGEST) * random.uniform(1 - JITTER, 1 + JITTER)
    return max(wait, state.outcome.exception().retry_after or 0)


# --- one attempt -----------------------------------------------------------------------------------------------------


class _Authorized(requests.auth.AuthBase):
    """Sets the provider's headers last: requests would else put a password of ~/.netrc in their place."""

    def __init__(self, provider):
        self.provider = provider

    def __call__(self, request):
        request.headers.update(self.provider.headers)
        request.headers.update(self.provider.sign(request.method, request.path_url) if self.provider.sign else {})
        return request


class _PublicOnly(HTTPAdapter):
    def init_poolmanager(self, *args, **more):
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = addresses.POOLS


def _session(public):
    """One a thread: a requests session is none for several."""
    kept = getattr(_local, "sessions", None)
    if kept is None:
        kept = _local.sessions = {}
    if public not in kept:
        kept[public] = made = requests.Session()
        made.cookies.set_policy(_NoCookies())
        if public:
            made.trust_env = False
            for scheme in ("http://", "https://"):
                made.mount(scheme, _PublicOnly())
    return kept[public]


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):
    def set_ok(self, cookie, request):
        return False


def _sent(provider, method, url, operation, parse, also, more):
    end = time.monotonic() + provider.timeout
    try:
        for _ in range(REDIRECTS + 1):
            with _session(provider.public).request(method, url, auth=_Authorized(provider), timeout=(CONNECT, provider.timeout), allow_redirects=False, stream=True,
                                                   **{**more, "headers": {"Accept": "application/json", **more.get("headers", {})}}) as answer:
                if not answer.is_redirect:
                    return _understood(provider, operation, answer, _body(provider, operation, answer, end), parse, also)
                url, method = urljoin(url, answer.headers["Location"]), "GET" if answer.status_code == 303 else method
            _same_place(provider, url, operation)
    except requests.ConnectTimeout:
        raise fault(Timeout("provider_timeout", **about(provider, operation, "timeout"), seconds=CONNECT), unsent=True) from None
    except requests.Timeout:
        raise fault(Timeout("provider_timeout", **about(provider, operation, "timeout"), seconds=provider.timeout)) from None
    except requests.ConnectionError as error:
        raise fault(Unavailable("provider_unreachable", **about(provider, operation, "unavailable")), unsent="NewConnectionError" in str(error) or "NameResolution" in str(error)) from None
    except requests.RequestException:
        raise fault(Unavailable("provider_unreachable", **about(provider, operation, "unavailable"))) from None
    raise errors.Invalid("provider_redirects", **about(provider, operation, "bad_request"))


def _place(url):
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def _same_place(provider, url, operation):
    """What authenticates at one server is no other's business."""
    if _place(url) != _place(provider.url) or _place(url)[0] not in ("http", "https"):
        raise errors.Forbidden("provider_redirects_elsewhere", **about(provider, operation, "forbidden"), host=_place(url)[1][:100])


def _body(provider, operation, answer, end):
    """All of the body within its time and size: bytes that come one by one keep no thread."""
    read = bytearray()
    for chunk in answer.iter_content(65536):
        read += chunk
        if len(read) > provider.largest:
            raise errors.Invalid("provider_too_large", **about(provider, operation, "bad_request"), most=f"{provider.largest >> 20} MiB")
        if time.monotonic() > end:
            raise requests.Timeout
    return bytes(read)


def _understood(provider, operation, answer, data, parse, also):
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status_code in also:
        return Answer(answer.status_code, headers, data)
    if not answer.ok:
        raise refusal(provider, operation, answer.status_code, headers, data)
    try:
        body = orjson.loads(data) if parse and data else data if not parse else None
    except orjson.JSONDecodeError:
        raise Unavailable("provider_no_json", **about(provider, operation, "internal")) from None
    return Answer(answer.status_code, headers, body, answer.links.get("next", {}).get("url"))
