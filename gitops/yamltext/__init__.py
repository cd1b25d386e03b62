"""YAML as text with places in it: safe parsing with file and line, and edits that splice single values.

Must not know what the values mean.
"""
