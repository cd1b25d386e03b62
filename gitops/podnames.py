"""The names that Kubernetes gives pods: whose they are. Letters of a hash make no words (apimachinery, util/rand), so the pods of `web` are not taken for those of `web-api`."""

import re

HASH = "[bcdfghjklmnpqrstvwxz2456789]"
ENDS = {"Deployment": f"-{HASH}{{1,10}}-{HASH}{{5}}", "StatefulSet": "-[0-9]+", "DaemonSet": f"-{HASH}{{5}}", "Job": f"-{HASH}{{5}}", "CronJob": f"-[0-9]+-{HASH}{{5}}", "Pod": ""}
_END = re.compile("|".join(f"(?:{end})" for end in ENDS.values()))


def longest(name, names):
    """The longest of these names that a name begins with, up to a dash, or None."""
    ends = [place for place, letter in enumerate(name) if letter == "-"]
    return next((name[:place] for place in (len(name), *reversed(ends)) if name[:place] in names), None)


def owner(pod, names):
    """Which of these workloads made the pod, or None: the longest name, where two could have."""
    return max((each for each in names if pod.startswith(each) and _END.fullmatch(pod[len(each):])), key=len, default=None)
