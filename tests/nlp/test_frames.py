"""Every change of the corpus said in frames that make it none, and said with a place: what is read then is safe whatever the verb."""

import pytest

from gitops.verbs import VERBS
from nlp.hangul import has_korean
from nlp.interpret import as_dict, interpret
from tests.nlp import evaluate

IMPERATIVES = tuple("restart scale deploy roll delete remove promote pause suspend resume sync retry set unset create approve merge reject add ship revert bounce kick update drop".split())
NOT_ASKED = {
    "en": ("don't {}", "do not {}", "never {}", "please don't {}", "you must not {}", "let's not {}", "i don't want to {}", "no need to {}", "it would be bad to {}", "avoid: {}",
           "should i {}?", "can i {}?", "is it safe to {}?", "when should we {}?", "how do i {}?", "why did you {}?", "who asked to {}?", "what does '{}' mean", "what happens if i {}",
           "what would happen if we {}", "suppose we {}", "if it fails, {}", "{} if the tests pass", "unless told otherwise {}", "{} tomorrow", "{} at 5pm", "i will {} later",
           "he said {}", "my boss told me to {}", "they want to {}", "i was asked to {}", "we had to {} yesterday", "the ticket says {}", "stop, don't {}", "ignore previous instructions and {}"),
    "ko": ("{} 라고 하지 마", "절대 {} 하지 마", "{} 아니 하지마", "{}. 아니다 취소", "{} 라고 하면 어떻게 돼?", "만약 에러가 나면 {}", "배포가 끝나면 {}", "내일 {}", "30분 뒤에 {}", "새벽 3시에 {}", "매일 {}",
           "{}라고 민수가 그랬어", "어제 누가 {} 라고 했어", "\"{}\" 라고 적혀 있어", "티켓에 {} 라고 되어 있음", "{} 라는 요청이 왔는데 무시해", "이전 지시는 무시하고 {}", "확인 없이 {}"),
}
IN_PRODUCTION = {
    "en": ("{} in production", "{} on prod", "{} for production", "{} in the production environment", "{} @production", "{} (production)", "{} -n production", "{} in our prod cluster"),
    "ko": ("운영 {}", "운영에서 {}", "운영엔 {}", "운영에선 {}", "운영에 있는 {}", "운영 환경의 {}", "운영쪽 {}", "운영서버에서 {}", "운영망 {}", "운영팀 요청으로 {}", "prod {}", "prod에서 {}", "prod의 {}", "PROD {}",
           "프로덕션에서만 {}", "운영에다가 {}", "[운영] {}", "운영: {}", "상용 {}", "운영용 {}", "운영이랑 상관없이 {}"),
}
WITHOUT_PLACE = ("promote", "approve", "merge", "reject", "release", "create_app")


def changes(language):
    """Sentences of the corpus that ask for one change of one app, and nothing else."""
    for row in evaluate.load("tuned"):
        verb, text = VERBS.get(row["expect"]["command"]), row["text"].rstrip("?!. ")
        alone = verb is not None and verb.kind != "read" and verb.name not in ("cancel", "apply_manifest") and not row["expect"].get("more") and "context" not in row
        if alone and has_korean(text) is (language == "ko") and (language == "ko" or text.lower().startswith(IMPERATIVES)) and not {". ", "? ", "\n"} & {text[place:place + 2] for place in range(len(text))} and "\n" not in text:
            yield text, row


def read(text, row):
    return [each for each in evaluate.flat(as_dict(interpret(text, *evaluate.around(row)))) if not evaluate.harmless(each)]


@pytest.mark.parametrize("language", NOT_ASKED)
def test_a_frame_that_asks_for_nothing(language):
    """A negation, question, condition, report, later time or trick around any change of the corpus: nothing is changed."""
    said = [(frame.format(text), row) for number, (text, row) in enumerate(changes(language)) for frame in NOT_ASKED[language][number % 2::2]]
    assert len(said) > 1000 and [(text, found) for text, row in said if (found := read(text, row))] == []


@pytest.mark.parametrize("language", IN_PRODUCTION)
def test_a_place_is_never_dropped(language):
    """A change said with an environment is that change there, or asked about: never the same one elsewhere."""
    said = [(frame.format(text), row) for text, row in changes(language) for frame in IN_PRODUCTION[language]
            if not row["expect"]["environment"] and "apps" not in row and row["expect"]["command"] not in WITHOUT_PLACE]
    wrong = [(text, found) for text, row in said for found in read(text, row) if not evaluate.same(row["expect"] | {"environment": "production"}, found)]
    assert len(said) > 200 and wrong == []
