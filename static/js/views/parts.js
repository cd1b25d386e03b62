// Pieces that several views share: badges, diffs, tables, errors.
import * as api from "../api.js";
import { el, keyed } from "../dom.js";
import { spoken, t } from "../texts.js";

const TONES = {
  healthy: "good", succeeded: "good", merged: "good", progressing: "work", pending: "work", open: "open", degraded: "bad", failed: "bad", missing: "bad", broken: "bad",
  held: "warn", drifted: "warn", suspended: "warn", rejected: "warn", committed: "good", done: "good", accepted: "good", answered: "good", proposed: "open", refused: "warn",
  ok: "good", warning: "warn", critical: "bad",
};
export const toneOf = (item) => {
  if (item.problem || item.sync === "failed") return "bad";
  if (item.suspended || item.sync === "held" || item.drift) return "warn";
  return TONES[item.health] || "idle";
};
export const badge = (word, said = word) => el("span", { class: "badge", "data-tone": TONES[word] || "idle", "data-word": word }, t(said));

// One file's diff, a line an element; file names are said above it.
export function diff(text, role) {
  const box = el("div", { class: "diff", "data-role": role, tabindex: "0", role: "group", "aria-label": t("showDiff") });
  for (const line of body(text)) box.append(el("span", { class: kindOf(line) }, line || " "));
  return box;
}
function body(text) {
  const lines = text.replace(/\n$/, "").split("\n");
  return /^--- /.test(lines[0]) && /^\+\+\+ /.test(lines[1] || "") ? lines.slice(2) : lines;
}
const kindOf = (line) => ({ "+": "add", "-": "del", "@": "at", "\\": "at" }[line[0]] || "");
function stat(text) {
  const lines = body(text), count = (sign) => lines.filter((line) => line[0] === sign).length;
  return el("span", { class: "stat" }, el("span", { class: "add" }, `+${count("+")}`), " ", el("span", { class: "del" }, `−${count("-")}`));
}
export const diffs = (changes, role) => changes.map((each) => el("div", { class: "tight" }, el("div", { class: "row" }, el("code", {}, each.path), stat(each.diff)), diff(each.diff, role)));
// Each object folded; open where few, so that nothing important hides behind a click.
export const manifestDiffs = (manifests) => manifests.map((each) => el("details", { open: manifests.length < 3 },
  el("summary", {}, `${t(each.action)} `, el("code", {}, `${each.kind} ${each.name}`), " ", stat(each.diff), " ", effect(each)), diff(each.diff, "manifest-diff")));
// What happens to the pods of a workload.
export function effect({ effect: found }) {
  if (!found) return null;
  const count = (pods) => pods ?? "?", words = [found.restarts ? t("restartsPods") : "", found.before !== found.after ? t("podsBecome", { before: count(found.before), after: count(found.after) }) : ""];
  return el("span", { class: "tag", "data-tone": found.restarts ? "warn" : null, "data-role": "effect" }, words.filter(Boolean).join(", "));
}
// A warning is a code, or its text in both languages; what a code means is asked for once.
const meanings = new Map();
const meaning = (code) => meanings.get(code) || meanings.set(code, api.get(`problems/${encodeURIComponent(code)}`)).get(code);
export const warnings = (plan) => (plan.warnings || []).map((each) => {
  const code = typeof each === "string" ? each : null, language = spoken(), note = el("p", { class: "notice", "data-tone": "warn", role: "note", "data-code": code }, code ?? each[language]);
  if (code) meaning(code).then((found) => note.replaceChildren(found[language]), () => meanings.delete(code));
  return note;
});

// `columns` are texts, or {text, wide} for one that may wrap.
export function table(columns, rows) {
  const named = columns.map((column) => (typeof column === "object" ? column : { text: column }));
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": named.map((each) => each.text).filter(Boolean).join(", ") }, el("table", { class: "data" },
    el("thead", {}, el("tr", {}, named.map((each) => (each.text ? el("th", { scope: "col" }, each.text) : el("td", {}))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, index) => el("td", { class: named[index]?.wide ? "wide" : null, "data-label": named[index]?.text || null }, cell instanceof Node ? cell : String(cell ?? ""))))))));
}
export const facts = (pairs) => el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value instanceof Node ? value : String(value))]));
export const failure = (error) => el("div", { class: "notice", "data-tone": "bad", role: "alert" }, el("p", {}, error.message), sides(error.body?.details?.conflict ?? error.body?.conflict));
// What a review would do now, beside what its reviewers saw.
function sides(conflict) {
  if (!Array.isArray(conflict)) return null;
  const side = (name, lines) => el("div", { class: "tight" }, el("b", { class: "tiny" }, t(name)), diff(lines.join("\n") || t("nothing"), name));
  return el("div", { class: "tight", "data-role": "conflict" }, conflict.map((each) => el("div", { class: "tight" }, el("code", {}, each.path), el("div", { class: "sides" }, side("asReviewed", each.reviewed), side("asNow", each.now)))));
}
export const empty = (...children) => el("div", { class: "empty" }, children);
export const sha = (revision) => (revision ? el("code", { class: "soft", title: revision }, revision.slice(0, 8)) : null);
export const list = (items, keyOf, make) => { const node = el("ul", { class: "lines" }); keyed(node, items, keyOf, make); return node; };

// Show what a promise brings, or why it did not come; an older answer never replaces a newer one.
export async function fill(node, promise, show) {
  const mine = (node.asked = (node.asked || 0) + 1);
  const put = (...children) => { if (node.asked === mine) node.replaceChildren(...children.flat()); };
  try { put(show(await promise)); } catch (error) { put(failure(error)); }
}
