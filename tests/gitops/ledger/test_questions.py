"""What a process without a cluster asks the controller: answered across processes, and not for ever."""

import threading
import time


def test_a_question_is_answered_by_who_can(ledger):
    """The asker wakes with the answer; an answered question waits no more."""
    answers = []
    asker = threading.Thread(target=lambda: answers.append(ledger.ask("staging", "nginx", 20)))
    asker.start()
    while not (waiting := ledger.questions()):
        time.sleep(0.01)
    (id, environment, app, _), = waiting
    assert (environment, app) == ("staging", "nginx")
    ledger.answer(id, {"differs": ["spec.replicas"]})
    asker.join(20)
    assert answers == [{"differs": ["spec.replicas"]}] and ledger.questions() == ()


def test_nobody_answers(ledger):
    """After the given time the asker knows that there is no answer; the next question is another one."""
    assert ledger.ask("staging", "nginx", 0.05) is None
    assert ledger.ask("staging", "mailer", 0.05) is None
    assert [app for _, _, app, _ in ledger.questions()] == ["nginx", "mailer"]
