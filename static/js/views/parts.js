// Pieces that several views share: badges, diffs, tables, errors.
import { el } from "../dom.js";
import { t } from "../texts.js";

const TONES = { healthy: "good", succeeded: "good", progressing: "work", degraded: "bad", failed: "bad", missing: "bad", held: "warn", suspended: "warn", open: "work", merged: "good", rejected: "warn" };
export const toneOf = (item) => (item.problem ? "bad" : item.sync === "failed" || item.sync === "held" ? TONES[item.sync] : item.suspended ? "warn" : TONES[item.health] || "idle");
export const badge = (word) => el("span", { class: "badge", "data-tone": TONES[word] || "idle", "data-word": word }, t(word));
export function diff(text, role) {
  const box = el("div", { class: "diff", "data-role": role, tabindex: "0", role: "group", "aria-label": "diff" });
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const kind = /^(\+\+\+|---|@@)/.test(line) ? "at" : line[0] === "+" ? "add" : line[0] === "-" ? "del" : "";
    box.append(el("span", { class: kind }, line || " "));
  }
  return box;
}
export const diffs = (changes, role) => changes.map((each) => el("div", { class: "tight" }, el("code", { class: "soft" }, each.path), diff(each.diff, role)));
export const manifestDiffs = (manifests) => manifests.map((each) => el("details", { open: manifests.length < 3 }, el("summary", {}, `${each.action} ${each.kind} ${each.name}`), diff(each.diff, "manifest-diff")));
export function table(columns, rows) {
  return el("div", { class: "scroll" }, el("table", { class: "data" }, el("thead", {}, el("tr", {}, columns.map((column) => el("th", { scope: "col" }, column)))), el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, cell instanceof Node ? cell : String(cell ?? ""))))))));
}
export const failure = (error) => el("p", { class: "error", role: "alert" }, error.message);
export const empty = (text) => el("p", { class: "empty" }, text);
// Show what a promise brings, or why it did not.
export async function fill(node, promise, show) {
  try { const found = await promise; node.replaceChildren(...[show(found)].flat()); } catch (error) { node.replaceChildren(failure(error)); }
}
