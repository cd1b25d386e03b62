"""What an object must be beyond its schema, in the server's own words: causes of (reason, message, field)."""

import re
from ipaddress import ip_address
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from controller.devcluster import internal, selectors
from controller.devcluster.cron import Schedule

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL_TEXT = ("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
              "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
SUBDOMAIN_TEXT = ("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
                  "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
LABEL_NAMES = ("namespaces", "services")
IMMUTABLE = {"deployments.apps": ("selector",), "replicasets.apps": ("selector",), "daemonsets.apps": ("selector",), "jobs.batch": ("selector", "completions", "template"),
             "statefulsets.apps": ("serviceName", "selector", "podManagementPolicy", "volumeClaimTemplates")}
TEMPLATED = ("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch")
OWNER = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")
PERCENT = re.compile(r"[0-9]+%")
STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
REQUIRED, INVALID = "FieldValueRequired", "FieldValueInvalid"


def causes(resource, obj, old=None):
    """Everything wrong with an object that is to be created (old None) or changed."""
    found = list(_name(resource, obj)) if old is None else []
    found += _labels(obj.get("metadata") or {})
    found += _owners(obj["metadata"].get("ownerReferences") or ())
    found += _finalizers(obj["metadata"].get("finalizers") or [], old)
    spec = obj.get("spec")
    if resource.key in TEMPLATED and isinstance(spec, dict | None):
        found += _workload(resource, spec or {})
    if resource.key == "pods" and isinstance(spec, dict):
        found += _pod(spec, "spec")
        found += _addresses(obj.get("status") or {})
    if resource.key == "leases.coordination.k8s.io" and isinstance((spec or {}).get("leaseDurationSeconds"), int) and spec["leaseDurationSeconds"] <= 0:
        found.append((INVALID, f"Invalid value: {spec['leaseDurationSeconds']}: must be greater than 0", "spec.leaseDurationSeconds"))
    if resource.key == "cronjobs.batch" and isinstance(spec, dict):
        found += _cronjob(spec)
    if resource.key == "services" and isinstance(spec, dict):
        found += _service(spec)
    if old is not None:
        found += _unchanged(resource, obj, old)
    return found


def _name(resource, obj):
    name = obj["metadata"].get("name", "")
    label = resource.key in LABEL_NAMES
    if not name:
        yield REQUIRED, "Required value: name or generateName is required", "metadata.name"
    elif not (LABEL if label else SUBDOMAIN).fullmatch(name):
        yield INVALID, f'Invalid value: "{name}": {LABEL_TEXT if label else SUBDOMAIN_TEXT}', "metadata.name"
    elif len(name) > (63 if label else 253):
        yield INVALID, f'Invalid value: "{name}": must be no more than {63 if label else 253} bytes', "metadata.name"


def _owners(owners):
    owners = [each or {} for each in owners]  # null, in a custom object
    for each in owners:
        for name in ("apiVersion", "kind", "name", "uid"):
            if not each.get(name):
                yield INVALID, 'Invalid value: "": must not be empty', f"metadata.ownerReferences.{name}"
    controllers = [each for each in owners if each.get("controller")]
    if len(controllers) > 1:
        first, second = (f"{each.get('kind')}/{each.get('name')}" for each in controllers[:2])
        shown = orjson.dumps([{name: each[name] for name in OWNER if name in each} for each in owners]).decode()
        yield INVALID, f'Invalid value: {shown}: Only one reference can have Controller set to true. Found "true" in references for {first} and {second}', "metadata.ownerReferences"


def _finalizers(names, old):
    for index, name in enumerate(names):
        name = name or ""
        if "/" not in name and name not in STANDARD_FINALIZERS:
            yield INVALID, f"Invalid value: {_json(name)}: name is neither a standard finalizer name nor is it fully qualified", f"metadata.finalizers[{index}]"
    added = [name for name in names if name not in (old["metadata"].get("finalizers") or ())] if old and old["metadata"].get("deletionTimestamp") else []
    if added:
        shown = ", ".join(map(_json, added))
        cause = "FieldValueForbidden", f"Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{{{shown}}}", "metadata.finalizers"
        yield from (cause, cause)  # the server says it twice


def _labels(metadata):
    pattern = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
    for value in (metadata.get("labels") or {}).values():
        if isinstance(value, str) and not pattern.fullmatch(value):
            yield (INVALID, f'Invalid value: "{value}": a valid label must be an empty string or consist of alphanumeric characters, \'-\', \'_\' or \'.\', and must start and end '
                   "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')", "metadata.labels")


def _workload(resource, spec):
    replicas = spec.get("replicas")
    if isinstance(replicas, int) and replicas < 0:
        yield INVALID, f"Invalid value: {replicas}: must be greater than or equal to 0", "spec.replicas"
    selector, template = spec.get("selector"), spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels")
    if not selector and resource.key != "jobs.batch":
        yield REQUIRED, "Required value", "spec.selector"
    odd = list(_expressions((selector or {}).get("matchExpressions") or ()))
    yield from odd
    if resource.key != "jobs.batch" and not odd and not (selector and selectors.of_selector(selector)(labels or {})):
        yield INVALID, f"Invalid value: {_json(labels)}: `selector` does not match template `labels`", "spec.template.metadata.labels"
    strategy = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate" and "rollingUpdate" in strategy:
        yield "FieldValueForbidden", "Forbidden: may not be specified when strategy `type` is 'Recreate'", "spec.strategy.rollingUpdate"
    yield from _rolling(spec)
    yield from _pod(template.get("spec") or {}, "spec.template.spec")
    policy = (template.get("spec") or {}).get("restartPolicy", "Always")
    if resource.key == "jobs.batch" and policy == "Always":
        yield REQUIRED, 'Required value: valid values: "OnFailure", "Never"', "spec.template.spec.restartPolicy"
    elif resource.key in ("deployments.apps", "replicasets.apps") and policy != "Always":
        yield "FieldValueNotSupported", f'Unsupported value: "{policy}": supported values: "Always"', "spec.template.spec.restartPolicy"


def _expressions(expressions):
    for index, each in enumerate(expressions):
        if each["operator"] not in ("In", "NotIn", "Exists", "DoesNotExist"):
            yield INVALID, f"Invalid value: {_json(each['operator'])}: not a valid selector operator", f"spec.selector.matchExpressions[{index}].operator"
        elif (each["operator"] in ("In", "NotIn")) != bool(each.get("values")):
            kind, said = (REQUIRED, "Required value: must be specified when `operator` is 'In' or 'NotIn'") if not each.get("values") else \
                ("FieldValueForbidden", "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
            yield kind, said, f"spec.selector.matchExpressions[{index}].values"


def _rolling(spec):
    """maxSurge and maxUnavailable are numbers or percentages, and not both 0."""
    at = "strategy" if "strategy" in spec else "updateStrategy"
    rolling = (spec.get(at) or {}).get("rollingUpdate") or {}
    for name in ("maxUnavailable", "maxSurge"):
        value = rolling.get(name, 1)
        if isinstance(value, str) and not PERCENT.fullmatch(value):
            yield INVALID, f"Invalid value: {_json(value)}: a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')", \
                f"spec.{at}.rollingUpdate.{name}"
        elif isinstance(value, int) and value < 0:
            yield INVALID, f"Invalid value: {value}: must be greater than or equal to 0", f"spec.{at}.rollingUpdate.{name}"
    if at == "strategy" and rolling.get("maxUnavailable") in (0, "0%") and rolling.get("maxSurge") in (0, "0%"):
        yield INVALID, f"Invalid value: {_json(rolling['maxUnavailable'])}: may not be 0 when `maxSurge` is 0", "spec.strategy.rollingUpdate.maxUnavailable"


def _cronjob(spec):
    schedule = spec.get("schedule")
    if not schedule:
        yield REQUIRED, "Required value", "spec.schedule"
    else:
        try:
            Schedule(schedule)
        except ValueError as error:
            yield INVALID, f"Invalid value: {_json(schedule)}: {error}", "spec.schedule"
    try:
        ZoneInfo(spec.get("timeZone") or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield INVALID, f"Invalid value: {_json(spec['timeZone'])}: unknown time zone {spec['timeZone']}", "spec.timeZone"
    yield from _pod((((spec.get("jobTemplate") or {}).get("spec") or {}).get("template") or {}).get("spec") or {}, "spec.jobTemplate.spec.template.spec")


def _json(value):
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _pod(spec, at):
    if not spec.get("containers"):
        yield REQUIRED, "Required value", f"{at}.containers"
    for kind in ("containers", "initContainers"):
        for index, each in enumerate(spec.get(kind) or ()):
            yield from _container(each, f"{at}.{kind}[{index}]")


def _addresses(status):
    for index, each in enumerate(status.get("podIPs") or ()):
        try:
            ip_address(each.get("ip"))
        except ValueError:
            yield INVALID, f'Invalid value: {_json(each.get("ip"))}: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)', f"status.podIPs[{index}]"


def _container(each, at):
    name = each.get("name", "")
    if not name:
        yield REQUIRED, "Required value", f"{at}.name"
    elif not LABEL.fullmatch(name):
        yield INVALID, f'Invalid value: "{name}": {LABEL_TEXT}', f"{at}.name"
    if not each.get("image"):
        yield REQUIRED, "Required value", f"{at}.image"
    for index, port in enumerate(each.get("ports") or ()):
        if not isinstance(port.get("containerPort"), int) or port["containerPort"] == 0:
            yield REQUIRED, "Required value", f"{at}.ports[{index}].containerPort"
        elif not 0 < port["containerPort"] < 65536:
            yield INVALID, f"Invalid value: {port['containerPort']}: must be between 1 and 65535, inclusive", f"{at}.ports[{index}].containerPort"
    for index, variable in enumerate(each.get("env") or ()):
        if not variable.get("name"):
            yield REQUIRED, "Required value", f"{at}.env[{index}].name"


def _service(spec):
    ports = spec.get("ports") or ()
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield REQUIRED, "Required value", "spec.ports"
    for index, port in enumerate(ports):
        if not 0 < (port.get("port") or 0) < 65536:
            yield INVALID, f"Invalid value: {port.get('port', 0)}: must be between 1 and 65535, inclusive", f"spec.ports[{index}].port"
        if len(ports) > 1 and not port.get("name"):
            yield REQUIRED, "Required value", f"spec.ports[{index}].name"


def _unchanged(resource, obj, old):
    for name in IMMUTABLE.get(resource.key, ()):
        if (obj.get("spec") or {}).get(name) != (old.get("spec") or {}).get(name):
            after = (obj.get("spec") or {}).get(name)
            yield INVALID, f"Invalid value: {internal.template(after) if name == 'template' else _json(after)}: field is immutable", f"spec.{name}"
    if resource.key in ("secrets", "configmaps") and old.get("immutable"):
        for name in ("data", "stringData", "binaryData"):
            if obj.get(name) != old.get(name):
                yield "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", name
    if "roleRef" in old and obj.get("roleRef") != old["roleRef"]:
        shown = {name: (obj.get("roleRef") or {}).get(name[0].lower() + name[1:] if name != "APIGroup" else "apiGroup", "") for name in ("APIGroup", "Kind", "Name")}
        yield INVALID, f"Invalid value: {_json(shown)}: cannot change roleRef", "roleRef"
    if resource.key == "secrets" and obj.get("type") != old.get("type"):
        yield INVALID, f'Invalid value: "{obj.get("type")}": field is immutable', "type"
    if resource.key == "services" and (obj["spec"].get("clusterIP") or "") != (old["spec"].get("clusterIP") or "") and "ExternalName" not in (obj["spec"].get("type"), old["spec"].get("type")):
        yield INVALID, f'Invalid value: {_json([obj["spec"].get("clusterIP")])}: may not change once set', "spec.clusterIPs[0]"
