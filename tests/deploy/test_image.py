"""deploy/Dockerfile follows the Procfile and gives the product as little as it needs."""

import json
import re
import shutil
import subprocess

import pytest
from packaging.requirements import Requirement

from tests.deploy.chart import ROOT
from tests.deploy.test_chart import processes

FILE = ROOT / "deploy" / "Dockerfile"


def instructions():
    text = re.sub(r"\\\n", " ", FILE.read_text())
    return [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def every(name):
    return [rest for instruction, rest in instructions() if instruction == name]


def test_it_runs_the_procfiles_web():
    """The command is web's; the others are named beside it as the Procfile has them."""
    assert json.loads(every("CMD")[0]) == processes()["web"]
    assert " ".join(processes()["controller"]) in FILE.read_text() and " ".join(processes()["release"]) in FILE.read_text()
    assert not every("ENTRYPOINT")


def test_it_is_nobody_with_rights():
    """The last user is a number that is not 0; what it writes to is a volume."""
    user = every("USER")[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert json.loads(every("VOLUME")[0]) == ["/var/lib/klepaas", "/tmp"]
    assert "PYTHONDONTWRITEBYTECODE=1" in " ".join(every("ENV"))


def test_its_bases_are_pinned():
    """Each stage begins with a short name of an exact version, or another stage."""
    assert all(re.fullmatch(r"[a-z/]+:\d+\.\d+\.\d+[\w-]*( AS \w+)?", each) for each in every("FROM"))
    assert "AS" not in every("FROM")[-1]


def test_git_and_helm_are_inside():
    """What the product runs as programs is there."""
    assert any(re.search(r"apt-get install .*\bgit\b", each) for each in every("RUN"))
    assert any(each.endswith("/usr/local/bin/helm") for each in every("COPY"))


def test_what_it_copies_is_there():
    """Every path of the repository that is copied exists, and the ignore file lets it through."""
    copied = [word for each in every("COPY") if not each.startswith("--from") for word in each.split()[:-1]]
    allowed = [line[1:] for line in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")]
    assert all((ROOT / word).exists() for word in copied)
    assert sorted(copied) == sorted(allowed)


def test_every_dependency_is_pinned():
    """Each requirement of the product has one version in the constraints, and one that it allows."""
    pins = dict(line.split("==") for line in (ROOT / "deploy" / "constraints.txt").read_text().splitlines() if not line.startswith("#"))
    section = (ROOT / "setup.cfg").read_text().partition("install_requires =")[2].partition("\n[")[0]
    for line in filter(None, map(str.strip, section.splitlines())):
        found = Requirement(line)
        assert found.specifier.contains(pins[found.name.lower().replace("_", "-").replace(".", "-")]), line


def test_it_builds():
    """Where a daemon is, the image is built."""
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True, timeout=30).returncode:
        pytest.skip("no docker daemon answers here")
    subprocess.run(["docker", "build", "-q", "-f", FILE, ROOT], check=True, timeout=900)
