// What keeps an environment as a whole from following git, and the way on.
import * as api from "../api.js";
import { el } from "../dom.js";
import { heard } from "../heard.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { failure } from "./parts.js";
import { preview } from "./preview.js";

const LISTED = 5;

// The notices of those environments, made anew only where what they say changed, so that an open preview stays.
export function marks(environments) {
  const node = el("div", { class: "tight", "data-role": "marks" });
  let shown = "[]";
  const show = () => {
    const found = store.environments.filter((each) => !environments || environments.includes(each.name)).flatMap(said);
    if (!environments && store.mirror) found.push({ name: "mirror", tone: "warn", title: t("isStuck"), lines: [store.mirror] });
    const now = JSON.stringify(found);
    if (now !== shown) { shown = now; node.replaceChildren(...found.map((each) => (each.total ? folded(each) : notice(each)))); }
  };
  show();
  return { node, leave: store.on(["apps"], show) };
}
function said({ name, held, release, unreached, refused, leaving, kept }) {
  const found = [];
  if (unreached) found.push({ name, tone: "bad", title: t("isUnreached", { name }), lines: [heard(unreached)] });
  if (held) found.push({ name, tone: "warn", title: t("isHeld", { name }), lines: [heard(held.replace(/\. To go on: .*$/, ""))], release });
  if (refused) found.push({ name, tone: "warn", title: t("notDeleted", { name }), lines: refused.map(heard) });
  if (leaving) found.push({ name, tone: "warn", title: t("isLeaving", { name }), lines: Object.entries(leaving).map(([app, why]) => `${app}: ${heard(why)}`) });
  if (kept) found.push({ name, title: t("isKept", { name, count: kept.count }), lines: kept.items.map((each) => `${each.app}: ${each.kind} ${each.name}: ${keptWhy(each)}`), total: kept.count });
  return found;
}
// Why an object that git has no more stays.
export const keptWhy = ({ kind, why, kept = why }) => (kept === kind ? t("keptKind", { kind }) : t("keptBy", { what: kept }));
const listed = (lines, total = lines.length, shown = lines.slice(0, LISTED)) => [...shown.map((line) => el("p", {}, line)), total > shown.length ? el("p", {}, t("andMore", { count: total - shown.length })) : null];
const folded = ({ name, title, lines, total }) => el("details", { class: "notice tight", "data-kept": name }, el("summary", {}, title), listed(lines, total, lines));
function notice({ name, tone, title, lines, release }) {
  const out = el("div", { class: "tight" });
  const ask = async () => {
    try { out.replaceChildren(preview(await api.preview({ verb: "release", environment: name, args: { revision: release } })).box); } catch (error) { out.replaceChildren(failure(error)); }
  };
  const may = store.me.scopes.some((scope) => scope === "admin:write" || scope === `admin:write@${name}`);
  return el("section", { class: "notice tight", "data-tone": tone, "data-mark": name, "aria-label": title }, el("b", {}, title), listed(lines),
    release ? (may ? el("div", { class: "row" }, el("button", { type: "button", class: "small", "data-role": "release", onclick: ask }, t("releaseIt", { revision: release }))) : el("p", {}, t("releaseAsk", { revision: release }))) : null, out);
}
