"""Where a request came from: the client's address as far as it can be believed, and the request's id. Must not know who asks."""

import ipaddress
import uuid
from functools import cache

from gitops.errors import Invalid
from gitops.origin import Origin


def of(environ, trusted):
    """The Origin of a request; `trusted` is the setting TRUSTED_PROXIES."""
    environ["HTTP_X_REQUEST_ID"] = _id(environ.get("HTTP_X_REQUEST_ID", ""))  # the same to whoever asks again: see web/gunicorn_logger
    address = client(environ.get("REMOTE_ADDR"), environ.get("HTTP_X_FORWARDED_FOR", ""), networks(trusted, "TRUSTED_PROXIES"))
    return Origin(address, environ["HTTP_X_REQUEST_ID"], environ.get("HTTP_TRACEPARENT"))


def client(remote, forwarded, trusted):
    """Who connected; where that is a proxy of ours, whom it says it passed on, and so on back. What others claim in the header is anybody's word."""
    found, hops = _address(remote), forwarded.split(",")
    while found is not None and hops and any(found in each for each in trusted):
        further = _address(hops.pop())
        if further is None:
            break
        found = further
    return str(found) if found else None


def _address(text):
    """An address that may carry a port; IPv4 inside IPv6 is IPv4."""
    text = (text or "").strip()
    text = text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0] if text.count(":") == 1 else text
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@cache
def networks(given, name):
    """The networks of a setting; Invalid where it is malformed."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in (given or "").split(",") if part.strip())
    except ValueError:
        raise Invalid("bad_setting", name=name, wanted="networks such as 192.0.2.0/24, separated by commas") from None


def _id(given):
    """The caller's own id if it is a plain one."""
    return given if given.isascii() and given.replace("-", "").isalnum() and len(given) <= 64 else uuid.uuid4().hex
