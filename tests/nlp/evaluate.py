"""Scores the parser on the corpus: `python -m tests.nlp.evaluate [tuned|held] [--misses]`.

Prints accuracy by verb and language, what was taken for what, and unsafe readings: a change read where none was meant, or another one.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gitops.verbs import VERBS
from nlp.interpret import as_dict, interpret

CORPUS = Path(__file__).parent / "corpus"
APPS = ("nginx", "chat-app", "payment-api", "redis", "web", "order-worker", "test01", "api-svc")
ENVIRONMENTS = ("staging", "production")
HARMLESS = {name for name, verb in VERBS.items() if verb.kind == "read"} | {"clarify", "unknown"}


@dataclass(frozen=True)
class Score:
    """One utterance: what was expected (`wanted`), what was read (`got`)."""

    text: str
    wanted: dict
    got: dict
    korean: bool

    @property
    def right(self):
        pairs = list(zip(flat(self.wanted), flat(self.got), strict=False))
        return len(flat(self.wanted)) == len(flat(self.got)) and all(same(*pair) for pair in pairs)

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


def score(name):
    return [Score(row["text"], row["expect"], as_dict(interpret(row["text"], row.get("context"), row.get("apps", APPS), row.get("environments", ENVIRONMENTS))),
                  any("가" <= char <= "힣" or "ㄱ" <= char <= "ㅣ" for char in row["text"])) for row in load(name)]


def accuracy(scores):
    return sum(each.right for each in scores) / len(scores)


def report(name, scores, misses=False):
    print(f"{name}: {len(scores)} utterances, {accuracy(scores):.1%} right, {sum(bool(each.unsafe) for each in scores)} unsafe")
    for label, korean in (("ko", True), ("en", False)):
        some = [each for each in scores if each.korean is korean]
        print(f"  {label}: {len(some)} utterances, {accuracy(some):.1%} right")
    wrong = Counter((each.wanted["command"], each.got["command"]) for each in scores if not each.right)
    for verb in sorted({each.wanted["command"] for each in scores}):
        some = [each for each in scores if each.wanted["command"] == verb]
        taken = ", ".join(f"{got} {count}" for (wanted, got), count in wrong.items() if wanted == verb)
        print(f"  {verb:<32} {sum(each.right for each in some)}/{len(some)}" + (f"  taken for {taken}" if taken else ""))
    for each in scores:
        if each.unsafe:
            print(f"  UNSAFE {each.text!r}: {each.unsafe}")
        elif misses and not each.right:
            print(f"  miss {each.text!r}: wanted {each.wanted}, got { {key: each.got[key] for key in ('command', 'app', 'environment', 'args', 'more')} }")


def main(arguments):
    for name in [each for each in arguments if not each.startswith("-")] or ["tuned", "held"]:
        report(name, score(name), "--misses" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
