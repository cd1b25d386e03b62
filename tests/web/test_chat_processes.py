"""The conversation is the ledger's: servers that share nothing but it and the repository see one conversation, and make one commit."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests import servers
from tests.parts import ROOT, Parts
from tests.product import free_port
from tests.web.talk import commits


class Server:
    """One web server of its own process and port."""

    def __init__(self, parts):
        self.parts, self.port = parts, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        with (self.parts.home / f"web-{self.port}.log").open("a") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "gunicorn", "-c", "web/gunicorn_conf.py", "web:create_app()"], cwd=ROOT,
                                            env={**self.parts.env, "PORT": str(self.port), "WEB_CONCURRENCY": "1"}, stdout=log, stderr=log, start_new_session=True)
        self.parts.wait(self.answers)

    def answers(self):
        try:
            return requests.get(f"{self.url}/healthz", timeout=30).ok
        except requests.ConnectionError:
            return False

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def post(self, token, route, **body):
        return requests.post(f"{self.url}/api/v1/nlp/{route}", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=60)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def pair(request, tmp_path_factory):
    """(two servers, a token, the repository's product)."""
    if request.param == "sqlite":
        yield from _pair(tmp_path_factory.mktemp("sqlite"), None)
        return
    with servers.postgres().database() as database:
        yield from _pair(tmp_path_factory.mktemp("postgres"), database)


def _pair(folder, database):
    parts = Parts(folder / "home", database)
    token = subprocess.run([sys.executable, "-m", "web.cli", "token", "create", "--scopes", "k8s:read,deploy:execute"], cwd=ROOT, env=parts.env, capture_output=True, text=True, check=True).stdout.split()[-1]
    both = [Server(parts), Server(parts)]
    try:
        yield both, token, parts.product
    finally:
        [each.kill() for each in both]


def test_a_conversation_goes_on_at_another_server(pair):
    """Asked at one, corrected at the other, confirmed by a word at the first: one commit, of what was said last."""
    (one, other), token, product = pair
    before = product.head()
    asked = one.post(token, "process", text="nginx 세 개로 늘려줘").json()
    amended = other.post(token, "process", text="아니, 4개로", session_id=asked["session_id"]).json()
    assert amended["items"][0]["plan"]["args"] == {"replicas": 4} and amended["items"][0]["plan"]["app"] == "nginx"
    assert one.post(token, "confirm", session_id=asked["session_id"], command_id=asked["items"][0]["command_id"], confirmed=True).json()["code"] == "preview_replaced"
    done = one.post(token, "process", text="확인", session_id=asked["session_id"]).json()
    assert done["kind"] == "done" and done["items"][0]["commit"] == product.head() and commits(product, before) == 1


def test_confirm_and_cancel_at_once(pair):
    """Clicks, typed words and cancels at two servers at one moment, again and again: a commit or none, and everybody hears the same."""
    (one, other), token, product = pair
    for number in range(6):
        before = product.head()
        asked = one.post(token, "process", text=f"mailer {number + 2}개로 바꿔줘").json()
        id, session = asked["items"][0]["command_id"], asked["session_id"]
        barrier = threading.Barrier(8)

        def act(index, id=id, session=session, barrier=barrier):
            barrier.wait()
            server = (one, other)[index % 2]
            if index < 2:
                return server.post(token, "confirm", session_id=session, command_id=id, confirmed=False)
            if index < 4:
                return server.post(token, "process", text="네", session_id=session)
            return server.post(token, "confirm", session_id=session, command_id=id, confirmed=True)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(act, range(8)))
        made = commits(product, before)
        assert made in (0, 1)
        assert {answer.status_code for answer in answers[4:]} == ({201} if made else {409}), [answer.text for answer in answers]
        assert {answer.status_code for answer in answers[:2]} == ({409} if made else {200})


def test_a_server_that_dies_while_it_confirms(pair):
    """Killed at some moment of it: confirmed again at the other server, it is one commit, and the answer is its receipt."""
    (one, other), token, product = pair
    for number, pause in enumerate((0.005, 0.03)):
        before = product.head()
        asked = one.post(token, "process", text=f"storefront {number + 5}개로 바꿔줘").json()
        body = {"session_id": asked["session_id"], "command_id": asked["items"][0]["command_id"], "confirmed": True}
        confirming = threading.Thread(target=_try, args=(one, token, body))
        confirming.start()
        threading.Event().wait(pause)
        one.kill()
        confirming.join()
        answer = other.post(token, "confirm", **body)
        assert answer.status_code == 201, answer.text
        assert commits(product, before) == 1 and answer.json()["commit"] == product.head()
        one.start()


def _try(server, token, body):
    with contextlib.suppress(requests.RequestException):  # the server is killed meanwhile: that is the test
        server.post(token, "confirm", **body)
