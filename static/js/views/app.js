// One app in one environment: what runs, what can be done, what happened.
import * as api from "../api.js";
import { el } from "../dom.js";
import { heard } from "../heard.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { actions } from "./actions.js";
import { alertPanel } from "./alerts.js";
import { eventList, podList } from "./answers.js";
import { card, update } from "./apps.js";
import { compared } from "./compared.js";
import { graphs } from "./graphs.js";
import { timeline } from "./history.js";
import { logs } from "./logs.js";
import { marks } from "./marks.js";
import { badge, empty, fill, list, sha } from "./parts.js";
import { resources } from "./resources.js";
import { written } from "./written.js";

const SOON = 300, SETTLED = 4000, AGAIN = 15000; // ms: several events are one; pods that go are gone; what no event tells, as a pod's restart

export function app(main, name, environment) {
  const place = { app: name, environment }, key = store.key(name, environment);
  if (!store.apps.has(key)) return absent(main, name, environment);
  const places = store.environments.filter((each) => store.apps.has(store.key(name, each.name)));
  const cards = new Map(places.map((each) => [store.key(name, each.name), card(store.apps.get(store.key(name, each.name)), each.name === environment)]));
  const out = parts("details", "pods", "events", "syncs", "desired");
  const tree = resources(place), file = written(place);
  const past = timeline(() => place, place, 30), log = logs(place), act = actions(place), measured = graphs(place), firing = alertPanel(place), whole = marks([environment]);
  main.append(el("div", { class: "stack" },
    el("div", { class: "row" }, el("a", { class: "crumb", href: "#/apps" }, t("apps")), el("h1", { tabindex: "-1" }, name)),
    el("nav", { class: "environments", "aria-label": t("environments") }, [...cards.values()]), whole.node, out.details, act.node, firing.node,
    el("div", { class: "columns" }, el("div", { class: "stack" }, tree.node, panel("pods", out.pods), measured.node, log.node, compared(place).node, panel("events", out.events)), el("div", { class: "stack" }, panel("history", past.node), panel("syncs", out.syncs), panel(store.apps.get(key).source === "manifests" ? "manifests" : "valuesFile", el("div", { class: "tight" }, out.desired, file.node))))));
  const reports = () => fill(out.events, api.read("events", place), (found) => eventList(found.data.items));
  const live = () => {
    tree.load();
    fill(out.pods, api.read("status", place), (found) => podList(found.data.pods));
    reports();
  };
  const desired = () => fill(out.desired, api.get(`apps/${encodeURIComponent(name)}/${encodeURIComponent(environment)}`), (found) => {
    out.details.replaceChildren(details(found));
    out.syncs.replaceChildren(syncList(found.syncs || []));
    if (found.manifests?.length) file.list(found.path, found.manifests);
    else file.put(found.path, found.values);
    return [];
  });
  act.show(store.apps.get(key));
  [live, desired, past.load, log.load, measured.load].forEach((each) => each());
  let timer, reporting;
  const reportsSoon = () => { clearTimeout(reporting); reporting = setTimeout(reports, SOON); };
  const read = () => { live(); log.load(); if (store.apps.get(key)?.sync === "failed") desired(); };
  const later = (pause) => { clearTimeout(timer); timer = setTimeout(() => { if (!document.hidden) read(); later(AGAIN); }, pause); };
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => { read(); desired(); later(SETTLED); }, SOON); };
  later(AGAIN);
  const off = [
    store.on(["apps"], () => { for (const [each, node] of cards) if (store.apps.has(each)) update(node, store.apps.get(each)); if (store.apps.has(key)) act.show(store.apps.get(key)); }),
    store.on(["app"], ({ item }) => {
      if (item.app !== name) return;
      store.of(name).forEach((each) => { const node = cards.get(store.key(name, each.environment)); if (node) update(node, each); });
      if (item.environment === environment) { act.show(item); soon(); }
    }),
    store.on(["event"], ({ event }) => { if (event.kind === "cluster" && event.app === name && event.environment === environment) reportsSoon(); }),
    store.on(["history"], (detail) => { if (detail.app === name && detail.environment === environment) past.soon(); })];
  return () => { clearTimeout(timer); clearTimeout(reporting); measured.leave(); firing.leave(); whole.leave(); log.leave(); off.forEach((each) => each()); };
}
const parts = (...names) => Object.fromEntries(names.map((each) => [each, el("div", { class: "tight" })]));
const panel = (title, body) => el("section", { class: "panel" }, el("h2", {}, t(title)), body);
function absent(main, name, environment) {
  main.append(empty(el("h1", { tabindex: "-1" }, t("noSuchApp", { app: name, environment })), el("a", { href: "#/apps" }, t("back"))));
}
function details(found) {
  const namespace = store.environments.find((each) => each.name === found.environment)?.namespace;
  const pairs = [["version", found.version], ["commit", sha(found.commit)], ["namespace", namespace], ["repository", found.repository], ["chart", found.source === "manifests" ? null : found.chart], ["madeOf", found.source === "manifests" ? t("manifests") : null], ["retryAt", found.sync === "failed" && found.retry_at ? stamp(found.retry_at) : null]];
  return el("dl", { class: "facts-row" }, pairs.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, t(name)), el("dd", {}, value))));
}
function syncList(syncs) {
  if (!syncs.length) return empty(t("nothing"));
  return list(syncs, (each) => `${each.revision}${each.started}`, (each) => el("li", {}, el("div", { class: "row" }, badge(each.status), sha(each.revision), el("span", { class: "grow" }), el("span", { class: "tiny soft" }, stamp(each.started))),
    el("span", { class: "soft tiny" }, (each.actions || []).map((action) => t(`acted_${action.action}`, { what: `${action.kind} ${action.name}` })).join(", ")), each.error ? el("span", { class: "error tiny" }, heard(each.error)) : null));
}
