"""Alerts that others raise: read, matched to apps, kept, silenced, and which commit was healthy before. Must not change what is desired: a rollback is a command like any other."""
