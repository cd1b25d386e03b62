"""What of the desired object the live one does not have. Pure: only fields that we render are looked at.

Lists of items with a key are compared item by item, and items of others (an injected sidecar) are no difference; all other lists
as a whole. Defaulted fields are not rendered, so they are none either.
"""

import base64
from decimal import Decimal

KEYS = {"containers": ("name",), "initContainers": ("name",), "env": ("name",), "volumes": ("name",), "imagePullSecrets": ("name",), "volumeMounts": ("mountPath",),
        "ports": ("name",), "hostAliases": ("ip",), "volumeClaimTemplates": ("metadata",)}
PORTS = (("containerPort", "protocol"), ("port", "protocol"), ("name",))
QUANTITIES = ("limits", "requests", "capacity", "hard")
SUFFIXES = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18,
            "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
SCALED = ("Deployment", "StatefulSet", "ReplicaSet")


def differences(desired, live, ignore=()):
    """JSON pointers of the rendered fields whose live value differs."""
    wanted = {name: value for name, value in desired.items() if name not in ("apiVersion", "kind", "status")}
    if desired["kind"] == "Secret" and "stringData" in wanted:
        wanted = _secret(wanted)
    found = []
    _compare(wanted, live, "", found)
    return [pointer for pointer in found if not any(pointer == each or pointer.startswith(f"{each}/") for each in ignore)]


def _secret(wanted):
    """stringData as the server keeps it."""
    data = {name: base64.b64encode(str(value).encode()).decode() for name, value in (wanted["stringData"] or {}).items()}
    return {**{name: value for name, value in wanted.items() if name != "stringData"}, "data": {**(wanted.get("data") or {}), **data}}


def _compare(wanted, live, path, found):
    if wanted is None or wanted in ({}, []) and not live:
        return
    if isinstance(wanted, dict) and isinstance(live, dict):
        for name, value in wanted.items():
            _compare(value, live.get(name), f"{path}/{name.replace('~', '~0').replace('/', '~1')}", found)
    elif isinstance(wanted, list) and isinstance(live, list):
        _compare_lists(wanted, live, path, found)
    elif not _equal(wanted, live, path):
        found.append(path)


def _compare_lists(wanted, live, path, found):
    keys = _keys(path.rpartition("/")[2], wanted)
    if keys:
        there = {_key(item, keys): item for item in live if isinstance(item, dict)}
        for item in wanted:
            _compare(item, there.get(_key(item, keys)), f"{path}/{'+'.join(str(item.get(key)) for key in keys if key in item)}", found)
    elif len(wanted) != len(live):
        found.append(path)
    else:
        for index, (one, other) in enumerate(zip(wanted, live)):
            _compare(one, other, f"{path}/{index}", found)


def _keys(name, wanted):
    """The keys by which a list's items are told apart, if all of them have them."""
    if not all(isinstance(item, dict) for item in wanted):
        return None
    choices = PORTS if name == "ports" else (KEYS[name],) if name in KEYS else ()
    return next((keys for keys in choices if all(keys[0] in item for item in wanted)), None)


def _key(item, keys):
    return tuple(item.get(key, "TCP" if key == "protocol" else None) if key != "metadata" else (item.get(key) or {}).get("name") for key in keys)


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
