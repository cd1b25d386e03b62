// The server, as functions. Every error is an Error whose message is for people and whose `code` is stable.
import { language } from "./texts.js";

export class Problem extends Error {
  constructor(status, body) { super(body.title || `HTTP ${status}`); this.status = status; this.code = body.code; this.body = body; }
}
async function call(method, path, body) {
  const options = { method, headers: { Accept: "application/json", "Accept-Language": language }, credentials: "same-origin" };
  if (body !== undefined) { options.body = JSON.stringify(body); options.headers["Content-Type"] = "application/json"; }
  const answer = await fetch(path.startsWith("/auth") ? path : `/api/v1/${path}`, options);
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, found);
  return found;
}
const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "")).toString();
export const get = (path, values = {}) => call("GET", Object.keys(values).length ? `${path}?${query(values)}` : path);
// What goes on, as server-sent events.
export const stream = (path, values) => new EventSource(`/api/v1/${path}?${query(values)}`);
// All pages of a list, as one.
export async function all(path, values = {}) {
  let found = await get(path, values), items = found.items;
  while (found.next) { found = await get(path, { ...values, cursor: found.next }); items = [...items, ...found.items]; }
  return { ...found, items };
}
export const post = (path, body) => call("POST", path, body);
export const remove = (path) => call("DELETE", path);
export const read = (verb, values) => get(`read/${verb}`, values);
export const preview = (command) => post("nlp/preview", command);
