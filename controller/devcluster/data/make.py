"""Makes schemas.json.gz from the JSON schemas in PyPI's kubernetes-validate: python make.py FOLDER-OF-ONE-VERSION.

Keeps the definitions that the built-in kinds reach.
"""

import gzip
import json
import sys
from pathlib import Path

from controller.devcluster.resources import RESOURCES

DEFS = "#/$defs/"
KEPT = ("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-patch-merge-key",
        "x-kubernetes-patch-strategy", "x-kubernetes-group-version-kind", "format", "default", "required", "x-kubernetes-preserve-unknown-fields")


def main(folder):
    definitions = json.loads(Path(folder, "_definitions.json").read_text())["$defs"]
    roots = [name for name, each in definitions.items() for gvk in each.get("x-kubernetes-group-version-kind", ())
             if (gvk["group"], gvk["version"], gvk["kind"]) in {(r.group, v, r.kind) for r in RESOURCES for v in r.versions}]
    found = {}
    for root in roots + ["io.k8s.api.autoscaling.v1.Scale"]:
        collect(definitions, root, found)
    Path(__file__).with_name("schemas.json.gz").write_bytes(gzip.compress(json.dumps(found, sort_keys=True).encode(), 9, mtime=0))


def collect(definitions, name, found):
    if name not in found:
        found[name] = None
        found[name] = slim(definitions, definitions[name], found)


def slim(definitions, node, found):
    kept = {key: node[key] for key in KEPT if key in node}
    if "$ref" in node:
        name = node["$ref"].partition(DEFS)[2]
        collect(definitions, name, found)
        return kept | {"$ref": name} | described(node)
    kind = node.get("type")
    kind = next((each for each in kind if each != "null"), None) if isinstance(kind, list) else kind
    kept |= {"type": kind} if kind else {}
    if "properties" in node:
        kept["properties"] = {key: slim(definitions, each, found) for key, each in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            kept[key] = slim(definitions, node[key], found)
    if "oneOf" in node:
        kept["oneOf"] = True
    return kept | described(node)


def described(node):
    return {"description": node["description"]} if "description" in node else {}


if __name__ == "__main__":
    main(sys.argv[1])
