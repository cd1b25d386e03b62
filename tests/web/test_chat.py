"""Chat over HTTP: previews before changes, one commit however often confirmed, questions where something is missing."""

import json
import threading

import pytest

from gitops.types import Command
from gitops.verbs import VERBS
from nlp import interpret
from tests.web.talk import Talk, commits, say  # noqa: F401 (fixtures)
from web.chat.confirmations import WORDS, given


def test_an_answer_says_why(say):
    """Each command of a sentence comes with what its words were taken for; a secret that was typed is not said again."""
    found = say("스테이징 nginx 3개로 늘리고 로그 보여줘")["reading"]["why"]
    assert found[0][0].startswith("scale by '늘리") and found[0][1:] == ["'스테이징' is 'staging'", "'nginx' is 'nginx'", "'3개' is 3"]
    assert len(found) == 2 and found[1][0].startswith("logs by")
    secret = "sk-" + "a1B2c3D4" * 6
    for text in (f"nginx에 API_KEY={secret} 넣어줘", f"nginx에 API_KEY={secret} 넣지 마", f"{secret} 로그"):
        assert secret not in say.post("process", text=text).text


# --- confirming ----------------------------------------------------------------------------------------------------------


def test_two_clicks_are_one_commit(demo, say):
    """Eight confirmations of one preview at once: one commit, eight times the same receipt."""
    before, id, answers = demo.head(), say.item("storefront 재시작해줘")["command_id"], []
    threads = [threading.Thread(target=lambda: answers.append(say.confirm(id))) for _ in range(8)]
    [each.start() for each in threads]
    [each.join() for each in threads]
    assert {answer.status_code for answer in answers} == {201} and len({answer.text for answer in answers}) == 1
    assert commits(demo, before) == 1


def test_a_preview_is_its_persons_alone(demo, say):
    """Another person, another conversation, an id that never was: there is no such preview, and no such conversation."""
    id = say.item("chat-app 재시작해줘")["command_id"]
    other = Talk(demo, demo.signed_in("reviewer"))
    assert other.confirm(id).json()["code"] == "no_such_preview"
    assert other.post("process", text="확인", session_id=say.id).json()["code"] == "no_such_conversation"
    assert other.post("process", text="확인", pending=[id]).json()["kind"] == "clarify"
    assert other.client.get(f"{demo.api}/nlp/conversations/{say.id}").status_code == 404
    assert say.post("confirm", session_id="another", command_id=id, confirmed=True).status_code == 404
    assert say.confirm("never").status_code == 404
    assert other.get("history")["items"] == [] or id not in json.dumps(other.get("history"))


def test_words_confirm_what_is_pending(demo, say):
    """`확인` confirms the pending preview, `취소` changes nothing, and with nothing pending it says so."""
    before = demo.head()
    assert say("확인")["kind"] == "clarify"
    id = say.item("mailer 4개로 늘려줘")["command_id"]
    assert say("취소")["cancelled"] == [id] and demo.head() == before
    assert say.confirm(id).json()["code"] == "preview_cancelled" and say("확인")["kind"] == "clarify"
    say.item("mailer 4개로 늘려줘")
    done = say("ㅇㅋ")
    assert done["kind"] == "done" and done["items"][0]["commit"] == demo.head() != before
    assert commits(demo, before) == 1


def test_a_word_means_what_its_sender_sees(demo, say):
    """Two tabs of one conversation: a typed word confirms the previews its own tab shows, not the other's newer ones."""
    before, first = demo.head(), say.item("mailer 3개로 늘려줘")["command_id"]
    second = say.item("storefront 5개로 늘려줘")["command_id"]
    done = say("yes", pending=[first])
    assert [each["id"] for each in done["items"]] == [first] and commits(demo, before) == 1
    assert say.confirm(second, confirmed=False).json() == {"kind": "cancelled", "command_id": second}


def test_high_risk_needs_its_word(demo, say):
    """A rollback is not confirmed by a click or a yes: by its word or the app's name."""
    item = say.item("staging에서 mailer 이전 버전으로 롤백해줘")
    assert item["plan"]["risk"] == "high" and item["word"] == {"ko": "롤백 확인", "en": "rollback"}
    for word in (None, "yes", "nginx", "롤백하지 마"):
        refused = say.confirm(item["command_id"], word)
        assert refused.status_code == 422 and refused.json()["code"] == "word_needed"
    asked = say("네")
    assert (asked["kind"], asked["code"]) == ("clarify", "word_needed") and "롤백 확인" in asked["question"]
    before = demo.head()
    assert say("네, 롤백 확인")["kind"] == "done" and commits(demo, before) == 1
    again = say.item("staging에서 mailer 이전 버전으로 롤백해줘")
    assert say.confirm(again["command_id"], "mailer").status_code == 201


@pytest.mark.parametrize("said, enough", [("롤백 확인", True), ("롤백확인", True), ("롤백 확인합니다.", True), ("네, 롤백 확인", True), ("확인", True), ("rollback", True), ("Rollback!", True), ("yes rollback", True), ("confirm rollback", True),
                                          ("payment-api", True), ("Payment-API", True), ("네", False), ("yes", False), ("", False), ("payment", False), ("api", False), ("롤백", False), ("롤백하지 마", False), ("롤백 확인 안 함", False),
                                          ("do not rollback", False), ("rollback nginx", False), ("삭제 확인", False), ("확인 취소", False)])
def test_words_of_high_risk(said, enough):
    """The verb's word or the app's name and nothing else, politely or not; never part of it, never with a no."""
    assert given({"command": Command("rollback", "payment-api", "staging")}, said) == enough


def test_deleting_is_not_confirmed_by_the_everyday_word():
    """`확인` is enough for a roll-back, which can be taken back, and not for a deletion."""
    assert given({"command": Command("delete_app", "nginx")}, "삭제 확인") and not given({"command": Command("delete_app", "nginx")}, "확인")


def test_every_high_risk_verb_has_its_word():
    """A verb of high risk without a word could not be confirmed at all."""
    assert {verb.name for verb in VERBS.values() if verb.risk == "high"} == set(WORDS)


def test_what_is_confirmed_is_what_was_shown(demo, owner, say):
    """The app changed since the preview: it is refused and shown anew, and the new one does what it says."""
    id = say.item("nginx 5개로 늘려줘")["command_id"]
    assert owner.post(f"{demo.api}/commands", json={"verb": "scale", "app": "nginx", "environment": "staging", "args": {"replicas": 4}}).status_code == 201
    before = demo.head()
    assert say.confirm(id).json()["code"] == "preview_outdated" and demo.head() == before
    fresh = say.post("preview", verb="scale", app="nginx", environment="staging", args={"replicas": 5}, command_id=id).json()
    assert "-replicaCount: 4" in fresh["plan"]["changes"][0]["diff"]
    assert say.confirm(id).json()["code"] == "preview_replaced"
    assert say.confirm(fresh["command_id"]).status_code == 201


def test_a_confirmed_preview_cannot_be_cancelled(demo, say):
    """What is committed is committed; a cancel after it says so, and a second confirm answers the same receipt."""
    id = say.item("chat-app 재시작해줘")["command_id"]
    first = say.confirm(id)
    assert say.confirm(id, confirmed=False).json()["code"] == "preview_confirmed"
    assert say.confirm(id).json() == first.json()


@pytest.mark.parametrize("body, code", [({"command_id": "x"}, "bad_field"), ({"confirmed": True}, "bad_field"), ({"command_id": 7, "confirmed": True}, "bad_field"), ({"command_id": "x", "confirmed": "yes"}, "bad_field"),
                                        ({"command_id": "x", "confirmed": True, "user": "owner"}, "unknown_field"), ({"command_id": "\0", "confirmed": True}, "no_such_preview")])
def test_bad_confirmations(say, body, code):
    """Each is refused by name."""
    answer = say.post("confirm", **body)
    assert answer.json()["code"] == code and answer.headers["content-type"] == "application/problem+json"


# --- answers ----------------------------------------------------------------------------------------------------------------


def test_answers_speak_the_language_of_the_question(demo, say):
    """Korean for Korean and English for English, whatever the browser asks for: answers, questions and refusals."""
    for text, korean in (("nginx 상태 어때?", True), ("how is nginx?", False)):
        item, = say(text)["items"]
        assert item["language"] == ("ko" if korean else "en") and ("준비됨" in item["summary"]) == korean
    say.client.headers["Accept-Language"] = "en"
    assert "앱" in say("없는것 재시작해줘")["question"]
    assert "없습니다" in say.post("process", text="nginx v9.9.9 버전으로 롤백해줘").json()["title"]


def test_history_says_who_read_it(demo, say):
    """What was said is found again: by its words, by what it became, with parser, latency and tokens, and what became of its preview."""
    item = say.item("storefront LOG_LEVEL=debug 로 설정해줘")
    say.confirm(item["command_id"])
    found, *_ = say.get("history", q="LOG_LEVEL")["items"]
    assert (found["text"], found["parser"], found["model"], found["tokens"], found["kind"]) == ("storefront LOG_LEVEL=debug 로 설정해줘", "rules", None, {"in": None, "out": None}, "preview")
    assert 0 < found["latency_ms"] < 5000 and found["commands"][0]["command"] == "set_env"
    assert found["previews"] == [{"command_id": item["command_id"], "verb": "set_env", "app": "storefront", "environment": "staging", "status": "confirmed",
                                  "outcome": {"status": "committed", "commit": demo.head(), "review": None}}]
    assert say.get("history", q="%")["items"] == [] and say.get("history", parser="gemini")["items"] == []
    assert say.get("history", session_id=say.id)["items"][0]["id"] == found["id"]
    assert say.client.get(f"{demo.api}/nlp/history", params={"limit": "x"}).status_code == 422


def test_history_is_ones_own(demo, say):
    """Everybody's is for those who hold admin:read."""
    say("mailer 상태는?")
    reviewer = Talk(demo, demo.signed_in("reviewer"))
    assert all(each["by"] == "reviewer@klepaas.local" for each in reviewer.get("history")["items"])
    assert reviewer.client.get(f"{demo.api}/nlp/history", params={"everyone": "true"}).status_code == 403
    assert reviewer.client.get(f"{demo.api}/nlp/feedback").status_code == 403
    assert any(each["by"] == "owner@klepaas.local" for each in Talk(demo, demo.client()).get("history", everyone="true")["items"])


def test_secrets_are_not_kept(demo, say):
    """A secret in a sentence is in no history, no title and no context."""
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    for text in (f"set {key} in nginx", f"nginx에 AWS_KEY={key} 설정해줘", "nginx에 DB_PASSWORD=hunter2hunter 설정해줘"):
        say.post("process", text=text, session_id=say.id) if say.id else say(text)
    kept = json.dumps([say.get("history"), say.get("conversations"), say.get(f"conversations/{say.id}")])
    assert key not in kept and "hunter2hunter" not in kept and "***" in kept


def test_a_conversation_is_found_again(demo, say):
    """After a reload: what was said, what "it" means, and the previews that still wait, as they would still be."""
    say("mailer 상태는?")
    item = say.item("그거 재시작해줘")
    found = say.get(f"conversations/{say.id}")
    assert [each["text"] for each in found["items"]] == ["그거 재시작해줘", "mailer 상태는?"] and found["context"]["app"] == "mailer"
    assert [(each["command_id"], each["plan"]["hash"]) for each in found["waiting"]] == [(item["command_id"], item["plan"]["hash"])]
    assert say.id in [each["session_id"] for each in say.get("conversations")["items"]]
    newer = say.item("그거 7개로 바꿔줘")
    found = say.get(f"conversations/{say.id}")
    assert [each["command_id"] for each in found["waiting"]] == [item["command_id"], newer["command_id"]] and found["pending"] == [newer["command_id"]]
    say("취소")
    assert [each["command_id"] for each in say.get(f"conversations/{say.id}")["waiting"]] == [item["command_id"]] and say("확인")["kind"] == "clarify"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_suggestions_can_be_said(demo, say, language):
    """Each suggestion is read as something, in its language."""
    found = say.get("suggestions", lang=language)["items"]
    assert len(found) >= 4
    for text in found:
        assert interpret.interpret(text, None, ["nginx", "payment-api", "chat-app", "storefront", "mailer"], ["staging", "production"]).command not in ("unknown", "clarify"), text


def test_feedback_is_kept(demo, say):
    """A misreading that its person marks is there for the administrator, with what was meant; nobody marks another's."""
    message = say("nginx 뻥튀기 좀")["message"]
    answer = say.post("feedback", message=message, meant="nginx 3개로 늘려줘")
    assert answer.status_code == 201
    kept = next(each for each in demo.client().get(f"{demo.api}/nlp/feedback").json()["items"] if each["id"] == answer.json()["feedback"])
    assert (kept["text"], kept["meant"], kept["kind"], kept["status"]) == ("nginx 뻥튀기 좀", "nginx 3개로 늘려줘", "wrong", "open")
    assert Talk(demo, demo.signed_in("reviewer")).post("feedback", message=message).status_code == 404
    assert {say.post("feedback", message=each).json()["code"] for each in ("1", True, -1, 2**63, 1.5, None)} == {"bad_field"}


def test_stopping_a_sync_is_an_order(say):
    """`cancel the sync of nginx` is no answer to what waits: it is previewed as the order it is, and what waits goes on waiting."""
    waits = say.item("nginx 재시작해줘")["command_id"]
    item = say.item("cancel the sync of nginx")
    assert (item["command"]["verb"], item["command"]["app"], item["plan"]["delivery"]) == ("cancel", "nginx", "order")
    assert waits in {each["command_id"] for each in say.get(f"conversations/{say.id}")["waiting"]}
