"""What an environment follows: signed, reviewed, as klepaas.yaml asks; what is in doubt waits, and what runs stays."""

import pytest

from gitops.repo import Repository
from gitops.types import SCOPES, Actor
from gitops.ledger.audit import Entry
from tests.controller.house import configmap
from tests.gitops.test_signing import allowed, ssh_key

ONE = {"manifests/staging/one/one.yaml": configmap("one")}


def change(made, value, key=None):
    repo, mine = made.repo, Repository.open(made.repo.path, made.home, key=key and str(key))
    made.repo = mine
    try:
        return made.commit({"manifests/staging/one/one.yaml": configmap("one", value)})
    finally:
        made.repo = repo
        mine.close()


@pytest.fixture
def verified(house, tmp_path):
    """(an installation that follows signed commits and has done so, the key)."""
    key = ssh_key(tmp_path)
    made = house(ONE)
    made.env["ALLOWED_SIGNERS"] = allowed(tmp_path, key)
    made.start()
    made.synced("one")
    repo, made.repo = made.repo, Repository.open(made.repo.path, made.home, key=str(key))
    made.commit({"klepaas.yaml": made.config("staging", of=", verify: signed")})
    made.repo.close()
    made.repo = repo
    made.synced("one")
    return made, key


def test_a_signed_commit_is_followed(verified):
    """By somebody known."""
    made, key = verified
    change(made, "two", key)
    made.synced("one")
    assert made.value("one") == "two" and not made.held()


def test_an_unsigned_commit_waits(verified, tmp_path):
    """Nobody's and a stranger's, also under a good one; the cluster stays; somebody who vouches for it releases it."""
    made, key = verified
    sha = change(made, "two")
    head = change(made, "three", key)
    why = made.wait(made.held)[-1]
    assert f"{sha[:7]} is not signed, and staging follows signed commits only" in why and made.value("one") == "one"
    made.wait(lambda: head[:7] in made.held()[-1])
    made.order("release", revision=head)
    made.wait(lambda: made.value("one") == "three")
    stranger = change(made, "four", ssh_key(tmp_path, "stranger"))
    made.wait(lambda: f"{stranger[:7]} is signed by nobody known" in made.held()[-1])


def test_a_push_cannot_take_the_rule_away(verified):
    """The revision before asks too, also of a controller that starts anew."""
    made, _ = verified
    before = made.repo.head()
    made.wait(lambda: made.live("leases", f"klepaas-{made.name}-staging")["metadata"]["annotations"].get("klepaas.io/revision") == before)
    sha = made.commit({"klepaas.yaml": made.config("staging"), **{path: configmap("one", "evil") for path in ONE}})
    made.wait(lambda: any(sha[:7] in each for each in made.held()))
    made.kill(made.running[-1])
    made.start()
    made.order("sync", "one")
    made.wait(lambda: made.ledger.orders(0) == ())
    assert made.value("one") == "one" and sha[:7] in made.marks()["held"]


# --- reviewed ------------------------------------------------------------------------------------------------------------


def test_what_nobody_reviewed_waits(house):
    """A plain push to a reviewed environment; one that concerns another environment does not."""
    made = house(ONE | {"manifests/other/two/two.yaml": configmap("two")}, environments=("staging", "other"), of=", enforce_review: true, review: required")
    made.commit({"klepaas.yaml": made.config("staging", of=", enforce_review: true, review: required") + f"  other: {{namespace: {made.namespace('other')}}}\n"})
    made.start()
    made.synced("one")
    made.commit({"manifests/other/two/two.yaml": configmap("two", "pushed"), "README.md": "words\n"})
    made.wait(lambda: made.value("two", "other") == "pushed")
    assert not made.held()
    sha = change(made, "pushed")
    assert f"{sha[:7]} reached staging without a review" in made.wait(made.held)[-1] and made.value("one") == "one"


def test_what_was_reviewed_is_followed(house):
    """As the ledger says, which holds the commit and its approvals; a review that has too few is none."""
    made = house(ONE, of=", enforce_review: true, review: required")
    made.start()
    made.synced("one")
    for number, approvals in enumerate((1, 0)):
        sha = change(made, f"value-{number}")
        review(made, sha, approvals)
        if approvals:
            made.wait(lambda: made.value("one") == "value-0")
    made.wait(lambda: any(f"{sha[:7]} reached staging without a review" in each for each in made.held()))
    assert made.value("one") == "value-0"


def review(made, sha, approvals, owner=None):
    opened = made.ledger.review_open(command_uid=sha, environment="staging", app="one", branch=f"klepaas/{sha}", base=sha, head=sha, author_email="kim@example.com", author_name="Kim", title="Change", required=1)
    for email in (owner,) if owner else [f"lee{number}@example.com" for number in range(approvals)]:
        made.ledger.approve(opened.id, Actor("Lee", email, frozenset(SCOPES), "rest", session=True), sha)
    made.ledger.merged(opened.id, sha, Actor("Lee", "lee@example.com", frozenset(SCOPES), "rest"))


# --- protected -----------------------------------------------------------------------------------------------------------

PROTECTED = "protected: [{paths: [klepaas.yaml, manifests/staging/one/], owners: [cat@example.com]}]\n"


@pytest.fixture
def protecting(house):
    made = house(ONE | {"manifests/staging/two/two.yaml": configmap("two")}, more=PROTECTED)
    made.start()
    made.synced("one")
    return made


def test_a_plain_push_to_a_protected_path_waits(protecting):
    """Which path it was, and whose, is said with the way on; the neighbours of the path are followed; nobody's approval but an owner's helps."""
    made = protecting
    made.commit({"manifests/staging/two/two.yaml": configmap("two", "pushed")})
    made.wait(lambda: made.value("two") == "pushed")
    assert not made.held()
    sha = change(made, "pushed")
    review(made, sha, 2)
    why = made.wait(made.held)[-1]
    assert f"{sha[:7]} reached staging without a review, and it changes manifests/staging/one/one.yaml, which is protected: cat@example.com has to agree" in why
    assert f"klepaas submit release -e staging revision={sha[:7]}" in why and made.value("one") == "one"
    made.order("release", revision=sha)
    made.wait(lambda: made.value("one") == "pushed")
    agreed = change(made, "agreed")
    review(made, agreed, 1, "cat@example.com")
    made.wait(lambda: made.value("one") == "agreed")


def test_a_push_cannot_take_the_protection_away(protecting):
    """The revision before protects klepaas.yaml too."""
    made = protecting
    sha = made.commit({"klepaas.yaml": made.config("staging"), **{path: configmap("one", "evil") for path in ONE}})
    assert f"{sha[:7]} reached staging without a review, and it changes klepaas.yaml" in made.wait(made.held)[-1] and made.value("one") == "one"


def test_a_push_is_written_down_at_once(house):
    """As soon as it is followed, however seldom the remote is asked: who verifies the audit then finds it explained."""
    made = house(ONE)
    made.ledger.audit.add(Entry("a@example.org", "A", False, None, None, "rest", "scale", None, None, {}, "refused"))
    made.start(POLL_SECONDS="600")
    made.synced("one")
    sha = change(made, "pushed")
    made.wait(lambda: sha in made.ledger.audit.commits([sha]))
