// Texts of the page in the viewer's language: their choice, else the browser's. The words themselves are in words.js.
import { SENTENCES, WORDS } from "./words.js";

const kept = () => { try { return localStorage.getItem("language"); } catch { return null; } }; // a browser may forbid storage
export const language = ["en", "ko"].includes(kept()) ? kept() : navigator.language.startsWith("ko") ? "ko" : "en";
export function setLanguage(next) { localStorage.setItem("language", next); location.reload(); }

let index = language === "ko" ? 1 : 0; // changes only while `inLanguage` makes something
const locale = language === "ko" ? "ko-KR" : "en-GB";
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? "");
// Make something in the language of the sentence it answers, whatever the page's.
export function inLanguage(code, make) {
  const page = index;
  index = code === "ko" ? 1 : 0;
  try { return make(); } finally { index = page; }
}
export const spoken = () => (index ? "ko" : "en");
export const t = (key, values = {}) => (WORDS[key] ? filled(WORDS[key][index], values) : key);
// A command as a person would say it, "Scale nginx to 3 replicas".
export function sentence({ verb, app, args = {} }) {
  const values = { app: app ?? "", ...args };
  const found = (SENTENCES[verb] || []).find(({ needs = [] }) => needs.every((name) => values[name] !== undefined && values[name] !== null && values[name] !== ""));
  return found ? filled(found.text[index], values) : [t(verb), app].filter(Boolean).join(" · ");
}
// The same as a line of the command's own words, "scale nginx replicas=3".
export const line = ({ verb, app, args = {} }) => [verb, app, ...Object.entries(args).map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : /^[0-9a-f]{40}$/.test(value) ? value.slice(0, 8) : value}`)].filter(Boolean).join(" ");

const FULL = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
const TIME = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const LONG = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
// A moment in the viewer's zone, short: the time today, the day this year.
export function stamp(moment) {
  const date = moment instanceof Date ? moment : new Date(typeof moment === "number" ? moment * 1000 : moment), now = new Date();
  const node = document.createElement("time");
  if (Number.isNaN(date.getTime())) return node;
  node.dateTime = date.toISOString();
  node.title = FULL.format(date);
  node.textContent = (date.toDateString() === now.toDateString() ? TIME : date.getFullYear() === now.getFullYear() ? DAY : LONG).format(date);
  return node;
}
// A moment on the axis of a graph that spans so many seconds.
export const clock = (seconds, span) => (span > 86400 ? DAY : TIME).format(new Date(seconds * 1000));
const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
export function age(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const [size, unit] = UNITS.find(([size]) => seconds >= size) || UNITS[3];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "narrow" }).format(Math.floor(seconds / size));
}
