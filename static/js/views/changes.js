// Reviews: what waits, and one of them with everything its reviewer should see.
import * as api from "../api.js";
import { el, keyed, link } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { badge, diffs, empty, failure, fill, manifestDiffs, sha, warnings } from "./parts.js";
import { reviewed } from "./compared.js";
import { outcome } from "./preview.js";

export function changes(main) {
  const waiting = el("div", { class: "tight" }), closed = el("div", { class: "tight" }), rest = el("details", { hidden: true }, el("summary", {}, t("closed")), closed);
  main.append(el("div", { class: "stack" }, el("h1", { tabindex: "-1" }, t("changes")), waiting, rest));
  const load = () => fill(waiting, Promise.all([api.all("changes", { status: "open" }), api.get("changes")]), ([found, newest]) => {
    const open = found.items, done = newest.items.filter((each) => each.status !== "open");
    closed.replaceChildren(...done.map(reviewRow));
    rest.hidden = !done.length;
    return open.length ? open.map(reviewRow) : empty(t("noChanges"));
  });
  load();
  return store.on(["changes"], load);
}
const title = (review) => review.title.replaceAll(" -> ", " → ");
const approved = (review) => t("approvals", { given: review.approvals.length, required: review.required });
export const reviewRow = (item) => el("a", { class: "card", href: `#/changes/${encodeURIComponent(item.id)}`, "data-review": item.id, "data-tone": { open: "open", merged: "good" }[item.status] || "warn" },
  el("b", {}, title(item)), el("div", { class: "row" }, badge(item.status), el("span", { class: "tag" }, item.environment), el("span", { class: "tiny soft clip" }, `${approved(item)} · ${t("by", item)}`)));

export function change(main, id) {
  const head = el("div", { class: "stack" }), body = el("div", { class: "stack" }), out = el("div", { class: "tight" });
  const there = reviewed(id).node, glass = emergency(act); // beside what is drawn anew: what is being typed stays
  there.hidden = glass.hidden = true;
  main.append(el("div", { class: "stack" }, head, glass, out, there, body));
  const load = () => fill(head, api.get(`changes/${encodeURIComponent(id)}`), (found) => {
    there.hidden = found.review.status !== "open";
    glass.hidden = there.hidden || !mayBreak(found.review);
    keyed(body, [found.plan], (plan) => plan.hash ?? id, diffsOf);
    return headOf(found, act);
  });
  async function act(verb, button, args = {}) {
    button.disabled = true;
    try { out.replaceChildren(outcome(await api.post("commands", { verb, args: { review: id, ...args } }))); await load(); } catch (error) { button.disabled = false; out.replaceChildren(failure(error)); }
  }
  load();
  return store.on(["changes"], load);
}
function headOf({ review, plan, text, channel, problem }, act) {
  return [el("div", { class: "row" }, el("a", { class: "crumb", href: "#/changes" }, t("changes")), el("h1", { tabindex: "-1" }, title(review)), badge(review.status)),
    el("section", { class: "panel" }, text ? el("p", { class: "words" }, text) : null,
      el("div", { class: "row small soft" }, el("span", {}, t("by", review)), el("span", { class: "tag" }, channel), el("span", {}, review.environment), where(review), sha(review.commit),
        review.url ? link(t("atForge"), review.url) : null),
      el("div", { class: "row" }, el("span", { class: "small" }, approved(review)), review.approvals.map((each) => el("span", { class: "badge", "data-tone": "good" }, each)),
        review.there.map((each) => el("span", { class: "badge", "data-role": "there" }, t("approvedThere", { who: each })))),
      problem ? el("div", { "data-role": "problem" }, failure({ message: problem.message, body: problem })) : null, ...warnings(plan), review.status === "open" ? decisions(review, act) : null)];
}
const where = ({ app, environment }) => (app ? el("a", { href: `#/apps/${encodeURIComponent(app)}/${encodeURIComponent(environment)}` }, app) : null);
// What the viewer may decide; the server decides whether they may.
function decisions(review, act) {
  const own = review.author === store.me.email, mine = review.approvals.some((each) => each.includes(`<${store.me.email}>`)), enough = review.approvals.length >= review.required;
  const button = (verb, kind, disabled = false) => el("button", { type: "button", class: kind, disabled, "data-role": verb, onclick: (event) => act(verb, event.currentTarget) }, t(verb));
  const note = mine ? t("youApproved") : own && !enough ? t("ownChange") : enough ? "" : t("needsApproval");
  return el("div", { class: "row" }, button("approve", enough ? "" : "primary", own || mine), button("merge", enough ? "primary" : "", !enough), button("reject", "danger"), el("span", { class: "small soft" }, note));
}
const mayBreak = (review) => review.approvals.length < review.required && store.me.scopes.some((each) => ["admin:write", `admin:write@${review.environment}`].includes(each));
// Merging without approvals takes a reason, which is told to everybody.
function emergency(act) {
  const reason = el("input", { name: "reason", required: true, maxlength: 500, placeholder: t("breakReason"), "aria-label": t("breakReason"), autocomplete: "off" });
  const go = (event) => { event.preventDefault(); act("merge", event.submitter, { break_glass: reason.value.trim() }); };
  return el("details", { "data-role": "break-glass" }, el("summary", { class: "small" }, t("breakGlass")), el("form", { class: "row", onsubmit: go }, reason, el("button", { type: "submit", class: "danger" }, t("merge"))));
}
function diffsOf(plan) {
  return el("div", { class: "stack" }, el("section", { class: "panel" }, el("h2", {}, t("values")), plan.changes.length ? diffs(plan.changes, "values-diff") : empty(t("nothing"))),
    el("section", { class: "panel" }, el("h2", {}, t("manifests")), plan.manifests.length ? manifestDiffs(plan.manifests) : empty(t("nothing"))));
}
