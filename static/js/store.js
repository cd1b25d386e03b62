// The only state of the page that changes: apps, reviews, who is signed in, whether we are connected. "save" tells what changed.
import * as api from "./api.js";

class Store extends EventTarget {
  apps = new Map(); environments = []; changes = []; me = null; online = true; problems = []; last = 0; wait = 500;

  key(app, environment) { return `${environment}/${app}`; }
  save(what, detail) { this.dispatchEvent(new CustomEvent("save", { detail: { what, ...detail } })); }
  on(what, view) {
    const heard = (event) => { if (what.includes(event.detail.what)) view(event.detail); };
    this.addEventListener("save", heard);
    return () => this.removeEventListener("save", heard);
  }
  async load() {
    this.last = (await api.get("events", { after: 0, limit: 1 })).last ?? 0;
    this.me = await api.get("me");
    this.environments = (await api.get("environments")).items;
    await this.refresh();
    this.connect();
  }
  async refresh() {
    const [apps, changes] = await Promise.all([api.get("apps"), api.get("changes", { status: "open" })]);
    this.apps = new Map(apps.items.map((item) => [this.key(item.app, item.environment), item]));
    this.problems = apps.problems; this.changes = changes.items; this.revision = apps.revision;
    this.save("apps"); this.save("changes");
  }
  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/ws/events${this.socketed ? `?after=${this.last}` : ""}`);
    socket.onopen = async () => { this.wait = 500; if (!this.socketed) { this.socketed = true; await this.refresh(); } this.connected(true); };
    socket.onmessage = (message) => this.heard(JSON.parse(message.data));
    socket.onclose = () => { this.connected(false); setTimeout(() => this.connect(), this.wait); this.wait = Math.min(this.wait * 2, 15000); };
  }
  connected(online) { if (online !== this.online) { this.online = online; this.save("online"); } }
  heard(event) {
    if (!event.id) return;
    this.last = event.id;
    const item = this.apps.get(this.key(event.app, event.environment));
    if (event.kind === "health" && event.data.gone) { this.apps.delete(this.key(event.app, event.environment)); this.save("apps"); }
    else if (event.kind === "health" && item) this.merge(item, event.data);
    else if (event.kind === "sync" && item && event.data.status !== "pruned") this.merge(item, { sync: event.data.status, error: event.data.error, revision: event.data.revision, health: event.data.health, message: event.data.message });
    else if (["health", "sync"].includes(event.kind) && event.app) this.soon();
    if (["review"].includes(event.kind)) this.soon();
    if (["command", "review"].includes(event.kind)) this.save("history", { app: event.app, environment: event.environment });
    this.save("event", { event });
  }
  merge(item, more) { Object.assign(item, more); this.save("app", { app: item.app, environment: item.environment, item }); }
  soon() { clearTimeout(this.timer); this.timer = setTimeout(() => this.refresh().catch(() => this.connected(false)), 150); }
}
export const store = new Store();
