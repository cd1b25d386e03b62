"""A message: what one row of the outbox says, composed by our words or by a template of the config repository. Must not know a channel's format."""

from dataclasses import dataclass
from urllib.parse import quote

from gitops import checks
from gitops.errors import KlepaasError
from gitops.notices import templates, words
from gitops.notices.kinds import SEVERITIES

SHOWN = 20      # of several that are named


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is the same however often it is sent. `facts` are (name, value), `lines` whatever else is said; `news` what it is about, as data."""

    id: str
    kind: str
    severity: str
    language: str
    title: str
    facts: tuple = ()
    lines: tuple = ()
    url: str | None = None
    environment: str | None = None
    count: int = 1
    news: tuple = ()

    @property
    def text(self):
        """All of it as plain text."""
        return "\n".join((self.title, *(f"{name}: {value}" for name, value in self.facts), *self.lines, *([self.url] if self.url else [])))


def composed(row, installation, base, template=None):
    """The Message of a row; `template` is (path, bytes) of the text that stands in for ours, `base` where the dashboard is."""
    news, language = row["news"], row["language"]
    first, url = news[0], link(base, news[0]) if row["count"] == 1 else _home(base)
    about = {"id": f"{installation}-{row['id']}", "kind": first["kind"], "severity": max((each["severity"] for each in news), key=SEVERITIES.index), "language": language,
             "url": url, "environment": first["environment"], "count": row["count"], "news": tuple(news)}
    return Message(**about, **_said(row, first, language, url, template))


def _said(row, first, language, url, template):
    """title, facts and lines."""
    if template is None:
        return _ours(row, first, language)
    try:
        title, _, rest = checks.masked(templates.made(template[1], _values(row, first, url), template[0])).partition("\n")
        return {"title": title.strip() or _ours(row, first, language)["title"], "lines": tuple(rest.strip("\n").splitlines())}
    except KlepaasError as error:
        found = _ours(row, first, language)
        return found | {"lines": (*found.get("lines", ()), words.said(words.BROKEN, language, path=template[0], detail=error.text(language)))}


def _ours(row, first, language):
    title = words.title(first["kind"], language, row["news"], row["count"])
    if row["count"] == 1:
        return {"title": title, "facts": tuple(each for each in words.facts(first, language) if each[1] not in title)}
    lines = [words.line(each, language) for each in row["news"][:SHOWN]]
    more = [words.said(words.MORE, language, count=row["count"] - SHOWN)] if row["count"] > SHOWN else []
    return {"title": title, "lines": tuple(lines + more)}


def _values(row, first, url):
    """What a template may speak of."""
    items = [{**each["facts"], "app": each["app"], "environment": each["environment"], "severity": each["severity"]} for each in row["news"]]
    return {**items[0], "kind": first["kind"], "language": row["language"], "count": row["count"], "url": url or "", "items": items,
            "headline": words.title(first["kind"], row["language"], row["news"], row["count"])}


def link(base, news):
    """Where the dashboard shows it; None where nobody said where that is."""
    if not base:
        return None
    review = news["facts"].get("review")
    path = f"changes/{quote(str(review), safe='')}" if review else f"apps/{quote(news['app'])}/{quote(news['environment'])}" if news["app"] and news["environment"] else ""
    return f"{base.rstrip('/')}/#/{path}"


def _home(base):
    return f"{base.rstrip('/')}/#/" if base else None
