// The form of one tool of an MCP server of others, made of its schema: nothing is called before it is sent, and what comes back is a stranger's word, shown as text.
import * as api from "../api.js";
import { el } from "../dom.js";
import { t } from "../texts.js";
import { failure } from "./parts.js";

export function toolForm({ provider, tool, input, arguments: given = {} }) {
  const out = el("div", { class: "tight", role: "status" }), fields = Object.entries(input?.properties ?? {}).map(([name, schema]) => field(name, schema ?? {}, (input.required ?? []).includes(name), given[name]));
  const call = async (event) => {
    event.preventDefault();
    try {
      const sent = Object.fromEntries(fields.map((each) => [each.name, each.value()]).filter(([, value]) => value !== undefined));
      const found = await api.post(`mcp/external/${encodeURIComponent(provider)}/call`, { tool, arguments: sent });
      const text = found.content.map((each) => each.text ?? JSON.stringify(each)).join("\n") || JSON.stringify(found.structured ?? null);
      out.replaceChildren(el("p", { class: "small soft" }, t(found.is_error ? "toolFailed" : "strangersWord", { name: found.is_error ? tool : provider })), el("pre", { class: "text", tabindex: "0" }, text));
    } catch (error) { out.replaceChildren(failure(error)); }
  };
  return el("div", { class: "tight", "data-role": "tool" }, el("form", { class: "fields", onsubmit: call }, fields.map((each) => each.label), el("button", { type: "submit" }, t("callTool"))), out);
}
// Texts, numbers, choices and yes or no as what they are; whatever else as JSON.
function field(name, schema, required, given) {
  const label = (node) => el("label", { title: schema.description ?? null }, `${name}${required ? " *" : ""}`, node), text = (value) => (value === undefined || value === null ? "" : String(value));
  if (Array.isArray(schema.enum)) {
    const node = el("select", { name }, required ? null : el("option", { value: "" }, ""), schema.enum.map((each) => el("option", { value: each, selected: each === given }, String(each))));
    return { name, label: label(node), value: () => schema.enum.find((each) => String(each) === node.value) };
  }
  if (schema.type === "boolean") {
    const node = el("input", { name, type: "checkbox", checked: given === true });
    return { name, label: label(node), value: () => (node.checked || required ? node.checked : undefined) };
  }
  const number = ["integer", "number"].includes(schema.type), plain = schema.type === "string";
  const node = plain ? el("textarea", { name, rows: "1", required }) : el("input", { name, required, autocomplete: "off", ...(number ? { type: "number", step: schema.type === "integer" ? "1" : "any" } : { placeholder: "JSON" }) });
  node.value = text(given);
  return { name, label: label(node), value: () => (node.value === "" ? undefined : number ? Number(node.value) : plain ? node.value : JSON.parse(node.value)) };
}
