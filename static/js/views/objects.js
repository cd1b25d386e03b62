// One object of the cluster as people look at it: what matters first, the whole behind a click.
import { el } from "../dom.js";
import { heard } from "../heard.js";
import { t } from "../texts.js";
import { badge, facts, list, table } from "./parts.js";

export function service(data) {
  return [facts([[t("type"), data.type], ["Cluster IP", data.cluster_ip], [t("external"), data.external.join(", ")], [t("addresses"), data.addresses.join(", ")], [t("selector"), pairs(data.selector)]]),
    table([t("name"), "port", "targetPort", "nodePort", ""], data.ports.map((each) => [each.name ?? "", each.port, each.targetPort ?? "", each.nodePort ?? "", each.protocol ?? ""])), whole(data.object)];
}
export const deployment = (podLine, eventList) => (data) => [
  el("div", { class: "row" }, badge(data.health), el("span", { class: "replicas" }, `${data.ready}/${data.desired}`), data.message ? el("span", { class: "small" }, heard(data.message)) : null),
  facts([[t("strategy"), data.strategy?.type], [t("available"), data.available], [t("updated"), data.updated]]),
  ...data.containers.map(container),
  part(t("conditions"), data.conditions, (each) => el("li", {}, el("div", { class: "row" }, el("b", {}, each.type), el("span", { class: "tag" }, each.status), each.reason ?? ""), each.message ? el("span", { class: "small soft" }, each.message) : null)),
  part(t("replicaSets"), data.replica_sets, (each) => el("li", {}, el("div", { class: "row" }, el("code", {}, each.name), each.revision ? el("span", { class: "tag" }, `#${each.revision}`) : null, el("span", { class: "grow" }), `${each.ready}/${each.desired}`))),
  data.pods.length ? el("details", { open: true }, el("summary", {}, t("pods")), list(data.pods, (pod) => pod.name, podLine)) : null,
  data.events.length ? el("details", {}, el("summary", {}, `${t("events")} (${data.events.length})`), eventList(data.events)) : null,
].filter(Boolean);
function container(each) {
  const { requests = {}, limits = {} } = each.resources;
  return el("div", { class: "tight" }, el("div", { class: "row" }, el("b", {}, each.name), el("code", { class: "soft" }, each.image)),
    facts([[t("ports"), each.ports.map((port) => port.containerPort).join(", ")], [t("requests"), pairs(requests)], [t("limits"), pairs(limits)], [t("variables"), each.env.map((one) => (one.from ? `${one.name} ← ${JSON.stringify(one.from)}` : `${one.name}=${one.value ?? ""}`)).join("\n")]]));
}
export function objects(items) {
  return el("ul", { class: "lines" }, items.map((each) => el("li", {}, el("div", { class: "row" }, el("b", {}, each.kind ?? ""), el("code", {}, each.metadata?.name ?? each.name ?? ""), each.environment ? el("span", { class: "tag" }, each.environment) : null, each.keys ? el("span", { class: "small soft" }, each.keys.join(", ")) : null), each.keys ? null : whole(each))));
}
const part = (name, items, line) => (items.length ? el("details", {}, el("summary", {}, `${name} (${items.length})`), el("ul", { class: "lines" }, items.map(line))) : null);
const pairs = (found) => Object.entries(found ?? {}).map(([name, value]) => `${name}=${value}`).join(", ");
const whole = (object) => el("details", {}, el("summary", {}, t("wholeObject")), el("pre", { class: "text", tabindex: "0" }, JSON.stringify(object, null, 2)));
