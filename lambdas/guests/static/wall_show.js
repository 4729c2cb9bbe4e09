// Shows one photo after another, newest first. New ones come next, then the rotation goes on where it was.
import { WallPictures } from "./wall_pictures.js";

const SLIDE_MS = 8000;
// A new photo stays at least this long while others wait.
const NEWS_MS = 3000;
const MAX_NEWS = 30;
// As the server's MAX_ITEMS: of a list this long the end is not the beginning of the event. What moves up to its end when a newer one
// leaves is not new; what is `late` is.
const MAX_ITEMS = 500;
const MAX_TRIES = 5;

export class WallShow {
  constructor(main) {
    this.main = main;
    this.stage = main.querySelector("[data-stage]");
    this.layers = [...main.querySelectorAll("[data-layer]")];
    this.pictures = new WallPictures();
    this.items = [];
    this.byId = new Map();
    this.news = [];
    this.listed = false;
    this.current = null;
    this.order = "";
    this.top = 0;
    this.turn = 0;
    this.timer = 0;
    this.shownAt = 0;
    this.paused = false;
    this.offline = false;
    this.onBroken = () => {};
  }

  setOffline(offline) {
    this.offline = offline;
    this.text("network", offline ? "Waiting for the network" : "");
  }

  setPaused(paused) {
    this.paused = paused;
    if (paused) clearTimeout(this.timer);
    else this.schedule();
  }

  // Takes a list from the server.
  update(list) {
    const before = this.byId;
    const newest = this.items.filter((item) => !item.late);
    const floor = newest.length >= MAX_ITEMS ? newest.at(-1).order : "";
    this.items = list.items.map((item) => ({ ...item, order: `${item.taken_at}#${item.id}` }));
    this.byId = new Map(this.items.map((item) => [item.id, item]));
    const fresh = this.items.filter((item) => !before.has(item.id) && (item.late || item.order > floor)).map((item) => item.id);
    this.news = [...this.news.filter((id) => this.byId.has(id)), ...(this.listed ? fresh.reverse() : [])].slice(-MAX_NEWS);
    this.listed = true;
    for (const name of ["title", "words", "sentence"]) this.text(name, list[name]);
    document.title = list.title;
    this.main.dataset.state = this.items.length ? "photos" : "invite";
    this.removeOthers();
    if (!this.current) this.step();
    else if (this.news.length) this.hurry();
  }

  // Shows a sentence in place of everything: the event may not be seen.
  close(sentence) {
    this.update({ title: this.main.querySelector("[data-title]").textContent, words: "", sentence, items: [] });
    this.listed = false;
    this.main.dataset.state = "closed";
  }

  // Removes what was taken from the wall, also the photo on display.
  removeOthers() {
    this.pictures.keepOnly(this.byId);
    for (const layer of this.layers) {
      if (layer.dataset.item && !this.byId.has(layer.dataset.item)) clear(layer);
    }
    if (this.current && !this.byId.has(this.current.id)) {
      this.current = null;
      this.stage.classList.add("cut");
    }
  }

  // Shows the news as soon as the photo on display has had its time.
  hurry() {
    if (this.paused) return;
    this.schedule(this.current.isNew ? NEWS_MS : 0);
  }

  schedule(duration = this.news.length ? NEWS_MS : SLIDE_MS) {
    clearTimeout(this.timer);
    if (this.paused) return;
    this.timer = setTimeout(() => this.step(), Math.max(0, this.shownAt + duration - Date.now()));
  }

  // Shows the next photo that can be loaded, or the one before. A later step replaces one that still waits.
  async step(back = false) {
    const turn = ++this.turn;
    clearTimeout(this.timer);
    for (const item of this.candidates(back)) {
      const image = await this.pictures.load(item);
      if (turn !== this.turn) return;
      if (image && this.byId.has(item.id)) {
        this.display(item, image);
        break;
      }
      this.onBroken();
    }
    // Also without a photo that can be loaded: the next attempt comes in its time.
    this.shownAt = Date.now();
    this.schedule();
    const [next] = this.candidates();
    if (next && !this.offline) this.pictures.load(next);
  }

  candidates(back = false) {
    const news = back ? [] : this.news.map((id) => this.byId.get(id));
    const place = this.items.findIndex((item) => (back ? item.order <= this.order : item.order < this.order));
    const start = place < 0 ? (back ? this.items.length : 0) : place;
    const turned = [...this.items.slice(start), ...this.items.slice(0, start)];
    const rotation = (back ? turned.reverse() : turned).filter((item) => item.id !== this.current?.id);
    const all = [...news, ...rotation];
    const kept = this.offline ? all.filter((item) => this.pictures.has(item)) : [];
    return (kept.length ? kept : all).slice(0, MAX_TRIES);
  }

  display(item, image) {
    const isNew = this.news.includes(item.id);
    this.news = this.news.filter((id) => id !== item.id);
    if (!isNew) this.order = item.order;
    this.current = { id: item.id, isNew };
    const old = this.layers[this.top];
    this.top = 1 - this.top;
    const layer = this.layers[this.top];
    fill(layer, item, image, isNew);
    layer.classList.add("on");
    old.classList.remove("on");
    // Only once: the next photo fades in again.
    requestAnimationFrame(() => requestAnimationFrame(() => this.stage.classList.remove("cut")));
  }

  text(name, words) {
    const element = this.main.querySelector(`[data-${name}]`);
    if (element.textContent !== words) element.textContent = words;
  }
}

function fill(layer, item, image, isNew) {
  layer.dataset.item = item.id;
  image.alt = item.alt;
  layer.querySelector("[data-photo]").replaceChildren(image);
  const backdrop = layer.querySelector(".backdrop");
  backdrop.onload = () => (backdrop.hidden = false);
  backdrop.hidden = true;
  backdrop.src = item.urls.thumb;
  layer.querySelector("figcaption").hidden = false;
  layer.querySelector("[data-new]").hidden = !isNew;
  layer.querySelector("[data-name]").textContent = item.name;
  layer.querySelector("[data-when]").textContent = item.when;
  layer.querySelector("[data-caption]").textContent = item.caption ?? "";
}

function clear(layer) {
  delete layer.dataset.item;
  layer.classList.remove("on");
  layer.querySelector("[data-photo]").replaceChildren();
  layer.querySelector(".backdrop").removeAttribute("src");
  layer.querySelector(".backdrop").hidden = true;
  layer.querySelector("figcaption").hidden = true;
  for (const name of ["name", "when", "caption"]) layer.querySelector(`[data-${name}]`).textContent = "";
}
