// Repositories of applications: where the GitHub App is, and connecting one: what would be done, then the links to it.
import * as api from "../api.js";
import { el, link } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { diffs, empty, failure, fill, table } from "./parts.js";
import { outcome } from "./preview.js";

const may = (scope, environment) => store.me.scopes.includes(scope) || store.me.scopes.includes(`${scope}@${environment}`);
export function repositories() {
  const places = store.lanes.map((each) => each.name).filter((name) => may("deploy:execute", name) && may("k8s:write", name)), sees = store.me.scopes.includes("admin:read");
  if (!places.length && !sees) return null;
  return el("section", { class: "panel", "data-role": "repositories" }, el("h2", {}, t("repositories")), sees ? installations() : "", places.length ? form(places) : "");
}
// What it still needs, or where it is, with what GitHub told of it; read again when something is told.
function installations() {
  const body = el("div", { class: "tight", "data-role": "github-app" });
  const load = () => fill(body, Promise.all([api.get("repositories/app"), api.get("cicd/deliveries", { limit: 100 })]), ([found, told]) => (["github", "local"].includes(found.forge) ? [el("h3", {}, t("githubApp")), status(found), ...history(told.items)] : []));
  const off = store.on(["event"], ({ event }) => { if (!body.isConnected) off(); else if (event.kind === "webhook" && /^installation/.test(event.data.event)) load(); });
  load();
  return body;
}
function status(found) {
  if (found.needs.length) return el("p", { class: "soft" }, t("needsSettings", { names: found.needs.join(", ") }));
  const rows = found.installations.map((each) => [el("code", {}, each.account), t(each.all ? "allRepositories" : "someRepositories"), each.suspended ? el("span", { class: "tag", "data-tone": "warn" }, t("isSuspendedThere")) : ""]);
  return el("div", { class: "tight" }, el("div", { class: "row" }, el("b", {}, found.name), link(t("installApp"), found.install)), rows.length ? table([t("account"), t("reach"), ""], rows) : empty(t("noInstallations")));
}
const history = (items) => items.filter((each) => /^installation/.test(each.event)).flatMap((each) => each.outcome.map((said) => el("p", { class: "small soft" }, stamp(each.received), " ", t("appEvent", said), ` ${[...(said.added ?? []).map((name) => `+${name}`), ...(said.removed ?? []).map((name) => `−${name}`)].join(" ")}`))).slice(0, 5);

function form(places) {
  const known = new Map(), names = el("datalist", { id: "repository-names" }), out = el("div", { class: "tight", role: "status" });
  const input = (name, more = {}) => el("input", { name, autocomplete: "off", ...more });
  const repository = input("repository", { required: true, list: names.id, placeholder: "owner/repo", onchange: () => picked() });
  const branch = input("branch"), app = input("app", { required: true, maxlength: 53 }), dockerfile = el("label", {}, t("dockerfile"), input("dockerfile", { placeholder: "Dockerfile" }));
  const build = el("select", { name: "build", onchange: () => { dockerfile.hidden = build.value !== "dockerfile"; } }, el("option", { value: "dockerfile" }, t("byDockerfile")), el("option", { value: "buildpack" }, t("byBuildpack")));
  const picked = () => { branch.placeholder = known.get(repository.value)?.branch ?? ""; app.value ||= repository.value.split("/").pop().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 53); };
  const body = el("div", { class: "tight" }), listed = (found) => { found.items.forEach((each) => known.set(each.name, each)); names.append(...found.items.map((each) => el("option", { value: each.name }))); picked(); };
  api.all("repositories", { limit: 1000 }).then(listed, (error) => (error.body?.name === "FORGE" ? body.replaceChildren(el("p", { class: "soft" }, t("needsSettings", { names: "FORGE" }))) : out.replaceChildren(failure(error))));
  const show = async (event) => {
    event.preventDefault();
    const asked = wanted(new FormData(event.target));
    try { const found = await api.post("repositories/connect", { ...asked, preview: true }); out.replaceChildren(shown(found, { ...asked, id: found.id }, out)); } catch (error) { out.replaceChildren(failure(error)); }
  };
  const labelled = (word, node) => el("label", {}, t(word), node);
  body.append(el("p", { class: "small soft" }, t("connectAbout")), el("form", { class: "fields", onsubmit: show }, names, labelled("repository", repository), labelled("branch", branch), labelled("appName", app), labelled("buildBy", build), dockerfile,
    labelled("pushedImage", input("image", { placeholder: "registry.example/owner/repo" })), labelled("port", input("port", { type: "number", min: 1, max: 65535 })),
    el("fieldset", { class: "row" }, el("legend", { class: "small soft" }, t("connectTo")), places.map((name, index) => el("label", { class: "check" }, el("input", { type: "checkbox", name: "environments", value: name, checked: index === 0 }), name))), el("button", { type: "submit" }, t("previewConnect"))), out);
  return body;
}
function wanted(data) {
  const said = Object.fromEntries(["repository", "app", "branch", "build", "image"].map((name) => [name, data.get(name).trim()]).filter(([, value]) => value));
  const dockerfile = said.build === "dockerfile" && data.get("dockerfile").trim();
  return { ...said, environments: data.getAll("environments"), ...(dockerfile ? { dockerfile } : {}), ...(data.get("port") ? { port: Number(data.get("port")) } : {}) };
}
// The file there and the values here, with the button that does it; then where to find both.
function shown(found, asked, out) {
  const errors = el("div", {}), go = el("button", { type: "button", class: "primary", onclick: () => connect() }, t("connect")), stop = el("button", { type: "button", onclick: () => out.replaceChildren() }, t("cancel"));
  async function connect() {
    go.disabled = stop.disabled = true;
    try { out.replaceChildren(done(await api.post("repositories/connect", asked))); } catch (error) { errors.replaceChildren(failure(error)); go.disabled = stop.disabled = false; }
  }
  return el("div", { class: "preview", "data-role": "connection" }, el("h3", {}, t("pipelineThere", found)), el("p", { class: "small soft" }, t("waitsForImage")),
    el("details", {}, el("summary", {}, el("code", {}, found.path)), el("pre", { class: "scroll", tabindex: "0" }, found.content)),
    found.items.map(({ plan }) => el("div", { class: "tight" }, el("div", { class: "row" }, el("b", {}, plan.environment), el("span", { class: "tag" }, t(plan.delivery === "review" ? "asReview" : "asCommit"))), diffs(plan.changes, "values-diff"))), errors, el("div", { class: "row" }, go, stop));
}
const done = (found) => el("div", { class: "tight", "data-role": "connected" }, el("p", {}, found.pull ? link(`${t("pullThere")}: ${found.repository}`, found.pull) : t("thereAlready")),
  found.items.map((each) => el("div", { class: "row" }, el("code", {}, each.plan.environment), outcome(each))));
