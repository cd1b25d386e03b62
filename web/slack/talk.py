"""Words and buttons of a Slack user: read, previewed and confirmed as the chat's are (web/chat/conversations, web/chat/confirmations). Must not authorise."""

import html
import re

from flask import g

from gitops import verbs
from gitops.errors import Malformed, NotFound
from gitops.types import Command
from web import reads
from web.chat import answers, cards, confirmations, conversations
from web.context import cluster, services
from web.rest import body
from web.slack import blocks, people
from web.slack.working import reply

LINK = re.compile(r"<(?:[^<>|]*\|([^<>]*)|(?:https?|mailto):([^<>|]*))>")
MENTION = re.compile(r"<[@#!][^<>]*>")
LINES = 30  # of a log


def plain(text):
    """What a person typed: Slack makes links and mentions of it."""
    return html.unescape(LINK.sub(lambda found: found[1] or found[2], MENTION.sub(" ", text))).strip()


def said(asker, text):
    """A sentence, in the conversation that this person has in this channel."""
    actor = people.actor(asker)
    *_, (_, found) = conversations.spoken(conversations.begun(actor, _conversation(actor, asker), text))
    reply(asker, blocks.answer(found))


def _conversation(actor, asker):
    ledger, key = services().ledger, f"slack talk {asker.team} {asker.channel} {asker.user} {actor.email.lower()}"
    known = ledger.notices.told([key]).get(key)
    try:
        return ledger.conversation(known or "", actor.email)["id"]
    except NotFound:
        fresh = ledger.conversation_open(actor.email)
        ledger.notices.tell({key: fresh})
        return fresh


# --- buttons -----------------------------------------------------------------------------------------------------------


def confirm(asker, id, word):
    """Carry out what this person was shown, once, as at every door."""
    actor = people.actor(asker)
    confirmations.sure(cards.waiting(actor, id), word, g.language)
    reply(asker, blocks.receipt(_shown(confirmations.confirmed(actor, id)), g.language), replace=True)


def _shown(receipt):
    return {"status": receipt.status, "plan": receipt.plan, "commit": receipt.commit, "review": {"id": receipt.review.id} if receipt.review else None}


def cancel(asker, id, word):
    actor = people.actor(asker)
    services().ledger.preview_cancel(id, actor)
    reply(asker, [blocks.section(blocks.said("cancelled", g.language))], replace=True)


def say(asker, text, word):
    """A choice that a question offered."""
    said(asker, text)


def previewed(verb, **args):
    """A button that asks for a command about an app in an environment: shown first, as everything."""
    def ask(asker, value, word):
        app, environment = _place(value)
        _preview(asker, Command(verb, app, environment, dict(args)))
    return ask


def about_review(verb):
    """A button on a review: shown first, and confirmed by its word."""
    def ask(asker, value, word):
        _preview(asker, Command(verb, None, None, {"review": value}))
    return ask


def typed(asker, value, word):
    """A whole command, as a client of ours would say it."""
    asked = body.only(body.read(value.encode()), *body.COMMAND_FIELDS)
    _preview(asker, body.command(asked))


def _preview(asker, command):
    actor = people.actor(asker)
    if verbs.find(command.verb).kind == "read":
        return _read(asker, actor, command)
    reply(asker, blocks.card(cards.card(actor, command, cards.planned(actor, command)), g.language))


def _read(asker, actor, command):
    found = reads.read(services(), cluster(), actor, command)
    reply(asker, blocks.read(found | {"summary": answers.sentence(found, g.language)}, g.language))


def logs(asker, value, word):
    app, environment = _place(value)
    _read(asker, people.actor(asker), Command("logs", app, environment, {"lines": LINES}))


def _place(value):
    environment, slash, app = value.partition("/")
    if not slash:
        raise Malformed("webhook_malformed", field="value")
    return app, environment


BUTTONS = {"confirm": confirm, "cancel": cancel, "say": say, "rollback": previewed("rollback", steps_back=1), "logs": logs, "approve": about_review("approve"), "reject": about_review("reject"), "command": typed}
