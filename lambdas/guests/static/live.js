// Keeps the list of photos up to date: fetches the list's HTML and inserts, replaces or removes the tiles that changed.
import { withTimeout } from "./network.js";

const POLL_MS = 4000;
// Older pages rarely change: they are fetched in one round out of this many.
const ROUNDS_PER_FULL_REFRESH = 8;
const MAX_REPAIR_MS = 120000;

export class LiveTimeline {
  constructor(main) {
    this.main = main;
    this.tiles = main.querySelector("[data-tiles]");
    this.list = this.tiles.querySelector(".tiles");
    // The loaded pages of the list: where each starts (the server's cursor, and the order of the tile before it) and its last ETag.
    this.pages = [{ cursor: "", start: null, etag: "" }];
    this.round = 0;
    this.brokenAt = 0;
    this.repair = 0;
    this.repairs = 0;
  }

  start() {
    this.showButtons(this.list);
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
        await this.refresh(this.round % ROUNDS_PER_FULL_REFRESH === 0);
      }
      setTimeout(tick, POLL_MS + Math.random() * 500);
    };
    setTimeout(tick, POLL_MS);
  }

  // Fetches the first page, or all loaded pages.
  async refresh(allPages = false) {
    for (const page of allPages ? this.pages : this.pages.slice(0, 1)) {
      try {
        await this.fetchPage(page);
      } catch {
        // No network: the next round tries again.
      }
    }
  }

  // Fetches a page and merges it into the list. Returns its HTML, or null if it has not changed.
  async fetchPage(page) {
    const headers = page.etag ? { "If-None-Match": page.etag } : {};
    const { url, section } = this.main.dataset;
    const query = new URLSearchParams({ ...(section && { section }), ...(page.cursor && { cursor: page.cursor }) });
    const response = await fetch(`${url}/tiles?${query}`, { headers, cache: "no-store", ...withTimeout() });
    // The event asks for a PIN now, or for another one.
    if (response.status === 401) location.reload();
    if (response.status !== 200) return null;
    page.etag = response.headers.get("etag") ?? "";
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-tiles]");
    this.merge(page, fresh);
    return fresh;
  }

  // Makes the part of the list that this page covers match the fetched HTML.
  merge(page, fresh) {
    const wanted = [...fresh.querySelectorAll(".tile")];
    const known = new Map([...this.list.children].map((tile) => [tile.dataset.item, tile]));
    const end = fresh.dataset.next && wanted.length ? wanted.at(-1).dataset.order : null;
    // A page of a section may be empty although others follow.
    const nothing = fresh.dataset.next && !wanted.length;
    const covers = (order) => !nothing && (page.start === null || order < page.start) && (end === null || order >= end);
    const ids = new Set(wanted.map((tile) => tile.dataset.item));
    for (const [id, tile] of known) {
      if (covers(tile.dataset.order) && !ids.has(id)) tile.remove();
    }
    for (const tile of wanted) {
      const old = known.get(tile.dataset.item);
      if (old && old.dataset.version === tile.dataset.version && !("broken" in old.dataset)) continue;
      old?.remove();
      this.showButtons(tile);
      const next = [...this.list.children].find((other) => other.dataset.order < tile.dataset.order);
      this.list.insertBefore(document.adoptNode(tile), next ?? null);
    }
    if (!page.cursor) {
      this.tiles.querySelector("[data-instagram]").replaceWith(document.adoptNode(fresh.querySelector("[data-instagram]")));
      this.showCapacity(fresh.dataset);
    }
    const empty = this.tiles.querySelector(".empty");
    const words = fresh.querySelector(".empty")?.textContent;
    if (empty && words) empty.textContent = words;
    if (empty) empty.hidden = this.list.children.length > 0;
  }

  // How many more photos fit: above the button to choose some, which is not there if the event is full.
  showCapacity({ capacity, full }) {
    const said = this.main.querySelector("[data-share-capacity]");
    if (!said) return;
    if (said.textContent !== capacity) said.textContent = capacity;
    said.closest("[data-share]").classList.toggle("share-full", full !== undefined);
  }

  async showOlder(link) {
    const cursor = new URL(link.href).searchParams.get("cursor");
    const page = { cursor, start: this.list.lastElementChild.dataset.order, etag: "" };
    link.setAttribute("aria-busy", "true");
    try {
      const fresh = await this.fetchPage(page);
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

  // Deleting needs this script, so the buttons are hidden until now.
  showButtons(root) {
    for (const button of root.querySelectorAll("[data-delete]")) button.hidden = false;
  }

  async onClick(event) {
    const button = event.target.closest("[data-delete]");
    if (!button || !confirm("Delete this photo for everyone?")) return;
    button.disabled = true;
    try {
      const response = await fetch(`${this.main.dataset.url}/photos/${button.dataset.delete}`, { method: "DELETE", ...withTimeout() });
      if (response.ok || response.status === 404) button.closest(".tile").remove();
      else button.disabled = false;
    } catch {
      button.disabled = false;
    }
  }

  // A signed link expired while the page was open, or a picture is not there yet: the list brings new ones, soon and then ever later.
  onBrokenPicture(event) {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    tile.dataset.broken = "";
    if (this.repair) return;
    if (Date.now() - this.brokenAt > 2 * MAX_REPAIR_MS) this.repairs = 0;
    const wait = Math.min(MAX_REPAIR_MS, 1000 * 3 ** this.repairs);
    this.repairs += 1;
    this.repair = setTimeout(() => {
      this.repair = 0;
      this.brokenAt = Date.now();
      for (const page of this.pages) page.etag = "";
      this.refresh(true);
    }, wait);
  }
}
