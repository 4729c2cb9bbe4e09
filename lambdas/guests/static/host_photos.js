// The photos of one state as a grid: a tap opens one, or selects it while selecting.
import { busy, button, el } from "./host_dom.js";
import { ALL_ACTIONS, actionsOf } from "./host_actions.js";
import { clock, counted, day, noteOf, reasonOf, shortDay, STATES } from "./host_words.js";

const EMPTY = {
  in_review: "Nothing waits for you. New photos appear here by themselves.",
  shown: "No guest’s photo is on the page yet.",
  hidden: "No photo is hidden.",
  deleted: "No photo is deleted. Deleted photos stay here for 7 days and can be restored.",
};
const HINT = {
  hidden: "Only hosts see these photos.",
  deleted: "Only hosts see these photos. Each is deleted for good on its date.",
};
const REFRESH_BROKEN_MS = 3000;

export class PhotosTab {
  constructor(app, state) {
    Object.assign(this, { app, state, list: app.lists.of(state), selected: new Set(), selecting: false, anchor: null });
    this.tiles = new Map();
    this.grid = el("ul", { class: "shots", onclick: (event) => this.onClick(event) });
    this.grid.addEventListener("error", (event) => this.onBroken(event), true);
    this.empty = el("p", { class: "empty", hidden: true }, EMPTY[state]);
    this.moreButton = button("Show more", () => busy(this.moreButton, app.notices, () => this.list.more()));
    this.tools = el("div", { class: "tools" });
    this.bar = el("div", { class: "selection", role: "toolbar", "aria-label": "Selected photos", hidden: true });
    this.list.addEventListener("change", () => this.render());
  }

  async open(panel) {
    panel.append(this.tools, HINT[this.state] ? el("p", { class: "hint" }, HINT[this.state]) : "", this.grid, this.empty, el("p", { class: "more" }, this.moreButton), this.bar);
    this.render();
    if (!this.list.loaded) await this.list.load();
    else await this.list.refresh();
  }

  close() {
    this.select(false);
  }

  // Photos were decided, or have come: the tiles of the others stay where they are.
  render() {
    const { items } = this.list;
    const known = new Set(items.map((photo) => photo.id));
    for (const [id, tile] of this.tiles) {
      if (known.has(id)) continue;
      if (tile.contains(document.activeElement)) (tile.nextElementSibling ?? tile.previousElementSibling)?.querySelector("button").focus();
      tile.remove();
      this.tiles.delete(id);
      this.selected.delete(id);
    }
    items.forEach((photo, index) => {
      const tile = this.tiles.get(photo.id) ?? this.tile(photo);
      if (tile.photo !== photo) tile.photo = photo;
      this.update(tile);
      if (this.grid.children[index] !== tile) this.grid.insertBefore(tile, this.grid.children[index] ?? null);
    });
    this.empty.hidden = items.length > 0 || !this.list.loaded;
    this.moreButton.hidden = !this.list.next;
    this.renderTools();
    this.renderBar();
  }

  tile(photo) {
    const open = el("button", { type: "button", class: "shot-open" });
    const tile = el("li", { class: "shot", data: { photo: photo.id } }, open);
    tile.photo = photo;
    this.tiles.set(photo.id, tile);
    return tile;
  }

  update(tile) {
    const { photo } = tile;
    const zone = this.app.event.time_zone;
    const url = photo.urls?.thumb;
    const report = photo.reports?.at(-1);
    const notes = [
      photo.reason === "reported" && `Reported: ${report ? reasonOf(report) : "a guest asks you to look"}`,
      photo.restorable_until && `until ${shortDay(photo.restorable_until, zone)}`,
      photo.gone && "Another host decided",
      !url && (noteOf(photo) || "No preview"),
    ].filter(Boolean);
    const version = JSON.stringify([url, notes, this.selecting, this.selected.has(photo.id), photo.id === this.app.event.cover]);
    if (tile.version === version) return;
    tile.version = version;
    const name = [photo.name || "Photo", photo.guest_name && `from ${photo.guest_name}`, photo.taken_at && `${day(photo.taken_at, zone)}, ${clock(photo.taken_at, zone)}`, ...notes].filter(Boolean).join(", ");
    const open = tile.firstChild;
    open.setAttribute("aria-label", name);
    if (this.selecting) open.setAttribute("aria-pressed", String(this.selected.has(photo.id)));
    else open.removeAttribute("aria-pressed");
    const image = open.querySelector("img");
    if (url && image?.src !== url) image ? (image.src = url) : open.prepend(el("img", { src: url, alt: "", loading: "lazy", decoding: "async" }));
    open.querySelectorAll(".shot-note, .shot-cover").forEach((old) => old.remove());
    if (photo.id === this.app.event.cover) open.append(el("span", { class: "shot-cover" }, "Cover"));
    if (notes.length) open.append(el("span", { class: "shot-note", dir: "auto" }, notes.join(" · ")));
    tile.classList.toggle("shot-reported", photo.reason === "reported");
    tile.classList.toggle("shot-gone", Boolean(photo.gone));
  }

  onClick(event) {
    const tile = event.target.closest(".shot");
    if (!tile) return;
    if (!this.selecting) {
      this.app.big.open(this.list, tile.photo, tile.firstChild);
      return;
    }
    const { items } = this.list;
    const index = items.indexOf(tile.photo);
    if (event.shiftKey && this.anchor !== null && items[this.anchor]) {
      const [from, to] = [Math.min(index, this.anchor), Math.max(index, this.anchor)];
      for (const photo of items.slice(from, to + 1)) this.selected.add(photo.id);
    } else if (!this.selected.delete(tile.photo.id)) this.selected.add(tile.photo.id);
    this.anchor = index;
    this.render();
  }

  renderTools() {
    const decides = actionsOf(this.app.role, this.state).length > 0;
    const { length } = this.list.items;
    const look = this.state === "in_review" ? "Look through one by one" : "Look through";
    this.tools.replaceChildren(
      ...(length && !this.selecting ? [button(look, (event) => this.app.big.open(this.list, this.list.items[0], event.currentTarget), { class: "act act-main" })] : []),
      ...(length && decides ? [button(this.selecting ? "Stop selecting" : "Select", () => this.select(!this.selecting), { "aria-pressed": String(this.selecting) })] : []),
    );
  }

  select(on) {
    this.selecting = on;
    this.anchor = null;
    this.selected.clear();
    document.body.classList.toggle("selecting", on);
    this.render();
    if (on) this.bar.querySelector("button")?.focus({ preventScroll: true });
  }

  renderBar() {
    this.bar.hidden = !this.selecting;
    if (!this.selecting) return;
    const { size } = this.selected;
    const decide = (state) => () => {
      const photos = this.list.items.filter((photo) => this.selected.has(photo.id));
      this.select(false);
      this.app.decisions.decide(photos, state);
    };
    const actions = actionsOf(this.app.role, this.state).map((name) => {
      const { label, state, danger } = ALL_ACTIONS[name];
      return button(label, decide(state), { disabled: !size, class: danger ? "act act-danger" : "act act-main", data: { key: name } });
    });
    const all = button("Select all", () => busy(all, this.app.notices, () => this.selectAll()), { data: { key: "all" } });
    const home = button("Download", () => busy(home, this.app.notices, () => this.takeHome()), { disabled: !size, data: { key: "download" } });
    const focused = this.bar.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.bar.replaceChildren(
      el("p", { class: "selection-count", role: "status" }, size ? `${size} selected` : `Tap the photos to select`),
      all, ...actions, ...(this.state === "deleted" ? [] : [home]),
      button("Cancel", () => this.select(false), { data: { key: "cancel" } }),
    );
    if (focused) this.bar.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  // Packs the originals of the selected photos, and shows how far that is.
  async takeHome() {
    await this.app.api.request("POST", "/downloads", { kind: "originals", photo_ids: [...this.selected] });
    this.select(false);
    await this.app.tabs.open("downloads");
  }

  async selectAll() {
    await this.list.all();
    // What another host has decided is shown to be read, not to be decided again.
    for (const photo of this.list.items) if (!photo.gone) this.selected.add(photo.id);
    this.render();
    this.app.notices.say(`${counted(this.selected.size, "photo")} selected in “${STATES[this.state]}”.`);
  }

  // A signed link has expired: the list brings new ones.
  onBroken(event) {
    const tile = event.target.closest(".shot");
    if (!tile) return;
    tile.photo.broken = true;
    clearTimeout(this.broken);
    this.broken = setTimeout(() => this.list.refresh().catch(() => {}), REFRESH_BROKEN_MS);
  }
}
