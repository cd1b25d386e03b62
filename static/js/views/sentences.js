// What was said in the chat, searchable: who read it, how long that took, what came of it.
import * as api from "../api.js";
import { el } from "../dom.js";
import { line, stamp, t } from "../texts.js";
import { became } from "./became.js";
import { empty, fill } from "./parts.js";

const PAUSE = 200; // ms after the last letter

export function sentences() {
  const list = el("div", {}), search = el("input", { type: "search", placeholder: t("searchSaid"), "aria-label": t("searchSaid"), autocomplete: "off" });
  const load = () => fill(list, api.get("nlp/history", { q: search.value.trim() }), (found) => (found.items.length ? el("ul", { class: "lines scroll", tabindex: "0" }, found.items.map(entry)) : empty(t(search.value ? "noMatchSaid" : "nothingSaid"))));
  let timer;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(load, PAUSE); });
  return el("details", { class: "panel", "data-role": "sentences", ontoggle: (event) => { if (event.target.open) load(); } }, el("summary", {}, t("said")), el("div", { class: "tight" }, search, list));
}
function entry(each) {
  const tokens = each.tokens.in === null ? null : `${each.tokens.in} + ${each.tokens.out} ${t("tokens_")}`;
  return el("li", { "data-role": "sentence" }, el("p", { class: "words" }, each.text), el("div", { class: "row tiny soft" }, stamp(each.at), each.commands.map((one) => el("code", {}, [line({ verb: one.command, app: one.app, args: one.args }), one.environment].filter(Boolean).join(" · "))),
    el("span", { class: "grow" }), el("span", {}, [each.model || t(`parser-${each.parser}`), `${Math.max(1, Math.round(each.latency_ms))} ms`, tokens].filter(Boolean).join(" · "))), el("p", { class: "small soft" }, became(each).join(" · ")));
}
