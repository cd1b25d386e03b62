// Who is signed in, and their API tokens.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t, when } from "../texts.js";
import { failure, fill, table } from "./parts.js";

export function settings(main) {
  const list = el("div", {}), out = el("div", { class: "tight", role: "status" });
  const load = () => fill(list, api.get("tokens"), (found) => table([t("name"), t("scopes"), t("last"), ""], found.items.filter((each) => !each.revoked).map((each) => [each.name, each.scopes.join(", "), each.used ? when(each.used) : t("none"), el("button", { type: "button", class: "danger", onclick: async () => { await api.remove(`tokens/${each.id}`); load(); } }, t("revoke"))])));
  const form = el("form", { class: "tight", onsubmit: async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    try {
      const made = await api.post("tokens", { name: data.get("name"), scopes: data.getAll("scope"), agent: data.has("agent") });
      out.replaceChildren(el("code", { "data-role": "token" }, made.token), el("span", { class: "soft small" }, t("onceOnly")));
      load();
    } catch (error) { out.replaceChildren(failure(error)); }
  } }, el("label", {}, t("name"), el("input", { name: "name", required: true, maxlength: 80 })), el("fieldset", { class: "row" }, el("legend", { class: "small soft" }, t("scopes")), store.me.scopes.map((scope) => el("label", { class: "row" }, el("input", { type: "checkbox", name: "scope", value: scope, checked: scope === "k8s:read" }), scope))),
  el("label", { class: "row" }, el("input", { type: "checkbox", name: "agent" }), t("agent")), el("div", {}, el("button", { class: "primary", type: "submit" }, t("create"))));
  main.append(el("div", { class: "stack" }, el("h1", {}, t("settings")), el("section", { class: "panel" }, el("h2", {}, t("you")), el("p", {}, `${store.me.name} <${store.me.email}>`), el("p", { class: "small soft" }, store.me.scopes.join(", "))), el("section", { class: "panel" }, el("h2", {}, t("tokens")), list, form, out)));
  load();
}
