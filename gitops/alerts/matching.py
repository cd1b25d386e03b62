"""Whose an alert is: the app and the environment that its labels name. Pure; what is not certain is nobody's.

Labels of one object come first: `app` and `service` are often those of the exporter that saw it.
"""

from gitops import podnames

PLACES = ("namespace", "exported_namespace", "kubernetes_namespace")
OBJECTS = ("deployment", "statefulset", "daemonset", "cronjob", "job_name", "workload")
PODS = ("pod", "exported_pod", "pod_name")
NAMES = ("app_kubernetes_io_instance", "app_kubernetes_io_name", "app", "exported_service", "service")


def place(catalog, labels):
    """(app, environment), each a name or None."""
    found = _environments(catalog, labels)
    if found is None:  # no label says where: only an app that is in one place alone is certain
        named = [(app, each) for each in catalog.environments if (app := _app(catalog, each, labels))]
        return named[0] if len(named) == 1 else (None, None)
    named = [(app, each) for each in found if (app := _app(catalog, each, labels))]
    if len(named) == 1:
        return named[0]
    return None, found[0] if len(found) == 1 else None


def _environments(catalog, labels):
    """The names of the environments that the labels allow; None where none says anything of it."""
    if labels.get("environment") in catalog.environments:
        return [labels["environment"]]
    spaces = [labels[each] for each in PLACES if labels.get(each)]
    if not spaces:
        return None
    found = [each for each in catalog.environments.values() if each.namespace in spaces]
    return [each.name for each in [each for each in found if each.cluster and each.cluster == labels.get("cluster")] or found]


def _app(catalog, environment, labels):
    apps = {each.app for each in catalog.targets(environment) if each.app}
    made = [podnames.owner(labels[each], apps) for each in PODS if labels.get(each)]
    named = [*(labels.get(each) for each in OBJECTS), *made, *(labels.get(each) for each in NAMES)]
    return next((each for each in named if each in apps), None)
