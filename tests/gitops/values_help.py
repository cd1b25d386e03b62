"""What the tests of values files share."""

import difflib

import pytest

from gitops.errors import Invalid


def changed(before, after):
    """(removed lines, added lines)."""
    delta = list(difflib.ndiff(*(data.decode().splitlines(keepends=True) for data in (before, after))))
    return [line[2:] for line in delta if line.startswith("- ")], [line[2:] for line in delta if line.startswith("+ ")]


def refusal(call, *args):
    """(code, file, line) of what is refused, in both languages."""
    with pytest.raises(Invalid) as caught:
        call(*args)
    assert caught.value.text("en") and caught.value.text("ko")
    return caught.value.code, caught.value.path, caught.value.line
