// The conversation: what was said, and cards for what came back. The context ("it") is the server's session.
import * as api from "../api.js";
import { el } from "../dom.js";
import { t } from "../texts.js";
import { answerCard } from "./answers.js";
import { failure } from "./parts.js";
import { outcome, previewCard } from "./preview.js";

export function chat(aside) {
  const log = el("div", { class: "chat-log", role: "log", "aria-live": "polite", tabindex: "0" }), input = el("textarea", { id: "chat-input", rows: "2", placeholder: t("placeholder"), "aria-label": t("chat") });
  let pending = [];
  const reply = (...nodes) => { const box = el("div", { class: "reply" }, nodes); log.append(box); box.scrollIntoView({ block: "end" }); };
  const open = () => aside.toggleAttribute("data-open", true);
  async function say(text) {
    open();
    log.append(el("div", { class: "said" }, text));
    try {
      const found = await api.post("nlp/process", { text, ...(pending.length ? { pending } : {}) });
      reply(...shown(found));
    } catch (error) { reply(failure(error)); }
  }
  function shown(found) {
    if (found.kind === "preview" || found.kind === "answer") {
      pending = found.items.filter((item) => item.confirmation && item.status === "preview").map((item) => item.confirmation);
      return found.items.flatMap((item) => (item.question ? asked(item) : [item.plan ? previewCard(item, () => { pending = pending.filter((each) => each !== item.confirmation); }) : answerCard(item)]));
    }
    if (found.kind === "done") { pending = []; return found.items.map(outcome); }
    if (found.kind === "cancelled") { pending = []; return [el("p", { class: "soft" }, t("cancelled"))]; }
    return asked(found);
  }
  function asked(found) {
    const choices = found.choices || found.suggestions || [];
    return [el("p", {}, found.question), el("div", { class: "chips" }, choices.map((choice) => el("button", { type: "button", onclick: () => say(String(choice)) }, String(choice))))];
  }
  const submit = (event) => { event?.preventDefault(); const text = input.value.trim(); if (text) { input.value = ""; say(text); } };
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event); });
  input.addEventListener("focus", open);
  aside.append(el("div", { class: "chat-head row" }, el("h2", {}, t("chat")), el("span", { class: "grow" }), el("button", { class: "plain chat-toggle", type: "button", onclick: () => aside.toggleAttribute("data-open", false), "aria-label": t("cancel") }, "✕")),
    log, el("form", { class: "chat-form", onsubmit: submit }, input, el("button", { class: "primary", type: "submit" }, t("send"))));
  reply(el("p", { class: "soft" }, t("hello")));
}
