// Answers to reads, each shown as what it is; what has no shape of its own is a table or a list of its fields.
import { el, link } from "../dom.js";
import { t } from "../texts.js";
import { badge, diffs, table } from "./parts.js";
import { entries } from "./history.js";

const SHOWN = { logs, status, endpoint, history: (data) => entries(data.items), diff: (data) => diffs(data.changes, "values-diff"), health: (data) => [badge(data.health), el("p", {}, data.message)], help };

export function answerCard(item) {
  return el("div", { class: "panel", "data-role": "answer", "data-type": item.type }, el("b", {}, item.summary), (SHOWN[item.type] || anything)(item.data));
}
function logs(data) { return [el("span", { class: "soft small" }, `${data.pod} · ${data.container}`), el("pre", { class: "text", tabindex: "0" }, data.lines.join("\n"))]; }
export function podTable(pods) {
  return table([t("pod"), t("state"), t("restarts"), t("reason")], pods.map((pod) => [el("code", {}, pod.name), badge(pod.ready ? "healthy" : pod.problem ? "degraded" : "progressing"), pod.restarts, pod.problem || ""]));
}
function status(data) { return [el("span", { class: "replicas" }, `${data.ready}/${data.desired}`), podTable(data.pods)]; }
function endpoint(data) { return el("ul", {}, data.urls.map((url) => el("li", {}, link(url, url)))); }
function help(data) { return table(["", ""], data.items.map((each) => [el("code", {}, each.verb), t("apps") === "앱" ? each.ko : each.en])); }
function anything(data) {
  if (Array.isArray(data.items)) return rows(data.items);
  return el("dl", { class: "tight" }, Object.entries(data).filter(([, value]) => !empty(value)).map(([name, value]) => el("div", {}, el("dt", { class: "soft small" }, name), el("dd", {}, Array.isArray(value) && value[0] && typeof value[0] === "object" ? rows(value) : text(value)))));
}
const empty = (value) => value === null || value === undefined || value === "" || (typeof value === "object" && !Object.keys(value).length);
const text = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
function rows(items) {
  const columns = [...new Set(items.flatMap((item) => Object.keys(item).filter((key) => !empty(item[key]) && (typeof item[key] !== "object" || Array.isArray(item[key])))))].slice(0, 6);
  return table(columns, items.map((item) => columns.map((column) => (empty(item[column]) ? "" : text(item[column])))));
}
