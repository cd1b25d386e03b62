"""Figures of the web server: an event to many browsers."""

import json
import statistics
import threading
import time

import requests
import websocket

from tests.bench.measure import line, percentile
from tests.parts import Parts

SOCKETS, EVENTS, PAUSE = 200, 120, 0.5  # a minute of it


def events(home, apps):
    """From the ledger's row to each of 200 sockets; floor: plain requests answered meanwhile, with and without the sockets."""
    parts = Parts(home / "home")
    parts.env |= {"WEB_CONCURRENCY": "2", "WEB_THREADS": "256"}
    parts.start_all()
    try:
        yield _measured(parts)
    finally:
        parts.stop()


def _measured(parts):
    token = parts.product.token("k8s:read,deploy:execute")
    header = {"Authorization": f"Bearer {token}"}
    quiet = [_request(parts, header) for _ in range(20)]
    arrived, guard = [], threading.Lock()
    sockets = [websocket.create_connection(f"ws://127.0.0.1:{parts.port}/api/v1/ws/events", header=[f"Authorization: Bearer {token}"], timeout=60) for _ in range(SOCKETS)]

    def listen(socket):
        count = 0
        while count < EVENTS:
            message = json.loads(socket.recv())
            if message.get("kind") == "command":
                count += 1
                with guard:
                    arrived.append((time.time() - message["at"]) * 1000)

    threads = [threading.Thread(target=listen, args=(socket,), daemon=True) for socket in sockets]
    [each.start() for each in threads]
    busy = []
    for number in range(EVENTS):
        body = {"verb": "set_env", "app": "nginx", "environment": "staging", "args": {"name": "TICK", "value": f"v{number}"}}
        assert requests.post(f"{parts.product.api}/commands", json=body, headers=header).status_code == 201
        busy.append(_request(parts, header))
        time.sleep(PAUSE)
    [each.join(30) for each in threads]
    [socket.close() for socket in sockets]
    p95 = percentile(arrived, .95)
    return line("event_to_browser", p95, "ms", "p95 <= 300, 200 sockets", p95 <= 300 and len(arrived) == SOCKETS * EVENTS, p50=percentile(arrived, .5), sockets=SOCKETS, received=len(arrived),
                expected=SOCKETS * EVENTS, request_ms=statistics.median(busy), request_ms_without_sockets=statistics.median(quiet))


def _request(parts, header):
    began = time.perf_counter()
    assert requests.get(f"{parts.product.api}/me", headers=header).ok
    return (time.perf_counter() - began) * 1000
