"""The pipeline of an application repository: builds its image, pushes it, reports here. Generated, and proposed there as a pull request."""

import re
from pathlib import Path

from gitops import values
from gitops.cicd.facts import NAME, REPOSITORY
from gitops.errors import Invalid, NotFound
from gitops.forges import chosen
from gitops.types import Target
from gitops.verbs import IMAGE

TEMPLATES = Path(__file__).parent / "workflows"
FILES = {"github": "github.yml", "gitea": "github.yml", "gitlab": "gitlab.yml"}  # Gitea's runner reads GitHub's language
PATHS = {"github": ".github/workflows/klepaas.yml", "gitea": ".gitea/workflows/klepaas.yml", "gitlab": ".gitlab-ci.yml"}
BRANCH = "klepaas/workflow"
TITLE = "Build, push and deploy by K-Le-PaaS"


def text(kind, repository, image, branch):
    """The pipeline's file. What goes into it is checked: it will run there."""
    if kind not in PATHS:
        raise Invalid("bad_argument", argument="kind", value=str(kind)[:64], wanted=", ".join(PATHS))
    for name, value, pattern in (("repository", repository, REPOSITORY), ("image", image, re.compile(IMAGE)), ("branch", branch, re.compile(r"[\w./-]{1,200}", re.ASCII))):
        if not NAME.fullmatch(value or "") or not pattern.fullmatch(value):
            raise Invalid("bad_argument", argument=name, value=str(value)[:64], wanted=pattern.pattern)
    template = (TEMPLATES / FILES[kind]).read_text()
    return template.replace("@REPOSITORY@", repository).replace("@IMAGE@", image).replace("@BRANCH@", branch)


def image_of(catalog, tree, repository):
    """The image that the apps of a repository run; NotFound when none says it is built from there."""
    for name in catalog.by_repository(repository):
        for target in (each for each in catalog.targets() if isinstance(each, Target) and each.app == name and each.values_path):
            found = values.lookup(values.parse(tree.read(target.values_path), target.values_path), target.keys["image"])
            if found:
                return str(found)
    raise NotFound("workflow_no_image", repository=repository)


def install(services, repository, content):
    """The URL of the pull request that adds the file there; None when it is there already."""
    name, forge = chosen(services.settings)
    return forge.propose(services, repository, PATHS.get(name), content, BRANCH, TITLE)
