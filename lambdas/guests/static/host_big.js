// One photo at a time: swipes and keys decide what waits; elsewhere they browse, and buttons decide.
import { actionsOf, ALL_ACTIONS } from "./host_actions.js";
import { button, el, replaceKeepingFocus } from "./host_dom.js";
import { watchSwipes } from "./host_swipe.js";
import { clock, dayAndTime, noteOf, reasonOf, shortDay, size, STATES } from "./host_words.js";

const AHEAD = 2;

// Phones with a bad network need no more than they show.
const sourceOf = (photo) => (innerWidth * devicePixelRatio <= 1200 ? photo.urls.medium : photo.urls.large);

export class BigView {
  constructor(app) {
    Object.assign(this, { app, list: null, current: null, opener: null });
    this.stage = el("div", { class: "big-stage", onclick: () => this.zoomed && this.zoom(false) });
    this.stamp = el("p", { class: "big-stamp", "aria-hidden": "true" });
    this.head = el("p", { class: "big-count" });
    this.about = el("div", { class: "big-about" });
    this.acts = el("div", { class: "big-acts" });
    this.undoButton = button("Undo", () => app.decisions.undo(), { class: "big-close", disabled: true });
    this.root = el(
      "div",
      { class: "big", role: "dialog", "aria-modal": "true", "aria-label": "Photos, one by one", tabIndex: -1, hidden: true },
      el("div", { class: "big-head" }, button("Close", () => this.close(), { class: "big-close" }), this.head, this.undoButton, button("Zoom", () => this.zoom(!this.zoomed), { class: "big-close", "aria-pressed": "false" })),
      el("div", { class: "big-frame" }, this.stage, this.stamp),
      this.about,
      this.acts,
    );
    this.zoomButton = this.root.querySelector("[aria-pressed]");
    document.body.append(this.root);
    document.addEventListener("keydown", (event) => this.onKey(event));
    addEventListener("popstate", () => !history.state?.big && this.hide());
    watchSwipes(this.stage, { enabled: () => !this.zoomed && Boolean(this.current), onMove: (...moved) => this.onMove(...moved), onEnd: (side) => this.onSwiped(side) });
    app.decisions.addEventListener("moved", () => (this.undoButton.disabled = !app.decisions.actions.length));
    app.decisions.addEventListener("undone", ({ detail }) => this.onUndone(detail));
  }

  get isOpen() {
    return !this.root.hidden;
  }

  get decides() {
    return this.list.state === "in_review" && this.app.role !== "viewer";
  }

  get zoomed() {
    return this.root.classList.contains("zoomed");
  }

  open(list, photo, opener) {
    Object.assign(this, { list, opener });
    this.onChange = () => this.changed();
    list.addEventListener("change", this.onChange);
    this.root.hidden = false;
    for (const part of document.body.children) if (part !== this.root && !part.matches(".notices")) part.inert = true;
    // A phone's Back closes the photo and stays on the page.
    history.pushState({ ...history.state, big: true }, "");
    document.body.classList.add("covered");
    this.show(photo);
    this.root.focus();
  }

  close() {
    history.back();
  }

  hide() {
    if (!this.isOpen) return;
    this.list.removeEventListener("change", this.onChange);
    this.zoom(false);
    this.root.hidden = true;
    for (const part of document.body.children) part.inert = false;
    document.body.classList.remove("covered");
    const tile = document.querySelector(`[data-photo="${CSS.escape(this.current?.id ?? "")}"] button`);
    (tile ?? (this.opener?.isConnected ? this.opener : document.querySelector(".tools button, .tab[aria-current]")))?.focus();
  }

  show(photo) {
    this.current = photo ?? null;
    this.zoom(false);
    this.move(0, 0);
    const { items } = this.list;
    const index = items.indexOf(photo);
    this.stage.replaceChildren(photo ? this.picture(photo) : this.finished());
    this.renderAbout();
    this.renderActs();
    for (const next of items.slice(index + 1, index + 1 + AHEAD)) if (next.urls) new Image().src = sourceOf(next);
    if (this.list.next && items.length - index <= AHEAD + 1) this.list.more().catch(() => {});
  }

  picture(photo) {
    const alt = [photo.name || "Photo", photo.guest_name && `from ${photo.guest_name}`, photo.taken_at && dayAndTime(photo.taken_at, this.app.event.time_zone)].filter(Boolean).join(", ");
    if (!photo.urls) return el("p", { class: "big-note" }, noteOf(photo) || "This photo has no preview.");
    const image = el("img", { class: "big-image", alt, draggable: false, src: sourceOf(photo) });
    image.addEventListener("error", () => {
      photo.broken = true;
      image.replaceWith(el("p", { class: "big-note" }, "The picture did not load. ", button("Load it again", () => this.reload(photo), { class: "act" })));
    });
    return image;
  }

  async reload(photo) {
    await this.list.refresh().catch((error) => this.app.notices.fail(error));
    if (this.current === photo) this.show(photo);
  }

  finished() {
    const waits = this.list.state === "in_review";
    return el("div", { class: "big-note" }, el("p", { role: "status" }, waits ? "All done. Nothing waits for you." : "There are no more photos here."), button("Back to the event", () => this.close(), { class: "act act-main" }));
  }

  // The list has changed: the photo in view stays, unless it is not there any more.
  changed() {
    if (!this.current && this.list.items.length) this.show(this.list.items[0]);
    else if (this.current && !this.list.items.includes(this.current)) this.show(this.list.items[Math.min(this.index ?? 0, this.list.items.length - 1)]);
    else this.renderHead();
  }

  renderHead() {
    const { items, next } = this.list;
    this.index = items.indexOf(this.current);
    const text = this.decides ? `${items.length}${next ? " or more" : ""} to decide` : `${STATES[this.list.state]}: ${this.index + 1} of ${items.length}${next ? " or more" : ""}`;
    this.head.textContent = this.current ? text : "";
  }

  renderAbout() {
    this.renderHead();
    const photo = this.current;
    if (!photo) return this.about.replaceChildren();
    const zone = this.app.event.time_zone;
    const facts = [
      photo.guest_name && el("span", {}, "From ", el("bdi", {}, photo.guest_name)),
      photo.name && el("bdi", {}, photo.name),
      photo.taken_at && dayAndTime(photo.taken_at, zone),
      photo.may_post && "may be posted on Instagram",
      photo.damaged && "the file is damaged",
      photo.restorable_until && `can be restored until ${shortDay(photo.restorable_until, zone)}`,
      photo.gone && "another host has decided this photo",
    ].filter(Boolean);
    const reports = (photo.reports ?? []).map((report) =>
      el("p", { class: "big-report" }, el("strong", {}, `A guest reported it at ${clock(report.at, zone)}: ${reasonOf(report)}.`), report.text ? el("q", { dir: "auto" }, report.text) : ""));
    if (photo.reason === "reported" && !reports.length) reports.push(el("p", { class: "big-report" }, "A guest reported this photo."));
    return this.about.replaceChildren(
      ...reports,
      el("p", { class: "big-facts" }, ...facts.flatMap((fact, index) => (index ? [" · ", fact] : [fact]))),
      el("p", { class: "big-links" }, photo.original_url ? el("a", { href: photo.original_url, download: "" }, `Download the original (${size(photo.size)})`) : "", this.coverButton(photo) ?? ""),
    );
  }

  coverButton(photo) {
    if (this.app.role !== "owner" || photo.state !== "shown") return null;
    const isCover = this.app.event.cover === photo.id;
    return button(isCover ? "Cover of the page. Take it off" : "Use as cover", async (event) => {
      await this.app.setCover(isCover ? null : photo.id, event.currentTarget);
      if (this.current === photo) this.renderAbout();
    }, { class: "big-cover" });
  }

  renderActs() {
    const photo = this.current;
    if (!photo) return this.acts.replaceChildren();
    const act = (name) => button(ALL_ACTIONS[name].label, () => this.decide(name), { class: `big-act big-${name}`, data: { key: name }, "aria-keyshortcuts": ALL_ACTIONS[name].keys.join(" ") });
    const buttons = actionsOf(this.app.role, this.list.state).map(act);
    if (this.decides) buttons.splice(2, 0, button("Later", () => this.step(1), { class: "big-act big-step", data: { key: "later" } }));
    else buttons.unshift(button("‹", () => this.step(-1), { class: "big-act big-step", "aria-label": "Photo before", data: { key: "before" } })), buttons.push(button("›", () => this.step(1), { class: "big-act big-step", "aria-label": "Next photo", data: { key: "next" } }));
    return replaceKeepingFocus(this.acts, ...buttons);
  }

  // Goes on with the next photo before the decision takes this one from the list.
  decide(name) {
    const photo = this.current;
    if (!photo || !actionsOf(this.app.role, this.list.state).includes(name)) return;
    const { items } = this.list;
    const index = items.indexOf(photo);
    this.current = items[index + 1] ?? items[index - 1] ?? null;
    const next = this.current;
    this.app.decisions.decide([photo], ALL_ACTIONS[name].state);
    this.show(next);
  }

  step(by) {
    const { items } = this.list;
    const { length } = items;
    if (length) this.show(items[(items.indexOf(this.current) + by + length) % length]);
  }

  onUndone(photos) {
    const back = photos.findLast((photo) => this.list?.items.includes(photo));
    if (this.isOpen && back) this.show(back);
  }

  zoom(on) {
    this.root.classList.toggle("zoomed", on && Boolean(this.current?.urls));
    this.zoomButton.setAttribute("aria-pressed", String(this.zoomed));
    const image = this.zoomed && this.stage.querySelector("img");
    if (image) image.src = this.current.urls.large;
    if (image) this.stage.scrollTo((this.stage.scrollWidth - this.stage.clientWidth) / 2, (this.stage.scrollHeight - this.stage.clientHeight) / 2);
  }

  onMove(dx, side) {
    this.move(dx, side);
  }

  move(dx, side) {
    this.stage.style.transform = dx ? `translateX(${dx}px) rotate(${dx / 60}deg)` : "";
    this.stamp.dataset.side = this.decides && side ? (side > 0 ? "show" : "hide") : "";
    this.stamp.textContent = this.decides && side ? (side > 0 ? "Show" : "Hide") : "";
  }

  onSwiped(side) {
    this.move(0, 0);
    if (side && this.decides) this.decide(side > 0 ? "show" : "hide");
    else if (side) this.step(-side);
  }

  onKey(event) {
    if (event.defaultPrevented || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "z" && !event.shiftKey) this.app.decisions.undo();
    else if (event.ctrlKey || event.metaKey || !this.isOpen || !this.press(key, event.target)) return;
    event.preventDefault();
  }

  press(key, target) {
    const name = Object.keys(ALL_ACTIONS).find((one) => ALL_ACTIONS[one].keys.includes(key));
    if (name) this.decide(name);
    else if (key === "ArrowRight") this.decides ? this.decide("show") : this.step(1);
    else if (key === "ArrowLeft") this.decides ? this.decide("hide") : this.step(-1);
    else if (key === "ArrowDown") this.step(1);
    else if (key === "ArrowUp") this.step(-1);
    else if (key === "Escape") this.zoomed ? this.zoom(false) : this.close();
    // Space presses a button that has the focus.
    else if (key === " " && !target.closest("button, a")) this.zoom(!this.zoomed);
    else return false;
    return true;
  }
}
