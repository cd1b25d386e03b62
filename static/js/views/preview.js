// The card that shows what a command would do, wherever it was asked for: chat, a button, history.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { diffs, failure, manifestDiffs } from "./parts.js";

const WORDED = ["rollback", "delete_app", "delete_manifest"];

export function previewCard(item, done = () => {}) {
  const box = el("div", { class: "preview", "data-role": "preview", "data-risk": item.plan.risk });
  show(box, item, done);
  return box;
}
function show(box, item, done) {
  const { command, plan } = item;
  const how = { commit: "asCommit", review: "asReview", order: "asOrder" }[plan.delivery];
  box.replaceChildren(
    el("div", { class: "row" }, el("b", {}, `${command.verb} ${command.app ?? ""}`), el("span", {}, plan.summary)),
    el("div", { class: "row small soft" }, environments(box, item, done), el("span", {}, t(how)), el("span", {}, `${t("risk")}: ${t(plan.risk)}`)),
    ...(item.status === "unchanged" ? [el("p", { class: "soft" }, t("unchanged"))] : [
      ...(plan.changes.length ? [el("h3", {}, t("values")), ...diffs(plan.changes, "values-diff")] : []), ...(plan.manifests.length ? [el("h3", {}, t("manifests")), ...manifestDiffs(plan.manifests)] : []), buttons(box, item, done)]));
}
function environments(box, item, done) {
  const choose = async (event) => {
    try { show(box, await api.preview({ ...commandOf(item), environment: event.target.value }), done); } catch (error) { box.append(failure(error)); }
  };
  return el("label", {}, t("environment"), el("select", { onchange: choose, "data-role": "environment" }, store.environments.map((each) => el("option", { value: each.name, selected: each.name === item.plan.environment }, each.name))));
}
const commandOf = ({ command }) => ({ verb: command.verb, app: command.app, args: command.args, text: command.text ?? undefined });
function buttons(box, item, done) {
  const worded = WORDED.includes(item.command.verb);
  const word = worded ? el("input", { "aria-label": t("confirmWord"), placeholder: item.command.app, autocomplete: "off" }) : null;
  const confirm = el("button", { class: "primary", type: "button", "data-role": "confirm" }, t("confirm"));
  const cancel = el("button", { type: "button", "data-role": "cancel" }, t("cancel"));
  const end = (node) => { row.replaceChildren(node); };
  confirm.addEventListener("click", async () => {
    confirm.disabled = cancel.disabled = true;
    try {
      const receipt = await api.post("nlp/confirm", { confirmation: item.confirmation, ...(word ? { word: word.value } : {}) });
      end(outcome(receipt));
      done(receipt);
    } catch (error) { confirm.disabled = cancel.disabled = false; row.append(failure(error)); }
  });
  cancel.addEventListener("click", () => { end(el("span", { class: "soft" }, t("cancelled"))); done(null); });
  const row = el("div", { class: "tight" }, word ? el("label", {}, t("confirmWord"), word) : null, el("div", { class: "row" }, confirm, cancel));
  return row;
}
export function outcome(receipt) {
  const text = t(receipt.status === "unchanged" ? "unchanged" : receipt.status);
  const more = receipt.review ? el("a", { href: `#/changes/${receipt.review.id}` }, `${t("changes")} ${receipt.review.id}`) : receipt.commit ? el("code", {}, receipt.commit.slice(0, 8)) : null;
  return el("div", { class: "row", "data-role": "outcome", "data-status": receipt.status, role: "status" }, el("b", {}, text), more);
}
