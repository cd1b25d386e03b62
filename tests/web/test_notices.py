"""Notifications in REST: what an administrator sees and sends again."""

import pytest

from gitops.notices import news
from tests.web.people import house


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("notices")) as found:
        yield found


def dead(home, channel="ops", error="403 no"):
    """The id of a message that could not be delivered."""
    home.ledger.notices.keep([(channel, "en", None, 0, [news.test("Ann", 1.0)])])
    row = home.ledger.notices.listed(channel=channel)[0]
    home.ledger.notices.settled(row["id"], "dead", error)
    return row["id"]


def test_dead_letters_are_seen_and_sent_again(home):
    """With their reason; one by its id, or all of a channel; what is sent again waits."""
    client, ids = home.client(), [dead(home), dead(home)]
    found = client.get(f"{home.api}/notifications", params={"status": "dead"}).json()
    assert {each["id"] for each in found["items"]} == set(ids) and found["items"][0]["error"] == "403 no" and found["items"][0]["title"] == "A test message"
    assert found["channels"] == [{"channel": "ops", "routed": False, "waiting": 0, "sent": 0, "dead": 2}]
    assert client.post(f"{home.api}/notifications/again", json={"id": ids[0]}).json() == {"waiting": 1}
    assert client.post(f"{home.api}/notifications/again", json={"id": ids[0]}).status_code == 404
    assert client.post(f"{home.api}/notifications/again", json={"channel": "ops"}).json() == {"waiting": 1}
    assert client.get(f"{home.api}/notifications").json()["channels"][0]["waiting"] == 2


def test_a_test_message_waits_its_turn(home):
    """It goes the way of all others, and who sent it is in the audit."""
    client = home.client()
    assert client.post(f"{home.api}/notifications/test", json={"channel": "#deploys"}).status_code == 202
    assert home.ledger.notices.listed(channel="#deploys")[0]["news"][0]["facts"] == {"by": "Ann"}
    assert client.get(f"{home.api}/audit", params={"verb": "notification_test"}).json()["items"][0]["args"] == {"channel": "#deploys"}


@pytest.mark.parametrize(("path", "body"), [("again", {"id": "1"}), ("again", {"id": 0}), ("again", {"all": True}), ("test", {}), ("test", {"channel": "../x"}), ("test", {"channel": 1})])
def test_what_is_no_message_is_refused(home, path, body):
    """422, and nothing waits."""
    assert home.client().post(f"{home.api}/notifications/{path}", json=body).status_code == 422


def test_pages_of_messages(home):
    """Newest first; the cursor goes on, and a status that is none is refused."""
    for _ in range(3):
        dead(home, "paged")
    client = home.client()
    first = client.get(f"{home.api}/notifications", params={"channel": "paged", "limit": 2}).json()
    second = client.get(f"{home.api}/notifications", params={"channel": "paged", "limit": 2, "cursor": first["next"]}).json()
    ids = [each["id"] for each in first["items"] + second["items"]]
    assert len(ids) == 3 and ids == sorted(ids, reverse=True) and second["next"] is None
    assert client.get(f"{home.api}/notifications", params={"status": "lost"}).status_code == 422
