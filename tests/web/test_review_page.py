"""What a review's page says of who has to agree, and of who did."""

import pytest
from playwright.sync_api import expect

from tests.web.people import house
from tests.web.test_browser import WAIT, chromium  # noqa: F401 (fixtures)

PROTECTED = {"klepaas.yaml": "environments:\n  staging: {}\nprotected: [{paths: [values/staging/], owners: [cat@example.org]}]\n"}


@pytest.mark.parametrize(("locale", "words", "why", "there"), [("en-US", "scale web to 5 in staging", "this changes what klepaas.yaml protects", "Dana Kim <b> approved at the forge"), ("ko-KR", "staging의 web을 5개로 늘려줘", "klepaas.yaml 이 보호하는 경로", "Dana Kim <b> 포지에서 승인")])
def test_a_warning_is_words_and_approvals_have_names(tmp_path, chromium, locale, words, why, there):  # noqa: F811
    """In the reader's language, at the preview as at the review; who approved at the forge stands beside our own count, and is text."""
    with house(tmp_path, PROTECTED) as home:
        asked = home.client().post(f"{home.api}/commands", json={"verb": "scale", "app": "web", "environment": "staging", "args": {"replicas": 3}}).json()["review"]
        home.ledger.review_approved(asked["id"], asked["head"], ["Dana Kim <b>"])
        context = chromium.new_context(locale=locale)
        page, complaints = context.new_page(), []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{home.url}/auth/link/{home.ledger.link_create('bob@example.org')}")
        page.get_by_role("button").click()
        page.goto(f"{home.url}/#/changes/{asked['id']}")
        expect(page.locator('[data-code="protected"]')).to_contain_text(why, timeout=WAIT)
        expect(page.locator('[data-role="there"]')).to_have_text(there)
        page.goto(f"{home.url}/#/history")
        page.fill("#chat-input", words)
        page.keyboard.press("Enter")
        expect(page.locator('[data-role="preview"] [data-code="protected"]')).to_contain_text(why, timeout=WAIT)
        context.close()
        assert complaints == []
