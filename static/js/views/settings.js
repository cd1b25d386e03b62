// Who is signed in, their API tokens, and the environments as git says.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { misreadings } from "./misreadings.js";
import { empty, failure, fill, table } from "./parts.js";

export function settings(main) {
  const me = el("section", { class: "panel" }, el("h2", {}, t("you")), el("p", {}, `${store.me.name} <${store.me.email}>`), scopes(store.me.scopes));
  main.append(el("div", { class: "stack" }, el("h1", { tabindex: "-1" }, t("settings")), me, tokens(), environments(), misreadings() ?? ""));
}
const scopes = (names) => el("div", { class: "row" }, names.map((each) => el("span", { class: "tag" }, each)));

function tokens() {
  const list = el("div", {}), out = el("div", { class: "tight", role: "status" });
  const load = () => fill(list, api.get("tokens"), (found) => {
    const kept = found.items.filter((each) => !each.revoked);
    return kept.length ? table([t("name"), t("scopes"), t("lastUsed"), t("expires"), ""], kept.map((each) => tokenRow(each, revoke))) : empty(t("noTokens"));
  });
  const revoke = async (id) => { try { await api.remove(`tokens/${encodeURIComponent(id)}`); out.replaceChildren(); load(); } catch (error) { out.replaceChildren(failure(error)); } };
  const make = async (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    try {
      const made = await api.post("tokens", { name: data.get("name"), scopes: data.getAll("scope"), agent: data.has("agent"), ...(data.get("days") ? { days: Number(data.get("days")) } : {}) });
      out.replaceChildren(once(made.token));
      event.target.reset();
      load();
    } catch (error) { out.replaceChildren(failure(error)); }
  };
  load();
  return el("section", { class: "panel" }, el("h2", {}, t("tokens")), list, out, form(make));
}
function tokenRow(each, revoke) {
  return [el("span", { class: "row" }, each.name, each.agent ? el("span", { class: "tag" }, t("agentTag")) : null), scopes(each.scopes), each.used ? stamp(each.used) : t("never"), each.expires ? stamp(each.expires) : t("never"),
    el("button", { type: "button", class: "danger small", "aria-label": `${t("revoke")} ${each.name}`, onclick: () => revoke(each.id) }, t("revoke"))];
}
function form(make) {
  const check = (attributes, text) => el("label", { class: "check" }, el("input", { type: "checkbox", ...attributes }), text);
  const name = el("label", {}, t("name"), el("input", { name: "name", required: true, maxlength: 80, autocomplete: "off" })), days = el("label", {}, t("days"), el("input", { name: "days", type: "number", min: 1, max: 366 }));
  const scopes = store.me.scopes.map((scope) => check({ name: "scope", value: scope, checked: scope === "k8s:read" }, scope));
  return el("form", { class: "tight", onsubmit: make }, el("div", { class: "fields" }, name, days), el("fieldset", { class: "row" }, el("legend", { class: "small soft" }, t("scopes")), scopes),
    check({ name: "agent" }, t("agent")), el("div", {}, el("button", { class: "primary", type: "submit" }, t("create"))));
}
function once(token) {
  const copy = el("button", { type: "button", class: "small", onclick: async () => { await navigator.clipboard.writeText(token); copy.textContent = t("copied"); } }, t("copy"));
  return el("div", { class: "notice", "data-tone": "warn" }, el("div", { class: "row" }, el("code", { "data-role": "token" }, token), copy), el("span", { class: "small" }, t("onceOnly")));
}
function environments() {
  const rows = store.environments.map((each) => [each.name, el("code", {}, each.namespace), each.review ? t("requiredApprovals", { count: each.approvals }) : t("direct"), each.promotes_from ?? "", each.agents === "commit" ? t("commit") : t("propose")]);
  return el("section", { class: "panel" }, el("h2", {}, t("environments")), table([t("environment"), t("namespace"), t("review"), t("promotesFrom"), t("agents")], rows));
}
