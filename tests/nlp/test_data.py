"""The rules are data: a phrase is learnt by a row of a table, and every reading says which words made it."""

import json
import subprocess
import sys

import pytest

from nlp.interpret import interpret, parse_line

APPS, ENVIRONMENTS = ["nginx", "web"], ["staging", "production"]
ROWS = {
    "ko": ("changes_ko", '("restart", r"환생", (), None, None, 2)', "nginx 환생시켜줘", "restart"),
    "en": ("changes_en", '("restart", r"reincarnate", None, None, 2)', "please reincarnate nginx", "restart"),
    "read": ("reads", '("endpoint", r"문패", None, None)', "nginx 문패 보여줘", "endpoint"),
}


def read_with(rows, text):
    """The sentence as a process reads it whose tables hold one row more."""
    program = f"import sys, json\n{rows}\nfrom nlp.interpret import parse_line\nprint(json.dumps(parse_line(json.load(sys.stdin))))"
    given = json.dumps({"text": text, "apps": APPS, "environments": ENVIRONMENTS})
    return json.loads(subprocess.run([sys.executable, "-c", program], input=given, capture_output=True, text=True, check=True, timeout=60).stdout)


@pytest.mark.parametrize("case", ROWS)
def test_a_phrase_is_a_row(case):
    """One row of a table and the phrase is read, in all its forms: no code knows of it."""
    table, row, text, verb = ROWS[case]
    added = f"from nlp.lexicon import {table} as table\ntable.ROWS = ({row}, *table.ROWS)"
    assert read_with("", text)["command"] != verb
    found = read_with(added, text)
    assert (found["command"], found["app"]) == (verb, "nginx")


def test_a_new_phrase_is_guarded_like_any():
    """What was learnt by a row is negated, asked and put off like every other verb."""
    table, row, _, _ = ROWS["ko"]
    added = f"from nlp.lexicon import {table} as table\ntable.ROWS = ({row}, *table.ROWS)"
    for text in ("nginx 환생시키지 마", "nginx 환생했어?", "내일 nginx 환생시켜줘"):
        assert read_with(added, text)["command"] == "clarify", text


def test_the_reasons_are_said():
    """Each reading says which words named the verb and what each thing was taken for; a question back says why it asks."""
    found = interpret("운영 ngnix 3개로 늘려줘", None, APPS, ENVIRONMENTS)
    assert found.because == ("scale by '늘려'", "'운영' is 'production'", "'ngnix' is 'nginx' (typo)", "'3개' is 3")
    assert interpret("nginx 재시작하지 마", None, APPS, ENVIRONMENTS).because[-1] == "asked back: negated"


def test_every_answer_has_a_reason():
    """Whatever is read, and whatever is not, the reading says why."""
    for text in ("nginx 재시작", "네", "취소", "help", "", "asdf", "ㅋㅋ", "nginx", "rm -rf /", "nginx 재시작하면 어떻게 돼?", "\u202enginx", "그거", "5개로"):
        for context in (None, {"app": "web", "environment": "staging", "command": "scale", "args": {"replicas": 2}}):
            found = interpret(text, context, APPS, ENVIRONMENTS)
            assert all(each.because for each in (found, *found.more)), text


def test_a_line_may_ask_why():
    """`klepaas parse` gives the reasons to who asks for them, of each command of the sentence."""
    line = {"text": "nginx 재시작하고 로그 보여줘", "apps": APPS, "environments": ENVIRONMENTS}
    assert "why" not in parse_line(line)
    found = parse_line(line | {"why": True})
    assert found["why"][0] == "restart by '재시작'" and found["more"][0]["why"]
