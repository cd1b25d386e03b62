// History: who, when, in which words, through which door.
import * as api from "../api.js";
import { el, keyed } from "../dom.js";
import { store } from "../store.js";
import { age, stamp, t } from "../texts.js";
import { badge, diffs, empty, failure, fill, sha } from "./parts.js";
import { preview } from "./preview.js";
import { sentences } from "./sentences.js";

const PAGE = 50, MOST = 200, SOON = 300; // entries; ms

export function history(main) {
  const app = el("select", { "aria-label": t("app") }, option("", `${t("app")}: ${t("all")}`), [...new Set([...store.apps.values()].map((item) => item.app))].map((name) => option(name, name)));
  const environment = el("select", { "aria-label": t("environment") }, option("", `${t("environment")}: ${t("all")}`), store.environments.map((each) => option(each.name, each.name)));
  const who = el("input", { type: "search", class: "search", placeholder: t("who"), "aria-label": t("who"), "data-filter": "author" }), verb = el("select", { "aria-label": t("verb"), "data-filter": "verb" }, option("", `${t("verb")}: ${t("all")}`), CHANGES.map((each) => option(each, each)));
  const shown = timeline(() => ({ app: app.value, environment: environment.value, author: who.value.trim(), verb: verb.value }));
  app.addEventListener("change", shown.load);
  for (const each of [environment, who, verb]) each.addEventListener("change", shown.load);
  main.append(el("div", { class: "stack" }, el("div", { class: "row" }, el("h1", { tabindex: "-1" }, t("history")), el("span", { class: "grow" }), app, environment, verb, who), comparison().node, sentences(), el("section", { class: "panel" }, shown.node)));
  shown.load();
  return store.on(["history"], shown.soon);
}
const CHANGES = ["deploy", "restart", "scale", "rollback", "promote", "set_env", "unset_env", "suspend", "resume", "create_app", "delete_app", "apply_manifest", "delete_manifest", "grant", "withdraw"];
// Any two commits against each other: the older side first, whichever was chosen first.
function comparison() {
  const from = el("input", { name: "from", required: true, placeholder: t("fromPoint"), "aria-label": t("fromPoint"), autocomplete: "off" }), to = el("input", { name: "to", placeholder: "main", "aria-label": t("toPoint"), autocomplete: "off" }), out = el("div", { class: "tight" });
  const show = (event) => { event.preventDefault(); fill(out, api.read("diff", { from: from.value.trim(), to: to.value.trim() || "main" }), (found) => (found.data.changes.length ? diffs(found.data.changes, "compared") : empty(t("nothing")))); };
  return { node: el("details", { class: "panel", "data-role": "comparison" }, el("summary", {}, t("compareTwo")), el("form", { class: "fields", onsubmit: show }, from, to, el("button", { type: "submit" }, t("compare"))), out) };
}
const option = (value, text) => el("option", { value }, text);

// A timeline that can be read again without closing what is open in it. `place`: of one app in one environment, with roll-back.
export function timeline(query, place = null, limit = PAGE, paged = true) {
  const rows = el("ol", { class: `timeline${place ? " long" : ""}`, tabindex: place ? "0" : null, "aria-label": t("history") }), note = el("div", {}), older = el("button", { type: "button", class: "small", hidden: true, onclick: () => more() }, t("older"));
  let items = [], next = null;
  const show = () => {
    keyed(rows, items, (item) => item.revision, (item) => entry(item, place));
    items.forEach((item, index) => tell(rows.children[index], item.synced));
    rows.querySelectorAll('[data-role="roll-back"]').forEach((button) => { button.hidden = button.closest("li") === rows.firstElementChild; });
    note.replaceChildren(...(items.length ? [] : [empty(t("noHistory"))]));
    older.hidden = !next || !paged;
  };
  const read = async (more, take, count = limit) => {
    try { const found = await api.get("history", { ...query(), ...more, limit: count }); items = take(found.items); next = found.next; show(); } catch (error) { note.replaceChildren(failure(error)); }
  };
  const more = () => read({ cursor: next }, (found) => [...items, ...found]);
  const load = () => read({}, (found) => found);
  let timer = null; // many events are one reading, of as many as are shown
  return { node: el("div", { class: "tight" }, note, rows, older), load, soon: () => { timer ??= setTimeout(() => { timer = null; read({}, (found) => found, Math.min(Math.max(limit, items.length), MOST)); }, SOON); } };
}
// A few entries as they are, with roll-back to each but the newest of its app and environment, which is what is there.
export function entries(items, about = {}) {
  const seen = new Set();
  const shown = items.map((item) => {
    const place = { app: about.app ?? item.app, environment: about.environment ?? item.environment }, key = `${place.environment}/${place.app}`, older = seen.has(key);
    seen.add(key);
    return entry(item, older && place.app && place.environment ? place : null);
  });
  return shown.length ? el("ol", { class: "timeline" }, shown) : empty(t("noHistory"));
}
// What a commit did to the clusters: of one app how much and how long, of several how many ended how.
function did(all) {
  const told = (status, said, title) => el("span", { class: "row one", "data-role": "synced", title }, badge(status), el("span", {}, said)), place = ({ app, environment }) => `${app} / ${environment}`;
  if (all.length === 1) return told(all[0].status, [t("objects", { count: all[0].objects }), age(all[0].seconds)].filter(Boolean).join(" · "), place(all[0]));
  return [...Map.groupBy(all, (each) => each.status)].map(([status, those]) => told(status, t("inApps", { count: those.length }), those.map(place).join("\n")));
}
// Written anew only where it differs: what is open in the entry stays.
function tell(entry, synced = []) {
  const node = entry.querySelector('[data-role="did"]'), key = JSON.stringify(synced);
  if (node.dataset.now === key) return;
  node.dataset.now = key;
  node.replaceChildren(...[did(synced)].flat().filter(Boolean));
}
function entry(item, place) {
  const more = el("div", { class: "tight" });
  const toggle = (button, show) => {
    const closing = button.getAttribute("aria-expanded") === "true";
    for (const each of buttons.querySelectorAll("button")) each.setAttribute("aria-expanded", !closing && each === button);
    if (closing) { more.asked = (more.asked || 0) + 1; more.replaceChildren(); } else show();
  };
  const diff = () => fill(more, api.read("diff", { to: item.revision, app: place?.app, environment: place?.environment }), (found) => (found.data.changes.length ? diffs(found.data.changes, "history-diff") : empty(t("nothing"))));
  const back = () => fill(more, api.preview({ verb: "rollback", app: place.app, environment: place.environment, args: { commit: item.revision } }), (found) => preview(found).box);
  const buttons = el("div", { class: "row" }, el("button", { type: "button", class: "small", "aria-expanded": "false", onclick: (event) => toggle(event.target, diff) }, t("showDiff")),
    place ? el("button", { type: "button", class: "small", "aria-expanded": "false", "data-role": "roll-back", onclick: (event) => toggle(event.target, back) }, t("rollBack")) : null);
  const node = el("li", { "data-role": "history-entry", "data-revision": item.revision, "data-channel": item.channel },
    el("div", { class: "subject" }, item.subject.replaceAll(" -> ", " → ")), item.words ? el("p", { class: "words" }, item.words) : null,
    el("div", { class: "row tiny soft" }, el("span", { title: item.email }, item.author), stamp(item.time), el("span", { class: "tag", title: item.verified ? null : t("unreviewed") }, item.channel), sha(item.revision),
      item.reviewed_by ? el("span", {}, t("approvedBy", { who: item.reviewed_by })) : null, item.broke_glass ? el("span", { class: "tag", "data-tone": "warn", "data-role": "broke-glass" }, t("brokeGlass", { who: item.broke_glass })) : null, el("span", { class: "row", "data-role": "did" }), el("span", { class: "grow" }), buttons), more);
  tell(node, item.synced);
  return node;
}
