// The tabs: at the foot of a phone's window, where a thumb reaches them, and above the content elsewhere.
import { button, el } from "./host_dom.js";

const ON_PHONES = 3;

export class Tabs {
  // `entries` are {id, label, tab}; each tab has open(panel) and, if it needs that, close() and exists().
  constructor(app, main, entries) {
    Object.assign(this, { app, entries, current: null, generation: 0 });
    this.panel = el("section", { class: "panel", "aria-labelledby": "panel-title" });
    this.buttons = new Map(entries.map((entry, index) => [entry.id, this.button(entry, index)]));
    this.more = el("button", { type: "button", class: "tab tab-more", "aria-expanded": "false", onclick: () => this.expand(!this.expanded) }, "More");
    this.nav = el("nav", { class: "tabs", "aria-label": "Tasks" }, ...this.buttons.values(), entries.length > ON_PHONES ? this.more : "");
    main.append(this.nav, this.panel);
    this.nav.addEventListener("keydown", (event) => event.key === "Escape" && this.expanded && (this.expand(false), this.more.focus()));
    document.addEventListener("click", (event) => this.expanded && !this.nav.contains(event.target) && this.expand(false));
    app.status.addEventListener("counts", () => this.showCounts());
  }

  get expanded() {
    return this.nav.classList.contains("expanded");
  }

  expand(on) {
    this.nav.classList.toggle("expanded", on);
    this.more.setAttribute("aria-expanded", String(on));
  }

  button(entry, index) {
    return el("button", { type: "button", class: index < ON_PHONES ? "tab" : "tab tab-second", onclick: () => this.open(entry.id) }, entry.label, el("span", { class: "tab-count", hidden: true }));
  }

  start() {
    for (const { id, tab } of this.entries) {
      if (tab.exists) tab.exists().then((there) => (this.buttons.get(id).hidden = there === false));
    }
    const known = this.entries.find(({ id }) => id === history.state?.tab);
    this.showCounts();
    return this.open((known ?? this.entries[0]).id);
  }

  async open(id) {
    const entry = this.entries.find((one) => one.id === id);
    this.current?.tab.close?.();
    this.current = entry;
    const generation = (this.generation += 1);
    for (const [other, tab] of this.buttons) {
      if (other === id) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    this.more.classList.toggle("tab-inside", this.buttons.get(id).matches(".tab-second"));
    const pressed = this.nav.contains(document.activeElement);
    this.expand(false);
    history.replaceState({ ...history.state, tab: id }, "");
    const loading = el("p", { class: "loading", role: "status" }, "Loading…");
    const panel = el("div", { class: "panel-content" }, el("h2", { id: "panel-title", tabIndex: -1 }, entry.label));
    this.panel.replaceChildren(panel, loading);
    // A button behind More is not there any more.
    if (pressed && !this.buttons.get(id).checkVisibility()) panel.firstChild.focus();
    scrollTo(0, 0);
    try {
      await entry.tab.open(panel);
    } catch (error) {
      if (generation === this.generation) panel.append(this.failure(error, id));
    } finally {
      loading.remove();
    }
  }

  failure(error, id) {
    return el("div", { class: "empty", role: "alert" }, el("p", {}, error.message), button("Try again", () => this.open(id), { class: "act act-main" }));
  }

  showCounts() {
    for (const [id, pressed] of this.buttons) {
      const count = this.app.status.count(id);
      const shown = pressed.querySelector(".tab-count");
      shown.hidden = !count;
      shown.textContent = count ? count.toLocaleString("en") : "";
    }
  }
}
