"""Makes the cluster equal to a git revision, and reports what it sees.

Imports gitops alone. Must not write to git except through gitops.submit, and must not answer users.
"""
