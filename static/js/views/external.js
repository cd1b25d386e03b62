// MCP servers of others: whether they answer, their tools, and a call of one that is allowed (tools.js).
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { badge, empty, fill, table } from "./parts.js";
import { toolForm } from "./tools.js";

export function external() {
  if (!store.me.scopes.includes("mcp:execute")) return null;
  const body = el("div", { class: "tight" });
  fill(body, api.get("mcp/external/providers"), (found) => (found.items.length ? [servers(found.items), form(found.items)] : empty(t("noServers"))));
  return el("section", { class: "panel", "data-role": "external" }, el("h2", {}, t("externalServers")), body);
}
// Asked one by one beside the list, since a server may take its time.
function servers(items) {
  const states = new Map(items.map((each) => [each.name, el("span", { class: "soft" }, "…")]));
  api.get("mcp/external/health").then((found) => found.items.forEach((each) => states.get(each.name)?.replaceChildren(badge(each.status === "ok" ? "answered" : "failed", `s_${each.status}`), each.message ? el("span", { class: "small" }, ` ${each.message}`) : "")), (error) => states.forEach((node) => node.replaceChildren(error.message)));
  return table([t("name"), t("transport"), t("tools"), { text: t("status"), wide: true }], items.map((each) => [el("code", {}, each.name), each.transport, el("span", { class: "row" }, each.tools.map((tool) => el("span", { class: "tag" }, tool))), states.get(each.name)]));
}
// The tool that is chosen, with its own form: its server says what it takes.
function form(items) {
  const choices = items.flatMap((each) => each.tools.map((tool) => el("option", { value: `${each.name} ${tool}` }, `${each.name} · ${tool}`)));
  if (!choices.length) return "";
  const body = el("div", { class: "tight" }), select = el("select", { name: "tool", onchange: () => show() }, el("option", { value: "" }, ""), choices);
  function show() {
    const [provider, tool] = select.value.split(" ");
    if (!tool) return body.replaceChildren();
    fill(body, api.get(`mcp/external/${encodeURIComponent(provider)}/tools`), (found) => toolForm({ provider, tool, input: found.items.find((each) => each.name === tool)?.input ?? {} }));
  }
  return el("div", { class: "tight" }, el("div", { class: "fields" }, el("label", {}, t("tool"), select)), body);
}
