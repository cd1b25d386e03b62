"""The catalogue of verbs: the one table that REST, the command line, chat, MCP and Slack are made from."""

from gitops.verbs.lookup import find, offered
from gitops.verbs.gate import check, taken, typed
from gitops.verbs.jsonschema import argument_schema, defaults, schema
from gitops.verbs.shapes import IMAGE, Argument, Verb
from gitops.verbs.table import OPERATOR, REVIEW_VERBS, VERBS

__all__ = ["IMAGE", "OPERATOR", "REVIEW_VERBS", "VERBS", "Argument", "Verb", "argument_schema", "check", "defaults", "find", "offered", "schema", "taken", "typed"]
