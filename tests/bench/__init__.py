"""Figures of the product, each beside its floor from the same run: `python -m tests.bench [NAME …]`."""
