// The only state of the page that changes: apps, reviews, who is signed in, whether we are connected. "save" tells what changed.
import * as api from "./api.js";

const FIRST = 500, LONGEST = 15000; // ms between tries to connect
class Store extends EventTarget {
  apps = new Map(); environments = []; changes = []; alerts = []; me = null; online = true; problems = []; last = 0; wait = FIRST; missed = new Set();

  of(app) { return this.environments.map((each) => this.apps.get(this.key(app, each.name))).filter(Boolean); }
  get lanes() { return this.environments.filter((each) => !each.preview && !each.lost); }
  key(app, environment) { return `${environment}/${app}`; }
  save(what, detail) { this.dispatchEvent(new CustomEvent("save", { detail: { what, ...detail } })); }
  on(what, view) {
    const heard = (event) => { if (what.includes(event.detail.what)) view(event.detail); };
    this.addEventListener("save", heard);
    return () => this.removeEventListener("save", heard);
  }
  async load() {
    const [events, me] = await Promise.all([api.get("events", { after: 0, limit: 1 }), api.get("me")]);
    this.last = events.newest; this.me = me;
    await this.refresh();
    this.connect();
    addEventListener("online", () => { if (!this.online) this.connect(); });
  }
  // What is heard while the answer is under way may be newer than the answer: it is told once more after it.
  async refresh() {
    const missed = [];
    this.missed.add(missed);
    try {
      const [apps, changes, environments, alerts] = await Promise.all([api.all("apps", { limit: 1000 }), api.all("changes", { status: "open" }), api.get("environments"), api.get("alerts")]);
      this.environments = environments.items; this.mirror = environments.mirror; // previews come and go
      this.apps = new Map(apps.items.map((item) => [this.key(item.app, item.environment), item]));
      this.problems = apps.problems; this.changes = changes.items; this.alerts = alerts.items; this.revision = apps.revision;
    } finally {
      this.missed.delete(missed);
      missed.forEach((event) => this.state(event));
    }
    this.save("apps"); this.save("changes"); this.save("alerts");
  }
  async refreshAlerts() { this.alerts = (await api.get("alerts")).items; this.save("alerts"); }
  connect() {
    clearTimeout(this.again);
    if (this.socket && this.socket.readyState < WebSocket.CLOSING) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = (this.socket = new WebSocket(`${scheme}://${location.host}/api/v1/ws/events${this.socketed ? `?after=${this.last}` : ""}`));
    socket.onopen = async () => { this.wait = FIRST; this.connected(true); if (!this.socketed) { this.socketed = true; this.soon(); } };
    socket.onmessage = (message) => this.heard(JSON.parse(message.data));
    socket.onclose = () => this.lost();
  }
  // Try again after a growing pause, a little different for everyone; a session that ended is a matter of signing in.
  lost() {
    this.connected(false);
    this.again = setTimeout(async () => {
      try { await api.get("me"); } catch (error) { if (error.status === 401) return location.reload(); }
      this.connect();
    }, this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST);
  }
  connected(online) { if (online !== this.online) { this.online = online; this.save("online"); } }
  heard(event) {
    if (!event.id) return;
    this.last = event.id;
    this.missed.forEach((each) => each.push(event));
    this.state(event);
    if (event.kind === "review") this.soon();
    if (event.kind === "alert") this.alertsSoon();
    if (["command", "review", "sync"].includes(event.kind)) this.save("history", { app: event.app, environment: event.environment });
    this.save("event", { event });
  }
  // What an event says of an app's state; an app not known yet is asked for.
  state({ kind, app, environment, data }) {
    if (kind === "notice" && !app && (environment || "mirror" in data)) return this.soon(); // what holds up an environment as a whole, or the mirror
    if (!app || !["health", "sync"].includes(kind)) return;
    const item = this.apps.get(this.key(app, environment));
    if (data.gone) { this.apps.delete(this.key(app, environment)); this.save("apps"); if (!this.lanes.some((each) => each.name === environment)) this.soon(); }
    else if (!item || data.status === "pruned") this.soon();
    else if (kind === "health") this.merge(item, data);
    else this.merge(item, { sync: data.status, error: data.error ?? null, revision: data.revision, health: data.health, message: data.message, suspended: data.status === "suspended" });
  }
  merge(item, more) {
    for (const [name, value] of Object.entries(more)) if (value !== undefined) item[name] = value;
    this.save("app", { app: item.app, environment: item.environment, item });
  }
  alertsSoon(pause = 300) { clearTimeout(this.ringing); this.ringing = setTimeout(() => this.refreshAlerts().catch(() => this.alertsSoon(LONGEST)), pause); }
  soon(pause = 150) { clearTimeout(this.timer); this.timer = setTimeout(() => this.refresh().catch(() => this.soon(LONGEST)), pause); }
}
export const store = new Store();
