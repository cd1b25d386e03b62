"""python -m controller.devcluster --state DIR [--port 0] [--no-pods] [--delay MS] [--tls]

Serves on 127.0.0.1, writes DIR/kubeconfig (administrator) and DIR/viewer.kubeconfig (may read all but Secrets), prints its URL.
"""

import argparse
import asyncio
import logging
import os
import secrets
import signal
import socket
from pathlib import Path

import uvicorn

from controller.devcluster import tls
from controller.devcluster.api import Api
from controller.devcluster.logs import Logs
from controller.devcluster.server import Application
from controller.devcluster.store import Store
from controller.devcluster.workloads import Workloads

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
KUBECONFIG = """apiVersion: v1
kind: Config
# The password is the token once more: kubectl sends no token over plain http.
clusters: [{{name: demo, cluster: {{{server}}}}}]
users: [{{name: {user}, user: {{token: "{token}"}}}}]
contexts: [{{name: demo, context: {{cluster: demo, user: {user}}}}}]
current-context: demo
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-pods", action="store_true", help="pods stay Pending, as without a kubelet")
    parser.add_argument("--delay", type=float, default=0, metavar="MS", help="each answer takes so much longer, as from a server that is elsewhere")
    parser.add_argument("--tls", action="store_true", help="speak https, with a certificate of its own that the kubeconfigs hold")
    options = parser.parse_args()
    os.umask(0o077)  # Secrets and tokens are in the state
    options.state.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    listening = _listen(options.state, options.port)
    pair = tls.files(options.state) if options.tls else None
    url = f"http{'s' if pair else ''}://127.0.0.1:{listening.getsockname()[1]}"
    tokens = {user: _token(options.state, user, url, pair) for user in ("admin", "viewer")}
    asyncio.run(serve(options, listening, tokens, url, pair))


def _listen(state, port):
    """The port asked for; else the one of last time if it is free, so that a kubeconfig stays valid; else any."""
    last = state / "port"
    for wanted in [port] if port else [int(last.read_text()) if last.exists() else 0, 0]:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited: else a short answer waits 40 ms for an ACK
        try:
            listening.bind(("127.0.0.1", wanted))
        except OSError:
            listening.close()
            if port or not wanted:
                raise
            continue
        listening.listen(128)  # from the moment the URL is printed on
        last.write_text(str(listening.getsockname()[1]))
        return listening


def _token(state, user, url, pair):
    """The user's token, made once; and the kubeconfig with it."""
    file = state / f"{user}.token"
    if not file.exists():
        _write(file, secrets.token_urlsafe(32))
    token = os.environ.get("KLEPAAS_DEVCLUSTER_TOKEN") if user == "admin" else None
    token = token or file.read_text().strip()
    _write(state / ("kubeconfig" if user == "admin" else f"{user}.kubeconfig"), KUBECONFIG.format(server=_server(url, user, token, pair), user=user, token=token))
    return token


def _server(url, user, token, pair):
    if pair:
        return f'server: "{url}", certificate-authority: "{pair[0].absolute()}"'
    return f'server: "http://{user}:{token}@{url.partition("//")[2]}"'


def _write(file, text):
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)


async def serve(options, listening, tokens, url, pair):
    store = Store(options.state / "objects.jsonl")
    api = Api(store)
    for name in NAMESPACES:
        if store.get("namespaces", "", name) is None:
            api.create(api.resources["namespaces"], None, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, "kube-apiserver")
    workloads = Workloads(api, pods=not options.no_pods)
    application = Application(api, tokens, Logs(workloads.log), options.delay / 1000)
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1, timeout_keep_alive=180, ws="none",
                                           ssl_certfile=pair and str(pair[0]), ssl_keyfile=pair and str(pair[1])))
    workloads.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn sends them on to these when it has stopped
    print(url, flush=True)
    await server.serve(sockets=[listening])
    workloads.stop()
    store.close()


if __name__ == "__main__":
    main()
