// Pipelines outside that klepaas.yaml names, and the clouds: what they still need, their runs by stage, a run's log. Nothing is started here.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { badge, empty, fill, table } from "./parts.js";

const MARKS = { running: "progressing", success: "succeeded", failure: "failed" };

export function pipelines() {
  if (!store.me.scopes.some((each) => each.startsWith("k8s:read"))) return null;
  const body = el("div", { class: "tight" }), out = el("div", { class: "tight", role: "status" });
  fill(body, api.get("pipelines"), (found) => [...clouds(found.clouds), found.items.length ? named(found.items, out) : empty(t("noPipelines")), out]);
  return el("section", { class: "panel", "data-role": "pipelines" }, el("h2", {}, t("pipelines")), body);
}
const clouds = (found) => found.map((each) => el("p", { class: "small" }, `${each.name}: `, el("span", { class: "soft" }, each.needs.length ? t("needsSettings", { names: each.needs.join(", ") }) : t("isConfigured"))));
function named(items, out) {
  const show = (each) => fill(out, api.get(`pipelines/${each.kind}/${encodeURIComponent(each.project)}`), (found) => [el("h3", {}, `${each.kind} ${each.project}`), ...(found.runs.length ? runs(each, found.runs) : [empty(t("noRuns"))])]);
  return table([{ text: t("repository"), wide: true }, t("kind"), t("project"), ""], items.map((each) => [el("code", {}, each.repository), each.kind, each.project,
    each.needs.length ? el("span", { class: "small soft" }, t("needsSettings", { names: each.needs.join(", ") })) : el("button", { type: "button", class: "small", "aria-label": `${t("showRuns")} ${each.kind} ${each.project}`, onclick: () => show(each) }, t("showRuns"))]));
}
function runs(pipeline, items) {
  const log = el("div", { class: "tight" });
  const read = (run) => fill(log, api.get(`pipelines/${pipeline.kind}/${encodeURIComponent(pipeline.project)}/runs/${encodeURIComponent(run.id)}/log`), (found) => (found.lines === null ? empty(t("noLogThere")) : el("pre", { class: "text", tabindex: "0" }, found.lines.join("\n"))));
  return [table([t("when"), t("status"), { text: t("stages"), wide: true }, ""], items.map((run) => [stamp(run.created), badge(MARKS[run.state], `run_${run.state}`),
    el("span", { class: "row" }, run.stages.map((each) => el("span", { class: "tag", "data-state": each.state }, `${each.name}: ${t(`run_${each.state}`)}`)), run.why ? el("span", { class: "small soft" }, run.why) : ""),
    el("button", { type: "button", class: "small", "aria-label": `${t("logs")} ${run.id}`, onclick: () => read(run) }, t("logs"))])), log];
}
