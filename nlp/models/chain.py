"""The configured models in order: each behind its breaker, within its time, and the next one where one fails. Must not know what an answer means."""

import queue
import threading
import time
from dataclasses import dataclass

from gitops import messages
from gitops.errors import Invalid, KlepaasError, RateLimited, Unavailable
from gitops.outside.breakers import Breaker
from nlp.models import VENDORS, gemini
from nlp.models.question import Provider, late

PREFIXES = {"gemini": "GEMINI", "claude": "ANTHROPIC", "gpt": "OPENAI"}
TURN = 2         # times the seconds of one model that a whole sentence may wait for them
PAUSE = 0.3      # seconds before the second try; doubled before each further one
SHORTEST = 0.05  # seconds in which no model could answer
COUNTED = {"model_key", "model_missing", "model_busy", "model_failed", "model_late", "model_away"}  # what says that the provider is away, not that an answer was bad


@dataclass(frozen=True, slots=True)
class Call:
    """One question to one model. `problem` is None, or why its answer was not used."""

    provider: str
    model: str
    problem: KlepaasError | None
    tokens_in: int | None = None
    tokens_out: int | None = None


def opened(settings, order=None):
    """Models of the providers that have a key, in NLP_ORDER or in `order`; None when there is none. Invalid names a setting that is wrong."""
    names = [name.strip() for name in (order or settings.nlp_order).split(",") if name.strip()]
    if set(names) - set(VENDORS) or len(set(names)) != len(names):
        raise Invalid("bad_setting", name="NLP_ORDER", wanted=f"each at most once: {', '.join(VENDORS)}")
    if settings.nlp_timeout < 1:
        raise Invalid("bad_setting", name="NLP_TIMEOUT", wanted="1 or more")
    found = [each for each in (_provider(settings, name) for name in names) if each.key]
    return Models(found, settings.nlp_timeout, settings.nlp_retries, settings.nlp_verify) if found else None


def _provider(settings, name):
    prefix = PREFIXES[name]
    key, model, base_url = (getattr(settings, f"{prefix}_{each}".lower()) for each in ("API_KEY", "MODEL", "BASE_URL"))
    if base_url and ("@" in base_url or "?" in base_url or not base_url.startswith(("http://", "https://"))):
        raise Invalid("bad_setting", name=f"{prefix}_BASE_URL", wanted="an http:// or https:// URL without credentials")
    if settings.gemini_sdk not in gemini.SDKS:
        raise Invalid("bad_setting", name="GEMINI_SDK", wanted=" or ".join(gemini.SDKS))
    return Provider(name, model, (key or "").strip(), base_url.rstrip("/") if base_url else None, settings.gemini_sdk if name == "gemini" else None)


class Models:
    """`verify`: whether a second model is asked about a change that the rules do not bear out."""

    def __init__(self, providers, seconds, retries=1, verify=True, breaker=Breaker):
        self.seconds, self.verify = seconds, verify
        self._lines = [_Line(each, seconds, retries, breaker(each.name)) for each in providers]

    def deadline(self):
        """When a sentence that is read from now on has waited long enough."""
        return time.monotonic() + TURN * self.seconds

    def ask(self, question, accept, until, without=()):
        """(what `accept` made of the first answer that it took, its Call, every Call); (None, None, every Call) when none was. `accept` raises Invalid on a bad answer."""
        calls = []
        for line in self._lines:
            if line.provider.name not in without and time.monotonic() + SHORTEST < until:
                found, call = line.ask(question, accept, until)
                calls.append(call)
                if call.problem is None:
                    return found, call, tuple(calls)
        return None, None, tuple(calls)


class _Line:
    """One model, its breaker, and its client once it was needed."""

    def __init__(self, provider, seconds, retries, breaker):
        self.provider, self._seconds, self._retries, self._breaker = provider, seconds, retries, breaker
        self._vendor, self._client, self._lock = VENDORS[provider.name], None, threading.Lock()

    def ask(self, question, accept, until):
        """(what `accept` made of the answer or None, the Call)."""
        answer = None
        try:
            answer = self._guarded(question, until)
            if answer.ended:
                raise Invalid("model_declined" if answer.ended == "declined" else "model_cut")
            return accept(answer.data), self._call(None, answer)
        except KlepaasError as error:
            return None, self._call(error, answer)

    def _call(self, problem, answer):
        return Call(self.provider.name, self.provider.model, problem, answer and answer.tokens_in, answer and answer.tokens_out)

    def _guarded(self, question, until):
        """The Answer, unless the provider is left alone; what came of it is told to the breaker."""
        if self._breaker.rest():
            raise Unavailable("model_resting")
        try:
            answer = self._tried(question, min(until, time.monotonic() + self._seconds))
        except KlepaasError as error:
            self._breaker.failed(error.retry_after) if error.code in COUNTED else self._breaker.succeeded()
            raise
        self._breaker.succeeded()
        return answer

    def _tried(self, question, until):
        """Tried again where it may help and there is time, never before the provider's Retry-After."""
        client = self._opened()
        for left in range(self._retries, -1, -1):
            try:
                return self._asked(client, question, until)
            except (Unavailable, RateLimited) as error:
                pause = error.retry_after or PAUSE * 2 ** (self._retries - left)
                if not left or time.monotonic() + pause + SHORTEST > until:
                    raise
                time.sleep(pause)

    def _asked(self, client, question, until):
        seconds = max(until - time.monotonic(), SHORTEST)
        return _within(seconds, lambda: self._vendor.ask(client, self.provider, question, seconds), self._vendor.failure)

    def _opened(self):
        with self._lock:
            if self._client is None:
                self._client, error = _outcome(lambda: self._vendor.opened(self.provider, self._seconds))
                if error is not None:
                    raise Invalid("model_no_sdk" if isinstance(error, ImportError) else "model_unusable") from None
            return self._client


def _within(seconds, ask, failure):
    """What `ask()` gives. The SDKs' own limits are between two bytes: a server that sends one now and then would hold a sentence for ever."""
    box = queue.SimpleQueue()
    threading.Thread(target=lambda: box.put(_outcome(ask)), daemon=True).start()
    try:
        answer, error = box.get(timeout=seconds)
    except queue.Empty:
        raise late() from None
    if error is not None:
        raise failure(error) from None
    return answer


def _outcome(ask):
    """On an answer of the wrong form the SDKs raise what they like (TypeError, AttributeError, pydantic's errors): all of it is the vendor's module's to name."""
    try:
        return ask(), None
    except Exception as error:
        return None, error


def note(calls, name, language):
    """What a person is told of models that failed, in one sentence: None when none did. `name` is the model that answered, if one did."""
    problems = ", ".join(f"{each.provider}: {each.problem.text(language)}" for each in calls if each.problem)
    if not problems:
        return None
    return messages.text("models_some", language, {"name": name, "problems": problems}) if name else messages.text("models_out", language, {"problems": problems})
