"""Repositories with charts, and what the real helm makes of the same files."""

import json
import subprocess
from pathlib import Path

import yaml

from gitops.charts import identity
from gitops.render.files import BUNDLED
from gitops.repo import Repository
from gitops.types import Environment, Target
from tests import tools
from tests.gitops.repo_help import land

DATA = Path(__file__).parent / "data" / "charts"
STAGING = Environment("staging", "shop-staging")
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"


def tree_of(folder, files):
    """The tip of a new repository that holds the files (path -> bytes or text)."""
    repo = Repository.open(str(Repository.create(folder / "config.git")), folder / "home")
    land(repo, {path: data.encode() if isinstance(data, str) else data for path, data in files.items()})
    return repo.tree(repo.head())


def files_of(folder, at):
    """The files of a folder on disk, by where they stand below `at` in a repository."""
    return {f"{at}/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def case(name):
    """A case of the data folder as a repository's files."""
    return files_of(DATA / name / "chart", f"charts/{name}") | files_of(DATA / name / "values", "values/staging")


def chart(templates, name="web", **others):
    """A chart's files with these templates (name -> text); others by path with __ for a slash."""
    return {f"charts/{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n",
            **{f"charts/{name}/templates/{each}": text for each, text in templates.items()},
            **{f"charts/{name}/{path}": text for path, text in others.items()}}


def target(app="web", chart=None, values=None):
    return Target(app, "staging", values_path=values or f"values/staging/{app}.yaml", chart=chart)


def plain(app):
    return Target(app, "staging", source="manifests", manifests_path=f"manifests/staging/{app}")


def by_helm(folder, values, app):
    """identity -> object, as `helm template` prints it and YAML reads it."""
    command = [tools.helm(), "template", app, folder or BUNDLED, "--namespace", STAGING.namespace, "--values", values, "--include-crds", "--skip-tests"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {identity(each): json.loads(json.dumps(each)) for each in yaml.safe_load_all(text) if each}


def named(rendered):
    return {identity(each): each for each in rendered.objects}


def kinds(rendered):
    return [(each["kind"], each["metadata"]["name"]) for each in rendered.objects]
