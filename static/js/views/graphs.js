// Graphs of an app by Prometheus: drawn where it is set up and measures something, else what to do about it.
import * as api from "../api.js";
import { el } from "../dom.js";
import { graph } from "../graph.js";
import { t } from "../texts.js";
import { configured, unset } from "./configured.js";
import { empty, failure } from "./parts.js";

const SPANS = ["1h", "6h", "1d", "7d"], AGAIN = 60000; // ms

export function graphs({ app, environment }) {
  const out = el("div", { class: "graphs" }), missing = el("p", { class: "small soft" });
  const span = el("select", { class: "small", "aria-label": t("range"), hidden: true, onchange: () => load() }, SPANS.map((each) => el("option", { value: each }, t(`span_${each}`))));
  let timer, asked = 0, over = false;
  async function load() {
    const mine = (asked += 1);
    clearTimeout(timer);
    try {
      const { prometheus } = await configured();
      if (!prometheus.configured) return out.replaceChildren(unset(prometheus));
      span.hidden = false;
      const found = await api.get(`monitoring/apps/${encodeURIComponent(app)}/${encodeURIComponent(environment)}`, { range: span.value });
      if (mine !== asked || over) return;
      out.replaceChildren(...(found.graphs.length ? found.graphs.map((each) => graph({ title: each.name, ...each, times: found.times })) : [empty(t("nothingMeasured"))]));
      missing.textContent = found.graphs.length && found.missing.length ? t("notMeasured", { what: found.missing.map(t).join(", ") }) : "";
    } catch (error) { if (mine === asked && !over) out.replaceChildren(failure(error)); }
    if (!over) timer = setTimeout(seen, AGAIN);
  }
  const seen = () => { if (!document.hidden) load(); };
  document.addEventListener("visibilitychange", seen);
  const node = el("section", { class: "panel", "data-role": "graphs" }, el("div", { class: "head" }, el("h2", {}, t("graphs")), el("span", { class: "grow" }), span), out, missing);
  return { node, load, leave: () => { over = true; clearTimeout(timer); document.removeEventListener("visibilitychange", seen); } };
}
