"""Misreadings taught: a phrase is tried before it is proposed, is a reviewed change of klepaas.yaml, and never changes what is known."""

import json

import pytest

from gitops import contract, values
from gitops.repo import Draft, Repository
from gitops.types import Change
from gitops.verbs import VERBS
from nlp import interpret
from tests import product
from tests.web.talk import Talk
from web.chat import lexicon


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One of its own: klepaas.yaml is changed here."""
    found = product.start(tmp_path_factory.mktemp("taught") / "home")
    yield found
    product.stop(found)


def marked(demo, text, meant=None):
    """The id of a misreading that the owner marked."""
    say = Talk(demo, demo.signed_in("owner"))
    return say, say.post("feedback", message=say(text)["message"], **({"meant": meant} if meant else {})).json()["feedback"]


REWRITTEN = {
    "nginx 뻥튀기해줘": "nginx 5개로 증설해줘", "NGINX 뻥튀기": "NGINX 5개로 증설", "안뻥튀기": "안뻥튀기", "FOO=뻥튀기": "FOO=뻥튀기", '"뻥튀기" 로': '"뻥튀기" 로', "bump nginx": "scale nginx", "bumpy": "bumpy", "my-bump": "my-bump",
    "뻥튀기\napiVersion: v1\nkind: x": "뻥튀기\napiVersion: v1\nkind: x", "": "", "a.b": "a.b"}


@pytest.mark.parametrize("text", REWRITTEN)
def test_only_the_phrase_is_replaced(text):
    """Whole words, once, not in quotes, values or manifests."""
    assert lexicon.rewritten(text, {"뻥튀기": "5개로 증설", "bump": "scale"}) == REWRITTEN[text]


@pytest.mark.parametrize("say, means", [("하지 마", "해줘"), ("누가", "지금"), ("상태", "재시작"), ("status", "restart"), ("취소", "확인")])
def test_a_phrase_that_changes_known_sentences_is_seen(say, means):
    """What would turn a negation, a question or a read into something else is found by the corpus."""
    assert lexicon.changed({say: means})


def test_the_corpus_is_there():
    """A trial against nothing would be none."""
    assert len(lexicon.known()[0]) > 600


def test_a_phrase_is_taught_by_a_reviewed_change(demo):
    """Marked, tried, previewed, proposed, approved by another person, merged: then the phrase is read, and a preview asks as ever."""
    owner, id = marked(demo, "nginx 뻥튀기해줘", "nginx 5개로 증설해줘")
    tried = owner.post("lexicon", feedback=id, say="뻥튀기", means="5개로 증설").json()
    assert tried["read"] == {"command": "scale", "app": "nginx", "environment": None, "args": {"replicas": 5}} and tried["tried"] > 600
    assert "+lexicon:" in tried["plan"]["changes"][0]["diff"] and tried["plan"]["delivery"] == "review"
    before = demo.head()
    proposed = owner.post("confirm", command_id=tried["command_id"], confirmed=True)
    assert proposed.status_code == 202 and demo.head() == before
    review, reviewer = proposed.json()["review"]["id"], demo.signed_in("reviewer")

    def order(client, verb):
        return client.post(f"{demo.api}/commands", json={"verb": verb, "args": {"review": review}})
    assert order(owner.client, "merge").json()["code"] == "approvals_missing"
    assert order(reviewer, "approve").status_code == 200 and order(owner.client, "merge").status_code == 200
    assert '"뻥튀기": "5개로 증설"' in demo.git("show", "main:klepaas.yaml")
    assert owner.get("lexicon")["items"] == [{"say": "뻥튀기", "means": "5개로 증설", "used": True}]
    item = owner.item("mailer 뻥튀기해줘")
    assert item["plan"]["args"] == {"replicas": 5} and item["command"]["text"] == "mailer 뻥튀기해줘"
    assert owner("mailer 뻥튀기하지 마")["kind"] == "clarify"
    assert owner.post(f"feedback/{id}", status="accepted").status_code == 200 and owner.post(f"feedback/{id}", status="accepted").status_code == 404


REFUSED = {"phrase_not_there": ("nginx 팍팍 돌려줘", "하지 마", "해줘"), "phrase_is_a_name": ("nginx 팍팍 돌려줘", "nginx", "mailer"), "phrase_no_help": ("nginx 팍팍 돌려줘", "팍팍", "상태"),
           "phrase_changes_others": ("nginx 누가 늘려줘", "누가", "5개로")}


@pytest.mark.parametrize("code", REFUSED)
def test_bad_phrases_are_refused(demo, code):
    """What is not in the sentence, is a name, does not help, or changes known sentences: refused by name, nothing proposed."""
    text, say, means = REFUSED[code]
    owner, id = marked(demo, text, "nginx 5개로 늘려줘")
    answer = owner.post("lexicon", feedback=id, say=say, means=means)
    assert answer.status_code in (409, 422) and answer.json()["code"] == code, answer.text


@pytest.mark.parametrize("say, means", [("x=y", "ok"), ("a", "ok"), ("ok", "two\nlines"), ('"q"', "ok"), ("a\\b", "ok")])
def test_phrases_that_the_file_cannot_hold(say, means):
    """Quotes, assignments, lines and single letters are refused, with their line, however they came."""
    config = contract.read(f"environments:\n  live: {{}}\nlexicon:\n  {json.dumps(say)}: {json.dumps(means)}\n".encode(), "klepaas.yaml")
    assert [problem.line for problem in config.problems] == [4]


def test_teaching_is_for_administrators(demo):
    """A developer marks, and neither lists, tries nor closes."""
    _, id = marked(demo, "storefront 살살")
    reviewer = Talk(demo, demo.signed_in("reviewer"))
    assert {reviewer.post("lexicon", feedback=id, say="살살", means="1개로").status_code, reviewer.post(f"feedback/{id}", status="dismissed").status_code, reviewer.client.get(f"{demo.api}/nlp/lexicon").status_code} == {403}
    for verb in ("teach", "adopt"):
        assert verb not in VERBS and demo.client().post(f"{demo.api}/commands", json={"verb": verb, "args": {"say": "상태", "means": "재시작"}}).json()["code"] == "unknown_verb"


def test_a_phrase_that_came_by_a_push_is_tried_too(demo):
    """Pushed past the page, one that would change known sentences is shown as not used, and is not."""
    owner = Talk(demo, demo.signed_in("owner"))
    repo = Repository.open(str(demo.home / "config.git"), demo.home)
    known = repo.tree(repo.head()).read("klepaas.yaml")
    repo.land(lambda tree: Draft((Change("klepaas.yaml", known, values.edit(known, {"lexicon.상태": "재시작"}, "klepaas.yaml")),), "Phrases", ("Somebody", "x@example.com")), lambda sha: None)
    repo.close()
    assert {"say": "상태", "means": "재시작", "used": False} in owner.get("lexicon")["items"]
    assert owner("nginx 상태 알려줘")["items"][0]["type"] == "status"
    assert interpret.interpret("nginx 상태 알려줘", None, ["nginx"], []).command == "status"
