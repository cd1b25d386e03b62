// Who tried what, from where, and what became of it; the newest first, a page at a time.
import * as api from "../api.js";
import { el } from "../dom.js";
import { stamp, t } from "../texts.js";
import { badge, empty, failure, sha, table } from "./parts.js";

const OUTCOMES = ["committed", "proposed", "accepted", "done", "previewed", "unchanged", "repeated", "answered", "refused", "failed"], DOORS = ["chat", "rest", "cli", "mcp", "slack", "webhook", "git", "images", "controller"];

export function audit(main) {
  const rows = el("div", { class: "whole stacked" }), older = el("button", { type: "button", class: "small", hidden: true, onclick: () => load(true) }, t("older"));
  const search = el("input", { class: "search", type: "search", placeholder: t("auditSearch"), "aria-label": t("auditSearch"), onchange: () => load() });
  const choice = (name, values) => el("select", { "aria-label": t(name), "data-filter": name, onchange: () => load() }, el("option", { value: "" }, `${t(name)}: ${t("all")}`), values.map((each) => el("option", { value: each }, t(`${name[0]}_${each}`))));
  const outcome = choice("outcome", OUTCOMES), door = choice("door", DOORS);
  const asked = () => ({ q: search.value.trim(), outcome: outcome.value, door: door.value });
  let items = [], next = null;
  async function load(more = false) {
    try {
      const found = await api.get("audit", { ...asked(), ...(more && next ? { cursor: next } : {}), limit: 50 });
      items = more ? [...items, ...found.items] : found.items;
      next = found.next ?? null;
      older.hidden = !next;
      rows.replaceChildren(items.length ? shown(items) : empty(t("noRows")));
    } catch (error) { rows.replaceChildren(failure(error)); older.hidden = true; }
  }
  main.append(el("div", { class: "stack" }, el("div", { class: "row" }, el("h1", { tabindex: "-1" }, t("audit")), el("span", { class: "grow" }), search, outcome, door,
    el("a", { class: "small", href: "/api/v1/audit?format=jsonl", download: "audit.jsonl" }, t("export"))), el("section", { class: "panel" }, rows, older)));
  load();
}
const shown = (items) => table([t("when"), t("who"), t("what"), t("where"), t("outcome"), { text: t("details"), wide: true }], items.map((each) => [
  stamp(each.at), el("span", { title: each.email }, each.name || each.email || "?", each.agent ? el("span", { class: "tag" }, t("agentTag")) : ""), el("span", { class: "row one" }, el("code", {}, each.verb), el("span", { class: "tag" }, each.door)),
  [each.app, each.environment].filter(Boolean).join(" · "), badge(each.outcome, `o_${each.outcome}`), el("span", { class: "row tiny soft" }, each.code ? el("code", {}, each.code) : "", sha(each.commit) ?? "", said(each.args), each.address ? el("span", {}, each.address) : "")]));
const said = (args) => Object.entries(args || {}).map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`).join(" ");
