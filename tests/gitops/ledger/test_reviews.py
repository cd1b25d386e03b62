"""Reviews and approvals."""

import pytest

from gitops.errors import Conflict, Forbidden, NotFound
from gitops.types import Actor

KIM, LEE, AHN = (Actor(name, f"{name.lower()}@example.com", frozenset(), "rest", session=True) for name in ("Kim", "Lee", "Ahn"))


def opened(ledger, uid="u1", head="a" * 40, **more):
    return ledger.review_open(command_uid=uid, environment="production", app="nginx", branch=f"klepaas/{uid}", base="0" * 40, head=head,
                              author_email=KIM.email, author_name="Kim", title="scale(nginx/production)", required=1, **more)


def test_one_review_a_command(ledger):
    """Opened again, a command's review is the same one, told once."""
    first = opened(ledger)
    assert opened(ledger) == first
    assert (first.status, first.author, first.required, first.approvals) == ("open", KIM.email, 1, ())
    assert ledger.review(first.id) == first
    assert [event.kind for event in ledger.events(0)] == ["review"]


def test_never_the_author(ledger):
    """Nobody approves their own, however they write their address."""
    review = opened(ledger)
    with pytest.raises(Forbidden) as raised:
        ledger.approve(review.id, Actor("K", "KIM@Example.com", frozenset(), "rest"), review.head)
    assert raised.value.code == "own_review"


def test_one_approval_a_person(ledger):
    """A person's approval counts once, however they write their address."""
    review = opened(ledger)
    ledger.approve(review.id, LEE, review.head)
    ledger.approve(review.id, Actor("Lee", "LEE@Example.com", frozenset(), "rest"), review.head)
    assert len(ledger.approve(review.id, AHN, review.head).approvals) == 2


def test_another_head_has_no_approvals(ledger):
    """An approval is of what was seen: a branch that changed has none, and an old page's approval is a conflict."""
    review = opened(ledger)
    assert ledger.approve(review.id, LEE, review.head).approvals == ("Lee <lee@example.com>",)
    changed = opened(ledger, head="b" * 40)
    assert (changed.id, changed.head, changed.approvals) == (review.id, "b" * 40, ())
    with pytest.raises(Conflict):
        ledger.approve(review.id, LEE, review.head)


def test_merged(ledger):
    """A merged review keeps its commit, told twice too, and takes no more approvals nor a rejection."""
    review = opened(ledger)
    assert ledger.merged(review.id, "c" * 40, LEE).commit == "c" * 40
    assert ledger.merged(review.id, None, LEE).commit == "c" * 40
    for late in (lambda: ledger.approve(review.id, AHN, review.head), lambda: ledger.reject(review.id, AHN)):
        with pytest.raises(Conflict) as raised:
            late()
        assert raised.value.code == "review_closed"
    assert opened(ledger).status == "merged"


def test_rejected(ledger):
    """A rejected review is closed; but what main holds is merged whatever was said."""
    review = opened(ledger)
    assert ledger.reject(review.id, LEE).status == "rejected"
    assert ledger.reject(review.id, LEE).status == "rejected"
    assert ledger.merged(review.id, "c" * 40, LEE).status == "merged"


def test_lists(ledger):
    """Reviews are listed newest first, by status and environment."""
    ids = [opened(ledger, f"u{number}").id for number in range(3)]
    ledger.reject(ids[0], LEE)
    assert [each.id for each in ledger.reviews()] == ids[::-1]
    assert [each.id for each in ledger.reviews("open", "production")] == ids[:0:-1]
    assert ledger.reviews(environment="staging") == ()


@pytest.mark.parametrize("id", ["", "0", "x", "9" * 40, "-1"])
def test_unknown_review(ledger, id):
    """An id of no review is not found, whatever it is."""
    with pytest.raises(NotFound):
        ledger.review(id)
