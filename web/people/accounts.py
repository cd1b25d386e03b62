"""Signing in by a one-time link, and signing out."""

from flask import Blueprint, g, redirect, render_template_string, request, session

from gitops.errors import Unauthorized
from gitops.origin import CURRENT
from gitops.types import Actor
from web.context import services
from web.people import attempts, identity, limits

blueprint = Blueprint("auth", __name__, url_prefix="/auth")
BROWSER = 200  # characters of what a browser says it is
# A link is followed by a button, so that a preview of the link (a chat program's, a scanner's) does not use it up.
HEAD = """<!doctype html><html lang="{{ language }}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>K-Le-PaaS</title>
<link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/css/tokens.css"><link rel="stylesheet" href="/static/css/app.css"><main class="sign-in"><h1>K-Le-PaaS</h1>"""
PAGE = HEAD + """<form method="post"><button type="submit">{{ text }}</button></form></main></html>"""


@blueprint.get("/link/<text>")
def link(text):
    language = request.accept_languages.best_match(("ko", "en"), "en")
    return render_template_string(PAGE, language=language, text="로그인" if language == "ko" else "Sign in")


@blueprint.post("/link/<text>")
def link_use(text):
    """Sign in, exactly once; the session is a new one."""
    attempts.tell(by="link")
    limits.admitted("sign-in")
    user = services().ledger.link_use(text)
    if user is None:
        raise failed("bad_link", text)
    begin(user, "link")
    return redirect("/", 303)


def failed(code, proof, **details):
    """What a sign-in that went wrong is answered; too many of them lock the address."""
    if limits.wrong("sign-in", proof):
        attempts.locked("sign-in")
    return Unauthorized(code, **details)


def begin(user, provider):
    """The session that was is over, whosever it was; the new one is of this user."""
    if "sid" in session:
        services().ledger.session_end(session["sid"])
    session.clear()
    browser = str(request.user_agent)[:BROWSER]
    session["sid"] = services().ledger.session_create(user["email"], provider=provider, address=CURRENT.get().address, browser=browser)
    g.actor = Actor(user["name"], user["email"], frozenset(), "rest", session=True)


@blueprint.post("/logout")
def logout():
    identity.same_origin()
    if "sid" in session:
        _told(services().ledger.session(session["sid"]))
        services().ledger.session_end(session["sid"])
    session.clear()
    return {"status": "signed out"}


def _told(user):
    g.actor = user and Actor(user["name"], user["email"], frozenset(), "rest", session=True)
