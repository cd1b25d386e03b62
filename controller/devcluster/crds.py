"""Custom resources: a definition becomes a resource of the server, and ceases to be one."""

from dataclasses import dataclass

from controller.devcluster import schema
from controller.devcluster.clock import now
from controller.devcluster.resources import Resource

KEY = "customresourcedefinitions.apiextensions.k8s.io"


@dataclass(frozen=True, slots=True)
class Custom(Resource):
    definition: str = ""


class Definitions:
    def __init__(self, api):
        self.api = api
        self.refresh()

    def changed(self, resource):
        if resource.key == KEY:
            self.refresh()

    def refresh(self):
        """The server's custom resources are those of its definitions."""
        found = {}
        for definition in self.api.store.list(KEY):
            resource = _resource(definition)
            found[resource.key] = resource
            self._establish(definition)
        gone = [key for key, each in self.api.resources.items() if isinstance(each, Custom) and key not in found]
        for key in gone:
            for obj in self.api.store.list(key):
                self.api.store.remove(key, obj)
            del self.api.resources[key]
        self.api.resources.update(found)

    def _establish(self, definition):
        if (definition.get("status") or {}).get("conditions"):
            return
        names = {"listKind": f"{definition['spec']['names']['kind']}List", "singular": definition["spec"]["names"]["kind"].lower(), **definition["spec"]["names"]}
        conditions = [{"type": "NamesAccepted", "status": "True", "lastTransitionTime": now(), "reason": "NoConflicts", "message": "no conflicts found"},
                      {"type": "Established", "status": "True", "lastTransitionTime": now(), "reason": "InitialNamesAccepted", "message": "the initial names have been accepted"}]
        stored = [each["name"] for each in definition["spec"]["versions"] if each.get("storage")]
        self.api.update(self.api.resources[KEY], definition, {**definition, "status": {"conditions": conditions, "acceptedNames": names, "storedVersions": stored}},
                        "kube-apiserver", "status")


def _resource(definition):
    spec = definition["spec"]
    names, served = spec["names"], [each for each in spec["versions"] if each.get("served")]
    stored = next((each for each in spec["versions"] if each.get("storage")), served[0])
    versions = tuple(sorted((each["name"] for each in served), key=lambda name: name != stored["name"]))
    subresources = tuple(sorted(stored.get("subresources") or {}))
    return Custom(names["plural"], names["kind"], spec["group"], versions, spec["scope"] == "Namespaced", tuple(names.get("shortNames") or ()), tuple(names.get("categories") or ()),
                  subresources, None, True, schema.from_crd((stored.get("schema") or {}).get("openAPIV3Schema")), None, names.get("listKind"), definition["metadata"]["name"])
