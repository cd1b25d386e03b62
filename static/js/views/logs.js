// The last lines of an app's pods: followed as they come, searched, saved.
import * as api from "../api.js";
import { el, keyed, write } from "../dom.js";
import { t } from "../texts.js";

const KEPT = 5000; // lines of one that is followed

export function logs(place) {
  const out = el("pre", { class: "text", tabindex: "0", role: "group", "data-role": "logs", "aria-label": t("logs") });
  let pod, container, found = { lines: [], pods: [], containers: [] }, stream = null; // pod and container: chosen by the viewer; else the server picks the pod that needs to be looked at
  const pods = el("select", { class: "small", "aria-label": t("pod"), onchange: () => { [pod, container] = [pods.value, undefined]; again(); } });
  const containers = el("select", { class: "small", "aria-label": t("container"), "data-role": "container", onchange: () => { container = containers.value; again(); } });
  const lines = el("select", { class: "small", "aria-label": t("lines"), onchange: () => again() }, [100, 300, 1000].map((each) => el("option", { value: each }, `${each} ${t("lines")}`)));
  const previous = el("input", { type: "checkbox", onchange: () => leave() }), follow = el("input", { type: "checkbox", "data-role": "follow", onchange: () => (follow.checked ? begin() : leave()) });
  const search = el("input", { type: "search", class: "small", placeholder: t("searchLines"), "aria-label": t("searchLines"), "data-role": "search-lines", oninput: () => show() });
  const note = el("span", { class: "small soft", role: "status", "data-role": "follow-note" });
  // What is read stays in its place for someone who scrolled up.
  function show(text) {
    const below = out.scrollHeight - out.scrollTop - out.clientHeight < 8, wanted = search.value.toLowerCase(), kept = found.lines.filter((line) => line.toLowerCase().includes(wanted));
    write(out, text ?? (kept.join("\n") || t(wanted ? "noLineHas" : "noLines", found)));
    if (below) out.scrollTop = out.scrollHeight;
  }
  function choose() {
    for (const [select, names, chosen] of [[pods, found.pods, found.pod], [containers, found.containers, found.container]]) {
      keyed(select, names, (each) => each, (each) => el("option", { value: each }, each));
      select.value = chosen;
    }
    [pods.hidden, containers.hidden] = [!found.pods.length, found.containers.length < 2];
  }
  // A pod that has gone is no longer asked for. Who follows is told by the stream.
  async function load() {
    if (stream) return;
    try {
      const now = (await api.read("logs", { ...place, lines: lines.value, pod, container, ...(previous.checked ? { previous: true } : {}) })).data;
      if (stream) return;
      found = now;
      choose();
      show();
    } catch (error) {
      if (error.status === 404 && pod) { [pod, container] = []; return load(); }
      show(error.message);
    }
  }
  function begin() {
    stop();
    previous.checked = false;
    follow.checked = true;
    let fresh = true, drawn = 0;
    stream = api.stream(`apps/${encodeURIComponent(place.app)}/${encodeURIComponent(place.environment)}/logs/stream`, { lines: lines.value, pod, container });
    stream.addEventListener("line", ({ data }) => {
      const said = JSON.parse(data);
      if (fresh || said.pod !== found.pod || said.container !== found.container) { found = { ...found, pod: said.pod, container: said.container, lines: [] }; choose(); }
      fresh = false;
      found.lines = [...found.lines.slice(1 - KEPT), said.line];
      drawn ||= requestAnimationFrame(() => { drawn = 0; show(); });
    });
    stream.addEventListener("over", ({ data }) => { const { code, title } = JSON.parse(data); leave(code === "container_over" ? t("followOver") : title); });
    stream.addEventListener("error", () => { if (stream?.readyState === EventSource.CLOSED) leave(t("followRefused")); }); // else the browser connects again and goes on
  }
  // No longer followed: why, and the lines as they are now.
  function leave(why = "") {
    stop();
    write(note, why);
    return load();
  }
  function stop() {
    stream?.close();
    stream = null;
    follow.checked = false;
    write(note, "");
  }
  const again = () => (stream ? begin() : load());
  function save() {
    const address = URL.createObjectURL(new Blob([found.lines.join("\n")], { type: "text/plain" }));
    el("a", { href: address, download: `${found.pod ?? place.app}.log` }).click();
    URL.revokeObjectURL(address);
  }
  const head = el("div", { class: "head" }, el("h2", {}, t("logs")), pods, containers, el("span", { class: "grow" }), lines, el("label", { class: "check" }, previous, t("previous")), el("label", { class: "check" }, follow, t("follow")));
  const tools = el("div", { class: "row" }, search, note, el("span", { class: "grow" }), el("button", { class: "small", type: "button", onclick: () => leave() }, t("refresh")), el("button", { class: "small", type: "button", "data-role": "save-logs", onclick: save }, t("download")));
  choose();
  return { node: el("section", { class: "panel" }, head, tools, out), load, leave: stop };
}
