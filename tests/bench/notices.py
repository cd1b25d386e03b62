"""Figures of notifications: 10,000 events through the routes to a good channel, beside one that is slow and one that is dead."""

import http.server
import threading
import time

import orjson

from controller import notify
from gitops import config, services
from gitops.types import Health, SyncResult
from tests.bench.measure import line, percentile, repository

EVENTS, SLOW = 10_000, 0.5
ROUTES = "notify:\n  routes:\n  - {channels: [good, slow, dead], group: 0s}\n"


def notices(home, apps):
    """Seconds from an event to its message in the good channel; floor: the same with that channel alone."""
    alone, _ = _measured(home / "alone", "[good]")
    found, more = _measured(home / "beside", "[good, slow, dead]")
    p95, floor = percentile(found, .95), percentile(alone, .95)
    yield line("event_to_message", p95, "s", "p95 <= 1.5 x with no other channel, none lost, in order", p95 <= 1.5 * floor + 0.5 and more["in_order"] and len(found) == EVENTS, floor, p95 / floor,
               p50=percentile(found, .5), events=EVENTS, received=len(found), **more)


def _measured(home, channels):
    home.mkdir()
    good, slow = _Receiver(0), _Receiver(SLOW)
    given = {name: {"kind": "webhook", "url": url, "secret": "bench-secret"} for name, url in (("good", good.url), ("slow", slow.url), ("dead", "http://127.0.0.1:9/"))}
    path = repository(home, 1)
    opened = services.open(config.load({"CONFIG_REPO": str(path), "KLEPAAS_HOME": str(home), "NOTIFY_CHANNELS": orjson.dumps(given).decode()}, None))
    _routes(opened, channels)
    opened.ledger.notices.keep((), after=opened.ledger.last_event())
    post = notify.opened(opened)
    try:
        for number in range(EVENTS):
            opened.ledger.record_sync(SyncResult(f"app{number}", "staging", "", "failed", (), Health("degraded"), time.time(), time.time(), "x"))
        end = time.monotonic() + 600
        while len(good.seen) < EVENTS and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        post.stop()
        good.close()
        slow.close()
    names = [app for app, _ in good.seen]
    return [waited for _, waited in good.seen], {"in_order": names == [f"app{number}" for number in range(EVENTS)], "slow_received": len(slow.seen)}


def _routes(opened, channels):
    from tests.gitops.repo_help import land

    tree, _ = opened.head()
    land(opened.repo, {"klepaas.yaml": tree.read("klepaas.yaml") + ROUTES.replace("[good, slow, dead]", channels).encode()})


class _Receiver:
    """Takes messages, each in so many seconds; `seen`: (app, seconds since its event)."""

    def __init__(self, seconds):
        seen = self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                news = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))["items"][0]
                time.sleep(seconds)
                seen.append((news["app"], time.time() - news["at"]))
                self.send_response_only(204)
                self.end_headers()

            def log_message(self, *args):
                """Silent."""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
