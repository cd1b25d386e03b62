"""Alerts in a real browser, beside a real Alertmanager: seen without a reload, acknowledged, silenced, and rolled back from by the usual card."""

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import measuring, product
from tests.monitoring.payloads import SECRET, alert, message, over, send
from tests.web.people import house
from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)
from tests.web.test_pages import WIDTHS, go

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    found = product.start(tmp_path_factory.mktemp("alerts") / "home", ALERTS_WEBHOOK_SECRET=SECRET)
    yield found
    product.stop(found)


@pytest.fixture
def fired(demo):
    """Tells the demo of alerts, and that they are over when the test is."""
    sent = []

    def fire(**labels):
        sent.append(alert(**labels))
        assert send(demo.url, message(sent[-1])).status_code == 200
        return sent[-1]
    yield fire
    send(demo.url, message(*map(over, sent)))


def test_an_alert_is_seen_and_rolled_back_from(demo, person, fired):  # noqa: F811
    """It appears on the app and on the page of alerts as it fires; Roll back shows the usual preview of the last healthy commit, and its confirmation commits it."""
    client = demo.client()
    assert client.post(f"{demo.api}/commands", json={"verb": "deploy", "app": "nginx", "environment": "staging", "args": {"version": "1.28.0"}}).status_code == 201
    demo.until(client, "nginx", "staging", lambda state: state.get("sync") == "succeeded" and state.get("version") == "1.28.0")
    owner = person("owner", "en-US")
    go(owner, "#/apps/nginx/staging")
    owner.page.evaluate("window.notReloaded = true")
    fired(pod=None, deployment="nginx", summary=HOSTILE)
    panel = owner.page.locator('[data-role="firing"]')
    expect(panel.locator('[data-alert="HighErrorRate"]')).to_contain_text(HOSTILE, timeout=WAIT)
    expect(owner.page.locator('nav.main [data-name="alerts"] .count')).to_have_text("1")
    before = demo.head()
    panel.locator('[data-action="rollback"]').click()
    card = panel.locator('[data-role="preview"]')
    expect(card.locator('[data-role="values-diff"]')).to_contain_text("-", timeout=WAIT)
    assert demo.head() == before and owner.page.evaluate("window.notReloaded") and owner.page.locator("main img").count() == 0
    card.locator('input[type="text"], [data-role="word"]').last.fill("rollback")
    card.locator('[data-role="confirm"]').click()
    expect(card.locator('[data-role="outcome"]')).to_have_attribute("data-status", "committed", timeout=WAIT)
    assert "Alert HighErrorRate" in demo.git("show", "-s", "--format=%B", "main") and "1.28.0" not in demo.git("show", "main:values/staging/nginx.yaml")


def test_somebody_looks_at_it(demo, person, fired):  # noqa: F811
    """By keyboard; the other browser sees who; resolved, it moves."""
    found = fired(alertname="DiskFull", namespace="elsewhere", severity="warning")
    owner, other = person("owner", "ko-KR"), person("reviewer", "en-US")
    for who in (owner, other):
        go(who, "#/alerts")
        expect(who.page.locator('[data-role="firing"] [data-alert="DiskFull"]')).to_be_visible(timeout=WAIT)
    owner.page.locator('[data-alert="DiskFull"] [data-action="acknowledge"]').focus()
    owner.page.keyboard.press("Enter")
    expect(other.page.locator('[data-alert="DiskFull"]')).to_contain_text("Owner looks at it", timeout=WAIT)
    assert other.page.locator('[data-alert="DiskFull"] [data-action="rollback"]').count() == 0
    other.page.locator('[data-alert="DiskFull"] [data-action="silence"]').click()
    expect(other.page.locator('[data-alert="DiskFull"]')).to_contain_text("ALERTMANAGER_URL", timeout=WAIT)
    send(demo.url, message(over(found)))
    expect(owner.page.locator('[data-role="resolved"] [data-alert="DiskFull"]')).to_be_visible(timeout=WAIT)
    expect(owner.page.locator('[data-role="firing"] [data-alert="DiskFull"]')).to_have_count(0)


@pytest.mark.parametrize("locale,scheme", [("ko-KR", "dark"), ("en-US", "light")])
def test_the_page_fits(demo, person, fired, locale, scheme):  # noqa: F811
    """At every width and in both languages, with nothing serious for axe."""
    fired(pod=None, deployment="nginx", summary="One request in ten fails " * 5)
    fired(alertname="KubeNodeNotReadyForAVeryLongTimeAndNobodyCame", namespace=None, severity="warning")
    owner = person("owner", locale)
    owner.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in WIDTHS:
        owner.page.set_viewport_size({"width": width, "height": 900})
        go(owner, "#/alerts")
        expect(owner.page.locator('[data-role="firing"] [data-role="alert"]')).to_have_count(2, timeout=WAIT)
        assert owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        owner.shot(f"page-alerts-firing-{locale[:2]}-{width}")
    assert not [each["id"] for each in Axe().run(owner.page).response["violations"] if each["impact"] in ("serious", "critical")]


def test_a_silence_is_made_and_ended_at_alertmanager(tmp_path):
    """Exactly the alert's labels, by name, for so long; asked of the real one."""
    with measuring.alertmanager(tmp_path / "am", "route: {receiver: none}\nreceivers: [{name: none}]\n") as url, house(tmp_path, ALERTS_WEBHOOK_SECRET=SECRET, ALERTMANAGER_URL=url) as home:
        found = alert(quote='a"b\\c', pod="web-0")
        send(home.url, message(found))
        id, client = home.ledger.alerts.list()[0]["id"], home.client("bob")
        row = client.post(f"{home.api}/alerts/{id}/silence", json={"duration": "2h", "comment": "known"}).json()["alert"]
        silence, = requests.get(f"{url}/api/v2/silences", timeout=5).json()
        assert {each["name"]: each["value"] for each in silence["matchers"]} == found["labels"] and all(each["isEqual"] and not each["isRegex"] for each in silence["matchers"])
        assert (silence["id"], silence["createdBy"], silence["comment"], silence["status"]["state"]) == (row["silence"], "bob@example.org", "known", "active") and row["silenced_by"] == "Bob"
        assert client.delete(f"{home.api}/alerts/{id}/silence").json()["alert"]["silence"] is None
        assert requests.get(f"{url}/api/v2/silences", timeout=5).json()[0]["status"]["state"] == "expired"
        assert client.delete(f"{home.api}/alerts/{id}/silence").ok
        assert [each["verb"] for each in home.audit(email="bob@example.org") if each["outcome"] == "done"] == ["alert_unsilence", "alert_unsilence", "alert_silence"]
        assert home.client().get(f"{home.api}/monitoring").json()["alertmanager"]["configured"] is True
