"""What a change of a workload does to its pods: whether they are started anew, and how many there will be. Pure."""

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


def of(old, new):
    """{restarts, before, after} of a workload as it is and will be (None: not there), or None where nothing happens to pods. A number that nobody said is None."""
    if (new or old)["kind"] not in WORKLOADS:
        return None
    restarts = bool(old and new) and _spec(old).get("template") != _spec(new).get("template")
    before, after = (_count(each) for each in (old, new))
    return {"restarts": restarts, "before": before, "after": after} if restarts or before != after else None


def said(effect):
    """The effect in a few words."""
    words = ["restarts its pods"] * effect["restarts"]
    if effect["before"] != effect["after"]:
        words.append(f"{_number(effect['before'])} -> {_number(effect['after'])} pods")
    return ", ".join(words)


def _spec(obj):
    found = obj.get("spec")
    return found if isinstance(found, dict) else {}


def _count(obj):
    """Pods that are said; of a DaemonSet the nodes decide, and where an autoscaler does nothing is said."""
    return 0 if obj is None else _spec(obj).get("replicas")


def _number(count):
    return "?" if count is None else count
