"""The tables of the README as the code says them: `python -m tests.docs` writes them into README.md and README.ko.md."""

import re
import sys
from pathlib import Path

from flask import Flask

from gitops import config, verbs
from web import access, accounts, alerts, api, audit, chat, hooks, monitoring, notices, predecessor, rights, teaching, tokens

ROOT = Path(__file__).parent.parent
FILES = ("README.md", "README.ko.md")


def tables():
    return {"verbs": "\n".join(map(_verb, verbs.VERBS.values())), "settings": "\n".join(map(_setting, config.TABLE)), "routes": "\n".join(_routes())}


def _verb(verb):
    args = ", ".join(each.name + ("" if each.required else "?") for each in verb.arguments) or "-"
    return f"| {verb.name} | {args} | {verb.scope} | {verb.kind if verb.kind == 'read' else f'{verb.kind}, {verb.risk}'} |"


def _setting(setting):
    aliases = f" (also {', '.join(setting.aliases)})" if setting.aliases else ""
    return f"| {setting.name} | {setting.help}{aliases} | {setting.default or '-'} |"


def _routes():
    app = Flask("docs")
    for blueprint in (api.blueprint, access.blueprint, accounts.blueprint, alerts.blueprint, audit.blueprint, chat.blueprint, hooks.blueprint, monitoring.blueprint, notices.blueprint, predecessor.blueprint, teaching.blueprint, tokens.blueprint):
        app.register_blueprint(blueprint)
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if rule.rule.startswith("/api/"):
            what = (app.view_functions[rule.endpoint].__doc__ or "").strip().partition("\n")[0]
            yield f"| {' '.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))} {rule.rule} | {rights.of(rule.endpoint).text()} | {what} |"


def written(text):
    """The text with every table between its marks as the code says it."""
    for name, table in tables().items():
        text = re.sub(rf"(<!-- {name} -->\n\|[^\n]*\n\|[^\n]*\n).*?(<!-- /{name} -->)", lambda found: found[1] + table + "\n" + found[2], text, flags=re.S)
    return text


if __name__ == "__main__":
    for name in FILES:
        file = ROOT / name
        file.write_text(written(file.read_text()))
    sys.exit(0)
