// Who is signed in, their API tokens, and the environments as git says.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { external } from "./external.js";
import { misreadings } from "./misreadings.js";
import { notifications } from "./notifications.js";
import { empty, failure, fill, table } from "./parts.js";
import { pipelines } from "./pipelines.js";
import { outcome } from "./preview.js";
import { repositories } from "./repositories.js";

export function settings(main) {
  const me = el("section", { class: "panel" }, el("h2", {}, t("you")), el("p", {}, `${store.me.name} <${store.me.email}>`), scopes(store.me.scopes));
  main.append(el("div", { class: "stack" }, el("h1", { tabindex: "-1" }, t("settings")), me, tokens(), sessions(), access(), environments(), repositories() ?? "", notifications() ?? "", external() ?? "", pipelines() ?? "", misreadings() ?? ""));
}
const scopes = (names) => el("div", { class: "row" }, names.map((each) => el("span", { class: "tag" }, each)));

function tokens() {
  const list = el("div", { class: "stacked named" }), out = el("div", { class: "tight", role: "status" });
  const load = () => fill(list, api.all("tokens"), (found) => {
    const kept = found.items.filter((each) => !each.revoked);
    return kept.length ? table([t("name"), { text: t("scopes"), wide: true }, t("lastUsed"), t("expires"), ""], kept.map((each) => tokenRow(each, revoke))) : empty(t("noTokens"));
  });
  const revoke = async (id) => { try { await api.remove(`tokens/${encodeURIComponent(id)}`); out.replaceChildren(); load(); } catch (error) { out.replaceChildren(failure(error)); } };
  const make = async (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    try {
      const made = await api.post("tokens", { name: data.get("name"), scopes: data.getAll("scope"), agent: data.has("agent"), ...(data.has("environment") ? { environments: data.getAll("environment") } : {}), ...(data.get("days") ? { days: Number(data.get("days")) } : {}) });
      out.replaceChildren(once(made.token));
      event.target.reset();
      load();
    } catch (error) { out.replaceChildren(failure(error)); }
  };
  load();
  return el("section", { class: "panel" }, el("div", { class: "head" }, el("h2", {}, t("tokens")), el("span", { class: "grow" }), el("a", { class: "small", href: "/api" }, t("apiReference"))), list, out, form(make));
}
function tokenRow(each, revoke) {
  return [el("span", { class: "row" }, each.name, each.agent ? el("span", { class: "tag" }, t("agentTag")) : null), scopes(each.scopes), each.used ? stamp(each.used) : t("never"), each.expires ? stamp(each.expires) : t("never"),
    el("button", { type: "button", class: "danger small", "aria-label": `${t("revoke")} ${each.name}`, onclick: () => revoke(each.id) }, t("revoke"))];
}
function form(make) {
  const check = (attributes, text) => el("label", { class: "check" }, el("input", { type: "checkbox", ...attributes }), text);
  const name = el("label", {}, t("name"), el("input", { name: "name", required: true, maxlength: 80, autocomplete: "off" })), days = el("label", {}, t("days"), el("input", { name: "days", type: "number", min: 1, max: 366 }));
  const scopes = store.me.scopes.map((scope) => check({ name: "scope", value: scope, checked: scope === "k8s:read" }, scope));
  return el("form", { class: "tight", onsubmit: make }, el("div", { class: "fields" }, name, days), el("fieldset", { class: "row" }, el("legend", { class: "small soft" }, t("scopes")), scopes), store.me.scopes.some((each) => each.includes("@")) ? "" : where(),
    check({ name: "agent" }, t("agent")), el("div", {}, el("button", { class: "primary", type: "submit" }, t("create"))));
}
function once(token) {
  const copy = el("button", { type: "button", class: "small", onclick: async () => { await navigator.clipboard.writeText(token); copy.textContent = t("copied"); } }, t("copy"));
  return el("div", { class: "notice", "data-tone": "warn" }, el("div", { class: "row" }, el("code", { "data-role": "token" }, token), copy), el("span", { class: "small" }, t("onceOnly")));
}
// Where one is signed in, each of which can be ended.
function sessions() {
  const list = el("div", { class: "stacked named" }), note = el("div", {});
  const load = () => fill(list, api.all("sessions"), (found) => table([{ text: t("browser"), wide: true }, t("address"), t("signedIn"), t("expires"), ""], found.items.map((each) => [each.browser || "?", each.address || "", stamp(each.created), stamp(each.expires),
    each.current ? el("span", { class: "tag" }, t("thisOne")) : el("button", { type: "button", class: "danger small", onclick: async () => { try { await api.remove(`sessions/${encodeURIComponent(each.id)}`); load(); } catch (error) { note.replaceChildren(failure(error)); } } }, t("endSession"))])));
  load();
  return el("section", { class: "panel", "data-role": "sessions" }, el("h2", {}, t("sessions")), note, list);
}
// Who may do what, as klepaas-access.yaml says; who may not see it is told so.
function access() {
  const body = el("div", { class: "tight" }), out = el("div", { class: "tight", role: "status" });
  const load = () => fill(body, api.get("access"), (found) => [
    ...found.problems.map((each) => el("p", { class: "notice", "data-tone": "bad" }, `${each.path}${each.line ? `:${each.line}` : ""} ${each.message}`)),
    found.grants.length ? table([{ text: t("who"), wide: true }, t("role"), t("environments"), { text: t("scopes"), wide: true }], found.grants.map((each) => [el("code", {}, each.subject), each.role, each.environments.join(", ") || t("all"), scopes(each.scopes)])) : empty(t("noGrants")),
    ...(found.admins.length ? [el("p", { class: "small soft" }, `KLEPAAS_ADMINS: ${found.admins.join(", ")}`)] : []), grant(found.roles, out, load), out]);
  load();
  return el("section", { class: "panel", "data-role": "access" }, el("h2", {}, t("access")), body);
}
// A grant is a change as any other: previewed, then committed or proposed.
function grant(roles, out, load) {
  const asked = (form) => ({ subject: form.get("subject").includes(":") ? form.get("subject") : `user:${form.get("subject")}`, role: form.get("role"), environments: form.getAll("environment") });
  const give = async (event) => {
    event.preventDefault();
    try { out.replaceChildren(outcome(await api.post("access/grant", asked(new FormData(event.target))))); load(); } catch (error) { out.replaceChildren(failure(error)); }
  };
  return el("form", { class: "fields", onsubmit: give }, el("label", {}, t("subject"), el("input", { name: "subject", required: true, placeholder: "user:kim@example.org", autocomplete: "off" })),
    el("label", {}, t("role"), el("select", { name: "role" }, roles.map((each) => el("option", { value: each.name }, each.name)))),
    where(), el("button", { type: "submit" }, t("grant")));
}
// At which environments; none chosen: at all.
const where = () => el("fieldset", { class: "row" }, el("legend", { class: "small soft" }, t("whereNone")), store.lanes.map((each) => el("label", { class: "check" }, el("input", { type: "checkbox", name: "environment", value: each.name }), each.name)));
function environments() {
  const rows = store.environments.map((each) => [each.name, el("code", {}, each.namespace), each.review ? t("requiredApprovals", { count: each.approvals }) : t("direct"), each.promotes_from ?? "", each.agents === "commit" ? t("commit") : t("propose")]);
  return el("section", { class: "panel" }, el("h2", {}, t("environments")), table([t("environment"), t("namespace"), t("review"), t("promotesFrom"), t("agents")], rows));
}
