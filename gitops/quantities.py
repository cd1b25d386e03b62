"""Kubernetes quantities as exact numbers: `100m`, `1.5`, `128Mi`, `1e3`. Must not know what they count."""

import re
from fractions import Fraction

QUANTITY = re.compile(r"(\+?(?:[0-9]{1,19}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]{1,2}))?")
DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
GIB = 2**30


def quantity(text):
    """The Fraction a quantity stands for; None where it is none, or negative: nobody asks for less than nothing."""
    found = QUANTITY.fullmatch(str(text)) if isinstance(text, (str, int, float)) and not isinstance(text, bool) else None
    if found is None:
        return None
    number, suffix, exponent = found.groups()
    if suffix in BINARY:
        return Fraction(number) * 1024 ** BINARY[suffix]
    return Fraction(number) * Fraction(10) ** (int(exponent) if exponent else DECIMAL.get(suffix, 0))
