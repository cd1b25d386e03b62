// Starts the page: signs of who is there, the route, the chat.
import { Problem } from "./api.js";
import * as api from "./api.js";
import { el, write } from "./dom.js";
import { learn } from "./heard.js";
import { store } from "./store.js";
import { language, setLanguage, t } from "./texts.js";
import { alerts } from "./views/alerts.js";
import { app } from "./views/app.js";
import { audit } from "./views/audit.js";
import { apps } from "./views/apps.js";
import { change, changes } from "./views/changes.js";
import { chat } from "./views/chat.js";
import { history } from "./views/history.js";
import { palette } from "./views/palette.js";
import { empty } from "./views/parts.js";
import { settings } from "./views/settings.js";
import { tutorial } from "./views/tutorial.js";

const ROUTES = [["apps", /^(?:apps(?:\?environment=([^&]+))?)?$/, apps], ["apps", /^apps\/([^/]+)\/([^/]+)$/, app], ["changes", /^changes$/, changes], ["changes", /^changes\/([^/]+)$/, change], ["history", /^history$/, history], ["monitoring", /^monitoring$/, lazily(() => import("./views/monitoring.js"), "monitoring")], ["alerts", /^alerts$/, alerts], ["audit", /^audit$/, audit], ["tutorial", /^tutorial$/, (main) => tutorial(main, (text) => talk.say(text))], ["settings", /^settings$/, settings]];
const main = document.getElementById("main");
let leave = () => {}, talk = null, ask = () => {};

function route() {
  const [name, view, words] = found(location.hash.replace(/^#\/?/, ""));
  leave();
  main.replaceChildren();
  leave = view(main, ...words) || (() => {});
  for (const link of document.querySelectorAll("nav.main a")) link.dataset.name === name ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  document.title = [...words, t(name), "K-Le-PaaS"].join(" · ");
  main.scrollTop = 0;
}
function found(path) {
  const [name, pattern, view] = ROUTES.find(([, pattern]) => pattern.test(path)) || ["apps", /^/, absent];
  try { return [name, view, path.match(pattern).slice(1).filter(Boolean).map(decodeURIComponent)]; } catch { return ["apps", absent, []]; } // a hash may be no valid URI
}
// A view that few open: its module is loaded then. Who went on meanwhile sees nothing of it.
function lazily(load, name) {
  return (into, ...words) => {
    let gone = false, leaves = () => {};
    load().then((module) => { if (!gone) leaves = module[name](into, ...words) || leaves; }, (error) => { if (!gone) into.append(empty(el("h1", { tabindex: "-1" }, t("failedToLoad")), error.message)); });
    return () => { gone = true; leaves(); };
  };
}
const absent = (into) => { into.append(empty(el("h1", { tabindex: "-1" }, t("noSuchPage")), el("a", { href: "#/apps" }, t("back")))); };
// Who may not read the audit anywhere has no use for its page.
const pages = () => ["apps", "changes", "history", "monitoring", "alerts", ...(store.me.scopes.some((each) => each.startsWith("admin:read")) ? ["audit"] : []), "settings", "tutorial"];
function top() {
  const links = pages().map((name) => el("a", { href: `#/${name}`, "data-name": name }, t(name)));
  const other = language === "ko" ? "en" : "ko";
  for (const name of ["changes", "alerts"]) { // how many wait, or fire, beside the page's name
    const count = el("span", { class: "count", hidden: true });
    links.find((each) => each.dataset.name === name).append(count);
    store.on([name], () => { write(count, String(store[name].length)); count.hidden = !store[name].length; });
  }
  document.getElementById("top").append(
    el("a", { class: "brand", href: "#/apps" }, el("img", { src: "/static/icon.svg", alt: "" }), "K-Le-PaaS"), el("nav", { class: "main", "aria-label": t("pages") }, links),
    el("div", { class: "account" }, el("button", { class: "small palette-key", type: "button", "data-role": "open-palette", "aria-keyshortcuts": "Control+K", onclick: () => ask() }, t("palette"), el("kbd", {}, "Ctrl K")), el("button", { class: "plain small", type: "button", lang: other, onclick: () => setLanguage(other), "aria-label": t("language") }, other === "ko" ? "한국어" : "English"),
      el("span", { class: "soft small", "data-role": "me", title: store.me.email }, store.me.name),
      el("button", { class: "plain small", type: "button", onclick: async () => { await api.post("/auth/logout"); location.reload(); } }, t("signOut"))));
  store.save("changes"); store.save("alerts");
}
// How one signs in here: the providers that are set up, which come back to this page; a link that works once, always.
async function ways() {
  const next = encodeURIComponent(`/${location.hash}`), found = await api.get("/auth/providers").catch(() => ({ items: [] }));
  return [...found.items.map(({ label, name }) => el("a", { class: "button primary", href: `/auth/login/${encodeURIComponent(name)}?next=${next}` }, t("signInBy", { label }))), el("p", { class: "soft" }, t("signIn")), el("code", {}, "klepaas link USER")];
}
async function start() {
  document.documentElement.lang = language;
  write(document.querySelector(".skip"), t("skip"));
  try {
    await Promise.all([learn(), store.load()]);
  } catch (error) {
    document.getElementById("chat").hidden = true;
    const signIn = error instanceof Problem && error.status === 401;
    main.append(el("div", { class: "sign-in" }, el("h1", {}, "K-Le-PaaS"), signIn ? await ways() : el("p", { class: "error" }, `${t("failedToLoad")} ${error.message}`)));
    return;
  }
  const banner = document.getElementById("offline");
  store.on(["online"], () => { banner.hidden = store.online; write(banner, t("offline")); });
  ask = palette(pages(), (text) => talk.say(text));
  top();
  talk = chat(document.getElementById("chat"));
  addEventListener("hashchange", () => { route(); main.querySelector("h1")?.focus({ preventScroll: true }); });
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
  addEventListener("keydown", (event) => { if ((event.ctrlKey || event.metaKey) && event.key === "k") { event.preventDefault(); ask(); } else if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); talk.focus(); } });
  route();
}
start();
