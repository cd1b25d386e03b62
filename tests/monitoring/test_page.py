"""Monitoring in a real browser: graphs, nodes and the query box, drawn from a real Prometheus; what is not set up says how."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import product
from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)
from tests.web.test_pages import WIDTHS, go


@pytest.fixture(scope="module")
def demo(tmp_path_factory, prometheus):
    """The demo beside the Prometheus that measures its app `web`."""
    found = product.start(tmp_path_factory.mktemp("measured") / "home", PROMETHEUS_URL=prometheus)
    answer = found.client().post(f"{found.api}/commands", json={"verb": "create_app", "app": "web", "environment": "staging", "args": {"image": "nginx:1.27"}})
    assert answer.status_code == 201, answer.text
    found.until(found.client(), "web", "staging", lambda state: state.get("sync"))
    yield found
    product.stop(found)


def test_an_apps_graphs_are_drawn(demo, person):  # noqa: F811
    """CPU, memory and restarts of its pods as pictures and in words; the library is loaded by the page that needs it alone."""
    owner, asked = person("owner", "en-US"), []
    owner.page.on("request", lambda request: asked.append(request.url))
    go(owner, "#/apps")
    owner.page.wait_for_load_state("networkidle", timeout=WAIT)
    assert not [url for url in asked if "/vendor/" in url]
    go(owner, "#/apps/web/staging")
    graphs = owner.page.locator('[data-role="graphs"]')
    for name in ("cpu", "memory", "restarts", "requests", "errors"):
        expect(graphs.locator(f'[data-graph="{name}"] canvas')).to_be_visible(timeout=WAIT)
    expect(graphs.locator('[data-graph="cpu"] .legend')).to_contain_text("500 m now")
    expect(graphs.locator('[data-graph="memory"] .legend')).to_contain_text("191 MiB now")
    expect(graphs).to_contain_text("Not measured: Latency")
    drawn = owner.page.evaluate("""() => { const found = document.querySelector('[data-graph="cpu"] canvas'), data = found.getContext('2d').getImageData(0, 0, found.width, found.height).data;
        return new Set(Array.from({length: data.length / 4}, (_, at) => data.slice(at * 4, at * 4 + 3).join())).size; }""")
    assert drawn > 10
    graphs.locator("select").select_option("6h")
    expect(graphs.locator('[data-graph="cpu"] canvas')).to_be_visible(timeout=WAIT)
    assert all(url.startswith((demo.url, demo.url.replace("http", "ws"), "blob:", "data:")) for url in asked)


@pytest.mark.parametrize("locale,scheme", [("ko-KR", "light"), ("en-US", "dark")])
def test_the_page_shows_nodes_and_fits(demo, person, locale, scheme):  # noqa: F811
    """Nodes with their states in words, what is scraped, and nothing serious for axe; at every width."""
    owner = person("owner", locale)
    owner.page.emulate_media(color_scheme=scheme)
    for width in WIDTHS:
        owner.page.set_viewport_size({"width": width, "height": 900})
        for name, place in (("monitoring", "#/monitoring"), ("graphs", "#/apps/web/staging")):
            go(owner, place)
            expect(owner.page.locator('[data-role="nodes"] table' if name == "monitoring" else '[data-graph="cpu"] canvas')).to_be_visible(timeout=WAIT)
            assert owner.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, name)
            owner.shot(f"page-{name}-{locale[:2]}-{width}")
            found = [each["id"] for each in Axe().run(owner.page).response["violations"] if each["impact"] in ("serious", "critical")] if width == WIDTHS[0] else []
            assert not found, name
    go(owner, "#/monitoring")
    expect(owner.page.locator('[data-role="nodes"]')).to_contain_text({"ko": "심각", "en": "critical"}[locale[:2]], timeout=WAIT)
    expect(owner.page.locator('[data-role="targets"]')).to_contain_text("10.0.0.2:9100")


def test_an_administrator_queries_by_keyboard(demo, person):  # noqa: F811
    """A table for now, a graph for a look back, Prometheus's own words for what is no query; others have no box."""
    owner = person("owner", "en-US")
    go(owner, "#/monitoring")
    box = owner.page.locator('[data-role="query"] input')
    box.fill('container_memory_working_set_bytes{pod=~"web-.*"}', timeout=WAIT)
    box.press("Enter")
    result = owner.page.locator('[data-role="query-result"]')
    expect(result.locator("table")).to_contain_text('pod="web-6d4cf56db6-bcdfg"', timeout=WAIT)
    owner.page.locator('[data-role="query"] select').select_option("1h")
    box.press("Enter")
    expect(result.locator("canvas")).to_be_visible(timeout=WAIT)
    box.fill("sum(")
    box.press("Enter")
    expect(result).to_contain_text("parse error", timeout=WAIT)
    owner.say("query node_memory_MemTotal_bytes")
    expect(owner.page.locator('[data-role="answer"][data-type="query"]')).to_contain_text("10.0.0.1:9100", timeout=WAIT)
    other = person("reviewer", "en-US")
    go(other, "#/monitoring")
    expect(other.page.locator('[data-role="nodes"] table')).to_be_visible(timeout=WAIT)
    assert other.page.locator('[data-role="query"]').count() == 0


def test_the_overview_names_the_node(demo, person):  # noqa: F811
    """What is beyond a threshold, under the apps and in the chat's answer."""
    owner = person("owner", "ko-KR")
    go(owner, "#/apps")
    expect(owner.page.locator('[data-role="troubled-nodes"]')).to_contain_text("10.0.0.2:9100", timeout=WAIT)
    owner.say("전체 상황 보여줘")
    expect(owner.page.locator('[data-role="answer"][data-type="overview"]')).to_contain_text("10.0.0.2:9100", timeout=WAIT)
