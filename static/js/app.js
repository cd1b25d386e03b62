// Starts the page: signs of who is there, the route, the chat.
import { Problem } from "./api.js";
import * as api from "./api.js";
import { el, write } from "./dom.js";
import { store } from "./store.js";
import { language, setLanguage, t } from "./texts.js";
import { app } from "./views/app.js";
import { apps } from "./views/apps.js";
import { change, changes } from "./views/changes.js";
import { chat } from "./views/chat.js";
import { history } from "./views/history.js";
import { settings } from "./views/settings.js";

const ROUTES = [["apps", /^$|^apps$/, apps], ["apps", /^apps\/([^/]+)\/([^/]+)$/, app], ["changes", /^changes$/, changes], ["changes", /^changes\/([^/]+)$/, change], ["history", /^history$/, history], ["settings", /^settings$/, settings]];
const main = document.getElementById("main");
let leave = () => {};

function route() {
  const path = location.hash.replace(/^#\/?/, "");
  const [name, pattern, view] = ROUTES.find(([, pattern]) => pattern.test(path)) || ROUTES[0];
  leave();
  main.replaceChildren();
  leave = view(main, ...(path.match(pattern) || []).slice(1).map(decodeURIComponent)) || (() => {});
  for (const link of document.querySelectorAll("nav a")) link.toggleAttribute("aria-current", false);
  document.querySelector(`nav a[data-name="${name}"]`)?.setAttribute("aria-current", "page");
  document.title = `${t(name)} · K-Le-PaaS`;
}
function top() {
  const links = ["apps", "changes", "history", "settings"].map((name) => el("a", { href: `#/${name}`, "data-name": name }, t(name)));
  const count = el("span", { class: "count", hidden: true });
  links[1].append(count);
  store.on(["changes"], () => { write(count, String(store.changes.length)); count.hidden = !store.changes.length; });
  document.getElementById("top").append(
    el("a", { class: "brand", href: "#/apps" }, el("img", { src: "/static/icon.svg", alt: "" }), "K-Le-PaaS"), el("nav", { "aria-label": "K-Le-PaaS" }, links), el("span", { class: "grow" }),
    el("button", { class: "plain", type: "button", onclick: () => setLanguage(language === "ko" ? "en" : "ko"), "aria-label": t("language") }, language === "ko" ? "English" : "한국어"),
    el("span", { class: "soft small", "data-role": "me" }, store.me.name),
    el("button", { class: "plain", type: "button", onclick: async () => { await api.post("/auth/logout"); location.reload(); } }, t("signOut")));
}
async function start() {
  document.documentElement.lang = language;
  try {
    await store.load();
  } catch (error) {
    const signIn = error instanceof Problem && error.status === 401;
    document.getElementById("chat").hidden = true;
    main.append(el("div", { class: "sign-in" }, el("h1", {}, "K-Le-PaaS"), el("p", { class: signIn ? "soft" : "error" }, signIn ? t("signIn") : `${t("failedToLoad")} ${error.message}`)));
    return;
  }
  const banner = document.getElementById("offline");
  store.on(["online"], () => { banner.hidden = store.online; write(banner, t("offline")); });
  top();
  chat(document.getElementById("chat"));
  addEventListener("hashchange", route);
  addEventListener("keydown", (event) => { if ((event.ctrlKey || event.metaKey) && event.key === "k") { event.preventDefault(); document.getElementById("chat-input").focus(); } });
  route();
}
start();
