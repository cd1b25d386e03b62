"""The import rules of the architecture."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY = {"gitops": {"gitops"}, "nlp": {"nlp", "gitops"}, "controller": {"controller", "gitops"}, "web": {"web", "nlp", "controller", "gitops"}}
FROM_GITOPS = {"types", "errors", "verbs", "outside.http", "messages", "outside.breakers"}  # all that nlp may take
READ_ONLY = {"observe", "cluster.resources", "prometheus", "adopt", "devcluster", "cluster.tail"}     # all that web may take of controller
ROOMS = {"outside", "telemetry", "cluster"}
OWNERS = {
    "git": ["gitops/git/"], "yaml": ["gitops/values.py", "gitops/yamltext/", "controller/devcluster/"], "requests": ["gitops/outside/http.py"],
    "peewee": ["gitops/ledger/"], "playhouse": ["gitops/ledger/"], "psycopg2": ["gitops/ledger/"], "helm_python": ["gitops/render/"],
    "flask": ["web/"], "flask_sock": ["web/"], "mcp": ["web/"], "uvicorn": ["web/", "controller/devcluster/"], "gunicorn": ["web/"],
    "kubernetes": ["controller/cluster/kube.py"], "apscheduler": ["controller/loop.py"], "anthropic": ["nlp/models/"], "openai": ["nlp/models/"], "google": ["nlp/models/", "gitops/outside/gcp.py"],
    "dotenv": ["gitops/config.py"], "structlog": ["gitops/telemetry/logs.py"], "sentry_sdk": ["gitops/telemetry/reporting.py"], "opentelemetry": ["gitops/telemetry/tracing.py"],
}


def files(package):
    return sorted(path for path in (ROOT / package).rglob("*.py"))


def imported(path):
    """(module, names taken from it) of every import in a file, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((each.name, ()) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module, tuple(each.name for each in node.names)


def modules(path, package):
    """The modules of a package of ours that a file takes: of `from gitops import values` that is values, of one in a room (`from gitops.outside import http`) outside.http."""
    for module, names in imported(path):
        top, _, rest = module.partition(".")
        if top == package:
            yield from (f"{rest}.{name}" for name in names) if rest in ROOMS else [rest if rest.partition(".")[0] in ROOMS else rest.partition(".")[0]] if rest else names or [""]


def shown(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", MAY)
def test_packages_import_one_way(package):
    """web -> nlp, controller, gitops; controller -> gitops; nlp -> gitops; gitops -> none of ours; and nobody the tests."""
    wrong = [(shown(path), module) for path in files(package) for module, _ in imported(path)
             if module.partition(".")[0] in {*MAY, "tests"} - MAY[package]]
    assert wrong == []


def test_nlp_takes_little_of_gitops():
    """What turns text into commands reads neither git nor the ledger."""
    assert {(shown(path), module) for path in files("nlp") for module in modules(path, "gitops") if module not in FROM_GITOPS} == set()


def test_web_takes_only_the_reading_part_of_the_controller():
    """The doors hold nothing that can write to a cluster."""
    assert {(shown(path), module) for path in files("web") for module in modules(path, "controller") if module not in READ_ONLY} == set()


def test_the_emulator_imports_none_of_ours():
    """The embedded cluster serves the product and is not the product."""
    inside = ROOT / "controller" / "devcluster"
    wrong = [(shown(path), module) for path in files(inside) for module, _ in imported(path)
             if module.partition(".")[0] in MAY and not module.startswith("controller.devcluster")]
    assert wrong == []


def test_only_who_starts_it_takes_the_emulator():
    """The controller itself does not know what kind of cluster it talks to."""
    outside = [path for path in files("controller") if "devcluster" not in path.parts]
    assert [shown(path) for path in outside if "devcluster" in modules(path, "controller")] == []


@pytest.mark.parametrize("library", OWNERS)
def test_a_heavy_dependency_has_one_owner(library):
    """Only its owner imports it, so that it can be replaced there."""
    users = [shown(path) for package in MAY for path in files(package) for module, _ in imported(path) if module.partition(".")[0] == library]
    assert [user for user in users if not user.startswith(tuple(OWNERS[library]))] == []


def test_every_dependency_is_declared():
    """What is imported is in setup.cfg, by the name the package index knows."""
    names = {"git": "gitpython", "yaml": "pyyaml", "helm_python": "helm-python-sdk", "playhouse": "peewee", "psycopg2": "psycopg2-binary", "flask_sock": "flask-sock",
             "dotenv": "python-dotenv", "prometheus_client": "prometheus-client", "google": "google-generativeai", "simple_websocket": "flask-sock", "wsproto": "flask-sock",
             "werkzeug": "flask", "itsdangerous": "flask", "jinja2": "flask", "starlette": "mcp", "anyio": "mcp", "pydantic": "mcp", "semantic_version": "semantic-version",
             "sentry_sdk": "sentry-sdk", "opentelemetry": "opentelemetry-sdk"}
    declared = (ROOT / "setup.cfg").read_text().lower()
    used = {module.partition(".")[0] for package in MAY for path in files(package) for module, _ in imported(path)} - set(MAY) - set(sys.stdlib_module_names)
    assert {each for each in used if names.get(each, each).lower() not in declared} == set()


@pytest.mark.parametrize("package", MAY)
def test_every_module_says_what_it_is_for(package):
    """A newcomer reads the first line of a file and knows whether to read on."""
    assert [shown(path) for path in files(package) if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))] == []
