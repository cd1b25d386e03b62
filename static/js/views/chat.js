// The conversation: what was said, and cards for what came back. The context ("it") is the server's session.
import * as api from "../api.js";
import { el, write } from "../dom.js";
import { store } from "../store.js";
import { t } from "../texts.js";
import { answerCard } from "./answers.js";
import { failure } from "./parts.js";
import { outcome, preview } from "./preview.js";

export function chat(aside) {
  const log = el("div", { class: "chat-log", role: "log", "aria-live": "polite", "aria-label": t("chat"), tabindex: "0" });
  const input = el("textarea", { id: "chat-input", rows: "1", placeholder: t("placeholder"), "aria-label": t("chat"), "aria-keyshortcuts": "Control+K", enterkeyhint: "send" });
  const about = el("span", { class: "small soft clip", "data-role": "context" }), said = [];
  let waiting = new Map(), recalled = 0; // what a typed "confirm" stands for: card -> confirmation
  const open = (yes = true) => aside.toggleAttribute("data-open", yes);
  const end = () => { log.scrollTop = log.scrollHeight; };
  const reply = (...nodes) => { log.append(el("div", { class: "reply" }, nodes)); end(); };

  async function say(text) {
    open();
    recalled = said.push(text);
    const thinking = el("p", { class: "thinking" }, t("thinking"));
    log.append(el("div", { class: "said" }, text), thinking);
    end();
    try {
      const found = await api.post("nlp/process", { text, ...(waiting.size ? { pending: [...waiting.values()] } : {}) });
      thinking.remove();
      reply(...shown(found));
      if (found.context) write(about, found.context.app ? t("about", { it: [found.context.app, found.context.environment].filter(Boolean).join(" / ") }) : "");
    } catch (error) { thinking.remove(); reply(failure(error)); }
  }
  function shown(found) {
    if (found.kind === "done") return [...settled(), ...found.items.map(outcome)];
    if (found.kind === "cancelled") return [...settled(), el("p", { class: "soft" }, t("cancelled"))];
    if (found.kind !== "preview" && found.kind !== "answer") return asked(found);
    if (found.kind === "preview") waiting.clear();
    return found.items.flatMap((item) => (item.question ? asked(item) : item.plan ? previewed(item) : answerCard(item)));
  }
  function previewed(item) {
    const wait = (next) => (next.status === "preview" ? waiting.set(card, next.confirmation) : waiting.delete(card));
    const card = preview(item, { changed: wait, done: () => waiting.delete(card) });
    wait(item);
    return card.box;
  }
  function settled() { waiting.forEach((_, card) => card.settle()); waiting.clear(); return []; }
  function asked(found) {
    return [el("p", {}, found.question), chips(found.choices || found.suggestions || [])];
  }
  const chips = (choices) => el("div", { class: "chips" }, choices.map((choice) => el("button", { type: "button", onclick: () => say(String(choice)) }, String(choice))));
  const submit = (event) => { event?.preventDefault(); const text = input.value.trim(); if (text) { input.value = ""; say(text); } };
  function recall(event) {
    const at = recalled + (event.key === "ArrowUp" ? -1 : 1);
    if (input.value !== (said[recalled] ?? "") || at < 0 || at > said.length) return;
    event.preventDefault();
    recalled = at;
    input.value = said[at] ?? "";
  }
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) submit(event);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") recall(event);
    else if (event.key === "Escape") open(false);
  });
  input.addEventListener("focus", () => open());
  aside.setAttribute("aria-label", t("chat"));
  const close = el("button", { class: "plain small chat-toggle", type: "button", onclick: () => open(false) }, t("close"));
  aside.append(el("div", { class: "chat-head row" }, el("h2", {}, t("chat")), about, el("span", { class: "grow" }), el("span", { class: "tag chat-key" }, "Ctrl K"), close), log,
    el("form", { class: "chat-form", onsubmit: submit }, input, el("button", { class: "primary", type: "submit" }, t("send"))));
  const example = [...store.apps.values()].find((item) => item.app === "nginx") || [...store.apps.values()][0];
  reply(el("p", { class: "soft" }, t("hello")), chips(example ? ["tryScale", "tryStatus", "tryOverview"].map((key) => t(key, { app: example.app })) : [t("noAppsExample")]));
}
