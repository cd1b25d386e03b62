// Measures as people read them. What is not known is a dash, never a nought.
const STEPS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]], BINARY = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]];
const digits = (value) => (value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : Math.abs(value) >= 0.1 ? value.toFixed(2) : Number(value.toPrecision(2)).toString()).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
const scaled = (value, steps, rest) => { const found = steps.find(([size]) => Math.abs(value) >= size); return found ? `${digits(value / found[0])} ${found[1]}` : `${digits(value)}${rest ? ` ${rest}` : ""}`; };
const SHOWN = {
  percent: (value) => `${digits(value)} %`, bytes: (value) => scaled(value, BINARY, "B"), bytes_per_second: (value) => `${scaled(value, BINARY, "B")}/s`,
  cores: (value) => (Math.abs(value) < 1 && value !== 0 ? `${digits(value * 1000)} m` : digits(value)), per_second: (value) => `${digits(value)} /s`,
  seconds: (value) => (Math.abs(value) < 1 && value !== 0 ? `${digits(value * 1000)} ms` : `${digits(value)} s`), ratio: digits, count: (value) => scaled(value, STEPS, ""),
};
export const measure = (value, unit) => (value === null || value === undefined || Number.isNaN(value) ? "–" : (SHOWN[unit] || SHOWN.count)(value));
