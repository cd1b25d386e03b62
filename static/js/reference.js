// The API, to be read and tried: made in the browser from openapi.json, which the server makes from its routes. Reads can be tried; what changes something is shown as a command to copy.
import * as api from "./api.js";
import { el, write } from "./dom.js";
import { Problem } from "./api.js";
import { shape } from "./shapes.js";
import { language, setLanguage, t } from "./texts.js";
import { empty, failure, table } from "./views/parts.js";

const main = document.getElementById("main"), STREAM = "text/event-stream";

async function start() {
  document.documentElement.lang = language;
  write(document.querySelector(".skip"), t("skip"));
  const other = language === "ko" ? "en" : "ko";
  document.getElementById("top").append(el("a", { class: "brand", href: "/" }, el("img", { src: "/static/icon.svg", alt: "" }), "K-Le-PaaS"),
    el("div", { class: "account" }, el("button", { class: "plain small", type: "button", lang: other, onclick: () => setLanguage(other), "aria-label": t("language") }, other === "ko" ? "한국어" : "English")));
  try { page(await api.get("openapi.json", { lang: language })); } catch (error) {
    const unknown = error instanceof Problem && error.status === 401;
    main.append(el("div", { class: "sign-in" }, el("h1", {}, t("apiTitle")), unknown ? el("p", {}, el("a", { href: "/" }, t("apiSignIn"))) : failure(error)));
  }
}
function page(doc) {
  const found = operations(doc), list = el("div", { class: "stack" }), none = empty(t("noMatch")), count = el("span", { class: "small soft", role: "status" });
  const search = el("input", { type: "search", class: "search", placeholder: t("apiSearch"), "aria-label": t("apiSearch"), "data-role": "search-api", oninput: () => narrow(search.value.trim().toLowerCase()) });
  for (const tag of [...new Set(found.map((each) => each.tag))]) list.append(el("section", { class: "panel", "data-tag": tag }, el("h2", {}, tag), found.filter((each) => each.tag === tag).map((each) => row(each, doc))));
  // Only what has all of the words stays; a section without any goes too.
  function narrow(text) {
    const words = text.split(/\s+/);
    for (const node of list.querySelectorAll("[data-words]")) node.hidden = !words.every((word) => node.dataset.words.includes(word));
    for (const section of list.children) section.hidden = !section.querySelector("[data-words]:not([hidden])");
    const left = list.querySelectorAll("[data-words]:not([hidden])").length;
    none.hidden = left > 0;
    write(count, t("apiCount", { count: left }));
  }
  main.append(el("div", { class: "stack reference" }, el("div", { class: "row" }, el("h1", { tabindex: "-1" }, t("apiTitle")), el("span", { class: "tag" }, doc.info.version), el("span", { class: "grow" }), search), count,
    el("p", { class: "soft" }, t("apiIntro")), el("pre", { class: "text", tabindex: "0" }, `curl -H "Authorization: Bearer $TOKEN" ${location.origin}/api/v1/apps`), el("p", { class: "small" }, el("a", { href: "/api/v1/openapi.json", download: "openapi.json" }, "openapi.json")), none, list));
  narrow("");
  addEventListener("hashchange", reveal);
  reveal();
}
const operations = (doc) => Object.entries(doc.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, each]) => ({ ...each, path, method: method.toUpperCase(), tag: each.tags[0] })))
  .sort((one, other) => (one.tag === other.tag ? one.path.localeCompare(other.path) : one.tag.localeCompare(other.tag)));
function reveal() {
  const node = document.getElementById(location.hash.slice(1));
  if (node?.tagName !== "DETAILS") return;
  node.open = true;
  node.querySelector("summary").focus();
}
// One operation; what is inside is made when it is opened first.
function row(each, doc) {
  const node = el("details", { id: each.operationId, class: "operation", "data-words": `${each.method} ${each.path} ${each.summary} ${each["x-scope"]}`.toLowerCase(), ontoggle: () => { if (node.open && node.children.length === 1) node.append(inside(each, doc)); } },
    el("summary", {}, el("span", { class: "tag method" }, each.method), " ", el("code", {}, each.path), " ", el("span", { class: "small soft" }, said(each.summary))));
  return node;
}
function inside(each, doc) {
  const body = each.requestBody?.content["application/json"].schema, streams = Boolean(each.responses[200]?.content?.[STREAM]);
  return el("div", { class: "tight" }, el("p", { class: "small" }, `${t("apiNeeds")}: `, el("code", {}, each["x-scope"])),
    each.parameters.length ? [el("h3", {}, t("apiTakes")), table([t("name"), t("apiPlace"), t("apiKind"), { text: t("details"), wide: true }], each.parameters.map(parameter))] : null,
    body ? [el("h3", {}, t("apiBody")), code(shape(body, doc))] : null,
    el("h3", {}, t("apiAnswers")), Object.entries(each.responses).map(([status, answer]) => response(status, answer.$ref ? doc.components.responses[answer.$ref.split("/").pop()] : answer, doc)),
    each.method === "GET" && !streams ? trial(each) : [el("h3", {}, t("apiCommand")), code(command(each))]);
}
// What stands between backquotes is code.
const said = (text) => text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
const code = (text) => el("pre", { class: "text", tabindex: "0" }, text);
const parameter = (each) => [el("code", {}, each.name), t(`in_${each.in}`), el("span", {}, el("code", {}, kind(each.schema)), each.required ? ` ${t("apiNeeded")}` : ""), el("span", {}, said(each.description ?? ""), each.schema.default !== undefined ? ` (${t("default")}: ${each.schema.default})` : null)];
const kind = ({ type, enum: among, minimum, maximum }) => (among ? among.join(" | ") : maximum !== undefined ? `${type} ${minimum}–${maximum}` : String(type));
function response(status, answer, doc) {
  const said = Object.entries(answer.content || {}).filter(([, content]) => content.schema);
  const head = [el("code", {}, status), " ", el("span", { class: "small soft" }, t(`status_${status}`) === `status_${status}` ? answer.description : t(`status_${status}`))];
  if (!said.length || Number(status) >= 400) return el("div", {}, head);
  return el("details", { open: status === "200" || status === "201" }, el("summary", {}, head), said.map(([media, content]) => el("div", { class: "tight" }, el("span", { class: "tiny soft" }, media), code(shape(content.schema, doc)))));
}
const command = (each) => `curl ${each.method === "GET" ? "-N" : `-X ${each.method}`} -H "Authorization: Bearer $TOKEN" ${each.requestBody ? `-H "Content-Type: application/json" -d @body.json ` : ""}${location.origin}${each.path}`;
// A read, asked for as the viewer who is signed in.
function trial(each) {
  const out = el("div", { class: "tight", role: "status" });
  const fields = each.parameters.filter((one) => one.in !== "header").map((one) => el("label", {}, one.name, one.schema.enum ? el("select", { name: one.name }, el("option", { value: "" }), one.schema.enum.map((value) => el("option", { value }, value))) : el("input", { name: one.name, required: one.required, autocomplete: "off", inputmode: one.schema.type === "integer" ? "numeric" : null })));
  const ask = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ""));
    const path = each.path.replace(/\{(\w+)\}/g, (whole, name) => { const value = values[name] ?? ""; delete values[name]; return encodeURIComponent(value); });
    const address = `${path}${Object.keys(values).length ? `?${new URLSearchParams(values)}` : ""}`;
    try {
      const answer = await fetch(address, { headers: { "Accept-Language": language }, credentials: "same-origin" }), text = await answer.text();
      out.replaceChildren(el("div", { class: "row small" }, el("span", { class: "badge", "data-tone": answer.ok ? "good" : "bad" }, String(answer.status)), el("code", {}, address), el("span", { class: "soft" }, answer.headers.get("X-Request-Id") || "")), code(pretty(text)));
    } catch (error) { out.replaceChildren(failure(error)); }
  };
  return [el("h3", {}, t("apiTry")), el("form", { class: "tight", onsubmit: ask }, fields.length ? el("div", { class: "fields" }, fields) : null, el("div", {}, el("button", { type: "submit", class: "primary small" }, t("send")))), out];
}
const pretty = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };
start();
