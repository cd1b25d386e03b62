// A JSON schema as a person reads it: the shape of what it describes, with each member's type in its place.
const DEEP = 6, MANY = 6;

export function shape(schema, doc, pad = "", depth = 0) {
  const found = schema?.$ref ? doc.components.schemas[schema.$ref.split("/").pop()] : schema;
  if (!found || depth > DEEP) return "…";
  const several = found.oneOf || found.anyOf;
  if (several) return choices(several, doc, pad, depth);
  if (found.const !== undefined) return JSON.stringify(found.const);
  if (found.enum) return found.enum.map((each) => JSON.stringify(each)).join(" | ");
  const types = [found.type].flat();
  if (types.includes("array")) return `[${found.items ? shape(found.items, doc, pad, depth + 1) : "…"}]`;
  if (found.type === "object") return members(found, doc, pad, depth);
  return types.filter(Boolean).join(" | ") || "…";
}
function choices(several, doc, pad, depth) {
  const shown = several.slice(0, MANY).map((each) => shape(each, doc, pad, depth + 1));
  return [...new Set(shown), ...(several.length > MANY ? [`… (${several.length})`] : [])].join(`\n${pad}| `);
}
function members({ properties = {}, required = [], additionalProperties: rest }, doc, pad, depth) {
  const deeper = `${pad}  `, lines = Object.entries(properties).map(([name, each]) => `${deeper}${name}${required.includes(name) ? "" : "?"}: ${shape(each, doc, deeper, depth + 1)}`);
  if (rest && typeof rest === "object") lines.push(`${deeper}*: ${shape(rest, doc, deeper, depth + 1)}`);
  return lines.length ? `{\n${lines.join("\n")}\n${pad}}` : "{…}";
}
