// What can be done to an app: a few fields, then the same preview card as in the chat.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { fill } from "./parts.js";
import { preview } from "./preview.js";

const FORMS = { deploy: [["version", "text"]], scale: [["replicas", "number"]], set_env: [["name", "text"], ["value", "text"]], restart: [], promote: [], sync: [], retry: [], cancel: [], suspend: [], resume: [] };
const EDITS = ["deploy", "scale", "set_env", "restart", "promote", "suspend", "resume"]; // of a values file: an app made of manifests has none
const CALLED = { sync: "syncNow", retry: "retryNow", cancel: "cancelSync" }; // words that mean something else elsewhere

export function actions(place) {
  const out = el("div", { class: "tight" }), promotes = store.environments.find((each) => each.name === place.environment)?.promotes_from;
  const press = (button) => Object.values(buttons).forEach((each) => each.setAttribute("aria-expanded", each === button));
  const close = () => { press(null); out.replaceChildren(); };
  const ask = (verb, args) => fill(out, api.preview({ verb, ...place, args }), (found) => preview(found, { done: () => press(null) }).box);
  const open = (verb, button) => {
    if (button.getAttribute("aria-expanded") === "true") return close();
    press(button);
    if (!FORMS[verb].length) return ask(verb, {});
    const form = el("form", { class: "fields", onsubmit: (event) => { event.preventDefault(); ask(verb, values(form)); } }, FORMS[verb].map((field) => input(place, field)), el("button", { type: "submit", class: "primary" }, t("preview")));
    out.replaceChildren(form);
    form.querySelector("input").focus();
  };
  const button = (verb) => el("button", { type: "button", "data-action": verb, "aria-expanded": "false", onclick: (event) => open(verb, event.currentTarget) }, t(CALLED[verb] ?? verb));
  const buttons = Object.fromEntries(Object.keys(FORMS).filter((verb) => verb !== "promote" || promotes).map((verb) => [verb, button(verb)]));
  const node = el("section", { class: "tight", "aria-label": t("actions") }, el("div", { class: "row" }, Object.values(buttons)), out);
  const show = (item) => {
    buttons.suspend.hidden = Boolean(item.suspended); buttons.resume.hidden = !item.suspended;
    if (item.source === "manifests") EDITS.filter((verb) => buttons[verb]).forEach((verb) => { buttons[verb].hidden = true; });
    buttons.retry.hidden = item.sync !== "failed"; buttons.cancel.hidden = item.sync !== "progressing";
  };
  return { node, show };
}
function input(place, [name, type]) {
  const number = type === "number", now = number ? store.apps.get(store.key(place.app, place.environment))?.replicas?.desired : null;
  return el("label", {}, t(name), el("input", { name, type, required: name !== "value", value: now, min: number ? 0 : null, max: number ? 100 : null, autocomplete: "off", autocapitalize: "off", spellcheck: "false" }));
}
const values = (form) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, name === "replicas" ? Number(value) : value]));
