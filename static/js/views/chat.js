// The conversation: what was said, and cards for what came back. It is the server's: a reload shows it again, and "it" means the same.
import * as api from "../api.js";
import { el, write } from "../dom.js";
import { store } from "../store.js";
import { inLanguage, t } from "../texts.js";
import { answerCard } from "./answers.js";
import { became } from "./became.js";
import { failure } from "./parts.js";
import { outcome, preview } from "./preview.js";
import { toolForm } from "./tools.js";
import { wrong } from "./wrong.js";

const KEPT = "conversation"; // this tab's, in sessionStorage

export function chat(aside) {
  const log = el("div", { class: "chat-log", role: "log", "aria-live": "polite", "aria-label": t("chat"), tabindex: "0" });
  const input = el("textarea", { id: "chat-input", rows: "1", placeholder: t("placeholder"), "aria-label": t("chat"), enterkeyhint: "send" });
  const about = el("span", { class: "small soft clip", "data-role": "context" }), said = [], cards = new Map(); // command id -> card
  let session = recall(), waiting = [], recalled = 0; // `waiting`: the ids that a typed "confirm" stands for
  const open = (yes = true) => aside.toggleAttribute("data-open", yes);
  const end = () => { log.scrollTop = log.scrollHeight; };
  const reply = (...nodes) => { log.append(el("div", { class: "reply" }, nodes)); end(); };
  const words = (text) => { recalled = said.push(text); log.append(el("div", { class: "said" }, text)); };

  async function say(text) {
    open();
    words(text);
    const thinking = el("p", { class: "thinking" }, t("thinking"));
    log.append(thinking);
    end();
    try {
      const found = await api.post("nlp/process", { text, ...(session ? { session_id: session } : {}), pending: waiting });
      thinking.remove();
      keep(found.session_id);
      inLanguage(found.language, () => reply(...shown(found), wrong(found)));
      waiting = found.waiting;
      context(found.context);
    } catch (error) { thinking.remove(); if (error.code === "no_such_conversation") keep(null); else if (error.body?.session_id) { keep(error.body.session_id); waiting = []; } reply(failure(error)); }
  }
  function shown(found) {
    if (found.kind === "done") return found.items.flatMap((item) => (item.question ? asked(item) : (settle(item.id), outcome(item))));
    if (found.kind === "cancelled") { found.cancelled.forEach((id) => settle(id)); return [el("p", { class: "soft" }, t("cancelled"))]; }
    if (found.kind === "external") return [el("p", {}, found.question), toolForm(found.external)];
    if (found.kind !== "preview" && found.kind !== "answer") return asked(found);
    return found.items.flatMap((item) => (item.question ? asked(item) : item.plan ? previewed(item) : answerCard(item)));
  }
  function previewed(item) {
    if (item.replaces) settle(item.replaces, el("span", { class: "soft" }, t("edited")));
    const card = preview(item, {
      changed: (next, before) => { cards.delete(before); if (next.command_id) cards.set(next.command_id, card); waiting = waiting.map((id) => (id === before ? next.command_id : id)).filter(Boolean); },
      done: (id) => { cards.delete(id); waiting = waiting.filter((each) => each !== id); },
    });
    if (item.command_id) cards.set(item.command_id, card);
    return card.box;
  }
  function settle(id, ...nodes) { cards.get(id)?.settle(...nodes); cards.delete(id); }
  function asked(found) {
    return [el("p", {}, found.question), chips(found.choices || found.suggestions || [])];
  }
  const chips = (choices) => el("div", { class: "chips" }, choices.map((choice) => el("button", { type: "button", onclick: () => say(String(choice)) }, String(choice))));
  const submit = (event) => { event?.preventDefault(); const text = input.value.trim(); if (text) { input.value = ""; say(text); } };
  const context = (found) => { if (found) write(about, found.app ? t("about", { it: [found.app, found.environment].filter(Boolean).join(" / ") }) : ""); };
  function keep(id) { session = id; try { id ? sessionStorage.setItem(KEPT, id) : sessionStorage.removeItem(KEPT); } catch { /* a browser may forbid storage: then a reload begins anew */ } }
  function again(event) {
    const at = recalled + (event.key === "ArrowUp" ? -1 : 1);
    if (input.value !== (said[recalled] ?? "") || at < 0 || at > said.length) return;
    event.preventDefault();
    recalled = at;
    input.value = said[at] ?? "";
  }
  // What this tab spoke of before a reload: the words, what came of them in a line, and the cards that still wait.
  async function resume() {
    try {
      const found = await api.get(`nlp/conversations/${encodeURIComponent(session)}`);
      for (const each of found.items.toReversed()) { words(each.text); reply(el("p", { class: "small soft" }, became(each).join(" · "))); }
      for (const item of found.waiting) reply(previewed(item));
      waiting = found.pending;
      context(found.context);
    } catch { keep(null); greet(); }
  }
  async function greet() {
    const hello = el("div", {});
    reply(el("p", { class: "soft" }, t("hello")), hello);
    try { hello.replaceChildren(chips((await api.get("nlp/suggestions")).items)); } catch (error) { hello.replaceChildren(failure(error)); }
  }
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) submit(event);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") again(event);
    else if (event.key === "Escape") open(false);
  });
  input.addEventListener("focus", () => open());
  aside.setAttribute("aria-label", t("chat"));
  const fresh = el("button", { class: "plain small", type: "button", "data-role": "new-chat", onclick: () => { keep(null); waiting = []; cards.clear(); log.replaceChildren(); write(about, ""); greet(); } }, t("newChat"));
  const close = el("button", { class: "plain small chat-toggle", type: "button", onclick: () => open(false) }, t("close"));
  aside.append(el("div", { class: "chat-head row" }, el("h2", {}, t("chat")), about, el("span", { class: "grow" }), fresh, close), log,
    el("form", { class: "chat-form", onsubmit: submit }, input, el("button", { class: "primary", type: "submit" }, t("send"))));
  if (session) resume(); else greet();
  return { say, focus: () => { open(); input.focus(); } };
}
const recall = () => { try { return sessionStorage.getItem(KEPT); } catch { return null; } };
