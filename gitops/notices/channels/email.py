"""E-mail by SMTP: smtps:// from the first byte, smtp:// with STARTTLS where the server offers it; a password never goes in clear. Must not keep a connection."""

import contextlib
import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from gitops import errors
from gitops.notices.channels import shapes
from gitops.outside import http
from gitops.outside.refusals import about
from gitops.shapes import list_of, matching

SERVER = re.compile(r"smtps?://([^\s/@]+@)?[^\s/@:]+(:[0-9]{1,5})?/?")
KEYS = {"server": matching(SERVER, "smtp://user:password@host:587, or smtps://"), "from": shapes.address, "to": list_of(shapes.address)}
PORTS = {"smtp": 587, "smtps": 465}


def check(given):
    shapes.needs(given, "server", "from", "to")
    if not given["to"]:
        shapes.needs({}, "to")


def send(place, message):
    parts = urlsplit(place.get("server"))
    provider = http.Provider(f"channel {place.name}", f"{parts.scheme}://{parts.hostname}:{parts.port or PORTS[parts.scheme]}", secrets=tuple(filter(None, [unquote(parts.password or "")])))
    http.guarded_call(provider, "notify", lambda: _sent(place, provider, parts, mail(place, message)))


def mail(place, message):
    found = EmailMessage()
    found["Subject"] = " ".join(message.title.split())[:200]
    found["From"], found["To"] = place.get("from"), ", ".join(place.get("to"))
    found["Date"], found["Message-ID"] = formatdate(), f"<{message.id}@klepaas.invalid>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(message.text)
    return found


def _sent(place, provider, parts, found):
    try:
        with _connected(provider, parts) as server:
            server.send_message(found, place.get("from"), list(place.get("to")))
    except smtplib.SMTPAuthenticationError as error:
        raise errors.Forbidden("channel_refused", **about(provider, "notify", "unauthorized"), detail=_words(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _answered(provider, code, said) from None
    except smtplib.SMTPResponseException as error:
        raise _answered(provider, error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPNotSupportedError:
        raise errors.Invalid("channel_insecure", **about(provider, "notify", "bad_request")) from None
    except TimeoutError:
        raise errors.Timeout("provider_timeout", **about(provider, "notify", "timeout")) from None
    except (OSError, smtplib.SMTPException):
        raise errors.Unavailable("provider_unreachable", **about(provider, "notify", "unavailable")) from None


@contextlib.contextmanager
def _connected(provider, parts):
    """A server that takes mail of ours; signed in only behind TLS. How it says goodbye is no part of it: then the mail is taken."""
    port, context = parts.port or PORTS[parts.scheme], ssl.create_default_context()
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    server = kind(parts.hostname, port, timeout=shapes.SECONDS, **({"context": context} if parts.scheme == "smtps" else {}))
    try:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif parts.scheme == "smtp" and parts.username:
            raise errors.Invalid("channel_insecure", **about(provider, "notify", "bad_request"))
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
    finally:
        server.close()


def _answered(provider, code, said):
    """5xx is for good, 4xx passes (RFC 5321, 4.2.1); what has no such number is no mail server's answer."""
    error, kind = (errors.Invalid, "bad_request") if 500 <= code < 600 else (errors.Unavailable, "unavailable")
    return error("channel_refused", **about(provider, "notify", kind), detail=_words(code, said))


def _words(code, said):
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{code} {' '.join(text.split())}"[:200]
