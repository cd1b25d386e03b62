"""Lists, a page at a time: one scheme everywhere, whole whatever is added meanwhile, and cursors that nobody can make."""

import base64

import pytest

from gitops.notices import news
from gitops.types import SCOPES, Actor, SyncResult
from tests.web.people import commit, house

ANN = Actor("Ann", "ann@example.org", frozenset(SCOPES), "rest", session=True)
LISTS = ("apps", "commands", "history", "changes", "deployments", "events", "audit", "users", "tokens", "sessions", "cicd/deliveries", "nlp/history", "nlp/conversations", "nlp/feedback", "alerts?status=all", "notifications")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Five of everything that is listed."""
    with house(tmp_path_factory.mktemp("lists")) as found:
        client, ledger = found.client(), found.ledger
        for number in range(5):
            commit(client, found.api, args={"replicas": 3 + number})
            assert client.post(f"{found.api}/commands", json={"verb": "scale", "app": "web", "environment": "production", "args": {"replicas": 3 + number}}).status_code == 202
            client.post(f"{found.api}/nlp/process", json={"text": "list apps"})
            ledger.session_create(ANN.email)
            ledger.token_create(ANN.email, f"t{number}", ["k8s:read"])
            ledger.record_sync(SyncResult("web", "staging", "0" * 40, "succeeded", started=1000.0 + number, finished=2000.0))
            ledger.delivered(f"d{number}", f"{number}", "push", "acme/shop", {})
            ledger.feedback_keep(number + 1, ANN.email, "wrong", "x", [])
            ledger.notices.keep([("ops", "en", None, 0, [news.test("Ann", 0.0)])])
            ledger.put_user(f"more{number}@example.org", "More", ())
        yield found


def walked(client, url, limit, between=lambda: None):
    """The items of all pages; the sizes of the pages."""
    items, sizes, cursor, join = [], [], None, "&" if "?" in url else "?"
    while True:
        page = client.get(f"{url}{join}limit={limit}" + (f"&cursor={cursor}" if cursor else "")).json()
        items, sizes = [*items, *page["items"]], [*sizes, len(page["items"])]
        if page["next"] is None:
            return items, sizes
        cursor = page["next"]
        between()


@pytest.mark.parametrize("path", LISTS)
def test_pages_are_the_whole_list(home, path):
    """In its order, each item once, and no page but the last is short."""
    client = home.client()
    whole, _ = walked(client, f"{home.api}/{path}", 200)
    pages, sizes = walked(client, f"{home.api}/{path}", 2)
    if path == "tokens":  # the one that asks was used since
        whole, pages = ([each["id"] for each in some] for some in (whole, pages))
    assert pages == whole and (len(whole) >= 5 or path in ("alerts?status=all",)) and set(sizes[:-1]) <= {2}, (path, len(whole), sizes)


def test_what_is_added_meanwhile_shifts_nothing(home):
    """History and commands go on where they were; what is new is on top, for who begins again."""
    client, numbers = home.client(), iter(range(20, 90))
    for path, key in (("history", "revision"), ("commands", "uid"), ("history?app=web&environment=staging", "revision"), ("history?author=ann", "revision")):
        before = [each[key] for each in walked(client, f"{home.api}/{path}", 200)[0]]
        during = walked(client, f"{home.api}/{path}", 3, lambda: commit(client, home.api, args={"replicas": next(numbers)}))[0]
        assert [each[key] for each in during] == before, path


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_is_none_is_refused(home, path):
    """Made up, changed, of another list, or of the same with other filters: 422, and nothing is told."""
    client, join = home.client(), "&" if "?" in path else "?"
    other = client.get(f"{home.api}/{'users' if path == 'tokens' else 'tokens'}?limit=1").json()["next"]
    own = client.get(f"{home.api}/{path}{join}limit=1").json()["next"]
    made = base64.urlsafe_b64encode(b"x" * 16 + b"[9999999999,\"zzzz\"]").decode()
    changed = own and own[:-4] + ("AAAA" if own[-4:] != "AAAA" else "BBBB")
    for cursor in filter(None, ("x", "", "%00", "0", "-1", made, other, changed, "eyJhbGciOiJub25lIn0", "한글", "A" * 1000)):
        answer = client.get(f"{home.api}/{path}{join}cursor={cursor}")
        assert (answer.status_code, answer.json().get("argument")) == (422, "cursor") or cursor == "%00" and answer.status_code == 422, (path, cursor, answer.text)
    if own:
        moved = client.get(f"{home.api}/{path}{join}cursor={own}&environment=staging" if path in ("changes", "commands", "history", "deployments", "apps") else f"{home.api}/{path}{join}cursor={own[:-1]}")
        assert moved.status_code == 422, (path, moved.text)


def test_a_cursor_gives_no_right(home):
    """Somebody else's is good for the list as that person may see it, and no more."""
    cursor = home.client().get(f"{home.api}/changes?limit=1").json()["next"]
    assert home.client("eve").get(f"{home.api}/changes?cursor={cursor}").json()["items"] == []
    assert home.client("nil").get(f"{home.api}/changes?cursor={cursor}").status_code == 403


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=99999999999999999999", "limit=1.5", "nothing=1", "limit=%00"])
def test_what_a_list_does_not_take_is_named(home, query):
    """422 with the argument, for every list."""
    for path in LISTS:
        answer = home.client().get(f"{home.api}/{path}{'&' if '?' in path else '?'}{query}")
        assert answer.status_code == 422 and answer.json()["argument"] == query.partition("=")[0], (path, answer.text)
