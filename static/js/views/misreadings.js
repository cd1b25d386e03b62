// What was read wrongly, for administrators: a phrase is tried against known sentences, previewed and confirmed like any other change.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { line, stamp, t } from "../texts.js";
import { empty, failure, fill, table } from "./parts.js";
import { preview } from "./preview.js";

export function misreadings() {
  if (!store.me.scopes.includes("admin:read")) return null;
  const list = el("div", { class: "tight" }), phrases = el("div", { class: "tight" });
  const load = () => fill(list, api.get("nlp/feedback", { status: "open" }), (found) => (found.items.length ? el("ul", { class: "lines" }, found.items.map((each) => entry(each, load))) : empty(t("noMisreadings"))));
  load();
  fill(phrases, api.get("nlp/lexicon"), (found) => (found.items.length ? table([t("say"), t("means"), t("used")], found.items.map((each) => [each.say, each.means, t(each.used ? "yes" : "notUsed")])) : empty(t("nothing"))));
  return el("section", { class: "panel", "data-role": "misreadings" }, el("h2", {}, t("misreadings")), list, el("h3", {}, t("phrases")), phrases);
}
function entry(each, load) {
  const out = el("div", { class: "tight" }), can = store.me.scopes.includes("admin:write");
  const settle = async (status) => { try { await api.post(`nlp/feedback/${each.id}`, { status }); load(); } catch (error) { out.replaceChildren(failure(error)); } };
  const field = (name) => el("label", {}, t(name), el("input", { name, required: true, minlength: 2, maxlength: 80, autocomplete: "off" }));
  const form = el("form", { class: "fields", onsubmit: (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    fill(out, api.post("nlp/lexicon", { feedback: each.id, ...values }), (found) => [el("p", { class: "small", role: "status" }, t("triedAgainst", { count: found.tried, read: read(found.read) })), preview(found, { done: (id, receipt) => receipt && settle("accepted") }).box]);
  } }, field("say"), field("means"), el("button", { type: "submit", class: "small primary" }, t("tryPhrase")));
  return el("li", { "data-feedback": each.id }, el("p", { class: "words" }, each.text), el("div", { class: "row tiny soft" }, el("span", { class: "tag" }, t(`marked-${each.kind}`)), el("span", {}, each.email), stamp(each.at)),
    el("p", { class: "small" }, `${t("readAs")}: ${each.was.map(read).join(", ")}`), each.meant ? el("p", { class: "small" }, `${t("meantWas")}: ${typeof each.meant === "string" ? each.meant : read(each.meant)}`) : null, each.note ? el("p", { class: "small" }, each.note) : null,
    can ? form : null, out, can ? el("div", {}, el("button", { type: "button", class: "small", "data-role": "dismiss", onclick: () => settle("dismissed") }, t("dismiss"))) : null);
}
const read = ({ command, app, environment, args }) => [line({ verb: command, app, args }), environment].filter(Boolean).join(" · ");
