// The card that shows what a command would do, wherever it was asked for: chat, a button, history.
import * as api from "../api.js";
import { el, write } from "../dom.js";
import { store } from "../store.js";
import { inLanguage, language, line, sentence, spoken, t } from "../texts.js";
import { reason } from "./apps.js";
import { badge, diffs, facts, failure, manifestDiffs, sha, toneOf, warnings } from "./parts.js";

const DELIVERED = { commit: "asCommit", review: "asReview", order: "asOrder" };
const FIXED = ["at", "commit", "manifest", "say", "means"]; // arguments that nobody would type, or that are tried elsewhere

// {box, settle}: `changed` is told the item in whose place of which id it stands now, `done` the id that was decided, and the receipt if it was confirmed.
export function preview(item, { changed = () => {}, done = () => {} } = {}) {
  const box = el("section", { class: "preview", "data-role": "preview", "aria-label": t("preview") });
  const settle = (...nodes) => {
    box.dataset.settled = "";
    box.querySelector(".body")?.removeAttribute("open");
    box.querySelectorAll('[data-role="environment"], [data-role="edit"]').forEach((each) => each.setAttribute("disabled", ""));
    box.lastChild.replaceChildren(...nodes);
  };
  const show = (next, ...notes) => {
    box.dataset.risk = next.plan.risk;
    box.replaceChildren(...parts(next, edit), ...notes, next.status === "unchanged" ? el("p", { class: "soft" }, t("unchanged")) : buttons(next, settle, done, renew));
    box.querySelector("select")?.addEventListener("change", (event) => renew(next, { environment: event.target.value }, [], () => { event.target.value = next.plan.environment; }));
  };
  // The card for another environment or other arguments; the one it comes from can be confirmed no more.
  async function renew(from, { environment = from.plan.environment, args = from.command.args }, notes = [], undo = () => {}) {
    const { verb, app, text } = from.command, focused = document.activeElement?.dataset.role;
    try {
      const next = await api.preview({ verb, app: app ?? undefined, environment: environment ?? undefined, args, text: text ?? undefined, command_id: from.command_id ?? undefined });
      const kept = { ...next, command_id: next.command_id || from.command_id, language: from.language };
      changed(next, from.command_id);
      inLanguage(from.language || language, () => show(kept, ...notes));
      box.querySelector(`[data-role="${focused}"]`)?.focus();
    } catch (error) { undo(); box.querySelector(".notice[role=alert]")?.remove(); box.insertBefore(failure(error), box.lastChild); }
  }
  function edit(from, into) {
    const form = el("form", { class: "fields", "data-role": "edit-form", onsubmit: (event) => { event.preventDefault(); renew(from, { args: { ...from.command.args, ...typed(form) } }); } },
      editable(from).map(([name, value]) => el("label", {}, t(name), el("input", { name, value: String(value), type: typeof value === "number" ? "number" : "text", min: typeof value === "number" ? 0 : null, required: true, autocomplete: "off" }))),
      el("button", { type: "submit", class: "small primary" }, t("showAgain")));
    into.replaceChildren(form);
    form.querySelector("input").focus();
  }
  show(item);
  return { box, settle };
}
const editable = ({ command, plan }) => Object.entries({ ...command.args, ...plan.args }).filter(([name, value]) => !FIXED.includes(name) && ["string", "number"].includes(typeof value));
const typed = (form) => Object.fromEntries([...form.elements].filter((each) => each.name).map((each) => [each.name, each.type === "number" ? Number(each.value) : each.value]));
function parts(item, edit) {
  const { command, plan, status } = item, fields = el("div", { class: "tight" });
  const args = Object.entries(plan.args || command.args || {}).filter(([, value]) => value !== null && typeof value !== "object");
  const changed = plan.changes.length + plan.manifests.length > 0;
  return [
    el("div", { class: "row" }, el("h2", { class: "asked" }, sentence({ ...command, args: { ...command.args, ...plan.args } })), el("span", { class: "grow" }), risk(plan)),
    editable(item).length && status !== "unchanged" ? el("div", { class: "row" }, el("code", { class: "soft grow" }, line(command)), el("button", { type: "button", class: "small", "data-role": "edit", onclick: () => edit(item, fields) }, t("edit"))) :
    el("code", { class: "soft" }, line(command)),
    plan.summary ? el("p", { class: "small" }, plan.summary.replaceAll(" -> ", " → ")) : null,
    facts([[t("environment"), environments(plan)], ...args.map(([name, value]) => [t(name), /^[0-9a-f]{40}$/.test(value) ? sha(value) : el("code", {}, String(value))]), [t("delivery"), status === "unchanged" ? null : t(DELIVERED[plan.delivery])]]),
    fields,
    ...warnings(plan),
    changed ? el("details", { class: "body", open: true }, el("summary", {}, t("showDiff")), el("div", { class: "tight" },
      plan.changes.length ? [el("h3", {}, t("values")), ...diffs(plan.changes, "values-diff")] : null, plan.manifests.length ? [el("h3", {}, t("manifests")), ...manifestDiffs(plan.manifests)] : null)) : null,
  ].filter(Boolean);
}
const risk = (plan) => el("span", plan.risk === "high" ? { class: "badge", "data-tone": "bad" } : { class: "tag" }, t(`risk-${plan.risk}`));
function environments(plan) {
  if (!plan.app) return plan.environment;
  return el("select", { class: "small", "data-role": "environment", "aria-label": t("environment") }, store.environments.map((each) => el("option", { value: each.name, selected: each.name === plan.environment }, each.name)));
}
function buttons(item, settle, done, renew) {
  const wanted = item.word && (item.command.app || item.word[spoken()]), errors = el("div", { class: "tight" }), code = item.language || language;
  const word = wanted ? el("input", { autocomplete: "off", "data-role": "word", required: true }) : null;
  const confirm = el("button", { class: "primary", type: "submit", "data-role": "confirm" }, t("confirm")), cancel = el("button", { type: "button", "data-role": "cancel" }, t("cancel"));
  const form = el("form", { class: "tight" }, word ? el("label", {}, t("confirmWord", { word: wanted }), word) : null, errors, el("div", { class: "row" }, confirm, cancel));
  const send = async (confirmed, settled) => {
    confirm.disabled = cancel.disabled = true;
    try {
      const found = await api.post("nlp/confirm", { command_id: item.command_id, confirmed, ...(confirmed && word ? { word: word.value } : {}) });
      inLanguage(code, () => settle(settled(found)));
      done(item.command_id, confirmed ? found : null);
    } catch (error) {
      const note = [el("p", { class: "notice", "data-tone": "warn", role: "alert" }, t("outdated"))];
      if (error.code === "preview_outdated") return renew(item, {}, note);
      if (error.code === "preview_expired") return renew({ ...item, command_id: null }, {}, note);
      confirm.disabled = cancel.disabled = false;
      errors.replaceChildren(failure(error));
      word?.focus();
      form.scrollIntoView({ block: "nearest" });
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); send(true, outcome); });
  cancel.addEventListener("click", () => send(false, () => el("span", { class: "soft", role: "status" }, t("cancelled"))));
  return form;
}
// What became of a command, with the app as it comes up.
export function outcome(receipt) {
  const { app, environment } = receipt.plan, item = store.apps.get(store.key(app, environment));
  return el("div", { class: "tight", "data-role": "outcome", "data-status": receipt.status, role: "status" },
    el("div", { class: "row" }, el("b", {}, t(receipt.status)), receipt.review ? toReview(`#/changes/${encodeURIComponent(receipt.review.id)}`) : sha(receipt.commit)),
    receipt.status === "accepted" ? warnings(receipt.plan) : null, receipt.status === "committed" && item ? follow(app, environment) : null);
}
const toReview = (href) => (href === location.hash ? "" : el("a", { href }, t("toReview")));
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
