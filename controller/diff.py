"""What of the desired object the live one does not have, and what it has of ours that is not desired any more. Pure.

Only fields that we render, or did, are looked at: defaulted ones and those of others are no difference. Lists of items with a key
are compared item by item, and items of others (an injected sidecar) are none either; all other lists are compared as a whole.
"""

import base64
import hashlib
from decimal import Decimal

import orjson

KEYS = {"containers": ("name",), "initContainers": ("name",), "env": ("name",), "volumes": ("name",), "imagePullSecrets": ("name",), "volumeMounts": ("mountPath",),
        "volumeDevices": ("devicePath",), "hostAliases": ("ip",), "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable")}
SETS = ("finalizers",)
QUANTITIES = ("limits", "requests", "capacity", "hard")
SUFFIXES = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18,
            "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
SCALED = ("Deployment", "StatefulSet", "ReplicaSet")


def differences(desired, live, ignore=()):
    """JSON pointers of the rendered fields whose live value differs, and of those we applied (`$owned` of what the cache keeps) and render no more."""
    wanted, found = {name: value for name, value in desired.items() if name not in ("apiVersion", "kind", "status")}, []
    _compare(wanted, live, "", found)
    _dropped(live.get("$owned") or {}, wanted, "", found)
    ignored = [_by_key(each, desired) for each in ignore]
    return [pointer for pointer in found if not any(pointer == each or pointer.startswith(f"{each}/") for each in ignored)]


def as_kept(obj):
    """The object as the server keeps it: a Secret's stringData is data. Sent as such, it would be owned as stringData, and keys no longer sent would stay."""
    if (obj["apiVersion"], obj["kind"]) != ("v1", "Secret") or "stringData" not in obj:
        return obj
    data = {name: base64.b64encode(str(value).encode()).decode() for name, value in (obj["stringData"] or {}).items()}
    return {**{name: value for name, value in obj.items() if name != "stringData"}, "data": {**(obj.get("data") or {}), **data}}


def digest(live):
    """Of all that is said of an object, and not by its status."""
    metadata = {name: live["metadata"].get(name) for name in ("labels", "annotations")}
    said = {name: value for name, value in live.items() if name not in ("status", "$owned", "$others")} | {"metadata": metadata}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def yielding(desired, live, ignore):
    """The desired object with the live values where git has no say: the ignored fields, and replicas that an autoscaler sets and we still own.

    Not to send a field that we own alone would remove it (replicas would fall to 1).
    """
    found, owned = desired, (live.get("$owned") or {}).get("f:spec") or {}
    if desired["kind"] in SCALED and "replicas" not in (desired.get("spec") or {}) and "f:replicas" in owned:
        found = {**desired, "spec": {**(desired.get("spec") or {}), "replicas": live["spec"]["replicas"]}}
    for pointer in ignore:
        found = _yielded(found, live, [each.replace("~1", "/").replace("~0", "~") for each in _by_key(pointer, desired).split("/")[1:]], "")
    return found


def _yielded(wanted, live, steps, path):
    """`wanted` with the live value at the steps, where both have one."""
    if not steps:
        return live
    if isinstance(wanted, dict) and isinstance(live, dict) and steps[0] in wanted and steps[0] in live:
        return {**wanted, steps[0]: _yielded(wanted[steps[0]], live[steps[0]], steps[1:], f"{path}/{steps[0]}")}
    if isinstance(wanted, list) and isinstance(live, list) and (keys := _keys(path, wanted)):
        there = {_label(item, keys): item for item in live if isinstance(item, dict)}
        return [_yielded(item, there[steps[0]], steps[1:], f"{path}/{steps[0]}") if _label(item, keys) == steps[0] in there else item for item in wanted]
    return wanted


def _by_key(pointer, desired):
    """A JSON pointer with the places of lists' items said by their keys, as differences are."""
    steps, node, path = pointer.split("/")[1:], desired, ""
    for step in steps:
        name, item = step.replace("~1", "/").replace("~0", "~"), None
        if isinstance(node, list) and name.isascii() and name.isdigit() and int(name) < len(node):
            item, keys = node[int(name)], _keys(path, node)
            step = _label(item, keys) if keys else step
        node, path = node.get(name) if isinstance(node, dict) else item, f"{path}/{step}"
    return path


def _dropped(owned, wanted, path, found):
    """A fieldsV1 set beside the desired value: what is in the first alone."""
    for name, inner in owned.items():
        there, step, value = _step(name, wanted)
        if not there:
            found.append(f"{path}/{step}")
        elif inner:
            _dropped(inner, value, f"{path}/{step}", found)


def _step(name, wanted):
    """Whether the desired value has a member of a fieldsV1 set, how a pointer calls it, and its value."""
    kind, _, text = name.partition(":")
    if kind == "f":
        there = isinstance(wanted, dict) and text in wanted
        return there, _escaped(text), wanted[text] if there else None
    if kind == "k":
        keys, items = orjson.loads(text), [each for each in wanted if isinstance(each, dict)] if isinstance(wanted, list) else []
        item = next((each for each in items if all(each.get(key, "TCP" if key == "protocol" else None) == value for key, value in keys.items())), None)
        return item is not None, _label(item or keys, sorted(keys)), item
    if kind == "v":
        value = orjson.loads(text)
        return isinstance(wanted, list) and value in wanted, str(value), None
    return True, "", wanted


def _escaped(name):
    return name.replace("~", "~0").replace("/", "~1")


def _label(item, keys):
    return "+".join(str(item.get(key)) for key in keys if key in item)


def _compare(wanted, live, path, found):
    if wanted is None or wanted in ({}, []) and not live:
        return
    if isinstance(wanted, dict) and isinstance(live, dict):
        for name, value in wanted.items():
            _compare(value, live.get(name), f"{path}/{_escaped(name)}", found)
    elif isinstance(wanted, list) and isinstance(live, list):
        _compare_lists(wanted, live, path, found)
    elif not _equal(wanted, live, path):
        found.append(path)


def _compare_lists(wanted, live, path, found):
    keys = _keys(path, wanted)
    if keys:
        there = {_key(item, keys): item for item in live if isinstance(item, dict)}
        for item in wanted:
            _compare(item, there.get(_key(item, keys)), f"{path}/{_label(item, keys)}", found)
    elif path.rpartition("/")[2] in SETS:
        found += [f"{path}/{item}" for item in wanted if item not in live]
    elif len(wanted) != len(live):
        found.append(path)
    else:
        for index, (one, other) in enumerate(zip(wanted, live)):
            _compare(one, other, f"{path}/{index}", found)


def _keys(path, wanted):
    """The keys by which a list's items are told apart, if all of them have them. A NetworkPolicy's ports, say, have none."""
    *outer, name = path.split("/")
    keys = _port_keys(path, outer) if name == "ports" else KEYS.get(name) if len(outer) > 1 else None
    return keys if keys and all(isinstance(item, dict) and keys[0] in item for item in wanted) else None


def _port_keys(path, outer):
    if path == "/spec/ports":
        return "port", "protocol"
    return ("containerPort", "protocol") if outer[-2:-1] in (["containers"], ["initContainers"]) else None


def _key(item, keys):
    return tuple(item.get(key, "TCP" if key == "protocol" else None) for key in keys)


def _equal(wanted, live, path):
    if wanted == live and isinstance(wanted, bool) is isinstance(live, bool):
        return True
    if wanted in ("", 0, False) and live is None:
        return True
    return any(part in QUANTITIES for part in path.split("/")) and quantity(wanted) is not None and quantity(wanted) == quantity(live)


def quantity(text):
    """A Kubernetes quantity as a number: 1000m = 1, 1024Mi = 1Gi; None when it is none."""
    text = str(text)
    suffix = next((each for each in sorted(SUFFIXES, key=len, reverse=True) if text.endswith(each)), "")
    try:
        number = Decimal(text.removesuffix(suffix)) * (SUFFIXES[suffix] if suffix else 1)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def without_scaled(objects):
    """The objects, without the replicas of whatever an autoscaler of theirs targets."""
    targets = {_target(each) for each in objects} - {None}
    return [_unscaled(each) if (each["kind"], each["metadata"]["name"]) in targets else each for each in objects]


def _target(obj):
    if obj["kind"] not in ("HorizontalPodAutoscaler", "ScaledObject"):
        return None
    found = (obj.get("spec") or {}).get("scaleTargetRef") or {}
    return found.get("kind", "Deployment"), found.get("name")


def _unscaled(obj):
    return {**obj, "spec": {name: value for name, value in obj["spec"].items() if name != "replicas"}}
