// The last lines of an app's pods.
import * as api from "../api.js";
import { el, keyed, write } from "../dom.js";
import { t } from "../texts.js";

export function logs(place) {
  const out = el("pre", { class: "text", tabindex: "0", "data-role": "logs", "aria-label": t("logs") }), pod = el("select", { class: "small", "aria-label": t("pod"), onchange: () => load() }, el("option", { value: "" }, t("loading")));
  const lines = el("select", { class: "small", "aria-label": t("lines"), onchange: () => load() }, [100, 300, 1000].map((each) => el("option", { value: each }, `${each} ${t("lines")}`)));
  const previous = el("input", { type: "checkbox", onchange: () => load() });
  // A pod that has gone is no longer asked for; reading again keeps the place of someone who scrolled up.
  async function load() {
    const following = out.scrollHeight - out.scrollTop - out.clientHeight < 8;
    try {
      const found = (await api.read("logs", { ...place, lines: lines.value, pod: pod.value || undefined, ...(previous.checked ? { previous: true } : {}) })).data;
      keyed(pod, found.pods, (each) => each, (each) => el("option", { value: each }, each));
      pod.value = found.pod;
      write(out, found.lines.join("\n") || t("noLines", found));
    } catch (error) {
      if (error.status === 404 && pod.value) { pod.replaceChildren(el("option", { value: "" }, "–")); return load(); }
      write(out, error.message);
    }
    if (following) out.scrollTop = out.scrollHeight;
  }
  const node = el("section", { class: "panel" }, el("div", { class: "head" }, el("h2", {}, t("logs")), pod, el("span", { class: "grow" }), lines, el("label", { class: "check" }, previous, t("previous")), el("button", { class: "small", type: "button", onclick: () => load() }, t("refresh"))), out);
  return { node, load };
}
