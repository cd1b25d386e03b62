"""The conversation over a websocket: a sentence a message in, how it was read and each answer as it comes out.

In: `{text, session_id?, pending?, ref?}`. Out: `{event: reading | item | answer | problem, ref, …}`; `answer` is what POST process answers. Must not do what POST does not.
"""

import orjson
from flask import g
from simple_websocket import ConnectionClosed

from gitops.errors import Forbidden, KlepaasError, Unauthorized
from web.chat import conversations
from web.chat import routes as chat
from web.errors import language
from web.live import over, sock
from web.people import attempts, identity
from web.rest import body

LONGEST_REF = 64


@sock.route("/api/v1/ws/chat")
def talk(socket):
    """Sentences in, events out, until the client goes."""
    standing = identity.Standing()
    try:
        while True:
            message = socket.receive(timeout=identity.DUE)
            standing.still() if message is None else _heard(socket, message)
    except ConnectionClosed:
        pass  # the browser went away: that is how a socket ends
    except (Unauthorized, Forbidden) as error:
        over(socket, error)


def _heard(socket, message):
    ref = None
    g.actor = identity.authenticated("rest")  # a right that ended ends the talk
    try:
        g.pop("language", None)
        asked = body.read(message)
        ref = str(asked.pop("ref", ""))[:LONGEST_REF]
        for event, value in conversations.spoken(chat.turn(body.fields(asked, chat.TURN))):
            _send(socket, event, ref, **value)
    except KlepaasError as error:
        if error.status in attempts.DENIED and not error.audited:
            attempts.write(g.actor, "chat", outcome="refused", code=error.code, door="chat")
        _send(socket, "problem", ref, code=error.code, status=error.status, title=error.text(language()))


def _send(socket, event, ref, **value):
    socket.send(orjson.dumps({"event": event, "ref": ref, **value}, option=orjson.OPT_NON_STR_KEYS, default=str).decode())
