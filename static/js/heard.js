// What the controller wrote, as the reader speaks: it is kept in English, and the server has its sentences in both languages.
import * as api from "./api.js";
import { language, spoken } from "./texts.js";

const WITHIN = ["detail", "waits", "why"], LEAST = 6; // placeholders that hold sentences; letters by which a sentence can be told
const PLACE = /\{(\w+)[^}]*\}/;
let known = [];

export async function learn() {
  if (language !== "ko") return;
  const letters = (parts) => parts.filter((each, index) => index % 2 === 0).join("").replace(/[^A-Za-z]/g, "").length;
  const found = (await api.get("texts")).items.map(({ en, ko }) => { const parts = en.split(PLACE); return { ko, parts, size: letters(parts) }; });
  known = found.filter(({ parts, size }) => parts.length === 1 || size >= LEAST).sort((a, b) => b.size - a.size);
}
// Of several lines the first is the controller's, and the others a container's own.
export function heard(text) {
  if (!text || spoken() !== "ko") return text;
  const [head, ...rest] = text.split("\n");
  return whole(text) ?? [said(head), ...rest].join("\n");
}
function said(text) {
  const at = text.indexOf(": ");
  return whole(text) ?? (at < 0 ? text : `${said(text.slice(0, at))}: ${said(text.slice(at + 2))}`);
}
function whole(text) {
  for (const { parts, ko } of known) {
    const values = taken(parts, text);
    if (values) return ko.replace(new RegExp(PLACE, "g"), (place, name) => (WITHIN.includes(name) ? said(values[name] ?? "") : values[name] ?? ""));
  }
  return null;
}
// placeholder -> what stands there; null where the text is another sentence.
function taken([first, ...parts], text) {
  if (!text.startsWith(first) || (!parts.length && text !== first)) return null;
  const values = {};
  let from = first.length;
  for (let index = 0; index < parts.length; index += 2) {
    const then = parts[index + 1], at = index + 2 < parts.length ? text.indexOf(then, from) : text.endsWith(then) ? text.length - then.length : -1;
    const found = text.slice(from, at);
    if (at < from || (found.includes(": ") && !WITHIN.includes(parts[index]))) return null;
    values[parts[index]] = found;
    from = at + then.length;
  }
  return values;
}
