"""The predecessor's tools under their old names and arguments: each becomes a verb's command, with a preview and a proposal like any other. Must not carry anything out."""

import re
from dataclasses import dataclass

import orjson

from gitops.errors import Invalid, NotFound
from gitops.types import Command
from gitops.verbs.lookup import shown
from gitops.verbs.shapes import IMAGE, KIND, LABEL, NAME, REVISION, TAG

NAMES = ("app.kubernetes.io/instance", "app.kubernetes.io/name", "app")  # labels of a manifest that say whose it is


@dataclass(frozen=True, slots=True)
class Old:
    """`verbs` are those it may become, the first decides who may see it; `made(arguments, where, apps)` -> (verb, app, environment, args)."""

    name: str
    help: str
    verbs: tuple
    schema: dict
    made: object


def command(name, arguments, catalog):
    """The Command that an old tool's arguments stand for."""
    old = TOOLS[name]
    given = _only(name, old.schema, arguments)
    environment = _environment(catalog, given)
    return Command(*old.made(given, environment, catalog))


def _only(name, schema, arguments):
    unknown = sorted(str(each)[:64] for each in set(arguments) - set(schema["properties"]))
    if unknown:
        raise Invalid("unknown_argument", verb=name, argument=unknown[0], known=list(schema["properties"]))
    missing = [each for each in schema["required"] if arguments.get(each) is None]
    if missing:
        raise Invalid("missing_argument", verb=name, argument=missing[0])
    given = {key: value for key, value in arguments.items() if value is not None}
    for each, value in given.items():
        _sure(each, value, schema["properties"][each])
    return given


def _sure(name, value, schema):
    """Invalid for what is no text, or not of the form, where one is asked for; numbers are looked at with the verb's own arguments."""
    if schema["type"] == "string" and not (isinstance(value, str) and re.fullmatch(schema.get("pattern", ".*"), value, re.S)):
        raise Invalid("bad_argument", argument=name, value=shown(value), wanted=schema.get("pattern", "text"))


def _environment(catalog, given):
    """The environment named, else the one that has the namespace. `default`, which the predecessor filled in, says nothing."""
    if "environment" in given:
        return given["environment"]
    namespace = given.get("namespace", "default")
    found = [each.name for each in catalog.environments.values() if each.namespace == namespace]
    if found or namespace == "default":
        return found[0] if found else None
    raise NotFound("unknown_namespace", namespace=namespace[:64], known=sorted({each.namespace for each in catalog.environments.values()}))


def _app(given):
    name = given.get("app_name") or given.get("deployment_name")
    if name is None:
        raise Invalid("missing_argument", verb="rollback_deployment", argument="app_name")
    return name


def _deploy(given, environment, catalog):
    """An app that is there is deployed, one that is not is created."""
    app = _app(given)
    if app in catalog.app_names and (environment is None or environment in catalog.environments_of(app)):
        extra = [each for each in ("replicas", "port") if each in given]
        if extra:
            raise Invalid("only_of_new_apps", app=app, argument=extra[0])
        return "deploy", app, environment, {"image": given["image"]}
    return "create_app", app, environment, {name: given[name] for name in ("image", "replicas", "port") if name in given}


def _get(given, environment, catalog):
    return "get", None, environment, {name: given[name] for name in ("kind", "name") if name in given}


def _manifest(given, environment, catalog):
    return "apply_manifest", given.get("app_name") or _owner(given["manifest"]), environment, {"manifest": given["manifest"]}


def _owner(manifest):
    """The app that a manifest says it is of, by its labels, else by its name."""
    if isinstance(manifest, str):
        try:
            manifest = orjson.loads(manifest)
        except orjson.JSONDecodeError:
            raise Invalid("missing_argument", verb="apply_k8s_manifest", argument="app_name") from None
    metadata = manifest.get("metadata") if isinstance(manifest, dict) else None
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    found = [labels[each] for each in NAMES if each in labels] if isinstance(labels, dict) else []
    if not found and not (isinstance(metadata, dict) and metadata.get("name")):
        raise Invalid("missing_argument", verb="apply_k8s_manifest", argument="app_name")
    return (found or [metadata["name"]])[0]


def _delete(given, environment, catalog):
    return "delete_manifest", given.get("app_name") or given["name"], environment, {"kind": given["kind"], "name": given["name"]}


def _rollback(given, environment, catalog):
    to = {name: given[name] for name in ("version", "commit") if name in given}
    return "rollback", _app(given), environment, to or {"steps_back": 1}


def _query(given, environment, catalog):
    return "query", None, None, {"promql": given["query"]}


def _health(given, environment, catalog):
    app = given.get("app_name") or given.get("component")
    return ("health", app, environment, {}) if app else ("overview", None, environment, {})


def _git(given, environment, catalog):
    args = {name: given[name] for name in ("branch", "version") if name in given}
    return "deploy", _app(given), environment, args | ({"build": True} if "branch" in args else {})


def _schema(required, **properties):
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def _string(pattern, description):
    return {"type": "string", "pattern": f"^({pattern})$", "description": description}


_NAME, _WHERE = _string(LABEL, "name of the app"), _string(LABEL, "environment; without it the one of the namespace")
_SPACE = {"type": "string", "description": "namespace of an environment", "default": "default"}
_OBJECT, _KIND = {"type": ["object", "string"], "description": "the manifest, as an object or as JSON or YAML text"}, _string(KIND, "kind of the object")
_OWNER = _string(LABEL, "app it belongs to; without it the one that the manifest's labels or name say")
_TABLE = (
    Old("deploy_app", "Deploy an app, or create it", ("deploy", "create_app"), _schema(
        ["app_name", "image"], app_name=_NAME, image=_string(IMAGE, "image with its tag"), environment=_WHERE, namespace=_SPACE,
        replicas={"type": "integer", "minimum": 0, "maximum": 100, "description": "of a new app; `scale` changes one that is there"},
        port={"type": "integer", "minimum": 1, "maximum": 65535, "description": "of a new app"}), _deploy),
    Old("get_k8s_resource", "Get objects of the cluster", ("get",), _schema(["kind"], kind=_KIND, name=_string(NAME, "name of the object"), namespace=_SPACE, environment=_WHERE), _get),
    Old("create_k8s_resource", "Write the manifest of a new object", ("apply_manifest",), _schema(["manifest"], manifest=_OBJECT, app_name=_OWNER, namespace=_SPACE, environment=_WHERE), _manifest),
    Old("apply_k8s_manifest", "Write a manifest", ("apply_manifest",), _schema(["manifest"], manifest=_OBJECT, app_name=_OWNER, namespace=_SPACE, environment=_WHERE), _manifest),
    Old("delete_k8s_resource", "Remove a manifest", ("delete_manifest",), _schema(
        ["kind", "name"], kind=_KIND, name=_string(NAME, "name of the object"), app_name=_string(LABEL, "app it belongs to; without it the one of the object's name"), namespace=_SPACE, environment=_WHERE), _delete),
    Old("rollback_deployment", "Roll an app back", ("rollback",), _schema(
        [], app_name=_NAME, deployment_name=_string(LABEL, "the same as app_name"), environment=_WHERE, namespace=_SPACE, version=_string(TAG, "to this version; without it the one before"),
        commit=_string("[0-9a-fA-F]{4,64}", "to this commit")), _rollback),
    Old("query_prometheus", "A PromQL query", ("query",), _schema(["query"], query={"type": "string", "minLength": 1, "maxLength": 4096, "description": "the query"}), _query),
    Old("check_health", "Health of an app, or of everything", ("health", "overview"), _schema(
        [], app_name=_NAME, component=_string(LABEL, "the same as app_name"), environment=_WHERE, namespace=_SPACE), _health),
    Old("trigger_git_deployment", "Build and deploy a branch", ("deploy",), _schema(
        ["app_name"], app_name=_NAME, environment=_WHERE, namespace=_SPACE, branch=_string(REVISION, "its newest commit is built and deployed"), version=_string(TAG, "a version that is built already")), _git),
)
TOOLS = {each.name: each for each in _TABLE}
