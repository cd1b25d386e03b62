// What the desired state costs: sums first, each with its arithmetic behind a click, and what is not known said.
import { el } from "../dom.js";
import { spoken, stamp, t } from "../texts.js";
import { empty, facts, table } from "./parts.js";

export function cost(data) {
  const money = (amount) => (amount === null || amount === undefined ? null : `${amount.toLocaleString(undefined, { maximumFractionDigits: 2 })} ${data.currency}`);
  const sums = table([t("environment"), t("pods"), "vCPU", t("memory"), t("storage"), data.currency ? t("aMonth") : ""].filter(Boolean), data.environments.map((each) => [each.environment, each.pods, each.vcpu, `${each.memory_gib} GiB`, `${each.storage_gib} GiB`, ...(data.currency ? [money(each.month)] : [])]));
  return [
    ...(data.analysis === "optimization" ? [advice(data, money)].flat() : [sums]),
    facts([[data.currency ? t("total") : null, money(data.month)], [t("atMost"), data.most !== data.month ? money(data.most) : null], ...since(data, money)].filter(([name]) => name)),
    el("details", {}, el("summary", {}, t("arithmetic")), el("ul", { class: "lines" }, data.items.filter((each) => each.arithmetic.length || each.notes.length).map((each) => item(each, money, data.notes)))),
    ...data.problems.map((each) => el("p", { class: "notice", "data-tone": "bad" }, `${t("notRendered")}: ${each.app} / ${each.environment}: ${each.message}`)),
    ...data.notes.filter(({ code }) => !data.items.some((each) => each.notes.includes(code))).map((each) => el("p", { class: "small soft", "data-note": each.code }, each[spoken()])),
  ];
}
function item(each, money, notes) {
  return el("li", {}, el("div", { class: "row" }, el("b", {}, each.app), el("span", { class: "tag" }, each.environment), el("code", { class: "soft" }, `${each.kind} ${each.name}`), el("span", { class: "grow" }), money(each.month) ? el("span", {}, money(each.month)) : null),
    each.arithmetic.map((line) => el("code", { class: "small" }, line)), notes.filter(({ code }) => each.notes.includes(code)).map((note) => el("span", { class: "small soft", "data-note": note.code }, note[spoken()])));
}
function advice(data, money) {
  if (!data.advice.length) return empty(t("nothing"));
  return [...new Set(data.advice.map((each) => each.code))].map((code) => {
    const some = data.advice.filter((each) => each.code === code);
    return el("div", { class: "tight", "data-advice": code }, el("b", { class: "small" }, some[0][spoken()]), el("ul", { class: "lines" }, some.map((each) => el("li", {}, el("div", { class: "row" }, el("span", {}, each.app), el("span", { class: "tag" }, each.environment), el("span", { class: "grow" }),
      each.saves ? el("span", {}, t("saves", { money: money(each.saves) })) : null), each.arithmetic ? el("code", { class: "small" }, each.arithmetic) : null))));
  });
}
function since({ then, vcpu }, money) {
  if (!then) return [];
  const moved = money(then.change) ?? `${Math.round((vcpu - then.vcpu) * 1e4) / 1e4} vCPU`;
  return [[t("changeSince", { when: stamp(then.time).textContent }), (then.change ?? vcpu - then.vcpu) > 0 ? `+${moved}` : moved]];
}
