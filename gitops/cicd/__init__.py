"""What forges and pipelines tell us, and what becomes of it: facts of a payload, the rules of klepaas.yaml, commands through gitops.submit.

Must not know about HTTP or signatures: who sent something was settled before, and payloads are data all the same.
"""
