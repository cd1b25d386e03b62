"""One trace from the door to the healthy rollout, sent by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT is set. The owner of opentelemetry.

Nothing is imported, and every call does nothing, before `start`. Nobody waits for a collector that is away or hangs: what it does not take is dropped.
"""

import atexit
import contextlib
import threading
from importlib import import_module

from gitops.errors import Invalid, KlepaasError
from gitops.origin import CURRENT

PATIENCE = 2  # seconds for a collector's answer, and for what is left when the process ends
_started = _redactor = None  # what begins spans, once `start` was called with an address, and what hides secrets


def needed(settings):
    """Invalid where traces are asked for and cannot be made."""
    if settings.otel_exporter_otlp_endpoint:
        try:
            import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        except ModuleNotFoundError:
            raise Invalid("extra_missing", setting="OTEL_EXPORTER_OTLP_ENDPOINT", extra="otel") from None


def start(settings, process):
    """This process sends traces from now on, if the settings say where to. After a fork."""
    global _started, _redactor
    needed(settings)
    if settings.otel_exporter_otlp_endpoint:
        from gitops.telemetry.redaction import Redactor  # which knows charts, whose rendering is traced

        _started, _redactor = _sending(settings, process), Redactor(settings)


def _sending(settings, process):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    given = (settings.otel_exporter_otlp_headers or "").split(",")
    headers = dict((part.strip() for part in each.split("=", 1)) for each in given if "=" in each)
    exporter = OTLPSpanExporter(f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces", headers=headers, timeout=PATIENCE)
    provider = TracerProvider(resource=Resource.create({"service.name": f"klepaas-{process}"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000, export_timeout_millis=PATIENCE * 1000))
    atexit.register(_ended, provider)
    return provider.get_tracer("klepaas")


def _ended(provider):
    """A moment for what is left."""
    last = threading.Thread(target=provider.shutdown, daemon=True)
    last.start()
    last.join(PATIENCE)


@contextlib.contextmanager
def door(name, **attributes):
    """What is asked of us begins here, as a part of the caller's trace where the Origin has one."""
    if _started is None:
        yield
        return
    from opentelemetry import trace

    with _span(name, _parent(CURRENT.get().trace), trace.SpanKind.SERVER, attributes):
        yield


@contextlib.contextmanager
def step(name, **attributes):
    """A part of what is traced now; nothing where nothing is."""
    if here() is None:
        yield
        return
    with _span(name, None, None, attributes):
        yield


@contextlib.contextmanager
def _span(name, parent, kind, attributes):
    """Of an error its code is told: its words may be anybody's."""
    from opentelemetry import trace

    kind = trace.SpanKind.INTERNAL if kind is None else kind
    with _started.start_as_current_span(name, parent, kind, _told(attributes), record_exception=False, set_status_on_exception=False) as span:
        try:
            yield
        except Exception as error:
            span.set_status(trace.Status(trace.StatusCode.ERROR, error.code if isinstance(error, KlepaasError) else type(error).__name__))
            raise


def here():
    """The W3C traceparent of what is traced now, or None."""
    if _started is None:
        return None
    from opentelemetry import trace

    found = trace.get_current_span().get_span_context()
    return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}" if found.is_valid else None


def done(name, traceparent, parts, failed=None, **attributes):
    """A span that is over, below that of a traceparent, with its `parts`: (name, from, to) in seconds of the clock."""
    if _started is None or not parts:
        return
    from opentelemetry import trace

    began, ended = min(each[1] for each in parts), max(each[2] for each in parts)
    span = _started.start_span(name, _parent(traceparent), start_time=_nanoseconds(began), attributes=_told(attributes))
    for part, since, until in parts:
        _started.start_span(part, trace.set_span_in_context(span), start_time=_nanoseconds(since)).end(_nanoseconds(until))
    if failed:
        span.set_status(trace.Status(trace.StatusCode.ERROR, failed))
    span.end(_nanoseconds(ended))


def _parent(traceparent):
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent} if traceparent else {}, Context())


def _told(attributes):
    return {f"klepaas.{name}": _redactor.text(value) for name, value in attributes.items() if value is not None}


def _nanoseconds(seconds):
    return int(seconds * 1e9)
