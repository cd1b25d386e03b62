"""The product as the image runs it: only what the image copies, a read-only root file system, no rights, two folders to write to."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.controller.house import configmap, values
from tests.deploy.chart import ROOT
from tests.deploy.test_chart import processes
from tests.deploy.test_image import every
from tests.product import free_port

INSIDE = """
PATH=$PATH:/usr/sbin:/sbin
mount --rbind / /mnt; mount -o remount,bind,ro /mnt; mount -t tmpfs -o mode=1777 tmpfs /mnt/tmp
case $VENV in /tmp/*) mkdir -p "/mnt$VENV"; mount --bind "$VENV" "/mnt$VENV";; esac
mount --bind "$1" /mnt/srv; mount --bind "$2" /mnt/media; mount -o remount,bind,ro /mnt/media; shift 2
exec chroot /mnt setpriv --reuid $WHO --regid $WHO --clear-groups --no-new-privs --inh-caps -all --bounding-set -all env -C /media "$@"
"""

# the image's user, where the Python of the tests is not for root alone; else root without a capability
WHO = "10001" if all(each.stat().st_mode & 1 for each in Path(sys.executable).resolve().parents) else "0"


@pytest.fixture
def image(tmp_path, house):
    """`image(words)`: the command of a process, as in a container; its installation is `image.house`."""
    if os.geteuid() or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("needs the right to mount")
    app = tmp_path / "app"
    app.mkdir()
    for word in (word for each in every("COPY") if not each.startswith("--from") for word in each.split()[:-1]):
        source = ROOT / word
        shutil.copytree(source, app / word, ignore=shutil.ignore_patterns("__pycache__")) if source.is_dir() else shutil.copy(source, app)
    found = house({"values/staging/web.yaml": values(), "manifests/staging/one/a.yaml": configmap("a")})
    shutil.copy(found.env["KUBECONFIG"], found.home / "kubeconfig")

    def command(*words):
        subprocess.run(["chown", "-R", f"{WHO}:{WHO}", found.home], check=True)
        return ["unshare", "-m", "--propagation", "private", "sh", "-ec", INSIDE, "sh", found.home, app, *words]
    command.house = found
    command.env = {"WHO": WHO, "VENV": sys.prefix, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "KLEPAAS_HOME": "/srv", "HOME": "/srv", "CONFIG_REPO": "/srv/config.git", "DATABASE_URL": "sqlite:////srv/ledger.db",
                   "KUBECONFIG": "/srv/kubeconfig", "PYTHONPATH": "/media", "PYTHONDONTWRITEBYTECODE": "1", "PORT": str(free_port()), "SECRET_KEY": "of the tests", "WEB_CONCURRENCY": "1", "WEB_THREADS": "4"}
    return command


def test_release_and_controller_run(image):
    """The migrations are done and a tick syncs everything."""
    for words in (processes()["release"], [*processes()["controller"], "--once"]):
        done = subprocess.run(image(*words), env=image.env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
    assert image.house.live("deployments", "web") and image.house.value("a") == "one"


def test_nothing_else_can_be_written(image):
    """A file beside the program, or at the root, is refused; the two folders are not."""
    done = subprocess.run(image("sh", "-c", "touch /srv/x /tmp/x && ! touch /media/x /x"), env=image.env, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr.count("Read-only file system") == 2, done.stderr


def test_web_answers(image):
    """Health, the page and its files come from what the image has."""
    url = f"http://127.0.0.1:{image.env['PORT']}"
    with subprocess.Popen(image(*processes()["web"]), env=image.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 40
            while not _answers(url):
                assert process.poll() is None and time.monotonic() < end
                time.sleep(0.1)
            assert requests.get(url, timeout=10).ok and requests.get(f"{url}/static/js/store.js", timeout=10).ok
        finally:
            process.terminate()


def _answers(url):
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(f"{url}/healthz", timeout=5).ok
