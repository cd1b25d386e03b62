"""A pod template as the API server's own types print it, which is how it quotes an immutable one in a refusal."""

import orjson

CONTAINER = {
    "Name": "", "Image": "", "Command": None, "Args": None, "WorkingDir": "", "Ports": None, "EnvFrom": None, "Env": None, "Resources": {"Limits": None, "Requests": None, "Claims": None},
    "ResizePolicy": None, "RestartPolicy": None, "RestartPolicyRules": None, "VolumeMounts": None, "VolumeDevices": None, "LivenessProbe": None, "ReadinessProbe": None,
    "StartupProbe": None, "Lifecycle": None, "TerminationMessagePath": "", "TerminationMessagePolicy": "", "ImagePullPolicy": "", "SecurityContext": None,
    "Stdin": False, "StdinOnce": False, "TTY": False}
SECURITY = {
    "HostNetwork": False, "HostPID": False, "HostIPC": False, "ShareProcessNamespace": None, "HostUsers": None, "SELinuxOptions": None, "WindowsOptions": None, "RunAsUser": None,
    "RunAsGroup": None, "RunAsNonRoot": None, "SupplementalGroups": None, "SupplementalGroupsPolicy": None, "FSGroup": None, "FSGroupChangePolicy": None, "Sysctls": None,
    "SeccompProfile": None, "AppArmorProfile": None, "SELinuxChangePolicy": None}
SPEC = {
    "Volumes": None, "InitContainers": None, "Containers": None, "EphemeralContainers": None, "RestartPolicy": "", "TerminationGracePeriodSeconds": None, "ActiveDeadlineSeconds": None,
    "DNSPolicy": "", "NodeSelector": None, "ServiceAccountName": "", "AutomountServiceAccountToken": None, "NodeName": "", "SecurityContext": SECURITY, "ImagePullSecrets": None,
    "Hostname": "", "Subdomain": "", "SetHostnameAsFQDN": None, "Affinity": None, "SchedulerName": "", "Tolerations": None, "HostAliases": None, "PriorityClassName": "",
    "Priority": None, "PreemptionPolicy": None, "DNSConfig": None, "ReadinessGates": None, "RuntimeClassName": None, "Overhead": None, "EnableServiceLinks": None,
    "TopologySpreadConstraints": None, "OS": None, "SchedulingGates": None, "ResourceClaims": None, "Resources": None, "HostnameOverride": None, "SchedulingGroup": None}
MOVED = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers")  # of the spec, internally of its security context
MAPS = ("NodeSelector", "Overhead", "Limits", "Requests")


def template(value):
    value = value or {}
    spec = value.get("spec") or {}
    security = {**(spec.get("securityContext") or {}), **{name: spec[name] for name in MOVED if name in spec}}
    kept = {name: each for name, each in spec.items() if name not in (*MOVED, "serviceAccount")} | {"securityContext": security}
    metadata = {name: dict(sorted(each.items())) if isinstance(each, dict) else each for name, each in (value.get("metadata") or {}).items()}
    return orjson.dumps({**metadata, "Spec": _filled(SPEC, kept)}).decode()


def _filled(zero, value):
    given = {name.lower(): each for name, each in value.items()}
    return {name: _field(name, default, given[name.lower()]) if name.lower() in given else default for name, default in zero.items()}


def _field(name, default, value):
    if name in ("Containers", "InitContainers"):
        return [_filled(CONTAINER, each) for each in value]
    if isinstance(default, dict):
        return _filled(default, value)
    return value if name in MAPS else _raised(value)


def _raised(value):
    """Names as Go writes them."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _raised(each) for name, each in value.items()}
    return [_raised(each) for each in value] if isinstance(value, list) else value
