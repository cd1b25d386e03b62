// How delivery goes, an environment a row; what cannot be known is said to be unknown.
import * as api from "../api.js";
import { el } from "../dom.js";
import { age, t } from "../texts.js";
import { fill, table } from "./parts.js";

export function figures() {
  const body = el("div", {});
  fill(body, api.get("figures/delivery", { days: 30 }), ({ environments }) => table(["environment", "deployments", "leadTime", "failureRate", "restoreTime", "rolloutTime"].map((each) => t(each)), Object.entries(environments).map(([name, found]) => [
    name, `${found.deployments}`, lasting(found.lead_seconds), found.failure_rate === null ? "–" : `${Math.round(found.failure_rate * 100)} %`, lasting(found.restore_seconds), lasting(found.rollout_seconds)])));
  return el("section", { class: "panel", "data-role": "figures" }, el("h2", {}, t("deliveryFigures")), body);
}
const lasting = ({ median, known }) => (known ? el("span", { title: t("knownOf", { count: known }) }, age(median)) : "–");
