"""What an administrator sees of the world outside in Settings: channels with what they were told, the Slack app, and tools of others."""

import json
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.gitops.notice_help import failed
from tests.web.people import house
from tests.web.test_browser import WAIT, chromium  # noqa: F401 (fixtures)

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    local = {"command": [sys.executable, "-m", "tests.web.external_server", "stdio"], "env": {"PYTHONPATH": str(ROOT), "TRACKER": "<b>here</b>"}, "tools": ["find_issue"]}
    with house(tmp_path_factory.mktemp("integrations"), MCP_SERVERS=json.dumps({"local": local})) as found:
        yield found


@pytest.fixture
def page(home, chromium):  # noqa: F811
    context = chromium.new_context(locale="en-US")
    found, complaints = context.new_page(), []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.goto(f"{home.url}/auth/link/{home.ledger.link_create('ann@example.org')}")
    found.get_by_role("button").click()
    found.goto(f"{home.url}/#/settings")
    yield found
    context.close()
    assert complaints == []


def test_a_dead_letter_is_seen_and_sent_again(home, page):
    """With its reason; after the click it waits, and the page says so without a reload."""
    home.ledger.notices.keep([("ops", "en", None, 0, [failed()])])
    home.ledger.notices.settled(home.ledger.notices.listed()[0]["id"], "dead", "channel ops: <img src=x> no_service")
    page.reload()
    panel = page.locator('[data-role="notifications"]')
    expect(panel).to_contain_text("<img src=x> no_service", timeout=WAIT)
    panel.get_by_role("button", name="Send again web 1.27 failed in production").click()
    expect(panel).to_contain_text("Everything was delivered", timeout=WAIT)
    assert home.ledger.notices.counts()["ops"] == {"waiting": 1}


def test_what_is_not_configured_says_what_it_needs(page):
    """The Slack app and application repositories, by the names of their settings; no form that could not be sent."""
    expect(page.locator('[data-role="slack"]')).to_contain_text("SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET", timeout=WAIT)
    panel = page.locator('[data-role="repositories"]')
    expect(panel).to_contain_text("FORGE, GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY, GITHUB_WEBHOOK_SECRET", timeout=WAIT)
    expect(panel.locator("form")).to_have_count(0, timeout=WAIT)
    expect(panel.get_by_role("alert")).to_have_count(0)


def test_a_tool_of_others_is_called(page):
    """What it answers stays text, and is said to be theirs."""
    panel = page.locator('[data-role="external"]')
    expect(panel.locator(".badge")).to_have_text("answers", timeout=WAIT)
    panel.locator("[name=tool]").select_option("local find_issue")
    panel.locator("[name=number]").fill("7")
    panel.get_by_role("button", name="Call").click()
    expect(panel.locator("pre")).to_contain_text("<b>here</b>", timeout=WAIT)
    expect(panel).to_contain_text("What local answered")


def test_the_chat_offers_a_tool_of_others(page):
    """By its server's name and what it does; called when its form is sent, and never by words alone."""
    page.locator("#chat-input").fill("local 에서 이슈 찾아줘")
    page.locator("#chat-input").press("Enter")
    reply = page.locator('.chat-log [data-role="tool"]')
    reply.locator("[name=number]").fill("9", timeout=WAIT)
    reply.get_by_role("button").click()
    expect(reply.locator("pre")).to_contain_text("Issue 9", timeout=WAIT)
