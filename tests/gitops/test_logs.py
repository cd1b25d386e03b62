"""What is logged: one line a record with the ids of the work in hand; no secret is in it and nobody else writes a line."""

import io
import json
import logging

import pytest

from gitops import config
from gitops.errors import Invalid
from gitops.origin import Origin, about, within
from gitops.telemetry import logs

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAplanted\n-----END RSA PRIVATE KEY-----"
SETTINGS = {"CONFIG_TOKEN": "planted-of-a-setting", "DATABASE_URL": "postgresql://klepaas:planted+p%40ss@db/x", "SECRET_KEY": "planted/key of&session",
            "NOTIFY_CHANNELS": json.dumps({"ops": {"kind": "webhook", "url": "https://hooks.example.org/planted-path", "secret": "planted-hook"}})}


class Odd:
    def __str__(self):
        raise RuntimeError("planted-in-str")


class Boom(Exception):
    pass


def _raised(text):
    try:
        try:
            raise Boom(f"password={text}-inner")
        except Boom as error:
            raise ValueError(f"no: Authorization: Bearer {text}") from error
    except ValueError:
        log.exception("it broke: %s", f"postgresql://u:{text}@db/x")


log = logging.getLogger("gitops.tried")
ATTACKS = {
    "a token": lambda: log.info("the token ghp_planted%s", "A1" * 18),
    "split over arguments": lambda: log.info("%s%s%s", "ghp_", "planted", "A1" * 18),
    "a private key": lambda: log.info("key: %s", PEM),
    "a key without its end": lambda: log.info("key %s", PEM[:60]),
    "an escaped key": lambda: log.info("%r", {"pem": PEM}),
    "a PGP key": lambda: log.info("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nplanted\n"),
    "headers": lambda: log.info("sent %s", {"Authorization": "Basic planted", "Cookie": "klepaas=planted; b=planted"}),
    "a header's line": lambda: log.info("> authorization: Digest user=\"planted\", response=\"planted\"\n> cookie: a=planted; b=planted"),
    "pairs of headers": lambda: log.info("x", extra={"headers": [("Authorization", "planted"), ("x-api-key", "planted")]}),
    "bearer": lambda: log.info("asked with bearer planted.planted_planted"),
    "a URL": lambda: log.info("clone https://me:planted@git.example.org/x.git"),
    "a URL with odd characters": lambda: log.info("at postgresql://me:planted@p/planted@db:5432/x"),
    "a URL of a token": lambda: log.info("clone https://plantedplantedplanted@git.example.org/x"),
    "a query": lambda: log.info("GET /auth/callback?state=planted&code=planted and /auth/link/planted"),
    "assignments": lambda: log.info("DB_PASSWORD=planted accessToken: 'planted planted' \"client_secret\":\"planted \\\" planted\" api-key=planted passwords: planted"),
    "nested": lambda: log.info("x", extra={"more": {"list": [{"password": "planted"}, {"credentials": {"a": "planted", "b": ["planted"]}}], "deep": {"token": 1234567}}}),
    "a secret for a key": lambda: log.info("x", extra={"more": {f"xoxb-planted{'1' * 12}": 1}}),
    "bytes": lambda: log.info("%s", b"password=planted", extra={"body": b"token=planted", "raw": bytearray(b"secret=planted")}),
    "an exception and its cause": lambda: _raised("planted"),
    "arguments that do not fit": lambda: log.info("%d of %s", "password=planted"),
    "what cannot say itself": lambda: log.info("x %s", Odd(), extra={"odd": Odd(), "set": {b"token=planted"}}),
    "settings": lambda: log.info("%s | %s | %s | %s | %s", "planted-of-a-setting", "planted+p%40ss", "planted/key of&session", "planted%2Fkey%20of%26session", "/planted-path planted-hook"),
    "an odd name": lambda: logging.getLogger("gitops.password=planted").info("x"),
    "a warning": lambda: __import__("warnings").warn("token=planted", stacklevel=1),
    "deeper than deep": lambda: log.info("x", extra={"more": [[[[[[[[[[{"password": "planted"}]]]]]]]]]]}),
}


def told(shape, act, **more):
    """The lines that are logged of it."""
    stream, before, level = io.StringIO(), list(logging.getLogger().handlers), logging.getLogger().level
    try:
        logs.configure(config.load({**SETTINGS, "LOG_FORMAT": shape, **more}, None), stream=stream)
        act()
    finally:
        logging.captureWarnings(False)
        logging.getLogger().handlers[:] = before
        logging.getLogger().setLevel(level)
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)
    return stream.getvalue()


@pytest.mark.parametrize("shape", logs.FORMATS)
@pytest.mark.parametrize("name", ATTACKS)
def test_no_secret_is_logged(name, shape, capsys):
    """Wherever a secret comes from, it is in no line, and the line is there."""
    said = told(shape, ATTACKS[name])
    assert said and "planted" not in said and "1234567" not in said and "could not be said" not in said, said
    assert "planted" not in "".join(capsys.readouterr())


INJECTIONS = ("a\n2026-01-01T00:00:00Z INFO gitops: forged", "a\r\nforged", "\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\u2028forged\u2029", "\u202eevil", "nul\x00", "\ud800", "\x85forged")


@pytest.mark.parametrize("shape", logs.FORMATS)
@pytest.mark.parametrize("words", INJECTIONS)
def test_nobody_elses_words_become_a_line(shape, words):
    """Newlines, escapes and marks of direction stay words: in the message, in what is added, in an exception, in the logger's name."""
    def act():
        log.info("said %s", words, extra={"who": words, words: {"x": words}})
        logging.getLogger(f"gitops.{words}").info("x")
        try:
            raise ValueError(words)
        except ValueError:
            log.exception("broke")

    said = told(shape, act)
    lines = [line for line in said.split("\n") if not line.startswith("    ")]
    assert len(lines) == 4 and lines[3] == "" and not lines[0].startswith("forged") and "\t" not in said
    assert not [each for each in said if each != "\n" and (ord(each) < 32 or 0x7f <= ord(each) < 0xa0 or each in "\u2028\u2029\u202e\ud800")]
    assert len(said.splitlines()) == len(said.split("\n")) - 1
    if shape == "json":
        assert all(json.loads(line)["level"] in ("info", "error") for line in said.splitlines())


def test_a_line_says_what_it_is_about():
    """The ids of the request and of the command in hand, and no more of them once it is over."""
    def act():
        with within(Origin("192.0.2.1", "req-1")), about(command_id="c1", app="웹", environment="staging"):
            log.info("가 %s", 1)
            with about(command_id="c2"):
                log.warning("b")
        log.info("c")

    first, second, third = map(json.loads, told("json", act).splitlines())
    assert {name: first[name] for name in ("event", "level", "logger", "request_id", "command_id", "app", "environment")} == {
        "event": "가 1", "level": "info", "logger": "gitops.tried", "request_id": "req-1", "command_id": "c1", "app": "웹", "environment": "staging"}
    assert (second["command_id"], second["app"]) == ("c2", "웹") and "request_id" not in third and "command_id" not in third
    line = told("text", act).splitlines()[0]
    assert line.endswith("INFO gitops.tried: 가 1 request_id=req-1 command_id=c1 app=웹 environment=staging")


def test_the_settings_say_how_much():
    """LOG_LEVEL is about us; others' libraries say what is wrong. What is no level or format is refused by name."""
    def act():
        for each in (log, logging.getLogger("somebody.else")):
            each.debug("debug")
            each.info("info")
            each.warning("warning")

    assert [told("text", act, LOG_LEVEL=level).count("\n") for level in ("debug", "info", "warning", "error")] == [4, 3, 2, 0]
    with pytest.raises(Invalid, match="LOG_LEVEL"):
        told("text", act, LOG_LEVEL="loud")
    with pytest.raises(Invalid, match="LOG_FORMAT"):
        told("xml", act)


def test_a_long_text_is_cut_in_time():
    """A hostile text of a megabyte takes no second, and what is cut off leaves no half of a secret."""
    import time

    began = time.perf_counter()
    for each in ("a" * 1_000_000, "a.-" * 300_000, "token" * 200_000, "://" * 300_000, "a://b:" * 100_000, "'" * 1_000_000, "Authorization" * 50_000, "-----BEGIN PRIVATE KEY-----" * 20_000, "\\" * 500_000):
        assert len(told("json", lambda each=each: log.info("%s", each))) < 100_000
    assert time.perf_counter() - began < 9
