"""What a process logs: one line a record, as text or as JSON, with the ids of what it is about and without secrets. The owner of structlog.

Modules log by the standard `logging`; a process that begins says `configure` once. structlog is imported when there is something to say.
"""

import logging
import sys

import orjson

from gitops.errors import Invalid
from gitops.origin import ABOUT, CURRENT
from gitops.telemetry import tracing
from gitops.telemetry.redaction import Redactor

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
FORMATS = ("text", "json")
OURS = ("gitops", "controller", "web", "nlp", "__main__")  # others' libraries say what is wrong, and no more
FIRST = ("timestamp", "level", "logger", "event")
INDENT = "\n    "  # of what follows a line of text: no line of anybody's begins as one of ours


def configure(settings, least=logging.DEBUG, stream=None):
    """This process logs as LOG_FORMAT and LOG_LEVEL say, nothing below `least`; Invalid where they are malformed."""
    level, shape = max(LEVELS[_one_of("LOG_LEVEL", settings.log_level, LEVELS)], least), _one_of("LOG_FORMAT", settings.log_format, FORMATS)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Formatter(shape, Redactor(settings)))
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(level)


def _one_of(name, value, known):
    if value.lower() not in known:
        raise Invalid("bad_setting", name=name, wanted=" or ".join(known))
    return value.lower()


class Formatter(logging.Formatter):
    """A record as a line, or as lines of which only the first begins at the margin."""

    def __init__(self, shape, redactor):
        super().__init__()
        self.shape, self.redactor, self.made = shape, redactor, None

    def format(self, record):
        """Whatever is odd about a record, it is said, and without secrets: `logging` would print it as it is."""
        try:
            return self._chain().format(_merged(record))
        except Exception as error:
            return RENDER[self.shape](None, None, {"level": "error", "logger": __name__, "event": f"a record of {record.name} could not be said: {type(error).__name__}"})

    def _chain(self):
        if self.made is None:
            from structlog import processors, stdlib

            before = [_context, stdlib.ExtraAdder(), stdlib.add_logger_name, stdlib.add_log_level, processors.TimeStamper("iso"), processors.StackInfoRenderer(), processors.format_exc_info]
            self.made = stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[stdlib.ProcessorFormatter.remove_processors_meta, self.redactor, RENDER[self.shape]])
        return self.made


def _merged(record):
    """A record whose arguments are in its message, fitting or not."""
    copy = logging.makeLogRecord(record.__dict__)
    try:
        copy.msg = record.getMessage()
    except Exception:
        copy.msg = f"{record.msg} {record.args!r}"
    copy.args = ()
    return copy


def _context(logger, method, event):
    """What the work in hand is about, as its door and the one path bound it."""
    trace = tracing.here()
    return event | {name: value for name, value in {"request_id": CURRENT.get().request, "trace_id": trace and trace[3:35], **ABOUT.get()}.items() if value is not None}


def _json(logger, method, event):
    return orjson.dumps({name: event[name] for name in FIRST if name in event} | event).decode()


def _text(logger, method, event):
    """`time LEVEL logger: event key=value`, and what there is of a traceback below it."""
    first = f"{event.pop('timestamp', '-')} {event.pop('level', 'error').upper()} {_line(event.pop('logger', '-'))}: {_line(event.pop('event', ''))}"
    below = [each for name in ("exception", "stack") for each in str(event.pop(name, "")).splitlines()]
    return INDENT.join([" ".join([first, *(f"{_line(name)}={_line(value)}" for name, value in event.items())]), *below])


def _line(value):
    return (value if isinstance(value, str) else orjson.dumps(value).decode()).replace("\n", "\\n").replace("\t", "\\t")


RENDER = {"json": _json, "text": _text}
