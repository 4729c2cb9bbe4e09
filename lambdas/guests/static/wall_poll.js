// Asks for the list of photos while the page is visible; waits longer and longer, by chance, while there is no answer.

const POLL_MS = 2000;
const MAX_PAUSE_MS = 15000;
const TIMEOUT_MS = 10000;
// Signed links are valid for an hour at least, and the list's ETag does not change with them.
const LINKS_MS = 30 * 60 * 1000;
const BROKEN_PICTURE_PAUSE_MS = 30000;
const MISSING = "This event is not available.";
const SENTENCES = {
  401: "Open the event’s page and enter the PIN.",
  404: MISSING,
  410: "This event is gone.",
};
// One request that is lost is no gap.
const FAILURES_BEFORE_NOTE = 2;

export class WallPoll {
  constructor(url, show) {
    this.url = url;
    this.show = show;
    this.etag = "";
    this.listedAt = 0;
    this.failures = 0;
    this.running = false;
    this.timer = 0;
  }

  start() {
    document.addEventListener("visibilitychange", () => this.run());
    addEventListener("online", () => this.run());
    addEventListener("offline", () => this.show.setOffline(true));
    this.run();
  }

  // Fetches the list again, with new links: a picture could not be loaded.
  renewLinks() {
    if (Date.now() - this.listedAt > BROKEN_PICTURE_PAUSE_MS) this.etag = "";
  }

  async run() {
    if (this.running) return;
    clearTimeout(this.timer);
    this.running = true;
    if (document.visibilityState === "visible") await this.ask();
    this.running = false;
    this.timer = setTimeout(() => this.run(), this.pause());
  }

  pause() {
    if (!this.failures) return POLL_MS;
    return Math.min(POLL_MS * 2 ** (this.failures - 1), MAX_PAUSE_MS) * (0.75 + Math.random() / 2);
  }

  async ask() {
    const list = await this.fetchList();
    if (list === undefined) {
      this.failures = Math.min(this.failures + 1, 10);
      if (this.failures >= FAILURES_BEFORE_NOTE || !navigator.onLine) this.show.setOffline(true);
      return;
    }
    this.failures = 0;
    this.show.setOffline(false);
    if (typeof list === "string") {
      this.failures = 3;
      this.etag = "";
      this.show.close(list);
    } else if (list) {
      this.show.update(list);
    }
  }

  // Returns the list, null if it has not changed, a sentence if it may not be seen, undefined without an answer.
  async fetchList() {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const known = this.etag && Date.now() - this.listedAt < LINKS_MS;
      const headers = { Accept: "application/json", ...(known ? { "If-None-Match": this.etag } : {}) };
      const response = await fetch(this.url, { headers, cache: "no-store", signal: abort.signal });
      if (response.status === 200) {
        const list = await response.json();
        this.etag = response.headers.get("etag") ?? "";
        this.listedAt = Date.now();
        return list;
      }
      await response.body?.cancel();
      return response.status === 304 ? null : SENTENCES[response.status];
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
