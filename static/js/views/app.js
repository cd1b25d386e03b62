// One app in one environment: what runs, what can be done, what happened.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t, when } from "../texts.js";
import { update } from "./apps.js";
import { podTable } from "./answers.js";
import { entries } from "./history.js";
import { badge, empty, failure, fill, table } from "./parts.js";
import { previewCard } from "./preview.js";

export function app(main, name, environment) {
  const place = { app: name, environment }, card = el("div", { class: "card", "data-app": name, "data-environment": environment },
    el("div", { class: "row" }, el("span", { class: "replicas", "data-role": "replicas" }), el("span", { class: "row", "data-role": "badges" }), el("span", { class: "grow" }), el("code", { "data-role": "version" })), el("span", { class: "why", "data-role": "why" }));
  const parts = Object.fromEntries(["pods", "history", "events", "values", "syncs"].map((each) => [each, el("div", {})]));
  const show = () => update(card, store.apps.get(store.key(name, environment)) || { health: "unknown", sync: "unknown" });
  const load = {
    pods: () => fill(parts.pods, api.read("status", place), (found) => (found.data.pods.length ? podTable(found.data.pods) : empty(t("none")))),
    history: () => fill(parts.history, api.get("history", { ...place, limit: 30 }), (found) => entries(found.items, place)),
    events: () => fill(parts.events, api.read("events", place), (found) => table([t("last"), t("reason"), t("object"), t("message")], found.data.items.map((each) => [new Date(each.last).toLocaleTimeString(), each.reason, each.object, each.message]))),
    values: () => fill(parts.values, api.get(`apps/${name}/${environment}`), (found) => { fillSyncs(parts.syncs, found.syncs); return [el("code", { class: "soft" }, found.path), el("pre", { class: "text", tabindex: "0" }, found.values || t("none"))]; }),
  };
  const tabs = store.environments.filter((each) => store.apps.has(store.key(name, each.name))).map((each) => el("a", { class: "button", href: `#/apps/${name}/${each.name}`, "aria-current": each.name === environment ? "page" : null }, each.name));
  main.append(el("div", { class: "stack" }, el("div", { class: "row" }, el("a", { href: "#/apps" }, t("apps")), el("span", { class: "soft" }, "/"), el("h1", {}, name), el("span", { class: "grow" }), ...tabs), card, actions(place),
    el("div", { class: "grid2" }, panel("pods", parts.pods), panel("history", parts.history), logs(place), panel("events", parts.events), panel("valuesFile", parts.values), panel("syncs", parts.syncs))));
  show();
  Object.values(load).forEach((each) => each());
  const mine = (detail) => detail.app === name && detail.environment === environment;
  let timer;
  const soon = (...names) => { clearTimeout(timer); timer = setTimeout(() => names.forEach((each) => load[each]()), 300); };
  const off = [store.on(["apps"], show), store.on(["app"], (detail) => { if (mine(detail)) { show(); soon("pods", "events", "values"); } }), store.on(["history"], (detail) => { if (mine(detail)) load.history(); })];
  return () => { clearTimeout(timer); off.forEach((each) => each()); };
}
const panel = (title, body) => el("section", { class: "panel" }, el("h2", {}, t(title)), body);
const fillSyncs = (node, syncs) => node.replaceChildren(syncs.length ? table(["", t("commit"), "", t("message")], syncs.map((each) => [badge(each.status), el("code", {}, each.revision.slice(0, 8)), when(each.started), each.error || each.health.message])) : empty(t("none")));

function logs(place) {
  const out = el("pre", { class: "text", tabindex: "0", "data-role": "logs" }), previous = el("input", { type: "checkbox" });
  const load = async () => { try { out.textContent = (await api.read("logs", { ...place, lines: 100, ...(previous.checked ? { previous: true } : {}) })).data.lines.join("\n"); } catch (error) { out.textContent = error.message; } };
  previous.addEventListener("change", load);
  load();
  return el("section", { class: "panel" }, el("h2", {}, t("logs"), el("span", { class: "grow" }), el("label", { class: "row" }, previous, "previous"), el("button", { type: "button", onclick: load }, t("refresh"))), out);
}
const FORMS = { scale: [["replicas", "number"]], deploy: [["version", "text"]], set_env: [["name", "text"], ["value", "text"]], restart: [], promote: [], suspend: [], resume: [] };
function actions(place) {
  const out = el("div", { class: "tight" });
  const ask = async (verb, args) => { try { out.replaceChildren(previewCard(await api.preview({ verb, ...place, args }))); } catch (error) { out.replaceChildren(failure(error)); } };
  const open = (verb) => {
    const fields = FORMS[verb].map(([name, type]) => el("label", {}, name, el("input", { name, type, required: true, min: type === "number" ? 0 : null, max: type === "number" ? 100 : null, autocomplete: "off" })));
    if (!fields.length) return ask(verb, {});
    const form = el("form", { class: "row", onsubmit: (event) => { event.preventDefault(); ask(verb, Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, name === "replicas" ? Number(value) : value]))); } }, fields, el("button", { type: "submit", class: "primary" }, t("preview")));
    out.replaceChildren(form);
    form.querySelector("input").focus();
  };
  const promoted = store.environments.find((each) => each.name === place.environment)?.promotes_from;
  const verbs = Object.keys(FORMS).filter((verb) => (verb !== "promote" || promoted) && verb !== (store.apps.get(store.key(place.app, place.environment))?.suspended ? "suspend" : "resume"));
  return el("section", { class: "panel", "aria-label": t("actions") }, el("div", { class: "row" }, verbs.map((verb) => el("button", { type: "button", "data-action": verb, onclick: () => open(verb) }, t(verb)))), out);
}
