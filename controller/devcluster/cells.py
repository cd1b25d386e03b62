"""Cells of tables: what kubectl shows of an object in one column. Pure."""

from datetime import UTC, datetime


def age(text):
    """As kubectl writes a duration."""
    if not text:
        return "<unknown>"
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds())
    for limit, form in ((120, "{s}s"), (600, "{m}m{rs}s" if seconds % 60 else "{m}m"), (10800, "{m}m"), (28800, "{h}h{rm}m" if seconds // 60 % 60 else "{h}h"),
                        (172800, "{h}h"), (691200, "{d}d{rh}h" if seconds // 3600 % 24 else "{d}d")):
        if seconds < limit:
            break
    else:
        form = "{d}d"
    return form.format(s=max(seconds, 0), m=seconds // 60, rs=seconds % 60, h=seconds // 3600, rm=seconds // 60 % 60, d=seconds // 86400, rh=seconds // 3600 % 24)


def ages(obj):
    return age(obj["metadata"].get("creationTimestamp"))


def spec(name, default=None):
    return lambda obj: (obj.get("spec") or {}).get(name, default)


def status(name, default=0):
    return lambda obj: (obj.get("status") or {}).get(name, default)


def of(*parts):
    return lambda obj: "".join(str(part(obj)) if callable(part) else part for part in parts)


def containers(field):
    return lambda obj: ",".join(each.get(field, "") for each in obj["spec"].get("template", {}).get("spec", {}).get("containers", ()))


def selector(obj):
    found = obj["spec"].get("selector") or {}
    return ",".join(f"{key}={value}" for key, value in sorted((found.get("matchLabels", found if "matchExpressions" not in found else {}) or {}).items())) or "<none>"


def pod_phase(obj):
    """The STATUS column: a reason where there is one, else the phase."""
    status = obj.get("status") or {}
    reason = status.get("reason") or status.get("phase", "")
    for each in status.get("containerStatuses") or ():
        state = each.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            reason = state["waiting"]["reason"]
        elif "terminated" in state:
            reason = state["terminated"].get("reason") or f"ExitCode:{state['terminated'].get('exitCode', 0)}"
    return "Terminating" if obj["metadata"].get("deletionTimestamp") else reason


def pod_ready(obj):
    statuses = (obj.get("status") or {}).get("containerStatuses") or ()
    return f"{sum(bool(each.get('ready')) for each in statuses)}/{len(obj['spec']['containers'])}"


def restarts(obj):
    statuses = (obj.get("status") or {}).get("containerStatuses") or ()
    count = sum(each.get("restartCount", 0) for each in statuses)
    last = max((each["lastState"]["terminated"]["finishedAt"] for each in statuses if (each.get("lastState") or {}).get("terminated", {}).get("finishedAt")), default=None)
    return f"{count} ({age(last)} ago)" if last else str(count)


def ports(obj):
    return ",".join(f"{port['port']}{':' + str(port['nodePort']) if port.get('nodePort') else ''}/{port['protocol']}" for port in obj["spec"].get("ports") or ()) or "<none>"


def external(obj):
    return ",".join(each.get("ip") or each.get("hostname", "") for each in ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()) or ("<pending>" if obj["spec"].get("type") == "LoadBalancer" else "<none>")


def completions(obj):
    done, wanted = (obj.get("status") or {}).get("succeeded", 0), obj["spec"].get("completions")
    return f"{done}/{wanted}" if wanted is not None else f"{done}/1 of {obj['spec'].get('parallelism', 1)}"


def job_status(obj):
    found = {each["type"] for each in (obj.get("status") or {}).get("conditions") or () if each["status"] == "True"}
    return next((each for each in ("Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet") if each in found), "Running")


def hosts(obj):
    return ",".join(rule.get("host") or "*" for rule in obj["spec"].get("rules") or ()) or "*"


def addresses(obj):
    return ",".join(each.get("ip") or each.get("hostname", "") for each in ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ())


def event_object(obj):
    return f"{obj['involvedObject'].get('kind', '').lower()}/{obj['involvedObject'].get('name', '')}"
