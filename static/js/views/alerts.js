// Alerts: what fires, on which app, and what a person can do about it. A rollback is the usual preview card.
import * as api from "../api.js";
import { el, keyed, link } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { configured, unset } from "./configured.js";
import { badge, empty, failure, fill } from "./parts.js";
import { preview } from "./preview.js";

const SPANS = ["1h", "4h", "1d", "7d"];
const SEVERE = { critical: "critical", page: "critical", error: "critical", warning: "warning" };
const version = (each) => [each.id, each.status, each.acknowledged, each.silenced_until, each.answered ? 1 : 0].join();
const may = ({ environment }) => store.me.scopes.includes("deploy:execute") || (environment && store.me.scopes.includes(`deploy:execute@${environment}`));

export function alerts(main) {
  const firing = el("ul", { class: "lines" }), nothing = el("div", {}), past = el("div", {}), setup = el("div", {});
  const show = () => { keyed(firing, store.alerts, version, (each) => row(each)); nothing.replaceChildren(...(store.alerts.length ? [] : [empty(t("nothingFires"))])); };
  const over = () => fill(past, api.get("alerts", { status: "resolved", limit: 50 }), ({ items }) => (items.length ? el("ul", { class: "lines" }, items.map((each) => row(each))) : empty(t("nothingResolved"))));
  main.append(el("div", { class: "stack" }, el("h1", { tabindex: "-1" }, t("alerts")), setup,
    el("section", { class: "panel", "data-role": "firing", "aria-live": "polite" }, el("h2", {}, t("firing")), firing, nothing), el("section", { class: "panel", "data-role": "resolved" }, el("h2", {}, t("resolvedOnes")), past)));
  configured().then(({ alerts: receiving }) => { if (!receiving.configured) setup.replaceChildren(el("section", { class: "panel" }, unset({ name: t("receivingAlerts"), setting: receiving.setting }, el("p", {}, t("alertsAddress"), " ", el("code", {}, `${location.origin}/api/v1/alerts/webhook`))))); }, (error) => setup.replaceChildren(failure(error)));
  show();
  over();
  return store.on(["alerts"], () => { show(); over(); });
}
// On the page of an app: what fires there, if anything does.
export function alertPanel({ app, environment }) {
  const list = el("ul", { class: "lines" }), node = el("section", { class: "panel", "data-role": "firing", hidden: true }, el("h2", {}, t("alerts")), list);
  const show = () => {
    const mine = store.alerts.filter((each) => each.app === app && each.environment === environment);
    keyed(list, mine, version, (each) => row(each, true));
    node.hidden = !mine.length;
  };
  show();
  return { node, leave: store.on(["alerts"], show) };
}
const severity = (each) => (each.status === "resolved" ? badge("succeeded", "resolved") : SEVERE[each.severity] ? badge(SEVERE[each.severity], `n_${SEVERE[each.severity]}`) : el("span", { class: "badge" }, each.severity || t("alert")));
function row(each, here = false) {
  const out = el("div", { class: "tight" });
  const where = each.app && !here ? el("a", { href: `#/apps/${encodeURIComponent(each.app)}/${encodeURIComponent(each.environment)}` }, each.app) : null;
  return el("li", { "data-role": "alert", "data-alert": each.name, "data-status": each.status },
    el("div", { class: "row" }, severity(each), el("b", {}, each.name), where, each.environment && !here ? el("span", { class: "tag" }, each.environment) : null, el("span", { class: "grow" }), el("span", { class: "tiny soft" }, stamp(each.began), each.ended ? [" – ", stamp(each.ended)] : "")),
    each.summary && each.summary !== each.name ? el("p", {}, each.summary) : null, ...notes(each), each.status === "firing" ? buttons(each, out) : null,
    el("details", {}, el("summary", { class: "tiny" }, t("labels")), el("div", { class: "chips" }, Object.entries(each.labels).map(([name, value]) => el("code", { class: "tag" }, `${name}=${value}`)))), out);
}
function notes(each) {
  const answered = each.answered && (each.answered.to ? t("answeredBack", { commit: each.answered.to.slice(0, 8) }) : t("answeredNot", { why: each.answered.left ?? "" }));
  const silenced = each.silence && each.silenced_until * 1000 > Date.now();
  return [each.acknowledged ? el("p", { class: "small soft" }, t("acknowledgedBy", { who: each.acknowledged_by }), " · ", stamp(each.acknowledged)) : null,
    silenced ? el("p", { class: "small soft" }, t("silencedBy", { who: each.silenced_by }), " ", stamp(each.silenced_until)) : null, answered ? el("p", { class: "small soft" }, answered) : null].filter(Boolean);
}
// Only what this person may do; the server says so too.
function buttons(each, out) {
  const act = (promise) => fill(out, promise, () => []);
  const span = el("select", { class: "small", "aria-label": t("silenceFor") }, SPANS.map((one) => el("option", { value: one }, t(`span_${one}`))));
  const quiet = each.silence && each.silenced_until * 1000 > Date.now();
  const silence = quiet ? [button("unsilence", () => act(api.remove(`alerts/${each.id}/silence`)))] : [span, button("silence", () => act(api.post(`alerts/${each.id}/silence`, { duration: span.value })))];
  const allowed = may(each);
  return el("div", { class: "row" }, allowed && each.app ? button("rollback", () => fill(out, back(each), (node) => node)) : null, allowed && !each.acknowledged ? button("acknowledge", () => act(api.post(`alerts/${each.id}/acknowledge`, {}))) : null,
    ...(allowed && each.source === "alertmanager" ? silence : []), el("span", { class: "grow" }), each.url ? link(t("atSource"), each.url) : null);
}
const button = (name, press) => el("button", { type: "button", class: "small", "data-action": name, onclick: press }, t(name));
async function back(each) {
  const { rollback } = await api.get(`alerts/${each.id}`);
  if (!rollback.commit) return el("p", { class: "notice", "data-tone": "warn" }, rollback.reason);
  return preview(await api.preview({ verb: "rollback", app: each.app, environment: each.environment, args: { commit: rollback.commit }, text: t("becauseOf", { name: each.name }) })).box;
}
