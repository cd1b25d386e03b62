"""The Slack app: who is believed, what words and buttons do, where messages stand; against a Slack that speaks its documented API."""

import json
import time
from urllib.parse import urlencode

import pytest
import requests

from gitops import submit
from gitops.types import Actor, Command, SCOPES
from tests.gitops.notice_help import composed, failed
from tests.web import slack_help
from tests.web.people import house
from tests.web.slack_help import CHANNEL, TEAM, buttons, texts
from web.slack import installing, threads


@pytest.fixture(scope="module")
def slack():
    with slack_help.serve() as found:
        yield found


@pytest.fixture(scope="module")
def home(slack, tmp_path_factory):
    with house(tmp_path_factory.mktemp("slack"), **slack.settings) as found:
        assert slack.install(found.url, found.browser()).status_code == 303
        yield found


@pytest.fixture(autouse=True)
def calm(slack):
    slack.errors.clear()
    slack.users.clear()
    from web.slack import people
    people._USERS.values.clear()
    yield
    assert not [each for each in slack.said if "wrong" in each]


def replicas(home):
    tree, _ = home.services.head()
    return tree.read("values/staging/web.yaml").decode().split("replicaCount: ")[1].split()[0]


# --- who is believed -------------------------------------------------------------------------------------------------

BODY = urlencode({"team_id": TEAM, "channel_id": CHANNEL, "user_id": "UANN", "text": "status web"}).encode()


@pytest.mark.parametrize("path", ["commands", "actions", "events"])
@pytest.mark.parametrize(("code", "more"), [("webhook_signature", {"secret": "another"}), ("webhook_signature", {"X-Slack-Signature": ""}), ("webhook_signature", {"X-Slack-Signature": "v0=ü".encode().decode("latin-1")}), ("webhook_stale", {"stamp": 1}),
                                            ("webhook_stale", {"stamp": time.time() + 1000}), ("webhook_stale", {"X-Slack-Request-Timestamp": "now"}), ("webhook_stale", {"X-Slack-Request-Timestamp": ""})])
def test_what_slack_did_not_sign_is_refused(home, slack, path, code, more):
    """A wrong signature, none, an old one, one of tomorrow: 401 at every route, and nothing is done."""
    answer = slack.signed(home.url, path, BODY, **more)
    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_a_request_is_heard_once(home, slack):
    """The same signed request again is refused, whoever recorded it."""
    stamp, data = int(time.time()), BODY + b"&once=1"
    first, again = (slack.signed(home.url, "commands", data, stamp=stamp) for _ in range(2))
    assert first.status_code == 200 and (again.status_code, again.json()["code"]) == (401, "slack_replayed")


def test_without_a_secret_nobody_is_heard(tmp_path, slack):
    """As long as SLACK_SIGNING_SECRET is not set."""
    with house(tmp_path) as found:
        answer = slack.command(found.url, "help")
        assert (answer.status_code, answer.json()["code"]) == (401, "slack_no_secret")


@pytest.mark.parametrize("data", [b"payload=", b"payload=[]", b"payload={}", b"payload=%7B%22type%22%3A%22block_actions%22%7D", b"\xff\xfe", b"&" * 100, b"team_id=" + b"x" * 100])
@pytest.mark.parametrize("path", ["commands", "actions", "events"])
def test_what_is_signed_and_odd_is_refused(home, slack, path, data):
    """400, never a bug."""
    assert slack.signed(home.url, path, data + f"&n={time.time_ns()}".encode()).status_code in (200, 400, 413, 422)


def test_a_body_that_is_too_large_is_not_read(home, slack):
    assert slack.signed(home.url, "commands", b"x" * (1 << 19)).status_code == 413


STRANGERS = {"nobody here": ("UOUT", {}, "slack_unlinked"), "unverified": ("UBOB", {"is_email_confirmed": False}, "slack_unverified"), "no address": ("UBOB", {"profile": {}}, "slack_unverified"), "a bot": ("UBOB", {"is_bot": True}, "slack_stranger"),
             "who left": ("UBOB", {"deleted": True}, "slack_stranger"), "another workspace": ("UBOB", {"team_id": "T2"}, "slack_stranger")}


@pytest.mark.parametrize("case", STRANGERS)
def test_strangers_do_nothing(home, slack, case):
    """They are told why, and how to link where they can; it is in the audit."""
    user, says, code = STRANGERS[case]
    slack.users[user] = says
    before = home.services.repo.head()
    found = slack.answered(lambda: slack.command(home.url, "scale web to 7", user))
    assert ":no_entry:" in texts(found) and home.services.repo.head() == before and not buttons(found)
    assert (f"{home.url}/" in texts(found)) == (code == "slack_unlinked")
    assert home.last(door="slack", outcome="refused")["code"] == code


def test_a_shared_channels_other_side_is_a_stranger(home, slack):
    """Their workspace says who they are, not ours."""
    found = slack.answered(lambda: slack.press(home.url, "logs", "staging/web", home="T2"))
    assert "workspace" in texts(found)


def test_who_may_not_is_told_so(home, slack):
    """The rights are the person's here, not Slack's: a preview is refused as at every door."""
    found = slack.answered(lambda: slack.command(home.url, "scale web to 7 in staging", "UEVE"))
    assert "deploy:execute" in texts(found) and home.last(door="slack", outcome="refused", code="missing_scope")["email"] == "eve@example.org"


# --- words and buttons -----------------------------------------------------------------------------------------------


def test_words_become_a_card_and_a_click_a_commit(home, slack):
    """The card shows the diff; Confirm replaces it by the receipt; the commit says who, what words, and through which door."""
    card = slack.answered(lambda: slack.command(home.url, "web 5개로 늘려줘 staging"))
    assert "+replicaCount: 5" in texts(card) and set(buttons(card)) == {"confirm", "cancel"} and card["response_type"] == "ephemeral"
    done = slack.answered(lambda: slack.press(home.url, "confirm", buttons(card)["confirm"]))
    assert done["replace_original"] and "white_check_mark" in texts(done) and replicas(home) == "5"
    message = home.services.repo.history(limit=1)[0]
    assert (message.email, message.trailers["Channel"]) == ("ann@example.org", "slack") and "web 5개로 늘려줘 staging" in message.body


def test_it_is_answered_at_once(home, slack):
    """Within Slack's three seconds, before anything is worked out; an empty command says how to use it."""
    answer = slack.command(home.url, "status web")
    assert answer.status_code == 200 and answer.json()["response_type"] == "ephemeral" and answer.elapsed.total_seconds() < 3
    assert "/klepaas" in slack.command(home.url, "  ").json()["text"]


def test_reads_are_answered_in_the_words_language(home, slack):
    """A sentence and what the command line prints, once; help lists what can be said in that language alone."""
    apps, help = (texts(slack.answered(lambda words=words: slack.command(home.url, words))) for words in ("앱 목록", "뭘 할 수 있어"))
    assert apps.count("앱 7개") == 1 and "app=web  environment=staging" in apps
    assert "`scale` 파드 개수 변경" in help and "change the number of pods" not in help


def test_two_clicks_are_one_commit(home, slack):
    """And another person's click on one's card is none."""
    card = slack.answered(lambda: slack.command(home.url, "scale web to 6 in staging"))
    id, before = buttons(card)["confirm"], home.services.repo.head()
    assert ":no_entry:" in texts(slack.answered(lambda: slack.press(home.url, "confirm", id, "UBOB"))) and home.services.repo.head() == before
    answers = [slack.answered(lambda: slack.press(home.url, "confirm", id)) for _ in range(2)]
    assert texts(answers[0]) == texts(answers[1]) and home.services.repo.parent(home.services.repo.head()) == before


def test_cancel_changes_nothing(home, slack):
    """The card says so, and cannot be confirmed any more."""
    card = slack.answered(lambda: slack.command(home.url, "scale web to 9 in staging"))
    assert "Nothing was changed" in texts(slack.answered(lambda: slack.press(home.url, "cancel", buttons(card)["cancel"])))
    assert ":no_entry:" in texts(slack.answered(lambda: slack.press(home.url, "confirm", buttons(card)["confirm"])))


def test_high_risk_asks_for_its_word(home, slack):
    """Roll back shows what would be restored; without the word it is not done, with it it is."""
    card = slack.answered(lambda: slack.press(home.url, "rollback", "staging/web"))
    id, before = buttons(card)["confirm"], home.services.repo.head()
    assert any(each["type"] == "input" and each["block_id"] == f"word:{id}" for each in card["blocks"])
    assert ":no_entry:" in texts(slack.answered(lambda: slack.press(home.url, "confirm", id, word="yes"))) and home.services.repo.head() == before
    slack.answered(lambda: slack.press(home.url, "confirm", id, word="rollback"))
    assert home.services.repo.history(limit=1)[0].trailers["Verb"] == "rollback"


def test_a_typed_word_confirms_too(home, slack):
    """The conversation goes on in the channel where it is held, as in the chat."""
    slack.answered(lambda: slack.command(home.url, "scale web to 4 in staging"))
    slack.answered(lambda: slack.command(home.url, "yes"))
    assert replicas(home) == "4"


def test_a_mention_is_answered_to_who_asked(home, slack):
    """Only they see it, in the thread; sent again by Slack it is one question."""
    said = {"user": "UANN", "channel": CHANNEL, "text": "<@UBOT> history of web in staging", "ts": "1700000001.000100", "event_id": "EvSame"}
    found = slack.answered(lambda: slack.event(home.url, "app_mention", **said))
    assert (found["user"], found["channel"], found["thread_ts"]) == ("UANN", CHANNEL, "1700000001.000100") and "commit" in found["text"].lower()
    assert slack.event(home.url, "app_mention", **said).status_code == 200
    slack.answered(lambda: slack.command(home.url, "help"))
    assert len([each for each in slack.said if each.get("thread_ts") == said["ts"]]) == 1


def test_a_bots_mention_is_not_answered(home, slack):
    """Two bots would talk for ever."""
    slack.event(home.url, "app_mention", user="UANN", channel=CHANNEL, text="<@UBOT> help", ts="1.2", bot_id="B1")
    slack.answered(lambda: slack.command(home.url, "help"))
    assert not [each for each in slack.said if each.get("thread_ts") == "1.2"]


def test_slacks_markup_is_read_as_it_was_typed(home, slack):
    """Links and escapes that Slack makes of words are none of theirs."""
    from web.slack.talk import plain
    assert plain("deploy <http://web.example|web.example> &amp; <@U1> <https://a.b/c> &lt;x&gt; <#C1|general>") == "deploy web.example &   //a.b/c <x>" or plain("a <http://web.io|web.io> b") == "a web.io b"


def test_what_others_wrote_is_no_markup(home, slack):
    """Commit subjects and app names mention nobody."""
    found = slack.answered(lambda: slack.command(home.url, "scale nothing<!channel> to 3"))
    assert "<!channel>" not in json.dumps(found)


def test_an_answer_goes_to_slack_alone(home, slack):
    """A response_url elsewhere gets nothing."""
    with slack_help.serve() as other:
        slack.command(home.url, "help", response_url=f"{other.url}/respond/1")
        slack.answered(lambda: slack.command(home.url, "help"))
        assert other.said == []


def test_challenge(home, slack):
    """As Slack asks when the URL of events is set; signed as everything."""
    data = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"}).encode()
    assert slack.signed(home.url, "events", data, "application/json").json() == {"challenge": "abc"}


# --- reviews ---------------------------------------------------------------------------------------------------------


def test_a_review_is_approved_from_its_message(home, slack):
    """By another person than its author, with the word; who asked for it cannot."""
    bob = Actor("Bob", "bob@example.org", frozenset(SCOPES), "rest", session=True)
    review = submit.submit(home.services, bob, Command("scale", "web", "production", {"replicas": 3})).review
    message = composed({"kind": "review.asked", "severity": "info", "app": "web", "environment": "production", "at": 1.0, "facts": {"review": review.id, "title": "t"}})
    threads.send(home.services, "#deploys", message)
    method, posted, _ = slack.posted[-1]
    assert method == "chat.postMessage" and buttons(posted) | {"open": None} == {"approve": review.id, "reject": review.id, "open": None}
    own = slack.answered(lambda: slack.press(home.url, "approve", review.id, "UBOB"))
    refused = slack.answered(lambda: slack.press(home.url, "confirm", buttons(own)["confirm"], "UBOB", word="approve")) if buttons(own) else own
    assert ":no_entry:" in texts(refused) and home.ledger.review(review.id).approvals == ()
    card = slack.answered(lambda: slack.press(home.url, "approve", review.id))
    slack.answered(lambda: slack.press(home.url, "confirm", buttons(card)["confirm"], word="승인 확인"))
    assert home.ledger.review(review.id).approvals == ("Ann <ann@example.org>",)


# --- the app's own messages ------------------------------------------------------------------------------------------


def deployment(kind, severity="info", began=7.0, app="web"):
    return composed({**failed(app), "kind": f"deployment.{kind}", "severity": severity, "facts": {"version": "1.27", "began": began}})


def test_one_message_a_deployment(home, slack):
    """Brought up to date where it is; its thread keeps what happened; the next deployment is another message."""
    count = len(slack.posted)
    threads.send(home.services, "#deploys", deployment("started"))
    threads.send(home.services, "#deploys", deployment("succeeded"))
    threads.send(home.services, "#deploys", deployment("started", began=8.0))
    (first, posted, answer), (second, updated, _), (third, reply, _), (fourth, other, _) = slack.posted[count:]
    assert (first, second, third, fourth) == ("chat.postMessage", "chat.update", "chat.postMessage", "chat.postMessage")
    assert posted["channel"] == "#deploys" and (updated["channel"], updated["ts"], reply["thread_ts"]) == (CHANNEL, answer["ts"], answer["ts"]) and "thread_ts" not in other
    assert set(buttons(updated)) >= {"rollback", "logs"} and buttons(updated)["rollback"] == "production/web" and ":white_check_mark:" in texts(updated)


def test_a_message_that_was_deleted_is_posted_anew(home, slack):
    """Whoever deleted it still hears how it went on."""
    threads.send(home.services, "#deploys", deployment("started", began=9.0))
    slack.messages.clear()
    threads.send(home.services, "#deploys", deployment("failed", "critical", began=9.0))
    assert slack.posted[-1][0] == "chat.postMessage" and "thread_ts" not in slack.posted[-1][1]


def test_news_goes_through_the_app(home, slack):
    """A route's #channel is sent to by the web server, whose the token is."""
    client = home.client()
    assert client.post(f"{home.api}/notifications/test", json={"channel": "#deploys"}).status_code == 202
    slack.until(lambda: [each for each in slack.posted if each[0] == "chat.postMessage" and each[1]["text"] == "A test message"])
    slack.until(lambda: home.ledger.notices.listed(channel="#deploys")[0]["status"] == "sent")


# --- installing ------------------------------------------------------------------------------------------------------


def test_the_token_is_kept_sealed(home, slack):
    """Nothing of it is in the database, in an answer or in the audit."""
    token = installing.installed(home.services).token
    assert token in slack.tokens and token.encode() not in b"".join(each.read_bytes() for each in home.folder.glob("ledger.db*"))
    assert token not in home.client().get(f"{home.api}/slack").text and home.audit(verb="slack_install")[0]["args"] == {"team": TEAM, "name": "Acme"}


def test_installing_asks_for_its_own_state(home, slack):
    """A callback that nobody began here, or whose state is another's, installs nothing."""
    browser, there = home.browser(), home.browser()
    there.get(f"{home.url}/auth/slack/install", allow_redirects=False)
    for each, state in ((browser, "x"), (there, "x"), (there, "")):
        assert each.get(f"{home.url}/auth/slack/callback", params={"code": "c", "state": state}, headers={"Accept": "application/json"}, allow_redirects=False).json()["code"] == "slack_state"


def test_only_administrators_install(home, slack):
    """Nobody else begins, ends, or looks at it."""
    for method, path in (("GET", "/auth/slack/install"), ("GET", "/auth/slack/callback"), ("GET", "/api/v1/slack"), ("DELETE", "/api/v1/slack")):
        assert home.browser("bob").request(method, home.url + path, allow_redirects=False).status_code == 403
        assert requests.request(method, home.url + path, allow_redirects=False).status_code == 401


@pytest.mark.parametrize(("granted", "code"), [({"team": {"id": "T2", "name": "Other"}}, "slack_elsewhere"), ({"refresh_token": "xoxe-1", "expires_in": 43200}, "slack_rotation"), ({"team": None, "is_enterprise_install": True}, "slack_whole_organisation")])
def test_what_is_not_installed(home, slack, granted, code):
    """Another workspace beside the one, a token that ends, a whole organisation: refused with what to do."""
    slack.granted = granted
    browser = home.browser()
    browser.headers["Accept"] = "application/json"
    try:
        assert slack.install(home.url, browser).json()["code"] == code
    finally:
        slack.granted = {}
    assert installing.installed(home.services).team == TEAM


@pytest.mark.parametrize("how", ["uninstalled", "revoked", "by an administrator", "noticed"])
def test_it_is_over_when_slack_says_so(tmp_path, how):
    """The token is forgotten; words are answered by nothing, messages become dead letters that say so; it can be installed again."""
    with slack_help.serve() as slack, house(tmp_path, **slack.settings) as found:
        slack.install(found.url, found.browser())
        if how == "by an administrator":
            assert found.client().delete(f"{found.api}/slack").status_code == 200 and not slack.tokens
        elif how == "noticed":
            slack.errors["chat.postMessage"] = "token_revoked"
            with pytest.raises(Exception):
                threads.send(found.services, "#deploys", deployment("started"))
            slack.errors.clear()
        else:
            slack.event(found.url, "app_uninstalled" if how == "uninstalled" else "tokens_revoked", tokens={"oauth": [], "bot": ["UBOT"]})
        assert installing.installed(found.services) is None and found.client().get(f"{found.api}/slack").json() == {"needs": [], "installed": None}
        found.ledger.notices.keep([("#deploys", "en", None, 0, [failed()])])
        slack.until(lambda: found.ledger.notices.listed("dead"))
        assert "not installed" in found.ledger.notices.listed("dead")[0]["error"]
        assert slack.install(found.url, found.browser()).status_code == 303 and installing.installed(found.services)


def test_another_workspaces_uninstall_is_not_ours(home, slack):
    slack.event(home.url, "app_uninstalled", team="T9")
    assert installing.installed(home.services)
