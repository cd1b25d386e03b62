// What is live beside what git says, an object at a time and field by field; asked for, since it costs the cluster a dry run.
import * as api from "../api.js";
import { el } from "../dom.js";
import { t } from "../texts.js";
import { heard } from "../heard.js";
import { effect, empty, fill } from "./parts.js";

export const compared = (place) => asked("liveDiff", () => api.read("diff", place).then((found) => found.data.live));
// What merging a review would do there now.
export const reviewed = (id) => asked("liveReview", () => api.get(`changes/${encodeURIComponent(id)}/live`));
function asked(title, get) {
  const out = el("div", { class: "tight", "data-role": "live-diff" });
  const ask = () => { out.replaceChildren(el("p", { class: "soft" }, t("comparing"))); fill(out, get(), liveDiff); };
  const button = el("button", { type: "button", class: "small", "data-role": "compare", onclick: ask }, t("compare"));
  return { node: el("section", { class: "panel" }, el("div", { class: "row" }, el("h2", {}, t(title)), el("span", { class: "grow" }), button), out) };
}
// The part of a `diff` answer that the controller gave.
export function liveDiff(live) {
  if (!live) return [];
  const items = live.items || [], place = live.path ? ` (${live.path}${live.line ? `:${live.line}` : ""})` : "", said = live.message ? [el("p", { class: live.items ? "soft" : "notice", "data-tone": live.items ? null : "warn" }, `${heard(live.message)}${live.message.endsWith(place.trim()) ? "" : place}`)] : [];
  if (live.items && !items.length && !live.message) return [empty(t("liveSame", { count: live.same }))];
  return [...said, ...items.map(object), items.length && live.same ? el("p", { class: "tiny soft" }, t("liveOthersSame", { count: live.same })) : null].filter(Boolean);
}
function object(each) {
  const head = el("div", { class: "row" }, el("b", {}, t(each.action)), el("code", {}, `${each.kind} ${each.name}`), effect(each), each.others?.length ? el("span", { class: "tag" }, each.others.join(", ")) : null);
  return el("div", { class: "tight", "data-object": `${each.kind}/${each.name}` }, head, each.message ? el("p", { class: "error tiny" }, heard(each.message)) : null, each.fields.length ? fields(each.fields) : null);
}
function fields(found) {
  const box = el("div", { class: "diff", tabindex: "0", role: "group", "aria-label": t("liveDiff") });
  for (const each of found) {
    box.append(el("span", { class: "at" }, each.path));
    if (each.live !== null) box.append(el("span", { class: "del" }, `- ${written(each.live)}`));
    if (each.desired !== null) box.append(el("span", { class: "add" }, `+ ${written(each.desired)}`));
  }
  return box;
}
const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));
