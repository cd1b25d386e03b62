// All apps, a lane an environment. A card is made once and only its texts change.
import * as api from "../api.js";
import { el, keyed, write } from "../dom.js";
import { heard } from "../heard.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { reviewRow } from "./changes.js";
import { configured } from "./configured.js";
import { figures } from "./figures.js";
import { marks } from "./marks.js";
import { timeline } from "./history.js";
import { measure } from "../units.js";
import { badge, empty, failure, toneOf } from "./parts.js";
import { previews } from "./pulled.js";

const FILTERS = [["all", () => true], ["running", "good"], ["failing", "bad"], ["working", "work"], ["paused", "warn"]];
const wants = (filter, item) => (typeof filter === "function" ? filter(item) : toneOf(item) === filter);

export function apps(main, environment) {
  const problems = el("div", { class: "tight" }), body = el("div", { class: "lanes" }), cards = new Map();
  const nothing = el("div", { hidden: true });
  const search = el("input", { class: "search", type: "search", placeholder: t("search"), "aria-label": t("search"), oninput: () => all() });
  const below = lately(), pulled = previews(), whole = marks();
  let chosen = FILTERS[0], lanes = shownLanes(environment), first = failing();
  const place = el("select", { class: "small", "aria-label": t("environment"), "data-filter": "environment", onchange: () => { environment = place.value; history.replaceState(null, "", lane(environment)); first = failing(); all(); } });
  const filters = FILTERS.map((each) => el("button", { type: "button", class: "small", "aria-pressed": each === chosen, "data-filter": each[0], onclick: () => { chosen = each; first = failing(); all(); } }, `${t(each[0])} `, el("b", {})));
  main.append(el("div", { class: "stack" },
    el("div", { class: "row" }, el("h1", { tabindex: "-1" }, t("apps")), place, el("div", { class: "filters", role: "group", "aria-label": t("filter") }, filters), el("span", { class: "grow" }), search), problems, whole.node, body, nothing, pulled.node, below.node));
  const count = () => FILTERS.forEach(([, filter], index) => write(filters[index].lastChild, String([...store.apps.values()].filter((item) => (lanes.length !== 1 || item.environment === lanes[0].name) && wants(filter, item)).length)));
  function all() {
    lanes = shownLanes(environment);
    keyed(place, ["", ...store.lanes.map((each) => each.name)], (each) => each, (each) => el("option", { value: each }, each || `${t("environment")}: ${t("all")}`));
    place.value = lanes.length === 1 ? lanes[0].name : "";
    place.hidden = store.lanes.length < 2;
    count();
    filters.forEach((each, index) => each.setAttribute("aria-pressed", FILTERS[index] === chosen));
    const names = shownNames(search.value.trim().toLowerCase(), chosen[1], first, lanes), key = lanes.map((each) => `${each.name} ${each.opens ?? ""}`).join();
    body.style.setProperty("--lanes", lanes.length);
    keyed(body, names.length ? [null, ...names] : [], (name) => `${key} ${name ?? ""}`, (name) => (name === null ? head(lanes) : row(name, cards, lanes)));
    for (const [key, node] of cards) if (node.dataset.app && !store.apps.has(key)) swap(cards, key, node, vacant());
    for (const item of store.apps.values()) refresh(item, cards);
    nothing.hidden = names.length > 0;
    if (!names.length) nothing.replaceChildren(store.apps.size ? empty(t("noMatch")) : empty(t("noApps"), el("code", {}, t("noAppsExample"))));
    problems.replaceChildren(...store.problems.map((each) => el("p", { class: "notice", "data-tone": "bad", role: "alert" }, `${each.path}${each.line ? `:${each.line}` : ""} ${heard(each.message)}`)));
  }
  all();
  const off = [below.leave, pulled.leave, whole.leave, store.on(["apps", "changes"], all), store.on(["app"], ({ app }) => { store.of(app).forEach((item) => refresh(item, cards)); count(); })];
  return () => off.forEach((each) => each());
}
// Under the apps: what waits for a person, and what was committed last.
function lately() {
  const past = timeline(() => ({}), null, 5, false), waiting = el("div", { class: "tight" });
  const panel = el("section", { class: "panel" }, el("h2", {}, t("inReviewNow")), waiting);
  const show = () => { panel.hidden = !store.changes.length; keyed(waiting, store.changes, (each) => `${each.id}${each.approvals.length}`, reviewRow); };
  const off = [store.on(["changes"], show), store.on(["history"], past.soon)];
  show();
  past.load();
  const recent = el("section", { class: "panel" }, el("h2", {}, t("recent"), el("span", { class: "grow" }), el("a", { class: "small", href: "#/history" }, t("history"))), past.node);
  return { node: el("div", { class: "stack" }, troubled(), el("div", { class: "columns" }, recent, panel), figures()), leave: () => off.forEach((each) => each()) };
}
// Nodes beyond a threshold, where they are measured and shown to the viewer; nothing where all are well.
function troubled() {
  const out = el("div", { class: "tight" }), node = el("section", { class: "panel", "data-role": "troubled-nodes", hidden: true }, el("h2", {}, t("nodes"), el("span", { class: "grow" }), el("a", { class: "small", href: "#/monitoring" }, t("monitoring"))), out);
  const show = (...children) => { out.replaceChildren(...children); node.hidden = !children.length; };
  const asks = async () => (await configured()).prometheus.configured && store.me.scopes.includes("k8s:read");
  asks().then(async (may) => { if (may) show(...problems(await api.get("monitoring/nodes"))); }).catch((error) => show(failure(error)));
  return node;
}
const problems = ({ items, measures }) => items.filter((each) => each.state !== "ok").map((each) => el("div", { class: "row" }, badge(each.state, `n_${each.state}`), el("code", {}, each.name),
  measures.filter(({ name }) => each.values[name] && each.values[name].state !== "ok").map(({ name, unit }) => el("span", { class: "beyond", "data-tone": each.values[name].state === "critical" ? "bad" : "warn" }, `${t(`m_${name}`)} ${measure(each.values[name].value, unit)}`))));
// The apps that are not well somewhere as the page opens or its filter changes: they stand first until then, so that nothing moves while it is read.
const failing = () => new Set([...store.apps.values()].filter((item) => toneOf(item) === "bad").map((item) => item.app));
// The lane of an environment that there is, else all.
const shownLanes = (environment) => { const found = store.lanes.filter((each) => each.name === environment); return found.length ? found : store.lanes; };
export const lane = (environment) => (environment ? `#/apps?environment=${encodeURIComponent(environment)}` : "#/apps");
function shownNames(text, filter, first, lanes) {
  const within = new Set(lanes.map((each) => each.name));
  const items = [...store.apps.values()].filter((item) => within.has(item.environment) && item.app.includes(text) && wants(filter, item));
  const names = [...new Set(items.map((item) => item.app))];
  return [...names.filter((name) => first.has(name)), ...names.filter((name) => !first.has(name))];
}
const head = (lanes) => el("div", { class: "lane-head" }, el("span", {}), lanes.map((each) => el("span", { class: "row" }, each.name, each.review ? el("span", { class: "tag" }, t("needsReview")) : null,
  each.opens && Date.parse(each.opens) > Date.now() ? el("span", { class: "tag", "data-role": "opens" }, t("opensAt"), " ", stamp(each.opens)) : null)));
// A row holds a place for every environment, so that an app that appears in one changes nothing else.
function row(name, cards, lanes) {
  const places = lanes.map((each) => {
    const place = vacant();
    cards.set(store.key(name, each.name), place);
    return place;
  });
  return el("section", { class: "lane-row", "aria-label": name }, el("h2", { class: "name" }, name), places);
}
function refresh(item, cards) {
  const key = store.key(item.app, item.environment), old = cards.get(key);
  if (!old) return;
  if (old.dataset.app) update(old, item);
  else swap(cards, key, old, card(item));
}
const vacant = () => el("div", { class: "none-here" });
function swap(cards, key, old, made) { old.replaceWith(made); cards.set(key, made); }
// The card of an app in an environment, wherever it is shown.
export function card(item, current = false, name = item.environment) {
  const node = el("a", { class: "card", href: `#/apps/${encodeURIComponent(item.app)}/${encodeURIComponent(item.environment)}`, "data-app": item.app, "data-environment": item.environment, "aria-current": current ? "page" : null },
    el("div", { class: "row" }, el("span", { class: "lane small soft" }, name), el("span", { class: "unseen" }, item.app), el("span", { class: "replicas", "data-role": "replicas" }),
      el("span", { "data-role": "badges", class: "row" }), el("span", { class: "grow" }), el("code", { class: "clip", "data-role": "version" })),
    el("span", { class: "why clip", "data-role": "why" }));
  update(node, item);
  return node;
}
export function update(node, item) {
  const find = (role) => node.querySelector(`[data-role="${role}"]`);
  node.dataset.tone = toneOf(item);
  write(find("replicas"), item.replicas?.desired === null || !item.replicas ? "–" : `${item.replicas.ready}/${item.replicas.desired}`);
  write(find("version"), item.version ?? "");
  find("why").title = reason(item);
  write(find("why"), reason(item) || aside(item));
  const words = wordsOf(item), badges = find("badges");
  if (badges.dataset.words !== words.join()) { badges.dataset.words = words.join(); badges.replaceChildren(...words.map((each) => badge(each))); }
}
function wordsOf(item) {
  if (item.problem) return ["broken"];
  if (item.suspended) return ["suspended"];
  return [...new Set([item.health, ...(item.drift ? ["drifted"] : []), ...(["succeeded", "progressing", "suspended"].includes(item.sync) ? [] : [item.sync])])];
}
// What somebody changed in the cluster and nobody puts back.
const drifted = ({ fields, by }) => t("isDrifted", { what: fields.map((each) => `${each.kind} ${each.name} ${each.fields.join(" ")}`).join(", "), who: by.join(", ") || "?" });
// Why an app is not well, in the words of the cluster or of git.
export function reason(item) {
  if (item.suspended && !item.problem) return t("isSuspended");
  if (item.problem) return `${item.problem.path ?? ""}${item.problem.line ? `:${item.problem.line}` : ""} ${heard(item.problem.message)}`.trim();
  if (item.drift && !item.error) return drifted(item.drift);
  const text = item.error || (item.health === "healthy" ? "" : item.message) || "";
  return heard(text.startsWith(`${item.app}: `) ? text.slice(item.app.length + 2) : text);
}
// For one that is well: its commit, an open review, and whether the environment before it is ahead.
function aside(item) {
  const from = store.environments.find((each) => each.name === item.environment)?.promotes_from, before = from && store.apps.get(store.key(item.app, from));
  const review = store.changes.some((each) => each.app === item.app && each.environment === item.environment);
  return [t(item.sync), item.commit?.slice(0, 8), review ? t("inReview") : "", before?.version && before.version !== item.version ? t("ahead", { environment: from, version: before.version }) : ""].filter(Boolean).join(" · ");
}
