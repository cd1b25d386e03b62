// All apps, a lane an environment. A card is made once and only its texts change.
import { el, write } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { badge, empty, toneOf } from "./parts.js";

export function apps(main) {
  const figures = el("div", { class: "figures" }), problems = el("div", { class: "tight" }), body = el("div", {}), cards = new Map();
  main.append(el("div", { class: "stack" }, el("div", { class: "row" }, el("h1", {}, t("apps")), el("span", { class: "grow" })), figures, problems, body));
  const all = () => {
    cards.clear();
    body.replaceChildren(store.apps.size ? lanes(cards) : empty(t("noApps")));
    problems.replaceChildren(...store.problems.map((each) => el("p", { class: "error", role: "alert" }, `${each.path}${each.line ? `:${each.line}` : ""} ${each.message}`)));
    count(figures);
  };
  all();
  const off = [store.on(["apps", "changes"], all), store.on(["app"], ({ item }) => { update(cards.get(store.key(item.app, item.environment)), item); count(figures); })];
  return () => off.forEach((each) => each());
}
function count(node) {
  const items = [...store.apps.values()], tone = (wanted) => items.filter((item) => toneOf(item) === wanted).length;
  const found = [[tone("good"), "running"], [tone("bad"), "failing"], [tone("work"), "working"], [store.changes.length, "waiting"]];
  if (node.children.length) found.forEach(([number], index) => write(node.children[index].firstChild, String(number)));
  else node.append(...found.map(([number, word]) => el("div", { class: "figure" }, el("b", {}, String(number)), el("span", {}, t(word)))));
}
function lanes(cards) {
  const names = [...new Set([...store.apps.values()].map((item) => item.app))];
  const head = el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("app")), store.environments.map((each) => el("th", { scope: "col" }, each.name))));
  const rows = names.map((name) => el("tr", {}, el("th", { scope: "row" }, name), store.environments.map((each) => {
    const item = store.apps.get(store.key(name, each.name));
    return el("td", { "data-label": each.name }, item ? card(item, cards) : null);
  })));
  return el("table", { class: "lanes" }, head, el("tbody", {}, rows));
}
function card(item, cards) {
  const node = el("a", { class: "card", href: `#/apps/${encodeURIComponent(item.app)}/${encodeURIComponent(item.environment)}`, "data-app": item.app, "data-environment": item.environment },
    el("div", { class: "row" }, el("span", { class: "replicas", "data-role": "replicas" }), el("span", { "data-role": "badges", class: "row" }), el("span", { class: "grow" }), el("code", { class: "soft", "data-role": "version" })), el("span", { class: "why", "data-role": "why" }));
  cards.set(store.key(item.app, item.environment), node);
  update(node, item);
  return node;
}
export function update(node, item) {
  if (!node) return;
  const find = (role) => node.querySelector(`[data-role="${role}"]`);
  node.dataset.tone = toneOf(item);
  write(find("replicas"), item.replicas?.desired === null || !item.replicas ? "–" : `${item.replicas.ready}/${item.replicas.desired}`);
  write(find("version"), item.version ?? "");
  write(find("why"), item.problem?.message || item.error || (item.health === "healthy" ? "" : item.message) || "");
  const words = [item.health, ...(["succeeded", item.health].includes(item.sync) ? [] : [item.sync]), ...(item.suspended ? ["suspended"] : [])];
  const badges = find("badges");
  if (badges.dataset.words !== words.join()) { badges.dataset.words = words.join(); badges.replaceChildren(...words.map(badge)); }
}
