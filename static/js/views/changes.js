// Reviews: what waits, and one of them with everything its reviewer should see.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { badge, diffs, empty, failure, fill, manifestDiffs } from "./parts.js";
import { outcome } from "./preview.js";

export function changes(main) {
  const list = el("div", { class: "tight" });
  main.append(el("div", { class: "stack" }, el("h1", {}, t("changes")), list));
  const load = () => fill(list, api.get("changes"), (found) => (found.items.length ? found.items.map(row) : empty(t("noChanges"))));
  load();
  return store.on(["changes"], load);
}
const row = (item) => el("a", { class: "card", href: `#/changes/${item.id}`, "data-review": item.id, "data-tone": item.status === "open" ? "work" : item.status === "merged" ? "good" : "warn" },
  el("div", { class: "row" }, badge(item.status), el("b", {}, item.title)), el("span", { class: "small soft" }, `${t("author")} ${item.author} · ${item.approvals.length}/${item.required} ${t("approvals")}`));

export function change(main, id) {
  const body = el("div", { class: "stack" });
  main.append(body);
  const load = () => fill(body, api.get(`changes/${id}`), (found) => detail(found, load));
  load();
  return store.on(["changes"], load);
}
function detail({ review, plan, text, channel }, load) {
  const out = el("div", {});
  const act = (verb, kind) => el("button", { type: "button", class: kind, "data-role": verb, onclick: async (event) => {
    event.target.disabled = true;
    try { out.replaceChildren(outcome(await api.post("commands", { verb, args: { review: review.id } }))); load(); } catch (error) { event.target.disabled = false; out.replaceChildren(failure(error)); }
  } }, t(verb));
  return [el("div", { class: "row" }, el("a", { href: "#/changes" }, t("changes")), el("span", { class: "soft" }, "/"), el("h1", {}, review.title), badge(review.status)),
    el("div", { class: "panel" }, text ? el("p", { class: "words" }, text) : null, el("p", { class: "small soft" }, `${t("author")} ${review.author} · ${channel} · ${review.approvals.length}/${review.required} ${t("approvals")}`), review.approvals.map((each) => el("span", { class: "badge", "data-tone": "good" }, each)),
      review.status === "open" ? el("div", { class: "row" }, act("approve", "primary"), act("merge", ""), act("reject", "danger")) : null, out),
    el("section", { class: "panel" }, el("h2", {}, t("values")), diffs(plan.changes, "values-diff")), el("section", { class: "panel" }, el("h2", {}, t("manifests")), plan.manifests.length ? manifestDiffs(plan.manifests) : empty(t("none")))];
}
