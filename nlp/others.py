"""Words that name a tool of an MCP server of others: `GitHub 이슈 열어줘: 로그인이 안 됩니다`. Only names are compared: nothing that a server says of its tools is read here."""

import re
from dataclasses import dataclass

from nlp.lexicon.others import SERVERS, SILENT, WORDS

_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GIVEN = re.compile(r"[\"“'‘](?P<quoted>[^\"”'’]+)[\"”'’]|:\s+(?P<rest>\S.*)", re.S)


@dataclass(frozen=True, slots=True)
class Asked:
    """The server that was named, its tools that the words can mean (the only one is meant), and the text that was given for it, or None."""

    server: str
    tools: tuple
    given: str | None


def asked(text, servers, taken=()):
    """The Asked of a sentence; None where it names no server of `servers` (name -> names of tools), or one that is called as something of ours (`taken`) is."""
    given = _GIVEN.search(text)
    words = (text[:given.start()] if given else text).lower()
    server = next((each for each in servers if each not in taken and _named(each, words)), None)
    if server is None:
        return None
    scores = {tool: _score(tool, words) for tool in servers[server]}
    best = max(scores.values(), default=0)
    return Asked(server, tuple(tool for tool, score in scores.items() if score == best and best) or tuple(servers[server]), given and (given["quoted"] or given["rest"]).strip())


def _named(server, words):
    spoken = (server, server.replace("-", " "), *(each for part in server.split("-") for each in SERVERS.get(part, ())))
    return any(re.search(rf"(?<![a-z0-9-]){re.escape(each)}(?![a-z0-9-])", words) for each in spoken)


def _score(tool, words):
    """How many words of the tool's name are said; 0 where one is not."""
    parts = [part for each in _PARTS.findall(tool) if (part := each.lower()) not in SILENT]
    return len(parts) if parts and all(_said(part, words) for part in parts) else 0


def _said(part, words):
    one = part.removesuffix("s")
    spoken = {one, part, *(said for names, every in WORDS if one in names or part in names for said in every)}
    return any(each in words if re.match("[가-힣]", each) else re.search(rf"\b{re.escape(each)}(?:e?s)?\b", words, re.A) for each in spoken)
