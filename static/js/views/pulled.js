// Previews of pull requests: whose, until when, where they answer, and how their apps are.
import { el, keyed, link } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { card, update } from "./apps.js";
import { sha } from "./parts.js";

export function previews() {
  const list = el("div", { class: "stack" }), node = el("section", { class: "panel", hidden: true, "data-role": "previews" }, el("h2", {}, t("previews")), list);
  const of = (each) => [...store.apps.values()].filter((item) => item.environment === each.name);
  const show = () => {
    const there = store.environments.filter((each) => each.preview);
    node.hidden = !there.length;
    keyed(list, there, (each) => JSON.stringify([each, of(each).map((item) => item.app)]), (each) => one(each, of(each)));
  };
  const heard = ({ app, environment, item }) => { const found = list.querySelector(`a[data-app="${CSS.escape(app)}"][data-environment="${CSS.escape(environment)}"]`); if (found) update(found, item); };
  const off = [store.on(["apps"], show), store.on(["app"], heard)];
  show();
  return { node, leave: () => off.forEach((each) => each()) };
}
function one({ name, preview }, items) {
  const urls = Object.entries(preview.urls).filter(([, url]) => url);
  return el("div", { class: "tight", "data-preview": name }, el("div", { class: "row" }, el("b", {}, `${preview.repository} #${preview.number}`), sha(preview.commit), el("span", { class: "tag" }, name), el("span", { class: "grow" }),
    el("span", { class: "small soft" }, t("keptUntil"), " ", stamp(preview.until))), el("div", { class: "row small" }, urls.map(([, url]) => link(url, url))), el("div", { class: "environments" }, items.map((item) => card(item, false, item.app))));
}
