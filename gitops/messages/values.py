"""Texts of the errors of this area: code -> (English, Korean)."""

MESSAGES = {
}
