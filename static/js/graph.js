// A graph of series over time: uPlot, loaded when the first one is drawn; its legend is a list with words, for those who cannot see it.
import { el } from "./dom.js";
import { clock, t } from "./texts.js";
import { measure } from "./units.js";

const HEIGHT = 150, WIDEST = 8, INKS = ["--accent", "--work", "--warn", "--bad", "--good", "--idle"], DASHES = [[], [6, 3], [2, 3]]; // lines are told apart by dashes too
const scheme = matchMedia("(prefers-color-scheme: dark)");
let loading = null;

function library() {
  return (loading ??= new Promise((resolve, reject) => {
    const failed = () => { loading = null; reject(new Error(t("failedToLoad"))); };
    document.head.append(el("link", { rel: "stylesheet", href: "/static/vendor/uplot/uplot.css" }), el("script", { src: "/static/vendor/uplot/uplot.js", onload: () => resolve(window.uPlot), onerror: failed }));
  }));
}
const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const last = (values) => values.findLast((value) => value !== null);
const most = (values) => values.reduce((top, value) => (value !== null && (top === null || value > top) ? value : top), null);

// `times` are seconds, each of `series` is {name, values}. What is drawn goes away with its node.
export function graph({ title, unit, times, series, truncated = false }) {
  const shown = series.slice(0, WIDEST), plot = el("div", { class: "plot", "aria-hidden": "true" });
  const said = (each) => t("nowAndMost", { now: measure(last(each.values), unit), most: measure(most(each.values), unit) });
  const legend = el("ul", { class: "legend" }, shown.map((each, index) => el("li", { class: "row one" }, el("span", { class: "mark", "data-ink": index % INKS.length, "data-dash": Math.floor(index / INKS.length) }), each.name ? el("code", { class: "clip", title: each.name }, each.name) : null, el("span", { class: "grow" }), el("span", { class: "tiny soft" }, said(each)))),
    truncated || series.length > WIDEST ? el("li", { class: "tiny soft" }, t("moreSeries", { count: series.length - WIDEST + (truncated ? "+" : "") })) : null);
  const node = el("figure", { class: "graph", "data-role": "graph", "data-graph": title }, el("figcaption", {}, t(title)), plot, legend);
  draw(node, plot, unit, times, shown);
  return node;
}
async function draw(node, plot, unit, times, series) {
  let drawn = null;
  try {
    const uPlot = await library();
    const again = () => { drawn?.destroy(); drawn = new uPlot(options(plot, unit, series), [times, ...series.map((each) => each.values)], plot); };
    const fit = new ResizeObserver(() => {
      if (!node.isConnected && drawn) { drawn.destroy(); fit.disconnect(); scheme.removeEventListener("change", again); return; }
      if (plot.clientWidth) drawn ? drawn.setSize({ width: plot.clientWidth, height: HEIGHT }) : again();
    });
    fit.observe(plot);
    scheme.addEventListener("change", again);
  } catch (error) { plot.replaceChildren(el("p", { class: "error" }, error.message)); }
}
function options(plot, unit, series) {
  const line = { stroke: ink("--soft"), grid: { stroke: ink("--rule"), width: 1 }, ticks: { stroke: ink("--rule"), width: 1 }, font: `11px ${ink("--font")}` };
  return {
    width: plot.clientWidth, height: HEIGHT, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } }, padding: [8, 8, 0, 0],
    scales: { y: { range: (_, least, top) => [Math.min(0, least ?? 0), top > 0 ? top * 1.1 : 1] } },
    axes: [{ ...line, space: 70, size: 28, values: (_, moments) => moments.map((each) => clock(each, moments.at(-1) - moments[0])) }, { ...line, size: 64, space: 28, values: (_, values) => values.map((each) => measure(each, unit)) }],
    series: [{}, ...series.map((each, index) => ({ label: each.name, stroke: ink(INKS[index % INKS.length]), width: 1.5, dash: DASHES[Math.floor(index / INKS.length)], points: { show: false }, spanGaps: false }))],
  };
}
