// The head of the page: health in words and counts, looked at every ten seconds while the page is visible.
import { el } from "./host_dom.js";
import { NetworkError } from "./host_api.js";
import { size } from "./host_words.js";

const POLL_MS = 10000;
const MAX_PAUSE_MS = 120000;
const COUNTS = { in_review: "waiting", shown: "shown", hidden: "hidden", deleted: "deleted" };

// A `counts` event says that numbers changed, `arrived` that more photos wait than this page knows of.
export class Status extends EventTarget {
  constructor(api, head) {
    super();
    Object.assign(this, { api, info: null, etag: "", failures: 0, asked: 0 });
    this.health = el("p", { class: "health", role: "status" });
    this.trouble = el("p", { class: "trouble", role: "status", hidden: true });
    this.usage = el("p", { class: "usage" });
    head.append(this.health, this.usage, this.trouble);
  }

  async start() {
    await this.fetch();
    this.later();
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.refresh());
    addEventListener("online", () => this.refresh());
    addEventListener("offline", () => this.showTrouble(new NetworkError()));
  }

  later() {
    clearTimeout(this.timer);
    const pause = Math.min(MAX_PAUSE_MS, POLL_MS * 2 ** Math.min(this.failures, 5));
    this.timer = setTimeout(() => this.refresh(), pause + Math.random() * 1000);
  }

  // Looks again; an error is shown, and the next look is later.
  async refresh() {
    if (document.visibilityState === "visible") {
      try {
        await this.fetch();
      } catch (error) {
        this.failures += 1;
        this.showTrouble(error);
      }
    }
    this.later();
  }

  async fetch() {
    const asked = (this.asked += 1);
    const answer = await this.api.answer("GET", "/event", undefined, this.etag ? { "If-None-Match": this.etag } : {});
    this.failures = 0;
    this.showTrouble(null);
    if (answer.status === 304 || asked < this.asked) return;
    this.etag = answer.etag;
    const before = this.info?.counts.waiting ?? 0;
    this.info = answer.body;
    this.show();
    if ((this.info.counts.waiting ?? 0) > before) this.dispatchEvent(new Event("arrived"));
  }

  show() {
    const { health } = this.info;
    this.health.dataset.ok = health.ok;
    this.usage.textContent = this.usageWords();
    if (this.health.textContent !== health.text) this.health.textContent = health.text;
    this.dispatchEvent(new Event("counts"));
  }

  // How much of what the event takes is used; hosts who only look are not informed of that.
  usageWords() {
    const { role, usage } = this.info;
    if (role === "viewer") return "";
    return `Used: ${usage.files.toLocaleString("en")} of ${usage.max_files.toLocaleString("en")} photos, ${size(usage.size)} of ${size(usage.max_size)}`;
  }

  // Counts what was decided here before the site says so.
  shift(from, to, number) {
    const { counts } = this.info;
    for (const [state, change] of [[from, -number], [to, number]]) {
      const name = COUNTS[state];
      if (name && counts[name] !== undefined) counts[name] = Math.max(0, counts[name] + change);
    }
    // The answer that is on its way does not know of it.
    this.asked += 1;
    this.etag = "";
    this.dispatchEvent(new Event("counts"));
  }

  showTrouble(error) {
    this.trouble.hidden = !error;
    const text = error ? `${error.message} What you see may be old; the page keeps trying.` : "";
    if (this.trouble.textContent !== text) this.trouble.textContent = text;
  }

  // The number beside a tab.
  count(tab) {
    const { counts } = this.info;
    return { in_review: counts.waiting, shown: counts.shown, hidden: counts.hidden, deleted: counts.deleted, posts: counts.posts }[tab];
  }
}
