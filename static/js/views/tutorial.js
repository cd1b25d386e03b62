// The tutorial: what to try, in order; a step is done when the ledger shows it. To begin again counts from now on.
import * as api from "../api.js";
import { el, write } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { failure } from "./parts.js";

const KEPT = "tutorial"; // since when, in localStorage: the steps themselves are the ledger's
const SAY = { deploy: "sayDeploy", check: "sayCheck", scale: "sayScale", break: "sayBreak", rollback: "sayRollback" };

export function tutorial(main, say) {
  const app = [...store.apps.values()].find((item) => !item.problem)?.app ?? "nginx", environment = store.environments[0]?.name ?? "";
  const note = el("div", {}), rows = new Map(), list = el("ol", { class: "steps" }), progress = el("span", { class: "tag", "data-role": "progress" });
  const step = ({ name }) => {
    const words = SAY[name] ? t(SAY[name], { app, environment, ...other(app, environment) }) : null;
    const state = el("span", { class: "badge", "data-tone": "idle" }), node = el("li", { class: "panel", "data-step": name }, el("div", { class: "row" }, state, el("h2", {}, t(`step_${name}`)), el("span", { class: "grow" }), el("span", { class: "tiny soft" })), el("p", { class: "soft" }, t(`about_${name}`, { app, environment })),
      el("div", { class: "row" }, words ? el("button", { type: "button", onclick: () => say(words) }, `“${words}”`) : null, name === "review" ? el("a", { class: "button", href: "#/changes" }, t("changes")) : null, name === "check" ? el("a", { class: "button", href: `#/apps/${encodeURIComponent(app)}/${encodeURIComponent(environment)}` }, app) : null));
    rows.set(name, { node, state });
    return node;
  };
  async function load() {
    try {
      const { steps } = await api.get("tutorial", { since: begun() });
      if (!rows.size) list.append(...steps.map(step));
      for (const { name, at } of steps) {
        const { node, state } = rows.get(name), done = at !== null;
        state.dataset.tone = done ? "good" : "idle";
        write(state, t(done ? "stepDone" : "stepOpen"));
        node.toggleAttribute("data-done", done);
        if (done && at) node.querySelector(".tiny").replaceChildren(stamp(at));
      }
      write(progress, `${steps.filter(({ at }) => at !== null).length}/${steps.length}`);
      note.replaceChildren();
    } catch (error) { note.replaceChildren(failure(error)); }
  }
  const reset = () => { try { localStorage.setItem(KEPT, Math.floor(Date.now() / 1000)); } catch { /* a browser may forbid storage: then every step that was ever done counts */ } rows.clear(); list.replaceChildren(); load(); };
  main.append(el("div", { class: "stack" }, el("div", { class: "row" }, el("h1", { tabindex: "-1" }, t("tutorial")), progress, el("span", { class: "grow" }), el("button", { type: "button", class: "small", "data-role": "reset", onclick: reset }, t("beginAgain"))), el("p", { class: "soft" }, t("tutorialAbout")), note, list));
  load();
  let soon; // several events are one reading; what no event tells, as a question, is read in its turn
  const again = setInterval(load, 5000), off = store.on(["history", "changes", "app"], () => { clearTimeout(soon); soon = setTimeout(load, 400); });
  return () => { clearTimeout(soon); clearInterval(again); off(); };
}
// What is not there already, so that its words change something whenever one begins.
function other(app, environment) {
  const { version, replicas } = store.apps.get(store.key(app, environment)) ?? {};
  return { version: version === "1.28.0" ? "1.28.1" : "1.28.0", count: replicas?.desired === 4 ? 3 : 4 };
}
const begun = () => { try { return Number(localStorage.getItem(KEPT)) || 0; } catch { return 0; } };
