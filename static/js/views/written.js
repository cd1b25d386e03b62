// The values file of an app, or the manifests it is made of, a line at a time, with who wrote each of them where that is asked for.
import * as api from "../api.js";
import { el, keyed } from "../dom.js";
import { stamp, t } from "../texts.js";
import { empty, failure, sha } from "./parts.js";

export function written(place) {
  const body = el("div", { class: "tight" }), path = el("code", { class: "soft" });
  const button = el("button", { type: "button", class: "small", "aria-pressed": "false", "data-role": "blame", onclick: () => { on = !on; show(); } }, t("whoWrote"));
  let on = false, found = null, text = null;
  const show = async () => {
    button.setAttribute("aria-pressed", on);
    if (!text) { button.hidden = true; return body.replaceChildren(empty(t("nothing"))); }
    button.hidden = false;
    if (!on) return body.replaceChildren(el("pre", { class: "text", tabindex: "0", "data-role": "values" }, text));
    try { found = found || (await api.get(`apps/${encodeURIComponent(place.app)}/${encodeURIComponent(place.environment)}/blame`)); body.replaceChildren(blamed(found)); } catch (error) { body.replaceChildren(failure(error)); }
  };
  const put = (where, values) => {
    path.textContent = where;
    if (values === text && body.childElementCount) return;
    [text, found] = [values, null];
    show();
  };
  const list = (where, files) => {
    path.textContent = where; button.hidden = true;
    keyed(body, files, (each) => `${each.path} ${each.text}`, (each) => el("details", { open: files.length < 3 }, el("summary", {}, el("code", {}, each.path.slice(where.length + 1))), el("pre", { class: "text", tabindex: "0", "data-role": "manifest" }, each.text)));
  };
  return { node: el("div", { class: "tight" }, el("div", { class: "row" }, path, el("span", { class: "grow" }), button), body), put, list };
}
// Lines that one commit wrote together name it once.
function blamed({ lines, commits }) {
  const rows = lines.map((line, index) => {
    const commit = commits[line.revision], first = lines[index - 1]?.revision !== line.revision;
    return el("tr", { class: first ? "first" : null, "data-revision": line.revision }, el("td", { title: commit.words || commit.subject }, first ? el("span", { class: "row one" }, sha(line.revision), el("span", { class: "clip" }, commit.author), stamp(commit.time)) : null), el("td", {}, el("code", {}, line.text || " ")));
  });
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("whoWrote") }, el("table", { class: "blame" }, el("tbody", {}, rows)));
}
