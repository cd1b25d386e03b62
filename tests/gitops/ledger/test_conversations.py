"""Conversations, previews and feedback: a conversation is its person's, a preview is decided once, whoever asks at once."""

import threading

import pytest

from gitops.errors import Conflict, NotFound
from gitops.types import Actor, Command
from tests.gitops.ledger import processes

KIM = Actor("Kim", "Kim@example.com", frozenset(), "chat")
LEE = Actor("Lee", "lee@example.com", frozenset(), "chat")
SCALE = Command("scale", "nginx", "staging", {"replicas": 2}, text="nginx 두 개로")


def age(ledger, table, **fields):
    """Make every row as old as the fields say."""
    with ledger.store.write():
        ledger.tables[table].update(**fields).execute()


def test_a_conversation_is_its_persons(ledger):
    """Another person does not learn that it is there; the first words name it; the context is back as it was left."""
    id = ledger.conversation_open("Kim@example.com")
    assert ledger.conversations("kim@example.com") == ()
    ledger.said(id, KIM.email, "  nginx 두\n개로  ")
    ledger.remember(id, {"app": "nginx", "args": {"replicas": 2}})
    found = ledger.conversation(id, "KIM@example.com")
    assert (found["title"], found["context"]) == ("nginx 두 개로", {"app": "nginx", "args": {"replicas": 2}})
    assert [each["id"] for each in ledger.conversations(KIM.email)] == [id] and ledger.conversations(LEE.email) == ()
    for stranger, asked in ((LEE.email, id), (KIM.email, "nothing")):
        with pytest.raises(NotFound):
            ledger.conversation(asked, stranger)


def test_the_context_is_forgotten(ledger):
    """Half an hour after the last sentence "it" means nothing; the conversation is still there."""
    id = ledger.conversation_open(KIM.email)
    ledger.remember(id, {"app": "nginx"})
    age(ledger, "conversation", updated=ledger.conversation(id, KIM.email)["updated"] - 1801)
    assert ledger.conversation(id, KIM.email)["context"] == {}


def test_messages_are_found_by_word_and_by_reading(ledger):
    """Searched by what was said, by what it was read as and by who read it, one's own alone, a page at a time."""
    id = ledger.conversation_open(KIM.email)
    for text, verb, parser in (("nginx 재시작해줘", "restart", "rules"), ("100%_sure", "unknown", "rules"), ("scale it", "scale", "gemini")):
        message = ledger.said(id, KIM.email, text, language="ko", readings=[{"command": verb, "app": "payment-api"}], parser=parser, latency=1.5, tokens_in=3)
        ledger.answered(message, "preview", {"count": 1})
    ledger.said(ledger.conversation_open(LEE.email), LEE.email, "nginx 재시작")
    texts = {search: [each["text"] for each in ledger.messages(KIM.email, search=search)] for search in ("재시작", "SCALE", "%_", "_", "payment-api", "'; --")}
    assert texts == {"재시작": ["nginx 재시작해줘"], "SCALE": ["scale it"], "%_": ["100%_sure"], "_": ["100%_sure"], "payment-api": ["scale it", "100%_sure", "nginx 재시작해줘"], "'; --": []}
    assert [each["model"] for each in ledger.messages(KIM.email, parser="gemini")] == [None]
    first, second = ledger.messages(KIM.email, limit=2)
    assert [each["text"] for each in ledger.messages(KIM.email, before=second["id"])] == ["nginx 재시작해줘"]
    assert (first["tokens_in"], first["kind"], first["outcome"]) == (3, "preview", {"count": 1}) and first["readings"] == [{"command": "scale", "app": "payment-api"}]
    assert len(ledger.messages()) == 4 and len(ledger.messages(LEE.email)) == 1
    with pytest.raises(NotFound):
        ledger.message(first["id"], LEE.email)


def test_text_that_a_database_cannot_hold(ledger):
    """NUL is dropped and what is too long is cut; the rest is as it was said."""
    message = ledger.said(ledger.conversation_open(KIM.email), KIM.email, "가\0😀" + "x" * 10_000)
    assert ledger.message(message, KIM.email)["text"] == "가😀" + "x" * 3998


def test_a_preview_is_decided_once(url, ledger, tmp_path):
    """Confirm and cancel by 4 threads of each of 4 processes at once: one of the two wins, and every later question hears it."""
    for _ in range(5):
        id = ledger.preview_keep(KIM, SCALE, "hash", "medium")
        said = [each for process in processes.together(4, "decide", url, tmp_path, id, 4) for each in process]
        status = ledger.preview(id, KIM)["status"]
        assert status in ("confirmed", "cancelled") and len(said) == 16
        assert {answer for wanted, answer in said if wanted == status} == {"done"}
        assert {answer for wanted, answer in said if wanted != status} == {f"preview_{status}"}


def test_a_preview_is_its_persons_at_its_door(ledger):
    """Nobody else, and no other door, confirms it; the command is the one that was shown, under the preview's id."""
    id = ledger.preview_keep(KIM, SCALE, "hash", "medium")
    for stranger in (LEE, Actor("Kim", KIM.email, frozenset(), "mcp")):
        with pytest.raises(NotFound):
            ledger.preview_confirm(id, stranger)
    shown = ledger.preview(id, KIM)
    assert (shown["command"].verb, dict(shown["command"].args), shown["command"].id, shown["command"].text) == ("scale", {"replicas": 2}, id, "nginx 두 개로")
    assert (shown["status"], shown["hash"], shown["risk"]) == ("waiting", "hash", "medium")


def test_an_edited_preview_replaces(ledger):
    """Of two edits of one preview one is kept; the old one can be confirmed no more."""
    old, kept = ledger.preview_keep(KIM, SCALE, "hash", "medium"), []

    def edit():
        try:
            kept.append(ledger.preview_keep(KIM, SCALE, "other", "medium", replaces=old))
        except Conflict as error:
            kept.append(error.code)

    threads = [threading.Thread(target=edit) for _ in range(4)]
    [each.start() for each in threads]
    [each.join() for each in threads]
    assert sorted(each == "preview_replaced" for each in kept) == [False, True, True, True]
    with pytest.raises(Conflict) as raised:
        ledger.preview_confirm(old, KIM)
    assert raised.value.code == "preview_replaced"


def test_previews_expire(ledger):
    """One that is too old is neither listed nor confirmed; refused ones have to be asked for again."""
    talk = ledger.conversation_open(KIM.email)
    first, second = (ledger.preview_keep(KIM, SCALE, "hash", "medium", conversation=talk) for _ in range(2))
    assert [each["id"] for each in ledger.previews(KIM, talk)] == [first, second]
    ledger.preview_confirm(second, KIM)
    ledger.preview_done(second, status="committed", commit="a" * 40)
    assert ledger.preview(second, KIM)["outcome"] == {"status": "committed", "commit": "a" * 40}
    ledger.preview_refused(second, "base_moves")
    with pytest.raises(Conflict) as raised:
        ledger.preview_confirm(second, KIM)
    assert raised.value.code == "preview_refused"
    age(ledger, "preview", expires=0)
    assert ledger.previews(KIM, talk) == () and ledger.preview(first, KIM)["status"] == "expired"
    with pytest.raises(Conflict) as raised:
        ledger.preview_confirm(first, KIM)
    assert raised.value.code == "preview_expired"


def test_feedback_is_settled_once(ledger):
    """Said twice of one message it is one; settled it is closed."""
    first = ledger.feedback_keep(7, KIM.email, "wrong", "뻥튀기", [{"command": "unknown"}])
    assert ledger.feedback_keep(7, KIM.email, "wrong", "뻥튀기", [{"command": "unknown"}], meant="3개로 늘려줘", note="!\0") == first
    other = ledger.feedback_keep(7, KIM.email, "corrected", "뻥튀기", [])
    assert [each["id"] for each in ledger.feedback("open")] == [other, first]
    assert (ledger.feedback()[1]["meant"], ledger.feedback()[1]["note"]) == ("3개로 늘려줘", "!")
    ledger.feedback_settle(first, "accepted", LEE)
    assert [each["id"] for each in ledger.feedback("open")] == [other]
    with pytest.raises(NotFound):
        ledger.feedback_settle(first, "dismissed", LEE)


def test_retention_forgets_what_was_said(ledger):
    """What was said goes with the events; commands stay."""
    talk = ledger.conversation_open(KIM.email)
    ledger.said(talk, KIM.email, "nginx 상태")
    ledger.preview_keep(KIM, SCALE, "hash", "medium", conversation=talk)
    assert ledger.retention(1) == 0
    assert ledger.retention(-1) == 3
    assert ledger.messages() == ()
