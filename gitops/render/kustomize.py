"""A folder that is a kustomization, rendered by kustomize or kubectl from a copy of the folders it builds on.

Nothing may be fetched: what is rendered is what the revision holds.
"""

import posixpath
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from gitops import values
from gitops.errors import Invalid, Timeout
from gitops.tree import PATH

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
FOLDERS = ("resources", "bases", "components")
READ = (*FOLDERS, "crds", "configurations", "generators", "transformers", "validators", "path", "files", "envs", "env", "patchesStrategicMerge", "valuesFile")
REMOTE = re.compile(r"://|^[^/\s]+@[^/\s]+:|\?(ref|version)=")
PROGRAMS = (("kustomize", "build"), ("kubectl", "kustomize"))
NO_NETWORK = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}  # the discard port: should a remote have slipped through


def is_one(tree, folder):
    return _file(tree, folder) is not None


def folders(tree, folder):
    """path -> id of the folder and of all that it builds on. Invalid when any of it is not in the repository."""
    found, left = {}, [folder]
    while left:
        at = left.pop()
        if at not in found:
            found[at] = tree.id(at)
            left += _bases(tree, at)
    return found


def render(tree, folder, deadline, memory):
    """The objects, as the bytes of a YAML text."""
    command = next(([found, verb] for name, verb in PROGRAMS if (found := shutil.which(name))), None)
    if command is None:
        raise Invalid("kustomize_missing", path=folder)
    with tempfile.TemporaryDirectory(prefix="klepaas-kustomize-") as top:
        for path in folders(tree, folder):
            _copy(tree, path, top)
        return _run([*command, str(Path(top, folder))], folder, top, deadline, memory)


def _run(command, folder, top, deadline, memory):
    prlimit = shutil.which("prlimit")
    bound = [prlimit, f"--data={memory}"] if prlimit else []
    try:
        done = subprocess.run([*bound, *command], capture_output=True, timeout=deadline, env={"PATH": "", "HOME": top, **NO_NETWORK})
    except subprocess.TimeoutExpired:
        raise Timeout("render_timeout", path=folder, seconds=deadline) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").replace(top + "/", "")
        raise Invalid("render_failed", path=folder, detail=said.strip()[-800:])
    return done.stdout


def _copy(tree, folder, top):
    for path, _ in tree.walk(folder):
        file = Path(top, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(tree.read(path))


def _file(tree, folder):
    return next((path for name in NAMES if tree.id(path := f"{folder}/{name}")), None)


def _bases(tree, folder):
    """The other folders a kustomization names."""
    path = _file(tree, folder)
    document = values.parse(tree.read(path), path) if path else {}
    for key, each in _strings(document):
        if key in READ and REMOTE.search(each):
            raise Invalid("kustomize_remote", path=path, entry=each[:200])
    named = [each for key in FOLDERS for each in document.get(key) or () if isinstance(each, str)]
    return [base for each in named if (base := _inside(tree, folder, each, path))]


def _inside(tree, folder, entry, path):
    """The folder an entry means; None when it is a file."""
    found = posixpath.normpath(posixpath.join(folder, entry))
    if not PATH.fullmatch(found) or tree.id(found) is None:
        raise Invalid("kustomize_no_entry", path=path, entry=entry[:200])
    return found if tree.names(found) else None


def _strings(node, key=None):
    """(nearest key, text) of all texts below a node."""
    if isinstance(node, str):
        yield key, node
    elif isinstance(node, dict):
        for name, each in node.items():
            yield from _strings(each, name)
    elif isinstance(node, list):
        for each in node:
            yield from _strings(each, key)
