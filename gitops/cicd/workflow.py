"""The pipeline of an application repository: builds its image, pushes it, reports here. Generated, and proposed there as a pull request."""

import hashlib
import re
from pathlib import Path

from gitops import values
from gitops.cicd.facts import NAME, REPOSITORY
from gitops.errors import Invalid, NotFound
from gitops.forges import chosen
from gitops.types import Target
from gitops.verbs import IMAGE

PACK, BUILDER = "buildpacksio/pack:0.36.4", "paketobuildpacks/builder-jammy-base"  # the tool is one file in its image; it makes the image by what it finds in the repository
TEMPLATES = Path(__file__).parent / "workflows"
FILES = {"github": "github.yml", "gitea": "github.yml", "gitlab": "gitlab.yml"}  # Gitea's runner reads GitHub's language
PATHS = {"github": ".github/workflows/klepaas.yml", "gitea": ".gitea/workflows/klepaas.yml", "gitlab": ".gitlab-ci.yml"}
BUILDS = {"dockerfile": 'docker build --tag "$IMAGE:$version" .', "buildpack": f'docker cp "$(docker create {PACK}):/usr/local/bin/pack" /tmp/pack && /tmp/pack build "$IMAGE:$version" --builder {BUILDER}'}
PATH, DOCKERFILE = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][\w./-]{0,199}", re.ASCII), "Dockerfile"
TITLE = "Build, push and deploy by K-Le-PaaS"


def text(kind, repository, image, branch, build="dockerfile", dockerfile=DOCKERFILE):
    """The pipeline's file: it builds by a Dockerfile, or by buildpacks without one. What goes into it is checked: it will run there."""
    for name, value, known in (("kind", kind, PATHS), ("build", build, BUILDS)):
        if value not in known:
            raise Invalid("bad_argument", argument=name, value=str(value)[:64], wanted=", ".join(known))
    for name, value, pattern in (("repository", repository, REPOSITORY), ("image", image, re.compile(IMAGE)), ("branch", branch, re.compile(r"[\w./-]{1,200}", re.ASCII)), ("dockerfile", dockerfile, PATH)):
        if not NAME.fullmatch(value or "") or not pattern.fullmatch(value):
            raise Invalid("bad_argument", argument=name, value=str(value)[:64], wanted=pattern.pattern)
    template = (TEMPLATES / FILES[kind]).read_text()
    step = BUILDS[build] if dockerfile == DOCKERFILE else BUILDS[build].replace("docker build", f"docker build --file {dockerfile}")
    return template.replace("@BUILD@", step).replace("@REPOSITORY@", repository).replace("@IMAGE@", image).replace("@BRANCH@", branch)


def branch_of(content):
    """Where a file is proposed from: another file is another proposal."""
    return f"klepaas/workflow-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


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
    return forge.propose(services, repository, PATHS.get(name), content, branch_of(content), TITLE)
