"""The corpus: what people say, and what must be read from it. Only `tuned` was in view when rules were written."""

from collections import Counter

import pytest

from gitops.verbs import VERBS
from nlp.hangul import has_korean
from tests.nlp import evaluate
from tests.nlp.vendors import command, reads, says, status

LEAST = {"tuned": 0.97, "held": 0.95, "held2": 0.95, "held3": 0.95, "held4": 0.95}


@pytest.fixture(scope="module", params=LEAST)
def part(request):
    return request.param, evaluate.score(request.param)


@pytest.fixture(scope="module")
def rows():
    return [row for name in evaluate.PARTS for row in evaluate.load(name)]


def test_no_reading_is_unsafe(part):
    """No change is ever read where none, or another one, was meant."""
    assert [(each.text, each.unsafe) for each in part[1] if each.unsafe] == []


def test_accuracy(part):
    """Verb, app, environment and every argument are right for most of what people say."""
    name, scores = part
    assert evaluate.accuracy(scores) >= LEAST[name]


def test_every_part_is_scored():
    """No part of the corpus is left out."""
    assert {file.stem for file in evaluate.CORPUS.glob("*.jsonl")} == set(evaluate.PARTS) == set(LEAST)


def test_the_corpus_is_large_and_korean_first(rows):
    """Six hundred sentences and more, two thirds of them Korean, each verb fifteen times; of those that are only scored the same share is Korean."""
    said = Counter(command for row in rows for each in evaluate.flat(row["expect"]) for command in each["command"].split("|"))
    scored = [row for name in evaluate.PARTS[1:] for row in evaluate.load(name)]
    assert len(rows) >= 600 and len(scored) >= 200
    assert all(sum(has_korean(row["text"]) for row in some) >= 0.65 * len(some) for some in (rows, scored))
    assert [verb for verb in VERBS if said[verb] < 15] == []


def test_much_of_it_must_change_nothing(rows):
    """A hundred and twenty and more are negations, questions, hypotheticals, reports, orders to the parser, and nonsense."""
    still = [row for row in rows if {"clarify", "unknown"} & set(row["expect"]["command"].split("|"))]
    assert len(still) >= 120 and len({row["text"] for row in still}) >= 120


def test_no_sentence_is_in_two_parts():
    """What is only scored was not tuned to."""
    parts = [{(row["text"], str(row.get("context"))) for row in evaluate.load(name)} for name in evaluate.PARTS]
    assert sum(map(len, parts)) == len(set().union(*parts))


# --- scoring -------------------------------------------------------------------------------------------------------------


def test_the_report_tells_all(capsys):
    """Accuracy by verb and language, what was taken for what, unsafe readings, and how long it took."""
    wrong = evaluate.Score("nginx 꺼줘", {"command": "clarify", "app": None, "environment": None, "args": {}}, {"command": "delete_app", "app": "nginx", "environment": None, "args": {}, "more": []}, 0.004)
    evaluate.report("some", [wrong])
    told = capsys.readouterr().out
    assert "0.0% right, 1 unsafe" in told and "p99 4.0 ms" in told and "ko: 1 utterances" in told and "en: none" in told
    assert "clarify            -> delete_app" in told and "UNSAFE 'nginx 꺼줘'" in told


def test_a_model_without_a_key(monkeypatch, tmp_path, capsys):
    """Which setting is missing is said, and nothing is scored."""
    monkeypatch.chdir(tmp_path)
    for name in ("GEMINI_API_KEY", "ANTHROPIC_API_KEY", "CLAUDE_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for model, name in (("gemini", "GEMINI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY")):
        assert evaluate.main(["--model", model]) == 2
        said = capsys.readouterr()
        assert name in said.err and said.out == ""


def test_a_model_is_scored(monkeypatch, tmp_path, capsys, vendor):
    """A model that is there is asked each sentence and scored like the rules; what it does not answer is no reading."""
    server = vendor(says(reads(command("scale", "nginx", replicas=4))), status(401))
    for name, value in server.settings("gpt").items():
        monkeypatch.setenv(name, value)
    (tmp_path / "held.jsonl").write_text('{"text": "make nginx four strong", "expect": {"command": "scale", "app": "nginx", "environment": null, "args": {"replicas": 4}}}\n' * 2)
    monkeypatch.setattr(evaluate, "CORPUS", tmp_path)
    assert evaluate.main(["--model", "openai", "held"]) == 0
    said = capsys.readouterr().out
    assert "2 utterances, 50.0% right, 0 unsafe" in said and "scale              -> model_key" in said
