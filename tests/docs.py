"""The tables of the README as the code says them: `python -m tests.docs` writes them into README.md and README.ko.md."""

import re
import sys
from importlib import import_module
from pathlib import Path

from flask import Flask

from gitops import config, verbs
from web import DOORS
from web.people import rights
from web.rest import described

ROOT = Path(__file__).parent.parent
FILES = {"README.md": "en", "README.ko.md": "ko"}


def tables(language="en"):
    return {"verbs": "\n".join(map(_verb, verbs.VERBS.values())), "settings": "\n".join(map(_setting, config.TABLE)), "routes": "\n".join(_routes(language))}


def _verb(verb):
    args = ", ".join(each.name + ("" if each.required else "?") for each in verb.arguments) or "-"
    return f"| {verb.name} | {args} | {verb.scope} | {verb.kind if verb.kind == 'read' else f'{verb.kind}, {verb.risk}'} |"


def _setting(setting):
    aliases = f" (also {', '.join(setting.aliases)})" if setting.aliases else ""
    return f"| {setting.name} | {setting.help}{aliases} | {setting.default or '-'} |"


def routes():
    """An application of the routes alone, that opens nothing."""
    app = Flask("docs")
    for name in DOORS:
        app.register_blueprint(import_module(f"web.{name}").blueprint)
    return app


def _routes(language):
    app = routes()
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if rule.rule.startswith("/api/"):
            view = app.view_functions[rule.endpoint]
            what = described.of(view).ko if language == "ko" else (view.__doc__ or "").strip().partition("\n")[0]
            yield f"| {' '.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))} {rule.rule} | {rights.of(rule.endpoint).text()} | {what} |"


def written(text, language):
    """The text with every table between its marks as the code says it."""
    for name, table in tables(language).items():
        text = re.sub(rf"(<!-- {name} -->\n\|[^\n]*\n\|[^\n]*\n).*?(<!-- /{name} -->)", lambda found: found[1] + table + "\n" + found[2], text, flags=re.S)
    return text


if __name__ == "__main__":
    for name, spoken in FILES.items():
        file = ROOT / name
        file.write_text(written(file.read_text(), spoken))
    sys.exit(0)
