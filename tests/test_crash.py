"""Whatever dies, whenever: every command is in git exactly once, and the cluster is what git says."""

import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from gitops import values
from tests import servers
from tests.gitops import repo_help
from tests.parts import Parts
from tests.product import BIN
from web.cli import samples

MANY, FEWER = 200, 80  # submissions; fewer where every change is tested
APPS = tuple(samples.APPS)


@pytest.fixture
def parts(tmp_path):
    made = Parts(tmp_path / "home")
    yield made.start_all()
    made.stop()


@pytest.fixture
def distributed(tmp_path):
    """Postgres instead of SQLite, and the repository behind HTTP."""
    home = tmp_path / "home"
    with servers.postgres().database() as database, repo_help.http_server(home) as server:
        made = Parts(home, database, config_repo=f"{server.url}/config.git")
        made.product.git("config", "http.receivepack", "true")
        yield made.start_all()
        made.stop()


def submit(product, token, number):
    """Send one command until it is acknowledged; its receipt."""
    body = {"id": f"crash-{number}", "verb": "set_env", "app": APPS[number % len(APPS)], "environment": "staging", "args": {"name": f"N{number}", "value": f"v{number}"}}
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            answer = requests.post(f"{product.api}/commands", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        except requests.RequestException:
            time.sleep(0.1)
            continue
        if answer.status_code == 201:
            return answer.json()
        assert answer.status_code >= 500, answer.text
        time.sleep(0.1)
    raise AssertionError(f"command {number} was never acknowledged")


def killer(parts, done, seed):
    """Kills the web server or the controller at random moments, and starts it again."""
    chance = random.Random(seed)
    killed = 0
    while not done.wait(chance.uniform(0.3, 1.2)):
        name = chance.choice(("web", "web", "controller"))
        parts.kill(name)
        killed += 1
        parts.start(name)
        if name == "web":
            parts.wait(parts.answers)
    return killed


def run(parts, seed, count):
    product = parts.product
    token = subprocess.run([BIN / "klepaas", "token", "create", "--scopes", "k8s:read,deploy:execute"], env=parts.env, capture_output=True, text=True, check=True).stdout.split()[-1]
    done = threading.Event()
    with ThreadPoolExecutor(5) as pool:
        kills = pool.submit(killer, parts, done, seed)
        try:
            receipts = list(pool.map(lambda number: submit(product, token, number), range(count)))
        finally:
            done.set()
        assert kills.result() >= 3
    return token, receipts


def exactly_once(parts, receipts):
    product = parts.product
    commits = product.git("rev-list", f"{parts.first}..main").split()
    assert sorted(receipt["commit"] for receipt in receipts) == sorted(commits) and len(set(commits)) == len(receipts)
    for app in APPS:
        parsed = values.parse(product.git("show", f"main:values/staging/{app}.yaml").encode(), app)
        wanted = {f"N{number}": f"v{number}" for number in range(len(receipts)) if APPS[number % len(APPS)] == app}
        assert wanted.items() <= values.env(parsed, "env").items()
    assert subprocess.run(["git", "--git-dir", parts.home / "config.git", "fsck", "--strict"], capture_output=True).returncode == 0


def cluster_is_git(parts, token):
    """What runs has the variables that git says."""
    client = requests.Session()
    client.headers["Authorization"] = f"Bearer {token}"
    head = parts.product.head()
    for app in APPS:
        state = parts.product.until(client, app, "staging", lambda state: state["sync"] == "succeeded" and state["health"] == "healthy", 90)
        assert state
        parsed = values.parse(parts.product.git("show", f"{head}:values/staging/{app}.yaml").encode(), app)

        def same():
            found = client.get(f"{parts.product.api}/read/get_deployment", params={"app": app, "environment": "staging"}).json()["data"]["containers"][0]["env"]
            return {each["name"]: each["value"] for each in found} == {name: str(value) for name, value in values.env(parsed, "env").items()}
        parts.wait(same, 60)


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_done_twice(parts):
    """Submissions while web server and controller are killed at random moments: each is one commit, and applied."""
    seed = random.randrange(10**6)
    print("seed", seed)
    token, receipts = run(parts, seed, FEWER)
    exactly_once(parts, receipts)
    cluster_is_git(parts, token)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_lost_over_postgres_and_http(distributed):
    """The same with a database server and a remote that is pushed to over HTTP."""
    seed = random.randrange(10**6)
    print("seed", seed)
    token, receipts = run(distributed, seed, MANY)
    exactly_once(distributed, receipts)
    cluster_is_git(distributed, token)
