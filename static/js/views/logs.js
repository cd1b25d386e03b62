// The last lines of an app's pods.
import * as api from "../api.js";
import { el, keyed, write } from "../dom.js";
import { t } from "../texts.js";

export function logs(place) {
  const out = el("pre", { class: "text", tabindex: "0", role: "group", "data-role": "logs", "aria-label": t("logs") });
  let chosen; // by the viewer; else the server picks the pod that needs to be looked at
  const pod = el("select", { class: "small", "aria-label": t("pod"), onchange: () => { chosen = pod.value; load(); } });
  const lines = el("select", { class: "small", "aria-label": t("lines"), onchange: () => load() }, [100, 300, 1000].map((each) => el("option", { value: each }, `${each} ${t("lines")}`)));
  const previous = el("input", { type: "checkbox", onchange: () => load() });
  // Reading again keeps the place of someone who scrolled up; a pod that has gone is no longer asked for.
  async function load() {
    const following = out.scrollHeight - out.scrollTop - out.clientHeight < 8;
    try {
      const found = (await api.read("logs", { ...place, lines: lines.value, pod: chosen, ...(previous.checked ? { previous: true } : {}) })).data;
      keyed(pod, found.pods, (each) => each, (each) => el("option", { value: each }, each));
      pod.value = found.pod;
      write(out, found.lines.join("\n") || t("noLines", found));
    } catch (error) {
      if (error.status === 404 && chosen) { chosen = undefined; return load(); }
      write(out, error.message);
    }
    if (following) out.scrollTop = out.scrollHeight;
  }
  const head = el("div", { class: "head" }, el("h2", {}, t("logs")), pod, el("span", { class: "grow" }), lines, el("label", { class: "check" }, previous, t("previous")),
    el("button", { class: "small", type: "button", onclick: () => load() }, t("refresh")));
  return { node: el("section", { class: "panel" }, head, out), load };
}
