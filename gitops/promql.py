"""Prometheus, asked over its HTTP API, which Thanos, VictoriaMetrics and the clouds' own speak too: https://prometheus.io/docs/prometheus/latest/querying/api/

Within limits, whoever asks. A query is made of escaped label values only. Must not know what is asked: an app's queries are in controller/prometheus, a gate's in klepaas.yaml.
"""

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from gitops.errors import Invalid, Unavailable
from gitops.outside import http

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SECONDS, HURRY = 10, 3    # for one attempt, and as much again for all further ones; for the only one
RANGE = 31 * 86400        # seconds a query may look back
POINTS, USUAL = 1500, 240  # of a series at most, and where no step is asked for
FINEST = 15               # seconds between points where no step is asked for: the usual scrape interval
SERIES = 200              # of an answer; what is beyond is left out, and that is said
LARGEST = 4 << 20         # bytes of an answer
SPECIAL = re.compile(r"[][\\.+*?()|{}^$]")  # to RE2


@dataclass(frozen=True, slots=True)
class Series:
    """`points`: (time, value) with the value as Prometheus writes it, NaN and +Inf among them."""

    labels: Mapping
    points: tuple


@dataclass(frozen=True, slots=True)
class Found:
    """`kind` is vector, matrix, scalar or string."""

    kind: str
    series: tuple
    warnings: tuple = ()
    truncated: bool = False


# --- text ------------------------------------------------------------------------------------------------------------


def quoted(value):
    """A label value as PromQL writes it, whatever is in it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def one_of(values):
    """A regular expression that matches exactly these values."""
    return "|".join(SPECIAL.sub(lambda found: "\\" + found[0], each) for each in values)


def selector(*more, **labels):
    """`{…}` with these labels equal to these values; `more` are (label, operator, value)."""
    return "{" + ",".join(f"{name}{sign}{quoted(value)}" for name, sign, value in (*((name, "=", value) for name, value in labels.items()), *more)) + "}"


def seconds(text):
    """Of a duration such as 90s or 1h."""
    return int(text[:-1][:9]) * UNITS[text[-1]]


# --- asking ----------------------------------------------------------------------------------------------------------


def instant(settings, query, hurry=False):
    """What a query is now. `hurry`: asked once, and not waited for long."""
    return _asked(settings, "query", {"query": query}, hurry)


def between(settings, query, start, end, step):
    """What a query was from `start` to `end`, a point every `step` seconds."""
    return _asked(settings, "query_range", {"query": query, "start": start, "end": end, "step": step})


def window(span, step=None):
    """(start, end, step) of a look back over so many seconds; Invalid where that is too far, or too fine. The end is a whole number of steps, so that points stay where they are."""
    if not 0 < span <= RANGE:
        raise Invalid("query_range", most=f"{RANGE // 86400}d")
    step = step or max(FINEST, math.ceil(span / USUAL))
    if span / step > POINTS:
        raise Invalid("query_points", most=POINTS, least=f"{math.ceil(span / POINTS)}s")
    end = int(time.time()) // step * step
    return end - span // step * step, end, step


def _asked(settings, operation, form, hurry=False):
    limits = {"timeout": f"{HURRY if hurry else SECONDS}s", "limit": SERIES + 1}
    return _found(http.ask(_provider(settings, HURRY if hurry else SECONDS), "POST", f"api/v1/{operation}", operation, again=not hurry, data={**form, **limits}).body)


def _provider(settings, seconds):
    """Invalid names the setting that is missing."""
    if not settings.prometheus_url:
        raise Invalid("not_configured", what="Prometheus", setting="PROMETHEUS_URL")
    return http.Provider("prometheus", settings.prometheus_url, *http.credential(settings.prometheus_token), timeout=seconds + 1, patience=seconds, largest=LARGEST)


# --- what came back: another server's word ------------------------------------------------------------------------------


def _found(body):
    """Unavailable for what is no answer of Prometheus: a proxy's page in JSON, or half of one."""
    try:
        data = body["data"]
        kind, result = data["resultType"], data["result"]
        if kind in ("scalar", "string"):
            return Found(kind, (Series({}, (_point(result),)),))
        series = tuple(found for each in result[:SERIES] if (found := _series(kind, each)).points)  # of histograms in their newer form nothing is read
        return Found(kind, series, tuple(str(each)[:300] for each in body.get("warnings") or ())[:10], len(result) > SERIES)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable("prometheus_odd") from None


def _series(kind, found):
    points = {"vector": lambda: [found["value"]] if "value" in found else [], "matrix": lambda: found.get("values") or []}[kind]()
    return Series({str(name): str(value) for name, value in found["metric"].items()}, tuple(_sample(each) for each in points[:POINTS + 1]))


def _sample(pair):
    at, value = _point(pair)
    float(value)
    return at, value


def _point(pair):
    at, value = pair
    return float(at), str(value)


def number(text):
    """A sample's value, or None for NaN and the infinite."""
    value = float(text)
    return value if math.isfinite(value) else None


def data(found):
    """As the HTTP API answers it: `{resultType, result}`, with warnings and whether series were left out."""
    return {"resultType": found.kind, "result": _result(found), "warnings": list(found.warnings), "truncated": found.truncated}


def _result(found):
    if found.kind in ("scalar", "string"):
        return list(found.series[0].points[0])
    field = "value" if found.kind == "vector" else "values"
    return [{"metric": dict(each.labels), field: list(each.points[0]) if field == "value" else [list(one) for one in each.points]} for each in found.series]
