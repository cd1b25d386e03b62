// What is live beside what git says, an object at a time and field by field; asked for, since it costs the cluster a dry run.
import * as api from "../api.js";
import { el } from "../dom.js";
import { t } from "../texts.js";
import { empty, fill } from "./parts.js";

export function compared(place) {
  const out = el("div", { class: "tight", "data-role": "live-diff" });
  const ask = () => { out.replaceChildren(el("p", { class: "soft" }, t("comparing"))); fill(out, api.read("diff", place), (found) => liveDiff(found.data.live)); };
  const button = el("button", { class: "small", "data-role": "compare", onclick: ask }, t("compare"));
  return { node: el("section", { class: "panel" }, el("div", { class: "row" }, el("h2", {}, t("liveDiff")), el("span", { class: "grow" }), button), out) };
}
// The part of a `diff` answer that the controller gave.
export function liveDiff(live) {
  if (!live) return [];
  const items = live.items || [], said = live.message ? [el("p", { class: live.items ? "soft" : "notice", "data-tone": live.items ? null : "warn" }, live.message)] : [];
  if (live.items && !items.length && !live.message) return [empty(t("liveSame", { count: live.same }))];
  return [...said, ...items.map(object), items.length && live.same ? el("p", { class: "tiny soft" }, t("liveOthersSame", { count: live.same })) : null].filter(Boolean);
}
function object(each) {
  const head = el("div", { class: "row" }, el("b", {}, t(each.action)), el("code", {}, `${each.kind} ${each.name}`), each.others?.length ? el("span", { class: "tag" }, each.others.join(", ")) : null);
  return el("div", { class: "tight", "data-object": `${each.kind}/${each.name}` }, head, each.message ? el("p", { class: "error tiny" }, each.message) : null, each.fields.length ? fields(each.fields) : null);
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
