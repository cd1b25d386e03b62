// The card that shows what a command would do, wherever it was asked for: chat, a button, history.
import * as api from "../api.js";
import { el, write } from "../dom.js";
import { store } from "../store.js";
import { line, sentence, t } from "../texts.js";
import { reason } from "./apps.js";
import { badge, diffs, facts, failure, manifestDiffs, sha, toneOf, warnings } from "./parts.js";

const WORDED = { rollback: "rollback", delete_app: "delete", delete_manifest: "delete" };
const DELIVERED = { commit: "asCommit", review: "asReview", order: "asOrder" };

// {box, settle}: `changed` is told the item that Confirm stands for now, `done` the receipt or null.
export function preview(item, { changed = () => {}, done = () => {} } = {}) {
  const box = el("section", { class: "preview", "data-role": "preview", "aria-label": t("preview") });
  const settle = (...nodes) => {
    box.dataset.settled = "";
    box.querySelector(".body")?.removeAttribute("open");
    box.querySelector('[data-role="environment"]')?.setAttribute("disabled", "");
    box.lastChild.replaceChildren(...nodes);
  };
  const show = (next) => {
    box.dataset.risk = next.plan.risk;
    box.replaceChildren(...parts(next), next.status === "unchanged" ? el("p", { class: "soft" }, t("unchanged")) : buttons(next, settle, done));
    box.querySelector("select")?.addEventListener("change", (event) => elsewhere(next, event.target));
  };
  async function elsewhere(from, select) {
    try {
      const next = await api.preview({ verb: from.command.verb, app: from.command.app, environment: select.value, args: from.command.args, text: from.command.text ?? undefined });
      changed(next);
      show(next);
      box.querySelector("select").focus();
    } catch (error) { select.value = from.plan.environment; box.querySelector(".notice[role=alert]")?.remove(); box.insertBefore(failure(error), box.lastChild); }
  }
  show(item);
  return { box, settle };
}
function parts({ command, plan, status }) {
  const args = Object.entries(plan.args || command.args || {}).filter(([, value]) => value !== null && typeof value !== "object");
  const changed = plan.changes.length + plan.manifests.length > 0;
  return [
    el("div", { class: "row" }, el("h2", { class: "asked" }, sentence({ ...command, args: { ...command.args, ...plan.args } })), el("span", { class: "grow" }), risk(plan)),
    el("code", { class: "soft" }, line(command)),
    plan.summary ? el("p", { class: "small" }, plan.summary.replaceAll(" -> ", " → ")) : null,
    facts([[t("environment"), environments(plan)], ...args.map(([name, value]) => [name, /^[0-9a-f]{40}$/.test(value) ? sha(value) : el("code", {}, String(value))]), [t("delivery"), status === "unchanged" ? null : t(DELIVERED[plan.delivery])]]),
    ...warnings(plan),
    changed ? el("details", { class: "body", open: true }, el("summary", {}, t("showDiff")), el("div", { class: "tight" },
      plan.changes.length ? [el("h3", {}, t("values")), ...diffs(plan.changes, "values-diff")] : null, plan.manifests.length ? [el("h3", {}, t("manifests")), ...manifestDiffs(plan.manifests)] : null)) : null,
  ].filter(Boolean);
}
const risk = (plan) => el("span", plan.risk === "high" ? { class: "badge", "data-tone": "bad" } : { class: "tag" }, t(`risk-${plan.risk}`));
function environments(plan) {
  if (!plan.environment) return null;
  return el("select", { class: "small", "data-role": "environment", "aria-label": t("environment") }, store.environments.map((each) => el("option", { value: each.name, selected: each.name === plan.environment }, each.name)));
}
function buttons(item, settle, done) {
  const wanted = WORDED[item.command.verb] && (item.command.app || WORDED[item.command.verb]), errors = el("div", { class: "tight" });
  const word = wanted ? el("input", { autocomplete: "off", "data-role": "word", required: true }) : null;
  const confirm = el("button", { class: "primary", type: "submit", "data-role": "confirm" }, t("confirm")), cancel = el("button", { type: "button", "data-role": "cancel" }, t("cancel"));
  const form = el("form", { class: "tight" }, word ? el("label", {}, t("confirmWord", { word: wanted }), word) : null, errors, el("div", { class: "row" }, confirm, cancel));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    confirm.disabled = cancel.disabled = true;
    try {
      const receipt = await api.post("nlp/confirm", { confirmation: item.confirmation, ...(word ? { word: word.value } : {}) });
      settle(outcome(receipt));
      done(receipt);
    } catch (error) { confirm.disabled = cancel.disabled = false; errors.replaceChildren(failure(error)); word?.focus(); form.scrollIntoView({ block: "nearest" }); }
  });
  cancel.addEventListener("click", () => { settle(el("span", { class: "soft", role: "status" }, t("cancelled"))); done(null); });
  return form;
}
// What became of a command, with the app as it comes up.
export function outcome(receipt) {
  const { app, environment } = receipt.plan, item = store.apps.get(store.key(app, environment));
  return el("div", { class: "tight", "data-role": "outcome", "data-status": receipt.status, role: "status" },
    el("div", { class: "row" }, el("b", {}, t(receipt.status)), receipt.review ? el("a", { href: `#/changes/${encodeURIComponent(receipt.review.id)}` }, t("toReview")) : sha(receipt.commit)),
    receipt.status === "committed" && item ? follow(app, environment) : null);
}
function follow(app, environment) {
  const where = el("a", { href: `#/apps/${encodeURIComponent(app)}/${encodeURIComponent(environment)}` }, `${app} / ${environment}`), state = el("span", { class: "row" }), why = el("span", { class: "small error" });
  const show = () => {
    const item = store.apps.get(store.key(app, environment));
    if (!item) return;
    state.replaceChildren(badge(item.health), el("span", { class: "replicas" }, item.replicas?.desired === null ? "–" : `${item.replicas.ready}/${item.replicas.desired}`));
    write(why, toneOf(item) === "bad" ? reason(item) : "");
  };
  const off = store.on(["apps", "app"], () => { if (where.isConnected) show(); else off(); });
  show();
  return el("div", { class: "tight" }, el("div", { class: "row" }, where, state), why);
}
