"""`klepaas demo`: starts all of it, keeps its state, stops all of it, and touches nothing else."""

import os
import signal
import socket
import subprocess
import time

import pytest
import requests

from tests import product


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "home"
    deadline = time.monotonic() + 10
    while (left := product.left_behind(tmp_path / "home")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def test_state_survives_a_restart_and_nothing_is_left_behind(home):
    """Ctrl-C ends every process it started; started again it is ready in seconds and knows what was changed."""
    first = product.start(home)
    all_up(first, first.client())
    done = first.cli("submit", "scale", "nginx", "-e", "staging", "replicas=4")
    assert done.returncode == 0, done.stderr
    sha = first.head()
    first.until(first.client(), "nginx", "staging", lambda state: state["replicas"]["ready"] == 4)
    assert product.stop(first) == 0
    again = product.start(home, first.port)
    try:
        assert again.head() == sha
        again.until(again.client(), "nginx", "staging", lambda state: state["replicas"] == {"desired": 4, "ready": 4} and state["health"] == "healthy")
    finally:
        product.stop(again)


def test_a_second_demo_of_one_home_is_refused(demo):
    """Two demos would fight over one cluster: the second says so."""
    done = demo.cli("demo")
    assert done.returncode == 1 and "already" in done.stderr


def test_a_port_that_is_taken_is_said(home):
    """Before anything is started: no links to somebody else's server."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = subprocess.run([product.BIN / "klepaas", "demo"], env=product.environment(home, port), capture_output=True, text=True, timeout=60)
    assert found.returncode == 1 and f"port {port}" in found.stderr and "Sign in" not in found.stdout


def test_a_killed_demo_leaves_no_children(home):
    """Even SIGKILL, which nobody can answer, leaves no part of it running."""
    killed = product.start(home)
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    killed.process.stdout.close()


def test_the_shell_around_it_does_not_matter(home, tmp_path):
    """CONFIG_REPO, DATABASE_URL and KUBECONFIG of the surrounding shell name somebody's production: none of them is used, nor a .env beside the code, for no part runs there."""
    running = product.start(home, CONFIG_REPO=str(tmp_path / "production.git"), DATABASE_URL="postgresql://nowhere.invalid/db", KUBECONFIG=str(tmp_path / "production"))
    try:
        assert requests.get(f"{running.url}/readyz").status_code == 200
        assert all(each.is_relative_to(home) for each in product.folders(home))
    finally:
        product.stop(running)
    assert not (tmp_path / "production.git").exists()


def all_up(running, client):
    """Five apps in two environments, all healthy soon after the demo says it is ready."""
    items = client.get(f"{running.api}/apps").json()["items"]
    assert len(items) == 10
    for item in items:
        running.until(client, item["app"], item["environment"], lambda state: (state["health"], state["sync"]) == ("healthy", "succeeded"))


def test_another_port_is_known_without_being_told(demo):
    """Links and doctor name the address that the demo serves at, whatever PORT the shell has; web's metrics have the controller's beside them."""
    env = {name: value for name, value in demo.env.items() if name != "PORT"}
    link = subprocess.run([product.BIN / "klepaas", "link", "owner"], env=env, capture_output=True, text=True, check=True)
    assert link.stdout.startswith(f"{demo.url}/auth/link/")
    assert f"the demo serves at {demo.url}" in subprocess.run([product.BIN / "klepaas", "doctor"], env=env, capture_output=True, text=True).stdout
    assert "klepaas_last_tick_timestamp_seconds" in requests.get(f"{demo.url}/metrics").text


def test_links_work_once(demo):
    """A sign-in link signs in one browser, after a button; the second try is refused."""
    link = demo.cli("link", "reviewer").stdout.strip()
    assert requests.get(link).status_code == 200  # looking at it (a chat program's preview) does not use it up
    assert requests.post(link, allow_redirects=False).status_code == 303
    assert requests.post(link, allow_redirects=False).status_code == 401
