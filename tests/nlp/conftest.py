"""Servers of models, stopped after each test."""

import pytest

from tests.nlp.vendors import Vendor


@pytest.fixture
def vendor():
    """Makes servers with a script each."""
    made = []

    def start(*script):
        made.append(Vendor(*script))
        return made[-1]

    yield start
    for each in made:
        each.stop()
