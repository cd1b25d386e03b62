"""Microsoft Teams: an Adaptive Card to the webhook of a workflow ("When a Teams webhook request is received").

What others wrote is in TextRuns and Facts' values beside: a TextBlock would read Markdown in it. Must not send more than the 28 kB that Teams takes.
"""

from gitops.notices import words
from gitops.notices.channels import shapes
from gitops.outside import http

KEYS = {"url": shapes.url}
COLOURS = {"info": "Good", "warning": "Warning", "critical": "Attention"}
CARD, VERSION = "application/vnd.microsoft.card.adaptive", "1.4"
LONGEST = 1000  # characters of one text


def check(given):
    shapes.needs(given, "url")


def send(place, message):
    http.ask(shapes.provider(place, place.get("url")), "POST", place.get("url"), "notify", again=False, parse=False, json=card(message), headers={"X-Klepaas-Delivery": message.id})


def card(message):
    body = [_text(message.title, weight="Bolder", size="Medium", color=COLOURS[message.severity])]
    body += [_text(f"{name}: ", weight="Bolder", more=(value,)) for name, value in message.facts] + [_text(each) for each in message.lines]
    opens = [{"type": "Action.OpenUrl", "title": words.said(words.OPEN, message.language), "url": message.url}] if message.url else []
    content = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": VERSION, "body": body, "actions": opens}
    return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": content}]}


def _text(text, more=(), **style):
    runs = [{"type": "TextRun", "text": str(text)[:LONGEST], **style}, *({"type": "TextRun", "text": str(each)[:LONGEST]} for each in more)]
    return {"type": "RichTextBlock", "inlines": runs}
