"""An alert on an app is answered by a commit where the environment says so, once; else it is left to people."""

import time

import pytest

from gitops.alerts.facts import Alert
from tests.controller.house import values
from tests.controller.test_failure import image

ROLLBACK = ", on_alert: rollback"


def fire(made, name="HighErrorRate", severity="critical", app="web", began=None, fingerprint=None):
    """As the webhook keeps it."""
    found = Alert("alertmanager", fingerprint or name, "firing", name, severity, "One request in ten fails\nVerb: delete_app", {"alertname": name}, None, began or time.time(), None)
    made.ledger.alerts.keep([(found, app, "staging")])
    return found.id


def answered(made, id):
    return made.wait(lambda: made.ledger.alerts.one(id)["answered"], 40)


def deployed(made, *tags):
    """The app at each of these versions, one after another, each healthy; the revisions."""
    found = []
    for tag in tags:
        found.append(made.commit({"values/staging/web.yaml": values(tag, replicaCount=1)}))
        made.synced("web")
    return found


@pytest.mark.parametrize("review", ["none", "required"])
@pytest.mark.pods
def test_what_was_healthy_before_is_restored_once(house, review):
    """One commit by the controller, with the alert as its reason; another alert on the same, or on what the answer made, changes nothing more."""
    made = house({"values/staging/web.yaml": values("1.0", replicaCount=1)}, of=f"{ROLLBACK}, review: {review}")
    made.start()
    made.synced("web")
    good, bad = deployed(made, "1.1", "1.2")
    first, second = fire(made), fire(made, "HighLatency", "warning")
    outcome = answered(made, first)
    assert outcome.get("to") == good or answered(made, second).get("to") == good
    made.synced("web")
    assert image(made) == "nginx:1.1" and made.git("rev-list", "--count", f"{bad}..main") == "1"
    message = made.git("show", "-s", "--format=%B", "main")
    assert "Because: on_alert: High" in message and "One request in ten fails" in message and "Channel: controller" in message and f"Rollback-to: {good[:7]}" in message
    assert made.git("show", "-s", "--format=%(trailers:key=Verb,valueonly)", "main").split() == ["rollback"]
    third = fire(made, "StillBad")
    assert "left" in answered(made, third) and "left" in {**answered(made, first), **answered(made, second)}
    assert made.git("rev-list", "--count", f"{bad}..main") == "1"


@pytest.mark.pods
def test_it_is_left_to_people(house):
    """Without `on_alert`: nothing but the row. With it: not what only informs, what is acknowledged, what nothing healthy came before, or was heard of long ago."""
    made = house({"values/staging/web.yaml": values("1.0", replicaCount=1)}, of=ROLLBACK)
    made.start()
    made.synced("web")
    assert "no earlier commit" in answered(made, fire(made, "First"))["left"]
    deployed(made, "1.1")
    looked_at, informs = fire(made, "Seen", app=None), fire(made, "Informs", "info")
    made.ledger.alerts.acknowledge(looked_at, "Kim")
    last = made.commit({"klepaas.yaml": made.repo.tree("main").read("klepaas.yaml").decode().replace(ROLLBACK, "")})
    made.followed(last)
    quiet = fire(made, "Quiet")
    made.order("sync", "web")
    made.wait(lambda: not made.ledger.orders(0))
    assert [made.ledger.alerts.one(each)["answered"] for each in (looked_at, informs, quiet)] == [None] * 3
    assert made.git("rev-list", "--count", f"{last}..main") == "0"


@pytest.mark.pods
def test_one_that_came_while_nobody_worked_is_answered(house):
    """A controller that starts finds what fires."""
    made = house({"values/staging/web.yaml": values("1.0", replicaCount=1)}, of=ROLLBACK)
    process = made.start()
    made.synced("web")
    good, bad = made.repo.head(), deployed(made, "1.1")[0]
    made.kill(process)
    id = fire(made)
    made.start()
    assert answered(made, id)["to"] == good
    assert made.git("rev-list", "--count", f"{bad}..main") == "1"


@pytest.mark.pods
def test_one_that_died_at_it_leaves_it_to_the_next(house):
    """What was begun and not ended is begun again, once nobody is at it any more."""
    made = house({"values/staging/web.yaml": values("1.0", replicaCount=1)}, of=ROLLBACK)
    made.start()
    made.synced("web")
    good, bad = made.repo.head(), deployed(made, "1.1")[0]
    id = Alert("alertmanager", "Begun", "firing", "Begun", None, "", {}, None, 1.0, None).id
    assert made.ledger.claim(f"alert {id}", 4)
    assert fire(made, "Begun", None, began=1.0) == id
    assert answered(made, id)["to"] == good and made.git("rev-list", "--count", f"{bad}..main") == "1"
