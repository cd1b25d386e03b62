"""Whether a request is Slack's: its signature over the raw body, not old, and not seen before. Nothing is understood of a body before that."""

import hashlib
import hmac
import time
from urllib.parse import parse_qsl

from flask import request

from gitops.errors import Malformed, Unauthorized
from web.context import services

MINUTES = 5
LARGEST = 1 << 18  # bytes of a body
FIELDS = 40        # of a form


def body(again=False):
    """The raw body of a request that Slack signed (v0=, over v0:timestamp:body). `again`: it may come twice, and says itself by what it is known."""
    secret = services().settings.slack_signing_secret
    if not secret:
        raise Unauthorized("slack_no_secret")
    request.max_content_length = LARGEST
    data, stamp = request.get_data(cache=False), request.headers.get("X-Slack-Request-Timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12 and abs(time.time() - int(stamp)) <= MINUTES * 60):
        raise Unauthorized("webhook_stale", minutes=MINUTES)
    right = b"v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + data, hashlib.sha256).hexdigest().encode()
    if not hmac.compare_digest(right, request.headers.get("X-Slack-Signature", "").encode()):
        raise Unauthorized("webhook_signature")
    if not again and not services().ledger.claim(f"slack {right.decode()}", 4 * MINUTES * 60):
        raise Unauthorized("slack_replayed")
    return data


def form(data):
    try:
        return dict(parse_qsl(data.decode(), keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        raise Malformed("bad_json", detail="no form") from None
