"""Any receiver of ours: the message as JSON, signed as a pipeline's callback is. Must not believe anything but a 2xx."""

import hashlib
import hmac
import time

import orjson

from gitops.notices.channels import shapes
from gitops.outside import http

KEYS = {"url": shapes.url, "secret": shapes.secret}


def check(given):
    shapes.needs(given, "url", "secret")


def send(place, message):
    """X-Signature is sha256= and the HMAC of the body with the timestamp (in ms) after it; X-Klepaas-Delivery is the same however often it comes."""
    body, stamp = orjson.dumps(shown(message)), str(int(time.time() * 1000))
    signature = hmac.new(place.get("secret").encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Signature": f"sha256={signature}", "X-Signature-Timestamp": stamp, "X-Klepaas-Delivery": message.id, "X-Klepaas-Event": message.kind}
    http.ask(shapes.provider(place, place.get("url"), secrets=(place.get("secret"),)), "POST", place.get("url"), "notify", again=False, parse=False, data=body, headers=headers)


def shown(message):
    return {"id": message.id, "kind": message.kind, "severity": message.severity, "language": message.language, "title": message.title, "text": message.text, "url": message.url,
            "environment": message.environment, "count": message.count, "items": [{name: value for name, value in each.items()} for each in message.news]}
