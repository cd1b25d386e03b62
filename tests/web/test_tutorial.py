"""The tutorial from end to end in a real browser: each step is done once the ledger shows it, and not before."""

from playwright.sync_api import expect

from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)


def step(who, name):
    return who.page.locator(f'[data-step="{name}"]')


def say(who, name):
    """The step's own words, and the button of the card they bring."""
    previews = who.page.locator('[data-role="preview"]').count()
    step(who, name).get_by_role("button").first.click(timeout=WAIT)
    if name != "check":
        expect(who.page.locator('[data-role="preview"]')).to_have_count(previews + 1, timeout=WAIT)
    return who.page.locator('[data-role="preview"]').last


def test_from_welcome_to_review(demo, person):  # noqa: F811
    """Deploy, check, scale, break, roll back, review; begun again, only what comes counts, and the words ask for what is not so already."""
    owner = person("owner", "en-US")
    owner.page.goto(f"{demo.url}/#/tutorial")
    expect(step(owner, "welcome")).to_have_attribute("data-done", "", timeout=WAIT)
    assert step(owner, "deploy").get_attribute("data-done") is None
    for name in ("deploy", "check", "scale", "break", "rollback"):
        card = say(owner, name)
        if name == "rollback":
            card.locator('[data-role="word"]').fill("chat-app")
        if name != "check":
            card.locator('[data-role="confirm"]').click(timeout=WAIT)
        expect(step(owner, name)).to_have_attribute("data-done", "", timeout=WAIT)
    assert step(owner, "review").get_attribute("data-done") is None
    review = owner.page.evaluate("""async () => (await (await fetch('/api/v1/commands', {method: 'POST', headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({verb: 'scale', app: 'nginx', environment: 'production', args: {replicas: 4}})})).json()).review.id""")
    reviewer = demo.signed_in("reviewer")
    for verb in ("approve", "merge"):
        assert reviewer.post(f"{demo.api}/commands", json={"verb": verb, "args": {"review": review}}).status_code == 200
    expect(step(owner, "review")).to_have_attribute("data-done", "", timeout=WAIT)
    expect(owner.page.locator('[data-role="progress"]')).to_have_text("7/7")
    owner.shot("tutorial-done")
    owner.page.wait_for_timeout(1100)  # times are whole seconds
    owner.page.locator('[data-role="reset"]').click()
    expect(owner.page.locator('[data-role="progress"]')).to_have_text("1/7", timeout=WAIT)
    expect(step(owner, "deploy").get_by_role("button").first).to_contain_text("1.28.1")
    expect(step(owner, "scale").get_by_role("button").first).to_contain_text("3")
