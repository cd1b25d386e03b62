"""Figures of the page with many apps: until it can be used, frames while it scrolls, what one event makes anew."""

import shutil
import statistics
import time

from playwright.sync_api import sync_playwright

from gitops.ledger import Ledger
from gitops.types import Health
from tests.bench.measure import files, line, percentile
from tests.parts import Parts
from tests.web.test_browser import ARGS

LOADS, SCROLL = 5, 3000  # loads of the page; ms of scrolling

# Milliseconds between frames while the page is scrolled a little at each, up and down.
FRAMES = """milliseconds => new Promise(done => {
  const times = [], began = performance.now(), box = document.scrollingElement;
  let last = began, step = 40;
  const frame = now => {
    times.push(now - last); last = now;
    const before = box.scrollTop;
    box.scrollTop += step;
    if (box.scrollTop === before) step = -step;
    now - began < milliseconds ? requestAnimationFrame(frame) : done(times.slice(1));
  };
  requestAnimationFrame(frame);
})"""
# The floor: the same frames with a page that holds nothing.
BLANK = "<!doctype html><title>floor</title><body style='height: 60000px'>"
# Which cards an event touched.
WATCH = """() => { window.touched = new Set(); new MutationObserver(found => found.forEach(each => {
  const card = (each.target.nodeType === 1 ? each.target : each.target.parentElement).closest('[data-app]');
  window.touched.add(card ? card.dataset.app + '/' + card.dataset.environment : each.target.nodeName); })).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true, attributes: true }); }"""


def page(home, apps):
    """A browser on this machine, so its own work shares the processor with the server's."""
    parts = Parts(home / "home", files=files(apps))
    parts.start("web")
    parts.wait(parts.answers)
    ledger = Ledger.open(parts.env["DATABASE_URL"], parts.home)
    try:
        for number in range(apps):
            ledger.observe(f"app{number}", "staging", health=Health("healthy"), replicas={"desired": 1, "ready": 1}, version=f"v1.0.{number}", sync="succeeded")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
            yield from _figures(browser, parts, ledger, apps)
            browser.close()
    finally:
        ledger.close()
        parts.stop()


def _figures(browser, parts, ledger, apps):
    blank = browser.new_page()
    blank.set_content(BLANK)
    floor = percentile(blank.evaluate(FRAMES, SCROLL), .95)
    blank.close()
    view = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    ledger.put_user("owner@example.com", "Owner", ["k8s:read", "deploy:execute"])
    view.goto(f"{parts.product.url}/auth/link/{ledger.link_create('owner@example.com')}")
    view.get_by_role("button").click()
    view.wait_for_selector("main [data-app]")
    usable = statistics.median(_load(view) for _ in range(LOADS))
    yield line("page_usable", usable, "ms", "<= 1000 on loopback", usable <= 1000, apps=apps)
    frames = view.evaluate(FRAMES, SCROLL)
    p95 = percentile(frames, .95)
    yield line("page_scroll_frame", p95, "ms", "p95 <= 16.7 (60 frames a second), or as a page that holds nothing", p95 <= max(17, 1.2 * floor), floor, p95 / floor, p50=percentile(frames, .5), apps=apps)
    yield _event(view, ledger, apps)


def _load(view):
    """Milliseconds until every app is there and the chat can be typed into."""
    view.reload(wait_until="commit")
    view.wait_for_selector("main [data-app]")
    view.wait_for_selector("#chat-input")
    return view.evaluate("() => performance.now()")


def _event(view, ledger, apps):
    view.evaluate(WATCH)
    began = time.perf_counter()
    ledger.observe("app7", "staging", health=Health("degraded", "it fails"), replicas={"desired": 1, "ready": 0})
    view.wait_for_selector('[data-app="app7"] [data-word="degraded"]')
    seen, touched = (time.perf_counter() - began) * 1000, view.evaluate("() => [...window.touched]")
    cards = [each for each in touched if "/" in each]
    return line("page_event", seen, "ms", "one card is touched", cards == ["app7/staging"], cards=len(cards), beside=len(touched) - len(cards), apps=apps)
