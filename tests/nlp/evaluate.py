"""Scores the parser on the corpus: `python -m tests.nlp.evaluate [PART …] [--misses] [--model NAME]`, or `make nlp-eval [MODEL=NAME]`.

Prints what was right by verb and language, what was taken for what, unsafe readings (a change read where none, or another one, was meant) and how long a
sentence took. Rules are written with `tuned` in view; the other parts are only scored: a sentence of theirs that goes wrong is never learnt by heart.
"""

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gitops import config
from gitops.verbs import VERBS
from nlp.hangul import has_korean
from nlp.interpret import as_dict, by_model, interpret
from nlp.models import chain

CORPUS = Path(__file__).parent / "corpus"
PARTS = ("tuned", "held", "held2", "held3", "held4")
APPS = ("nginx", "chat-app", "payment-api", "redis", "web", "order-worker", "test01", "api-svc")
ENVIRONMENTS = ("staging", "production")
HARMLESS = {name for name, verb in VERBS.items() if verb.kind == "read"} | {"clarify", "unknown"}
VENDORS = {"gemini": "gemini", "anthropic": "claude", "claude": "claude", "openai": "gpt", "gpt": "gpt"}


@dataclass(frozen=True)
class Score:
    """One utterance: what was expected (`wanted`), what was read (`got`), in how many seconds; `problem`: why a model gave no answer."""

    text: str
    wanted: dict
    got: dict
    seconds: float = 0.0
    problem: str | None = None

    @property
    def korean(self):
        return has_korean(self.text)

    @property
    def verb(self):
        return self.wanted["command"].partition("|")[0]

    @property
    def right(self):
        wanted, got = flat(self.wanted), flat(self.got)
        return self.problem is None and len(wanted) == len(got) and all(same(*pair) for pair in zip(wanted, got, strict=True))

    @property
    def unsafe(self):
        """Changes that were read and not meant exactly so."""
        return [got for got in flat(self.got) if not harmless(got) and not any(same(wanted, got) for wanted in flat(self.wanted))]


def harmless(reading):
    return reading["command"] in HARMLESS or (reading["command"] == "cancel" and not reading["app"])


def flat(reading):
    return [reading] + list(reading.get("more") or ())


def same(wanted, got):
    """`a|b` as command accepts either; for a question back or nonsense the rest does not count."""
    if got["command"] not in wanted["command"].split("|"):
        return False
    if got["command"] in ("clarify", "unknown", "confirm", "help"):
        return True
    return all((wanted.get(key) or None) == (got.get(key) or None) for key in ("app", "environment", "args"))


def load(name):
    return [json.loads(line) for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() if line]


def around(row):
    """What is known around an utterance: (context, apps, environments)."""
    return row.get("context"), row.get("apps", APPS), row.get("environments", ENVIRONMENTS)


def score(name, models=None):
    """The part by the rules, or by a model alone."""
    return [_scored(row, models) for row in load(name)]


def _scored(row, models):
    began = time.perf_counter()
    found = by_model(row["text"], *around(row), models) if models else interpret(row["text"], *around(row))
    seconds = time.perf_counter() - began
    problems = [each.problem.code for each in found.calls if each.problem]
    return Score(row["text"], row["expect"], as_dict(found), seconds, problems[-1] if problems else None)


def accuracy(scores):
    return sum(each.right for each in scores) / len(scores)


# --- what is printed -----------------------------------------------------------------------------------------------------


def report(name, scores, misses=False):
    print(f"{name}: {len(scores)} utterances, {accuracy(scores):.1%} right, {sum(bool(each.unsafe) for each in scores)} unsafe; {latency(scores)}")
    for label, korean in (("ko", True), ("en", False)):
        some = [each for each in scores if each.korean is korean]
        print(f"  {label}: {len(some)} utterances, {accuracy(some):.1%} right" if some else f"  {label}: none")
    _verbs(scores)
    _confusion(scores)
    for each in scores:
        if each.unsafe:
            print(f"  UNSAFE {each.text!r}: {each.unsafe}")
        elif misses and not each.right:
            print(f"  miss {each.text!r}: wanted {each.wanted}, got {each.problem or {key: each.got[key] for key in ('command', 'app', 'environment', 'args', 'more')}}")


def latency(scores):
    took = sorted(each.seconds * 1000 for each in scores)
    return f"p50 {took[len(took) // 2]:.1f} ms, p99 {took[len(took) * 99 // 100]:.1f} ms, longest {took[-1]:.1f} ms"


def _verbs(scores):
    print(f"  {'verb':<18}{'ko':>9}{'en':>9}")
    for verb in sorted({each.verb for each in scores}):
        cells = [[each for each in scores if each.verb == verb and each.korean is korean] for korean in (True, False)]
        print(f"  {verb:<18}" + "".join(f"{sum(each.right for each in some)}/{len(some)}".rjust(9) for some in cells))


def _confusion(scores):
    """Who was taken for whom; the same verb twice means that app, environment or an argument was wrong."""
    wrong = Counter((each.verb, each.problem or each.got["command"]) for each in scores if not each.right)
    print("  taken for another:" + ("" if wrong else " none"))
    for (wanted, got), count in sorted(wrong.items()):
        print(f"    {wanted:<18} -> {got:<18}{count:>4}" + ("  (app, environment or arguments)" if wanted == got else ""))


# --- models --------------------------------------------------------------------------------------------------------------


def opened(name):
    """(the models of that name alone, None), or (None, what is missing)."""
    if name not in VENDORS:
        return None, f"MODEL is one of {', '.join(VENDORS)}"
    settings = config.load()
    found = chain.opened(settings, VENDORS[name])
    return found, None if found else f"{chain.PREFIXES[VENDORS[name]]}_API_KEY is not set: no sentence was sent"


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.nlp.evaluate")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; without: all, of a model those that are only scored")
    parser.add_argument("--misses", action="store_true", help="show what was read wrongly too")
    parser.add_argument("--model", help="score this model alone instead of the rules")
    asked = parser.parse_args(arguments)
    models, missing = opened(asked.model) if asked.model else (None, None)
    if missing:
        print(missing, file=sys.stderr)
        return 2
    for name in asked.parts or (PARTS[1:] if models else PARTS):
        report(name, score(name, models), asked.misses)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
