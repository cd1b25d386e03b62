"""What the product says when something is wrong: code -> (English, Korean), one module an area.

Placeholders are `str.format` fields filled from the error's details. Must not hold logic.
"""

from gitops.messages import access, agents, charts, controller, core, ledger, models, notices, outside, previews, repo, values, web

MESSAGES = {**core.MESSAGES, **values.MESSAGES, **repo.MESSAGES, **charts.MESSAGES, **controller.MESSAGES, **ledger.MESSAGES, **models.MESSAGES, **web.MESSAGES, **outside.MESSAGES, **access.MESSAGES, **agents.MESSAGES, **notices.MESSAGES, **previews.MESSAGES}
LANGUAGES = ("en", "ko")


def text(code, language, details):
    """The text of `code` in `language`, English for a language there is none in."""
    template = MESSAGES[code][LANGUAGES.index(language) if language in LANGUAGES else 0]
    return template.format(**{name: _shown(value) for name, value in details.items()})


def warning(found, language):
    """A warning as plans have it: a code, or a text in each language. A newer server's code is told as it is."""
    if isinstance(found, dict):
        return str(found.get(language) or found.get("en"))
    return text(found, language, {}) if found in MESSAGES else found


def _shown(value):
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else value
