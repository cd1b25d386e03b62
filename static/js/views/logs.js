// The last lines of an app's pods: followed, searched, saved.
import * as api from "../api.js";
import { el, keyed, write } from "../dom.js";
import { t } from "../texts.js";

const FOLLOW = 2000; // ms between looks while somebody follows

export function logs(place) {
  const out = el("pre", { class: "text", tabindex: "0", role: "group", "data-role": "logs", "aria-label": t("logs") });
  let pod, container, found = null, timer; // pod and container: chosen by the viewer; else the server picks the pod that needs to be looked at
  const pods = el("select", { class: "small", "aria-label": t("pod"), onchange: () => { [pod, container] = [pods.value, undefined]; load(); } });
  const containers = el("select", { class: "small", "aria-label": t("container"), "data-role": "container", onchange: () => { container = containers.value; load(); } });
  const lines = el("select", { class: "small", "aria-label": t("lines"), onchange: () => load() }, [100, 300, 1000].map((each) => el("option", { value: each }, `${each} ${t("lines")}`)));
  const previous = el("input", { type: "checkbox", onchange: () => load() }), follow = el("input", { type: "checkbox", "data-role": "follow", onchange: () => again() });
  const search = el("input", { type: "search", class: "small", placeholder: t("searchLines"), "aria-label": t("searchLines"), "data-role": "search-lines", oninput: () => show() });
  function show() {
    const wanted = search.value.toLowerCase(), kept = found.lines.filter((line) => line.toLowerCase().includes(wanted));
    write(out, kept.join("\n") || t(wanted ? "noLineHas" : "noLines", found));
  }
  // Reading again keeps the place of someone who scrolled up; a pod that has gone is no longer asked for.
  async function load() {
    const below = out.scrollHeight - out.scrollTop - out.clientHeight < 8;
    try {
      found = (await api.read("logs", { ...place, lines: lines.value, pod, container, ...(previous.checked ? { previous: true } : {}) })).data;
      for (const [select, names, chosen] of [[pods, found.pods, found.pod], [containers, found.containers, found.container]]) {
        keyed(select, names, (each) => each, (each) => el("option", { value: each }, each));
        select.value = chosen;
      }
      containers.hidden = found.containers.length < 2;
      show();
    } catch (error) {
      if (error.status === 404 && pod) { [pod, container] = []; return load(); }
      write(out, error.message);
    }
    if (below) out.scrollTop = out.scrollHeight;
  }
  function again() {
    clearTimeout(timer);
    if (follow.checked && out.isConnected) timer = setTimeout(async () => { if (!document.hidden) await load(); again(); }, FOLLOW);
  }
  function save() {
    const address = URL.createObjectURL(new Blob([(found?.lines ?? []).join("\n")], { type: "text/plain" }));
    el("a", { href: address, download: `${found?.pod ?? place.app}.log` }).click();
    URL.revokeObjectURL(address);
  }
  const head = el("div", { class: "head" }, el("h2", {}, t("logs")), pods, containers, el("span", { class: "grow" }), lines, el("label", { class: "check" }, previous, t("previous")), el("label", { class: "check" }, follow, t("follow")));
  const tools = el("div", { class: "row" }, search, el("span", { class: "grow" }), el("button", { class: "small", type: "button", onclick: () => load() }, t("refresh")), el("button", { class: "small", type: "button", "data-role": "save-logs", onclick: save }, t("download")));
  return { node: el("section", { class: "panel" }, head, tools, out), load };
}
