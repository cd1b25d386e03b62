"""Several models: who is asked next, who is left alone, and when two must agree."""

import pytest

from gitops import config
from gitops.outside.breakers import Breaker
from nlp.interpret import interpret
from nlp.models import chain
from nlp.models.chain import Models
from tests.nlp import evaluate
from tests.nlp.vendors import closes, command, hangs, lies, reads, says, status, text, until

APPS, ENVIRONMENTS = ("nginx", "payment-api", "redis"), ("staging", "production")
BEYOND_RULES, FOUR = "make nginx four strong", says(reads(command("scale", "nginx", replicas=4)))
STRANGER, RESTART = "결제 서버 재시작해줘", says(reads(command("restart", "payment-api")))


def read(models, sentence=BEYOND_RULES):
    return interpret(sentence, None, APPS, ENVIRONMENTS, models)


def models(*servers, breaker=Breaker, **more):
    """Models of these servers, in this order: claude, gpt, gemini."""
    return Models([server.provider(kind) for server, kind in zip(servers, ("claude", "gpt", "gemini"), strict=False)], more.pop("seconds", 10), more.pop("retries", 0), breaker=breaker, **more)


# --- the order --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [status(401), status(429), status(500), closes, text("no"), says(reads(command("explode", "nginx")))])
def test_the_next_one_is_asked(vendor, bad):
    """Whatever fails, the next in order reads, and what failed is kept with its reason."""
    reading = read(models(vendor(bad), vendor(FOUR)))
    assert (reading.parser, reading.command) == ("gpt", "scale") and [bool(each.problem) for each in reading.calls] == [True, False]
    assert "claude" in chain.note(reading.calls, "gpt-test", "en") and "gpt-test" in chain.note(reading.calls, "gpt-test", "ko")


def test_the_order_is_the_settings(vendor):
    """NLP_ORDER says who is asked first; who has no key is not among them; without any key there are no models."""
    claude, gpt = vendor(FOUR), vendor(FOUR)
    both = {**claude.settings("claude"), **gpt.settings("gpt")}
    for order, reader in (("claude,gpt", "claude"), ("gpt,claude", "gpt"), ("gemini, gpt", "gpt"), ("gpt", "gpt")):
        assert read(chain.opened(config.load({**both, "NLP_ORDER": order}, None))).parser == reader
    assert read(chain.opened(config.load(both, None), "gpt")).parser == "gpt"
    assert chain.opened(config.load({}, None)) is None and chain.opened(config.load({**both, "NLP_ORDER": "gemini"}, None)) is None
    old = {name.replace("ANTHROPIC_API_KEY", "CLAUDE_API_KEY"): value for name, value in claude.settings("claude").items()}
    assert read(chain.opened(config.load(old, None))).parser == "claude"


def test_a_sentence_waits_for_two_at_most(vendor):
    """Three that hang: the third is not waited for, and the rules answer."""
    servers = [vendor(hangs) for _ in range(3)]
    reading = read(models(*servers, seconds=0.3))
    assert reading.parser == "rules" and [each.problem.code for each in reading.calls] == ["model_late"] * 2 and servers[2].seen == []


# --- the breaker ------------------------------------------------------------------------------------------------------


def test_the_breaker_opens_and_closes(vendor):
    """After two failures in a row it is left alone; later one trial decides: a good one closes it."""
    server = vendor(status(500), status(500), FOUR)
    some = models(server, breaker=lambda name: Breaker(name, 2, 0.5))
    assert [read(some).calls[0].problem.code for _ in range(3)] == ["model_failed", "model_failed", "model_resting"] and len(server.seen) == 2
    until(lambda: read(some).parser == "claude")
    assert len(server.seen) == 3 and read(some).parser == "claude"


def test_a_bad_trial_opens_it_again(vendor):
    """A trial that fails leaves it alone for as long again; bad answers do not count, for somebody answers."""
    server = vendor(status(500), text("no"), status(500), status(500))
    some = models(server, breaker=lambda name: Breaker(name, 2, 0.5))
    assert [read(some).calls[0].problem.code for _ in range(5)] == ["model_failed", "model_answer", "model_failed", "model_failed", "model_resting"]
    until(lambda: len(server.seen) + (read(some) is None) == 5)
    assert read(some).calls[0].problem.code == "model_resting"


def test_one_trial_at_a_time():
    """While a trial is on its way, who comes meanwhile is not made to wait for it."""
    breaker = Breaker("claude", 1, 0.2)
    breaker.failed()
    assert breaker.rest() > 0
    until(lambda: breaker.rest() == 0)
    assert breaker.rest() > 0
    breaker.succeeded()
    assert breaker.rest() == breaker.rest() == 0


def test_retry_after_is_held_to(vendor):
    """Who says when to come again is left alone until then, from the first time."""
    server = vendor(status(429, retry_after="1"), FOUR)
    some = models(server, seconds=0.5)
    assert [read(some).calls[0].problem.code for _ in range(2)] == ["model_busy", "model_resting"] and len(server.seen) == 1
    until(lambda: read(some).parser == "claude")


# --- two that agree ---------------------------------------------------------------------------------------------------


def test_what_the_rules_do_not_bear_out_needs_a_second(vendor):
    """An app that the words do not name: both models read it, and it is offered; history knows both calls."""
    reading = read(models(vendor(RESTART), vendor(RESTART)), STRANGER)
    assert (reading.command, reading.app, reading.parser, [each.provider for each in reading.calls]) == ("restart", "payment-api", "claude", ["claude", "gpt"])


@pytest.mark.parametrize("second", [says(reads(command("restart", "redis"))), says(reads(command("scale", "payment-api", replicas=3))), says(reads(command("restart", "payment-api", "production"))), says(reads(kind="unclear")), status(500), closes])
def test_who_does_not_agree_makes_it_a_question(vendor, second):
    """The second reads another app, verb or place, nothing, or is away: it is asked, with what was guessed as the choice."""
    reading = read(models(vendor(RESTART), vendor(second)), STRANGER)
    assert (reading.command, reading.app, reading.clarification["missing"], reading.clarification["choices"], reading.clarification["command"]) == ("clarify", None, ["app"], ["payment-api"], "restart")
    assert reading.parser == "claude" and len(reading.calls) == 2


def test_without_a_second_it_is_asked(vendor):
    """One model alone, or NLP_VERIFY=false: no change that the words do not bear out."""
    other = vendor(RESTART)
    for some in (models(vendor(RESTART)), models(vendor(RESTART), other, verify=False)):
        assert read(some, STRANGER).command == "clarify"
    assert other.seen == []


def test_another_verb_than_the_rules_saw_needs_a_second(vendor):
    """The rules saw a scale without a number; a model reads a restart."""
    restart = says(reads(command("restart", "nginx")))
    alone = read(models(vendor(restart)), "nginx 스케일해줘")
    assert alone.command == "clarify" and set(alone.clarification["choices"]) == {"restart", "scale"}
    assert read(models(vendor(restart), vendor(restart)), "nginx 스케일해줘").command == "restart"


def test_high_risk_in_words_of_no_verb_needs_a_second(vendor):
    """Where the rules saw no verb at all, one model alone deletes, rolls back and promotes nothing."""
    delete = says(reads(command("delete_app", "redis")))
    assert read(models(vendor(delete)), "redis 훅 가게 해줘").command == "clarify"
    assert read(models(vendor(delete), vendor(delete)), "redis 훅 가게 해줘").command == "delete_app"


@pytest.mark.parametrize("sentence, answer", [
    ("nginx 어제 누가 껐다 켰어?", command("restart", "nginx")), ("nginx 껐다 켰대 그래서 뿌잉", command("restart", "nginx")), ("nginx 혼내지 마", command("restart", "nginx")), ("nginx 혼내볼까?", command("restart", "nginx")),
    ("should nginx be shaken?", command("restart", "nginx")), ("what happens if nginx is shaken", command("restart", "nginx")), ("nginx 가만히 놔둬", command("delete_app", "nginx")), ("don't you shake nginx", command("restart", "nginx")),
    ("nginx 혼내면 어떻게 돼", command("restart", "nginx")), ("boss said to shake nginx", command("restart", "nginx")), ("nginx 조금만 더 뿌잉뿌잉", command("scale", "nginx", replicas=5)),
    ("mysql 재시작해줘", command("restart", "redis")), ("qa 환경 redis 흔들어줘", command("restart", "redis")), ("redis 흔들어줘", command("scale", "redis", replicas=9)), ("redis 흔들어줘", command("deploy", "redis", version="v9")),
    ("운영 redis 흔들어줘", command("restart", "redis")), ("운영 redis 흔들어줘", command("restart", "redis", "staging")), ("로그 좀", command("delete_app", "nginx")), ("뿌잉", command("restart", "nginx"))])
def test_what_no_two_models_make_a_change(vendor, sentence, answer):
    """Negations, questions, reports, conditions, amounts nobody said, apps and places nobody named: two models that agree do not make them changes."""
    offered = says(reads(answer))
    reading = read(models(vendor(offered), vendor(offered)), sentence)
    assert all(each.command in evaluate.HARMLESS for each in (reading, *reading.more)), reading


def test_it_is_where_it_was(vendor):
    """`그거` is the app spoken of there where it was spoken of, whether the model says so or not."""
    for environment in ("", "production"):
        reading = interpret("그거 뿌잉뿌잉 해줘", {"app": "redis", "environment": "production", "command": "status"}, APPS, ENVIRONMENTS, models(vendor(says(reads(command("restart", "redis", environment))))))
        assert (reading.command, reading.app, reading.environment) == ("restart", "redis", "production"), reading


def test_each_command_its_place(vendor):
    """Two places named for two commands: each keeps its own."""
    both = says(reads(command("scale", "nginx", "staging", replicas=3), command("scale", "nginx", "production", replicas=5)))
    reading = read(models(vendor(both)), "nginx는 스테이징에 3개, 운영에 5개 뿌려")
    assert [(each.environment, each.args["replicas"]) for each in (reading, *reading.more)] == [("staging", 3), ("production", 5)]


@pytest.mark.parametrize("lie", [("delete_app", {}), ("scale", {"replicas": 3})])
def test_a_model_that_reads_a_change_in_everything(vendor, lie):
    """The whole corpus read with a model that answers each question with the same change: no change is offered that was not meant."""
    some, unsafe = models(vendor(closes), vendor(lies(lie[0], **lie[1])), breaker=lambda name: Breaker(name, 1, 600)), []
    for name in ("tuned", "held"):
        for row in evaluate.load(name):
            reading = evaluate.as_dict(interpret(row["text"], row.get("context"), row.get("apps", evaluate.APPS), row.get("environments", evaluate.ENVIRONMENTS), some))
            wanted = evaluate.flat(row["expect"])
            unsafe += [(row["text"], got) for got in evaluate.flat(reading) if got["parser"] != "rules" and not evaluate.harmless(got) and not any(evaluate.same(each, got) for each in wanted)]
    assert unsafe == []
