// What of the world outside is set up here, asked once; what is not says which setting it needs.
import * as api from "../api.js";
import { el } from "../dom.js";
import { t } from "../texts.js";
import { empty } from "./parts.js";

let asked = null;
export const configured = () => (asked ??= api.get("monitoring").catch((error) => { asked = null; throw error; }));
export const unset = ({ name, setting }, ...more) => el("div", { "data-role": "not-configured", "data-setting": setting }, empty(el("p", {}, t("notConfigured", { what: name })), el("p", {}, t("setThis"), " ", el("code", {}, setting)), ...more));
