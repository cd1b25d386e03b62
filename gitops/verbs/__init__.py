"""The catalogue of verbs: the one table that REST, the command line, chat, MCP and Slack are made from."""

from gitops.verbs.lookup import find, offered
from gitops.verbs.gate import check, typed
from gitops.verbs.jsonschema import defaults, schema
from gitops.verbs.shapes import IMAGE, Argument, Verb
from gitops.verbs.table import OPERATOR, REVIEW_VERBS, VERBS

__all__ = ["IMAGE", "OPERATOR", "REVIEW_VERBS", "VERBS", "Argument", "Verb", "check", "defaults", "find", "offered", "schema", "typed"]
