// MCP servers of others: whether they answer, their tools, and a call of one that is allowed. What comes back is a stranger's word, shown as text.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { badge, empty, failure, fill, table } from "./parts.js";

export function external() {
  if (!store.me.scopes.includes("mcp:execute")) return null;
  const body = el("div", { class: "tight" }), out = el("div", { class: "tight", role: "status" });
  fill(body, api.get("mcp/external/providers"), (found) => (found.items.length ? [servers(found.items), form(found.items, out), out] : empty(t("noServers"))));
  return el("section", { class: "panel", "data-role": "external" }, el("h2", {}, t("externalServers")), body);
}
// Asked one by one beside the list, since a server may take its time.
function servers(items) {
  const states = new Map(items.map((each) => [each.name, el("span", { class: "soft" }, "…")]));
  api.get("mcp/external/health").then((found) => found.items.forEach((each) => states.get(each.name)?.replaceChildren(badge(each.status === "ok" ? "answered" : "failed", `s_${each.status}`), each.message ? el("span", { class: "small" }, ` ${each.message}`) : "")), (error) => states.forEach((node) => node.replaceChildren(error.message)));
  return table([t("name"), t("transport"), t("tools"), { text: t("status"), wide: true }], items.map((each) => [el("code", {}, each.name), each.transport, el("span", { class: "row" }, each.tools.map((tool) => el("span", { class: "tag" }, tool))), states.get(each.name)]));
}
function form(items, out) {
  const choices = items.flatMap((each) => each.tools.map((tool) => el("option", { value: `${each.name} ${tool}` }, `${each.name} · ${tool}`)));
  if (!choices.length) return "";
  const call = async (event) => {
    event.preventDefault();
    const said = new FormData(event.target), [provider, tool] = said.get("tool").split(" ");
    try {
      const found = await api.post(`mcp/external/${encodeURIComponent(provider)}/call`, { tool, arguments: JSON.parse(said.get("arguments") || "{}") });
      const text = found.content.map((each) => each.text ?? JSON.stringify(each)).join("\n") || JSON.stringify(found.structured ?? null);
      out.replaceChildren(el("p", { class: "small soft" }, t(found.is_error ? "toolFailed" : "strangersWord", { name: found.is_error ? tool : provider })), el("pre", { class: "text", tabindex: "0" }, text));
    } catch (error) { out.replaceChildren(failure(error)); }
  };
  return el("form", { class: "fields", onsubmit: call }, el("label", {}, t("tool"), el("select", { name: "tool" }, choices)), el("label", {}, t("toolArguments"), el("input", { name: "arguments", placeholder: "{\"title\": \"…\"}", autocomplete: "off" })), el("button", { type: "submit" }, t("callTool")));
}
