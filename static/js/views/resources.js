// The resource tree of an app as the cluster has it: what git put there, and what came of that, down to the pods.
import * as api from "../api.js";
import { el, keyed, write } from "../dom.js";
import { heard } from "../heard.js";
import { age, t } from "../texts.js";
import { keptWhy } from "./marks.js";
import { badge, empty, failure } from "./parts.js";

export function resources(place) {
  const tree = el("ul", { class: "tree", "data-role": "tree", "aria-label": t("resources") }), note = el("div", {});
  async function load() {
    try {
      const found = await api.get(`apps/${encodeURIComponent(place.app)}/${encodeURIComponent(place.environment)}/tree`);
      draw(tree, [...found.items, ...found.missing.map((each) => ({ ...each, health: "missing", children: [] }))]);
      note.replaceChildren(...(tree.children.length ? [] : [empty(t("nothing"))]));
    } catch (error) { note.replaceChildren(failure(error)); }
  }
  return { node: el("section", { class: "panel" }, el("h2", {}, t("resources")), note, tree), load };
}
// A node is made once; what is known of it is written into it, so that what is folded stays folded.
function draw(list, items) {
  keyed(list, items, (item) => `${item.kind}/${item.name}`, make);
  items.forEach((item, index) => update(list.children[index], item));
}
function make(item) {
  const line = el("div", { class: "row one" }), below = el("ul", {});
  return el("li", { "data-kind": item.kind, "data-name": item.name }, line, el("span", { class: "tiny error" }), below);
}
function update(node, item) {
  const [line, said, below] = node.children, health = item.going ? "progressing" : item.health;
  const now = [health, item.replicas?.ready, item.replicas?.desired, item.kept, item.age].join();
  if (node.dataset.now !== now) {
    node.dataset.now = now;
    line.replaceChildren(badge(health), el("span", { class: "kind tiny soft" }, item.kind), el("code", { class: "clip", title: item.name }, item.name), item.kept ? el("span", { class: "tag", "data-tone": "warn", "data-role": "kept", title: keptWhy(item) }, t("notInGit")) : "", item.replicas ? el("span", { class: "small" }, `${item.replicas.ready}/${item.replicas.desired}`) : "",
      el("span", { class: "grow" }), el("span", { class: "tiny soft" }, item.going ? t("terminating") : age(item.age)));
  }
  write(said, item.health === "healthy" ? "" : heard(item.message || ""));
  draw(below, item.children);
}
