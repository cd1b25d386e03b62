"""Which live workloads and pods are an app's. Read-only: `observer` lists an environment's objects of a kind."""

from controller import health as healths
from controller.ownership import LABEL
from gitops.errors import Forbidden, NotFound

DEPLOYMENT, JOB, CRONJOB = ("apps", "Deployment"), ("batch", "Job"), ("batch", "CronJob")
WORKLOADS = (DEPLOYMENT, ("apps", "StatefulSet"), ("apps", "DaemonSet"))


def owned_by(obj, app):
    """Whether an object of ours belongs to the app: its owner annotation says so."""
    owner = (obj["metadata"].get("annotations") or {}).get("klepaas.io/owner", "")
    return owner.partition(":")[0].rpartition("/")[2] == app


def workloads(observer, environment, app=None):
    """The app's workloads: those annotated as its, else one of its name."""
    found = [each for kind in WORKLOADS for each in observer.list(environment, kind)]
    return found if app is None else of(found, app)


def of(found, app):
    """Those of an app among workloads."""
    return [each for each in found if owned_by(each, app)] or [each for each in found if each["metadata"]["name"] == app]


def pods(observer, environment, app):
    return _selected(observer, environment, workloads(observer, environment, app))


def runs(observer, environment, app):
    """The app's pods that run to an end: of its Jobs (hooks are such) and CronJobs, and those that are its objects themselves. None of a kind that may not be read."""
    crons = _uids(each for each in _listed(observer, environment, CRONJOB, partial=True) if owned_by(each, app))
    jobs = [each for each in _listed(observer, environment, JOB) if owned_by(each, app) or _made_by(each, crons)]
    return [*_selected(observer, environment, jobs), *(each for each in observer.list(environment, "Pod", labels=LABEL) if owned_by(each, app))]


def _selected(observer, environment, owners):
    """The pods that these select by labels."""
    found = {}
    for each in owners:
        labels = ",".join(f"{key}={value}" for key, value in (each["spec"]["selector"].get("matchLabels") or {}).items())
        found |= {pod["metadata"]["name"]: pod for pod in observer.list(environment, "Pod", labels=labels)}
    return list(found.values())


def _listed(observer, environment, kind, **more):
    try:
        return observer.list(environment, kind, **more)
    except Forbidden:
        return []


def chosen(observer, environment, app, args):
    """(pod, container's name, names of the app's pods): those that are asked for, else of the pod that needs to be looked at first."""
    found = [*sorted(pods(observer, environment, app), key=_created), *sorted(runs(observer, environment, app), key=_created, reverse=True)]
    found.sort(key=lambda each: healths.pod_problem(each) is None)
    names = [each["metadata"]["name"] for each in found]
    if args.get("pod"):
        found = [each for each in found if each["metadata"]["name"] == args["pod"]]
    if not found:
        raise NotFound("no_pods", app=app, environment=environment.name)
    return found[0], args.get("container") or found[0]["spec"]["containers"][0]["name"], names


def _created(obj):
    return obj["metadata"]["creationTimestamp"]


def _uids(found):
    return {each["metadata"]["uid"] for each in found}


def _made_by(obj, uids):
    return any(each["uid"] in uids for each in obj["metadata"].get("ownerReferences") or ())
