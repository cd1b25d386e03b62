// History: who, when, in which words, through which door.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t, when } from "../texts.js";
import { diffs, empty, failure, fill } from "./parts.js";
import { previewCard } from "./preview.js";

export function history(main) {
  const list = el("div", {});
  main.append(el("div", { class: "stack" }, el("h1", {}, t("history")), el("div", { class: "panel" }, list)));
  const load = () => fill(list, api.get("history", { limit: 50 }), (found) => entries(found.items));
  load();
  return store.on(["history"], load);
}
export function entries(items, place) {
  return items.length ? el("ol", { class: "timeline" }, items.map((item, index) => entry(item, place, index))) : empty(t("noHistory"));
}
function entry(item, place, index) {
  const more = el("div", { class: "tight" });
  const show = () => (more.hasChildNodes() ? more.replaceChildren() : fill(more, api.read("diff", { to: item.revision, app: place?.app, environment: place?.environment }), (found) => diffs(found.data.changes, "history-diff")));
  const back = async () => {
    try { more.replaceChildren(previewCard(await api.preview({ verb: "rollback", app: place.app, environment: place.environment, args: { commit: item.revision } }))); } catch (error) { more.replaceChildren(failure(error)); }
  };
  return el("li", { "data-role": "history-entry", "data-revision": item.revision, "data-channel": item.channel },
    el("div", { class: "row" }, el("b", {}, item.subject)), el("div", { class: "row small soft" }, el("span", {}, item.author), el("time", {}, when(item.time)), el("span", { class: "tag" }, item.channel), el("code", {}, item.revision.slice(0, 8))),
    item.words ? el("p", { class: "words" }, item.words) : null,
    el("div", { class: "chips" }, el("button", { type: "button", onclick: show }, t("showDiff")), place && index > 0 ? el("button", { type: "button", onclick: back, "data-role": "roll-back" }, t("rollBack")) : null), more);
}
