"""Text in Korean or English into a typed command, a question or a clarification.

Takes only types, errors, verbs, messages, http and breakers from gitops. Must not write anything, nor read git or a cluster.
"""
