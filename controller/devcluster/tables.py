"""Table answers: an object's row, and the columns of its kind."""

import re

from controller.devcluster import cells, schema
from controller.devcluster.columns import AGE, COLUMNS, META, column
from controller.devcluster.errors import ApiError


def checked(request):
    """400 for an includeObject that is none."""
    value = request.query.get("includeObject", "")
    if value not in ("", "Metadata", "Object", "None"):
        raise ApiError(400, f"Unable to convert to Table as requested: includeObject: Invalid value: \"{value}\": must be 'Metadata', 'Object', 'None', or empty")


def custom(columns):
    """The columns of a custom resource; None where its definition names none."""
    return tuple(column(each["name"], _at_path(each["jsonPath"], each["type"]), each["type"], each.get("priority", 0),
                         description=each.get("description") or f"Custom resource definition column (in JSONPath format): {each['jsonPath']}") for each in columns) or None


def _at_path(path, kind):
    steps = [step.strip("'\"") for step in re.split(r"\.|\[(.*?)\]", path) if step]

    def cell(obj):
        for step in steps:
            obj = obj.get(step) if isinstance(obj, dict) else obj[int(step)] if isinstance(obj, list) and step.isdigit() and int(step) < len(obj) else None
        return obj if obj is None or kind != "date" else cells.age(obj)
    return cell


def table(resource, objects, include, metadata, with_columns=True, version="v1"):
    """A Table of objects; `include` is Metadata, Object or None."""
    columns = (column("Name", lambda obj: obj["metadata"]["name"], where=(META, "name")), *(resource.columns or COLUMNS.get(resource.key, (AGE,))))
    rows = [_row(resource, columns, obj, include, version) for obj in objects]
    answer = {"kind": "Table", "apiVersion": f"meta.k8s.io/{version}", "metadata": metadata, "rows": rows}
    return answer | ({"columnDefinitions": [_definition(each) for each in columns]} if with_columns else {"columnDefinitions": None})


def _definition(column):
    name, _, kind, priority, where, description = column
    text = description if description is not None else schema.definitions()[where[0]]["properties"][where[1]].get("description", "") if where else ""
    return {"name": name, "type": kind, "format": "name" if name == "Name" else "", "description": text, "priority": priority}


def _row(resource, columns, obj, include, version):
    row = {"cells": [column[1](obj) for column in columns]}
    if include == "Object":
        row["object"] = obj
    elif include != "None":
        row["object"] = {"kind": "PartialObjectMetadata", "apiVersion": f"meta.k8s.io/{version}", "metadata": obj["metadata"]}
    elif resource.schema is not None:
        row["object"] = None
    return row
