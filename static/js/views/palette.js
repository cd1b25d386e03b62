// Ctrl-K: go to a page or an app, or say the words to the chat.
import { el, keyed, write } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { lane } from "./apps.js";

const MOST = 8;

export function palette(pages, say) {
  const box = el("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": t("palette"), placeholder: t("palette"), autocomplete: "off" });
  const list = el("ul", { id: "palette-list", role: "listbox", "aria-label": t("palette") }), dialog = el("dialog", { class: "palette", "data-role": "palette", "aria-label": t("palette") }, box, list);
  let items = [], at = 0;
  const choose = (item) => { if (!item) return; dialog.close(); item.go(); };
  const show = () => {
    items = found(box.value.trim(), pages, say);
    at = Math.min(at, Math.max(items.length - 1, 0));
    keyed(list, items, (item) => item.key, (item) => el("li", { role: "option", id: `palette-${item.key}`, onclick: () => choose(items.find((each) => each.key === item.key)) }, el("span", {}, item.text), el("span", { class: "grow" }), el("span", { class: "tiny soft" }, item.kind)));
    [...list.children].forEach((node, index) => { write(node.firstChild, items[index].text); node.setAttribute("aria-selected", index === at); });
    box.setAttribute("aria-activedescendant", items.length ? `palette-${items[at].key}` : "");
  };
  box.addEventListener("input", () => { at = 0; show(); });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); at = (at + step + items.length) % Math.max(items.length, 1); show(); list.children[at]?.scrollIntoView({ block: "nearest" }); }
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); choose(items[at]); }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  return () => { if (dialog.open) return dialog.close(); box.value = ""; at = 0; show(); dialog.showModal(); box.focus(); };
}
function found(text, pages, say) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean), fits = (name) => words.every((word) => name.toLowerCase().includes(word));
  const places = pages.filter((name) => fits(`${name} ${t(name)}`)).map((name) => ({ key: name, text: t(name), kind: t("page"), go: () => { location.hash = `#/${name}`; } }));
  const lanes = store.lanes.filter((each) => fits(`${each.name} ${t("environment")}`)).map((each) => ({ key: `-lane-${each.name}`, text: each.name, kind: t("environment"), go: () => { location.hash = lane(each.name); } }));
  const apps = [...store.apps.values()].filter((item) => fits(`${item.app} ${item.environment}`)).map((item) => ({ key: `${item.environment}-${item.app}`, text: item.app, kind: item.environment, go: () => { location.hash = `#/apps/${encodeURIComponent(item.app)}/${encodeURIComponent(item.environment)}`; } }));
  const spoken = text ? [{ key: "-say", text: t("sayThis", { text }), kind: t("chat"), go: () => say(text) }] : [];
  return [...[...places, ...apps, ...lanes].slice(0, MOST), ...spoken];
}
