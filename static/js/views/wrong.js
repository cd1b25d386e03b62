// Under each answer: who read the sentence and how fast, and a way to say that it was read wrongly.
import * as api from "../api.js";
import { el } from "../dom.js";
import { t } from "../texts.js";
import { failure } from "./parts.js";

export function wrong({ message, reading }) {
  const box = el("div", { class: "tight" }), tokens = reading.tokens.in === null ? null : `${reading.tokens.in} + ${reading.tokens.out} ${t("tokens_")}`;
  const read = el("span", { class: "tiny soft", "data-role": "read-by", title: (reading.why ?? []).flat().join("\n") }, [reading.model || t(`parser-${reading.parser}`), `${Math.max(1, Math.round(reading.latency_ms))} ms`, tokens].filter(Boolean).join(" · "));
  const button = el("button", { type: "button", class: "plain small", "data-role": "wrong", "aria-expanded": "false", onclick: () => (box.childElementCount > 1 ? fold() : unfold()) }, t("wrong"));
  const fold = () => { button.setAttribute("aria-expanded", "false"); box.replaceChildren(row); };
  const row = el("div", { class: "row" }, read, el("span", { class: "grow" }), button);
  function unfold() {
    const meant = el("input", { "aria-label": t("meant"), placeholder: t("meant"), autocomplete: "off" });
    const form = el("form", { class: "row", onsubmit: (event) => { event.preventDefault(); send(meant.value.trim()); } }, meant, el("button", { type: "submit", class: "small" }, t("send")));
    button.setAttribute("aria-expanded", "true");
    box.replaceChildren(row, form);
    meant.focus();
  }
  async function send(meant) {
    try {
      await api.post("nlp/feedback", { message, ...(meant ? { meant } : {}) });
      button.remove();
      box.replaceChildren(row, el("p", { class: "small soft", role: "status" }, t("noted")));
    } catch (error) { box.replaceChildren(row, failure(error)); }
  }
  box.append(row);
  return box;
}
