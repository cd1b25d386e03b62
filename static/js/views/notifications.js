// What each channel was told, for administrators: what could not be delivered is seen with its reason, and sent again.
import * as api from "../api.js";
import { el } from "../dom.js";
import { store } from "../store.js";
import { stamp, t } from "../texts.js";
import { empty, failure, fill, table } from "./parts.js";

export function notifications() {
  if (!store.me.scopes.includes("admin:read")) return null;
  const body = el("div", { class: "tight" }), out = el("div", { role: "status" }), can = store.me.scopes.includes("admin:write");
  const load = () => fill(body, api.get("notifications", { status: "dead" }), (found) => [channels(found.channels), found.items.length ? letters(found.items) : found.channels.length ? empty(t("noDead")) : ""]);
  const act = async (path, values, said) => { try { const found = await api.post(`notifications/${path}`, values); out.replaceChildren(el("p", { class: "small soft" }, said(found))); load(); } catch (error) { out.replaceChildren(failure(error)); } };
  const button = (text, name, does) => (can ? el("button", { type: "button", class: "small", "aria-label": `${t(text)} ${name}`, onclick: does }, t(text)) : "");
  const again = (values) => act("again", values, (found) => t("willWait", { count: found.waiting }));
  const channels = (found) => (found.length ? table([{ text: t("channel"), wide: true }, t("waiting"), t("sent"), t("dead"), ""], found.map((each) => [
    el("span", { class: "row" }, el("code", {}, each.channel), each.routed ? "" : el("span", { class: "tag" }, t("notRouted"))), each.waiting, each.sent, each.dead,
    el("span", { class: "row one" }, button("sendTest", each.channel, () => act("test", { channel: each.channel }, () => t("testSent", { channel: each.channel }))), each.dead ? button("sendAgain", each.channel, () => again({ channel: each.channel })) : "")])) : empty(t("noChannels")));
  const letters = (found) => table([t("when"), t("channel"), t("message"), { text: t("reason"), wide: true }, t("tries"), ""], found.map((each) => [
    stamp(each.settled ?? each.created), el("code", {}, each.channel), each.title, each.error ?? "", each.attempts, button("sendAgain", each.title, () => again({ id: each.id }))]));
  load();
  return el("section", { class: "panel", "data-role": "notifications" }, el("h2", {}, t("notifications")), out, body, slack(can));
}
// The app in a Slack workspace: what it still needs, or where it is.
function slack(can) {
  const body = el("div", { class: "row" }), out = el("div", { role: "status" });
  const load = () => fill(body, api.get("slack"), (found) => (found.needs.length ? el("span", { class: "soft" }, t("needsSettings", { names: found.needs.join(", ") }))
    : found.installed ? [el("span", {}, t("slackIn", { name: found.installed.name })), can ? el("button", { type: "button", class: "danger small", onclick: end }, t("uninstallSlack")) : ""]
      : [el("span", { class: "soft" }, t("notInstalled")), can ? el("a", { class: "button small", href: "/auth/slack/install" }, t("installSlack")) : ""]));
  const end = async () => { try { await api.remove("slack"); out.replaceChildren(); load(); } catch (error) { out.replaceChildren(failure(error)); } };
  load();
  return el("div", { class: "tight", "data-role": "slack" }, el("h3", {}, t("slackApp")), body, out);
}
