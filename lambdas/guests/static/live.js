// Keeps the list of photos current without a reload: fetches the list's own HTML and puts in or takes out what changed.

const POLL_MS = 4000;
// The older pages that a guest has opened change seldom: they are looked at once in so many rounds.
const ROUNDS_PER_FULL_LOOK = 8;
const BROKEN_PICTURE_PAUSE_MS = 30000;

export class LiveTimeline {
  constructor(main) {
    this.main = main;
    this.tiles = main.querySelector("[data-tiles]");
    this.list = this.tiles.querySelector(".tiles");
    // One entry for each page that is on screen: where it starts (as the server's cursor and as an order) and its last ETag.
    this.pages = [{ cursor: "", start: null, etag: "" }];
    this.round = 0;
    this.brokenAt = 0;
  }

  start() {
    this.armButtons(this.list);
    this.list.addEventListener("click", (event) => this.onClick(event));
    this.list.addEventListener("error", (event) => this.onBrokenPicture(event), true);
    this.tiles.addEventListener("click", (event) => {
      const link = event.target.closest("[data-more]");
      if (link) {
        event.preventDefault();
        this.showOlder(link);
      }
    });
    const tick = async () => {
      if (document.visibilityState === "visible") {
        this.round += 1;
        await this.refresh(this.round % ROUNDS_PER_FULL_LOOK === 0);
      }
      setTimeout(tick, POLL_MS + Math.random() * 500);
    };
    setTimeout(tick, POLL_MS);
  }

  // Looks for news on the first page, or on all pages that are on screen.
  async refresh(everywhere = false) {
    for (const page of everywhere ? this.pages : this.pages.slice(0, 1)) {
      try {
        await this.look(page);
      } catch {
        // No network just now: the next round tries again.
      }
    }
  }

  async look(page) {
    const headers = page.etag ? { "If-None-Match": page.etag } : {};
    const query = page.cursor ? `?cursor=${encodeURIComponent(page.cursor)}` : "";
    const response = await fetch(`${this.main.dataset.url}/tiles${query}`, { headers, cache: "no-store" });
    if (response.status !== 200) return null;
    page.etag = response.headers.get("etag") ?? "";
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-tiles]");
    this.merge(page, fresh);
    return fresh;
  }

  // Brings the part of the list that this page covers to what the server says.
  merge(page, fresh) {
    const wanted = [...fresh.querySelectorAll(".tile")];
    const known = new Map([...this.list.children].map((tile) => [tile.dataset.item, tile]));
    const end = fresh.dataset.next && wanted.length ? wanted.at(-1).dataset.order : null;
    const covers = (order) => (page.start === null || order < page.start) && (end === null || order >= end);
    const ids = new Set(wanted.map((tile) => tile.dataset.item));
    for (const [id, tile] of known) {
      if (covers(tile.dataset.order) && !ids.has(id)) tile.remove();
    }
    for (const tile of wanted) {
      const old = known.get(tile.dataset.item);
      if (old && old.dataset.version === tile.dataset.version && !("broken" in old.dataset)) continue;
      old?.remove();
      this.armButtons(tile);
      const next = [...this.list.children].find((other) => other.dataset.order < tile.dataset.order);
      this.list.insertBefore(document.adoptNode(tile), next ?? null);
    }
    if (!page.cursor) {
      this.tiles.querySelector("[data-instagram]").replaceWith(document.adoptNode(fresh.querySelector("[data-instagram]")));
    }
    const empty = this.tiles.querySelector(".empty");
    if (empty) empty.hidden = this.list.children.length > 0;
  }

  async showOlder(link) {
    const cursor = new URL(link.href).searchParams.get("cursor");
    const page = { cursor, start: this.list.lastElementChild.dataset.order, etag: "" };
    link.setAttribute("aria-busy", "true");
    try {
      const fresh = await this.look(page);
      if (!fresh) return;
      this.pages.push(page);
      const more = fresh.querySelector(".more");
      const old = link.closest(".more");
      if (more) old.replaceWith(document.adoptNode(more));
      else old.remove();
    } catch {
      link.removeAttribute("aria-busy");
    }
  }

  armButtons(root) {
    for (const button of root.querySelectorAll("[data-delete]")) button.hidden = false;
  }

  async onClick(event) {
    const button = event.target.closest("[data-delete]");
    if (!button || !confirm("Delete this photo for everybody?")) return;
    button.disabled = true;
    try {
      const response = await fetch(`${this.main.dataset.url}/photos/${button.dataset.delete}`, { method: "DELETE" });
      if (response.ok || response.status === 404) button.closest(".tile").remove();
      else button.disabled = false;
    } catch {
      button.disabled = false;
    }
  }

  // A link that ran out while the page was open: fresh links come with the list.
  onBrokenPicture(event) {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    tile.dataset.broken = "";
    if (Date.now() - this.brokenAt < BROKEN_PICTURE_PAUSE_MS) return;
    this.brokenAt = Date.now();
    for (const page of this.pages) page.etag = "";
    setTimeout(() => this.refresh(true), 1000);
  }
}
