"""Desired state and how it changes: from a command to one commit or one reviewed branch.

Imports none of the other packages. Must not talk to a cluster, parse language or know a web framework.
"""
