"""Doors: bytes in, a command through gitops.submit, a receipt out. Must not decide or change anything by itself."""
