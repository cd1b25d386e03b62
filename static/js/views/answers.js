// Answers to reads, each shown as what it is; what has no shape of its own is a table or a list of its fields.
import { heard } from "../heard.js";
import { el, link } from "../dom.js";
import { age, spoken, stamp, t } from "../texts.js";
import { measure } from "../units.js";
import { badge, diffs, empty, facts, fill, list, sha, table } from "./parts.js";
import { liveDiff } from "./compared.js";
import { cost } from "./cost.js";
import { entries } from "./history.js";
import { deployment, objects, service } from "./objects.js";

const SHOWN = {
  status: (data) => podList(data.pods), logs, events: (data) => eventList(data.items), history: (data, about) => entries(data.items, about), diff: (data) => [...diffs(data.changes, "values-diff"), ...liveDiff(data.live)],
  endpoint: (data) => el("ul", { class: "lines" }, data.urls.map((url) => el("li", {}, link(url, url)))), health: (data) => [el("div", { class: "row" }, badge(data.health)), ...data.problems.map((each) => el("p", { class: "notice", "data-tone": "bad" }, heard(each)))],
  query: later(() => import("./monitoring.js"), ({ answered }, data) => answered(data)), overview, help: (data) => table([t("verb"), { text: t("help"), wide: true }], data.items.map((each) => [el("code", {}, each.verb), spoken() === "ko" ? each.ko : each.en])),
  list_pods: (data) => placed(data.items, podLine), list_deployments: (data) => placed(data.items, workloadLine), list_apps: (data) => placed(data.items, appLine),
  list_services: (data) => placed(data.items, (each) => row(el("code", {}, each.name), each.type, each.addresses.join(", "))), list_ingresses: (data) => placed(data.items, (each) => row(el("code", {}, each.name), ...each.urls.map((url) => link(url, url)))),
  cost_analysis: cost, get_service: service, get_deployment: (data) => deployment(podLine, eventList)(data), get: (data) => (data.items.length ? objects(data.items) : empty(t("nothing"))),
  list_namespaces: (data) => el("ul", { class: "lines" }, data.items.map((each) => row(el("code", {}, each.name), each.phase ?? "", el("span", { class: "tiny soft" }, age(each.age))))), list_endpoints: (data) => placed(data.items, (each) => row(link(each.address, each.address))),
};

export function answerCard({ type, summary, data, metadata = {} }) {
  return el("section", { class: "answer", "data-role": "answer", "data-type": type }, el("div", { class: "row" }, el("b", {}, heard(summary)), metadata.environment ? el("span", { class: "tag" }, metadata.environment) : null), (SHOWN[type] || anything)(data, metadata));
}
// An answer whose view is loaded when it is needed.
function later(load, show) {
  return (data) => { const node = el("div", { class: "tight" }); fill(node, load(), (module) => show(module, data)); return node; };
}
const row = (...children) => el("li", {}, el("div", { class: "row" }, children.map((child) => (child instanceof Node ? child : el("span", {}, child)))));
function logs(data) {
  const where = el("code", { class: "soft" }, `${data.pod} · ${data.container}`);
  return [where, data.lines.length ? el("pre", { class: "text", tabindex: "0" }, data.lines.join("\n")) : empty(t("noLines", data))];
}
const podState = (pod) => badge(pod.ready ? "healthy" : pod.problem ? "degraded" : pod.phase === "Pending" ? "pending" : "progressing");
export function podLine(pod) {
  return el("li", {}, el("div", { class: "row one" }, podState(pod), el("code", { class: "clip", title: pod.name }, pod.name), el("span", { class: "grow" }),
    pod.restarts ? el("span", { class: "tag", "data-tone": "warn" }, `${t("restarts")} ${pod.restarts}`) : null, el("span", { class: "tiny soft" }, age(pod.age))), pod.problem ? el("span", { class: "error tiny" }, pod.problem) : null);
}
export const podList = (pods) => (pods.length ? list(pods, (pod) => pod.name, podLine) : empty(t("noPods")));
function workloadLine(each) { return row(badge(each.health), el("code", {}, each.name), el("span", { class: "replicas small" }, `${each.ready}/${each.desired}`), el("code", { class: "soft" }, each.images.join(", "))); }
function appLine(each) { return row(badge(each.problem ? "broken" : each.health), el("a", { href: `#/apps/${encodeURIComponent(each.app)}/${encodeURIComponent(each.environment)}` }, each.app), el("code", { class: "soft" }, each.version ?? ""), sha(each.commit)); }
export function eventList(items) {
  return items.length ? el("ul", { class: "lines scroll", tabindex: "0" }, items.map(eventLine)) : empty(t("noEvents"));
}
function eventLine(each) {
  return el("li", {}, el("div", { class: "row" }, el("b", { class: each.type === "Warning" ? "error" : null }, each.reason), el("code", { class: "soft clip" }, each.object), el("span", { class: "grow" }),
    each.count > 1 ? el("span", { class: "tag" }, `× ${each.count}`) : null, el("span", { class: "tiny soft" }, stamp(each.last))), el("span", { class: "soft" }, each.message));
}
// Things of several environments, an environment at a time.
function placed(items, line) {
  if (!items.length) return empty(t("nothing"));
  return [...new Set(items.map((each) => each.environment))].map((environment) => el("div", { class: "tight" }, el("h3", {}, environment), el("ul", { class: "lines" }, items.filter((each) => each.environment === environment).map(line))));
}
const nodeLine = (each) => row(badge(each.state, `n_${each.state}`), el("code", {}, each.name), `${t(`m_${each.measure}`)} ${measure(each.value, each.unit)}`);
const LINES = { Pod: podLine, Node: nodeLine };
function overview(data) {
  const part = (name, items) => (items.length ? [el("h3", {}, t(name)), el("ul", { class: "lines" }, items.map((each) => (LINES[each.kind] || workloadLine)(each)))] : []);
  return [facts(Object.entries(data.workloads)), ...part("critical", data.critical), ...part("warning", data.warning), data.critical.length + data.warning.length ? null : el("p", { class: "soft" }, t("allWell")),
    data.mirror ? el("p", { class: "notice", "data-tone": "warn" }, data.mirror) : null,
    data.monitoring?.message ? el("p", { class: "notice", "data-tone": "warn" }, data.monitoring.message) : null,
    ...(data.external.length ? [el("h3", {}, t("external")), el("ul", { class: "lines" }, data.external.map((each) => row(el("code", {}, each.name), each.addresses.join(", "))))] : [])].filter(Boolean);
}
function anything(data) {
  if (Array.isArray(data.items)) return data.items.length ? rows(data.items) : empty(t("nothing"));
  return facts(Object.entries(data).filter(([, value]) => !blank(value)).map(([name, value]) => [t(name), value instanceof Object ? el("pre", { class: "text", tabindex: "0" }, JSON.stringify(value, null, 2)) : value]));
}
const blank = (value) => value === null || value === undefined || value === "" || (typeof value === "object" && !Object.keys(value).length);
function rows(items) {
  const columns = [...new Set(items.flatMap((item) => Object.keys(item).filter((key) => !blank(item[key]) && typeof item[key] !== "object")))].slice(0, 6);
  return table(columns.map(t), items.map((item) => columns.map((column) => (column === "age" ? age(item[column]) : item[column] ?? ""))));
}
