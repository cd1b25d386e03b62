// What Prometheus measures of the nodes, what it scrapes, and a query box for administrators.
import * as api from "../api.js";
import { el } from "../dom.js";
import { graph } from "../graph.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { measure } from "../units.js";
import { configured, unset } from "./configured.js";
import { badge, empty, failure, fill, table } from "./parts.js";

const AGAIN = 30000, SPANS = ["", "1h", "6h", "1d", "7d"], EXAMPLE = "sum by (pod) (rate(container_cpu_usage_seconds_total[5m]))";
const may = (scope) => store.me.scopes.includes(scope); // everywhere, not at some environment

export function monitoring(main) {
  const body = el("div", { class: "stack" }), nodes = el("div", { class: "stack" });
  let timer, over = false;
  main.append(el("div", { class: "stack" }, el("h1", { tabindex: "-1" }, t("monitoring")), body));
  async function load() {
    clearTimeout(timer);
    await fill(nodes, api.get("monitoring/nodes"), shown);
    if (!over) timer = setTimeout(again, AGAIN);
  }
  const again = () => { if (document.hidden) timer = setTimeout(again, AGAIN); else load(); };
  configured().then(({ prometheus }) => {
    if (!prometheus.configured) return body.replaceChildren(el("section", { class: "panel" }, unset(prometheus)));
    body.replaceChildren(may("k8s:read") ? nodes : el("p", { class: "notice" }, t("nodesForAll")), ...(may("admin:read") ? [queries()] : []));
    if (may("k8s:read")) load();
  }).catch((error) => body.replaceChildren(failure(error)));
  return () => { over = true; clearTimeout(timer); };
}
const panel = (title, role, ...children) => el("section", { class: "panel", "data-role": role }, el("h2", {}, t(title)), children);
const shown = (found) => [
  panel("nodes", "nodes", found.items.length ? nodeTable(found) : empty(t("noNodes")), found.items.length && found.missing.length ? el("p", { class: "small soft" }, t("notMeasured", { what: found.missing.map((each) => t(`m_${each}`)).join(", ") })) : null),
  el("div", { class: "columns" }, panel("busiest", "busiest", ...busiest(found.pods)), panel("scraped", "targets", ...targets(found))),
].filter(Boolean);

export function nodeTable({ items, measures }) {
  return table([t("node"), t("state"), ...measures.map((each) => t(`m_${each.name}`))], items.map((node) => [el("code", {}, node.name), badge(node.state, `n_${node.state}`), ...measures.map((each) => cell(node.values[each.name], each))]));
}
// A value beyond its threshold says so in words too, for those who see no colour.
function cell(found, { unit, warning, critical }) {
  const limits = [warning, critical].filter((each) => each !== null).map((each) => measure(each, unit)).join(", ");
  if (!found) return "–";
  return found.state === "ok" ? el("span", { title: limits ? t("thresholds", { limits }) : null }, measure(found.value, unit)) : el("span", { class: "beyond", "data-tone": found.state === "critical" ? "bad" : "warn", title: t("thresholds", { limits }) }, measure(found.value, unit), " ", el("span", { class: "tag" }, t(`n_${found.state}`)));
}
const busiest = (pods) => (pods.cpu.length || pods.memory.length ? [["cpu", "cores"], ["memory", "bytes"]].filter(([name]) => pods[name].length).map(([name, unit]) =>
  el("div", { class: "tight" }, el("h3", {}, t(name)), table([t("namespace"), { text: t("pod"), wide: true }, t(name)], pods[name].map((each) => [each.namespace, el("code", {}, each.pod), measure(each.value, unit)])))) : [empty(t("noContainers"))]);
function targets({ jobs, down }) {
  if (!jobs.length) return [empty(t("noTargets"))];
  const failing = (job) => down.filter((each) => each.job === job);
  return [el("ul", { class: "lines" }, jobs.map(({ job, targets: count }) => el("li", {}, el("div", { class: "row" }, badge(failing(job).length ? "critical" : "ok", failing(job).length ? "notAnswering" : "answering"), el("b", {}, job), el("span", { class: "grow" }), el("span", { class: "soft" }, `${count - failing(job).length}/${count}`)),
    failing(job).map((each) => el("code", { class: "error tiny" }, each.target)))))];
}

// --- a free query ------------------------------------------------------------------------------------------------------

function queries() {
  const out = el("div", { class: "tight", "data-role": "query-result", "aria-live": "polite" });
  const text = el("input", { name: "promql", type: "text", required: true, placeholder: EXAMPLE, maxlength: 4096, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const span = el("select", { name: "range" }, SPANS.map((each) => el("option", { value: each }, t(each ? `span_${each}` : "now"))));
  const ask = (event) => { event.preventDefault(); fill(out, api.read("query", { promql: text.value, range: span.value }), ({ data }) => answered(data)); };
  return panel("query", "query", el("form", { class: "fields", onsubmit: ask }, el("label", { class: "wide" }, "PromQL", text), el("label", {}, t("range"), span), el("button", { type: "submit", class: "primary" }, t("run"))), out);
}
// The answer of the verb `query`, here and in the chat.
export function answered(data) {
  const { resultType: kind, result } = data;
  if (kind === "scalar" || kind === "string") return el("p", { class: "replicas" }, result[1]);
  if (!result.length) return empty(t("noSeries"));
  const notes = [...(data.truncated ? [t("moreSeries", { count: "…" })] : []), ...data.warnings].map((each) => el("p", { class: "small soft" }, each));
  return [kind === "vector" ? vector(result) : matrix(data), ...notes];
}
const name = (metric) => { const { __name__: own = "", ...labels } = metric; return `${own}{${Object.entries(labels).map(([key, value]) => `${key}="${value}"`).join(", ")}}`; };
const vector = (result) => table([{ text: t("series"), wide: true }, t("value")], result.map((each) => [el("code", {}, name(each.metric)), each.value[1]]));
function matrix({ result, start, end, step }) {
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  const series = result.map((each) => { const known = new Map(each.values.map(([at, value]) => [Math.round(at), Number(value)])); return { name: name(each.metric), values: times.map((at) => (Number.isFinite(known.get(at)) ? known.get(at) : null)) }; });
  return graph({ title: "result", unit: "count", times, series });
}
