// The event's settings, for owners. All problems of a change are shown at once, beside their fields.
import { ask, busy, button, el } from "./host_dom.js";
import { GROUPS } from "./host_fields.js";
import { linkBox } from "./host_share.js";
import { dayAndTime, fieldName, problemWords } from "./host_words.js";

const DAY_MS = 86400000;
const DELETES_SOON =
  "With this setting the event and all its photos are deleted within a week, at the earliest a day after a reminder. Save it?";
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const FIELDS = GROUPS.flatMap(([, fields]) => fields);

export class SettingsTab {
  constructor(app) {
    this.app = app;
  }

  async open(panel) {
    this.panel = panel;
    this.event = this.app.event;
    this.render();
  }

  // Shows the form; `kept` are values that the host has entered and not saved.
  render(kept = {}) {
    this.fields = new Map();
    this.summary = el("div", { class: "summary", role: "alert", tabIndex: -1 });
    const save = el("button", { class: "act act-main" }, "Save");
    const groups = GROUPS.map(([title, fields]) => [title, fields.filter((field) => field.name in this.event)]).filter(([, fields]) => fields.length);
    const form = el(
      "form",
      { class: "form", noValidate: true, onsubmit: (event) => (event.preventDefault(), busy(save, this.app.notices, () => this.save())) },
      groups.map(([title, fields]) => el("fieldset", { class: "group" }, el("legend", {}, title), fields.map((field) => this.field(field, kept)))),
      el("p", { class: "acts acts-sticky" }, save),
    );
    this.panel.replaceChildren(this.panel.firstChild, this.summary, this.quick(), form, this.danger());
  }

  field(field, kept) {
    const id = `setting-${field.name}`;
    const value = field.name in kept ? kept[field.name] : this.event[field.name];
    const made = field.make(id, value, this.event);
    const problem = el("p", { class: "problem", id: `${id}-problem`, hidden: true });
    const hint = made.hint ?? field.hint;
    const note = hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : "";
    made.control.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-problem`].filter(Boolean).join(" "));
    this.fields.set(field.name, { ...made, field, problem });
    if (made.group) {
      const label = el("p", { class: "label", id: `${id}-label` }, field.label);
      Object.entries({ role: "group", "aria-labelledby": `${id}-label` }).forEach((pair) => made.control.setAttribute(...pair));
      return el("div", { class: "field" }, label, made.control, note, problem);
    }
    if (made.inline) return el("div", { class: "field" }, el("label", { class: "check" }, made.control, field.label), note, problem);
    return el("div", { class: "field" }, el("label", { for: id }, field.label), made.control, made.extra ?? "", note, problem);
  }

  // What is done most often, without the form.
  quick() {
    const { event } = this;
    const now = (label, changes, words) => {
      const pressed = button(label, () => busy(pressed, this.app.notices, () => this.send(changes, words)));
      return pressed;
    };
    const waits = event.reveal_at && new Date(event.reveal_at) > new Date();
    return el(
      "p",
      { class: "acts" },
      waits ? now("Show guests the photos now", { reveal_at: null }, "Guests see the photos now.") : "",
      event.closed ? now("Reopen uploads", { closed: false }, "Guests can add photos again.") : now("Close uploads", { closed: true }, "Guests can add no more photos."),
    );
  }

  changes() {
    const zone = this.fields.get("time_zone")?.read() ?? this.event.time_zone;
    const changes = {};
    for (const [name, { field, read }] of this.fields) {
      const value = read(zone);
      const before = field.shape ? field.shape(this.event[name]) : this.event[name];
      if (value === undefined || same(value, before)) continue;
      changes[field.sent ?? name] = value;
    }
    return changes;
  }

  async save() {
    const changes = this.changes();
    if (!Object.keys(changes).length) {
      this.app.notices.say("Nothing has changed.");
      return;
    }
    if (this.deletesSoon(changes) && !confirm(DELETES_SOON)) return;
    await this.send(changes, "Saved.");
  }

  // Whether the event would end within the week in which hosts are reminded of it.
  deletesSoon(changes) {
    if (!("delete_after_days" in changes || "ends_at" in changes)) return false;
    const { delete_after_days: days, ends_at: end } = { ...this.event, ...changes };
    return days >= 1 && new Date(end).getTime() + days * DAY_MS < Date.now() + 7 * DAY_MS;
  }

  async send(changes, words) {
    this.clearProblems();
    this.app.notices.clear();
    try {
      const event = await this.app.changeEvent(changes, this.event.version);
      const entered = this.entered(Object.keys(changes));
      this.event = event;
      this.render(entered);
      this.app.notices.say(words);
      this.showWarnings(event.warnings ?? []);
      if (event.notify_secret) this.showSecret(event.notify_secret);
    } catch (error) {
      if (error.code === "event_changed") await this.reload(changes);
      else if (error.details?.problems?.length) this.showProblems(error.details.problems, error.message);
      else throw error;
    }
  }

  showSecret(secret) {
    const box = linkBox("Secret that signs the notices to the program. It is shown only once.", secret, "Secret", this.app.notices);
    this.summary.replaceChildren(el("div", { class: "new-link" }, box));
    this.summary.focus();
  }

  // What the host has entered besides the fields that are done, by the names of the event.
  entered(done = []) {
    const kept = {};
    for (const [sent, value] of Object.entries(this.changes())) {
      const { name } = FIELDS.find((field) => (field.sent ?? field.name) === sent);
      if (!done.includes(sent) && name === sent) kept[name] = value;
    }
    return kept;
  }

  // Another host was faster: shows what has changed and keeps what was entered.
  async reload(changes) {
    const before = this.event;
    const entered = { ...this.entered() };
    this.event = await this.app.reloadEvent();
    const others = FIELDS.map((field) => field.name).filter((name) => name in this.event && !same(before[name], this.event[name]));
    this.render(entered);
    const list = others.map((name) => el("li", {}, `${fieldName(name)}: `, el("bdi", {}, this.inWords(name)), name in changes ? " (you have entered something else)" : ""));
    this.summary.replaceChildren(
      el("p", {}, `${this.event.changed_by || "Another host"} has changed the event in the meantime${others.length ? ":" : "."}`),
      others.length ? el("ul", {}, list) : "",
      el("p", {}, "Nothing of yours is saved yet. It is still in the form: look at it, and save again."),
    );
    this.summary.focus();
  }

  inWords(name) {
    const value = this.event[name];
    if (value === null || value === "") return "none";
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (name.endsWith("_at")) return dayAndTime(value, this.event.time_zone);
    return Array.isArray(value) ? value.map((one) => one.title ?? one).join(", ") : String(value).replaceAll("_", " ");
  }

  clearProblems() {
    this.summary.replaceChildren();
    for (const { problem, control } of this.fields.values()) {
      problem.hidden = true;
      problem.textContent = "";
      for (const one of [control, ...control.querySelectorAll("[aria-invalid]")]) one.removeAttribute("aria-invalid");
    }
  }

  entryOf(name) {
    const base = name.split(/[.[]/)[0];
    return [...this.fields.values()].find(({ field }) => field.name === base || field.sent === base);
  }

  showProblems(problems, message) {
    const elsewhere = [];
    for (const found of problems) {
      const text = problemWords(found);
      const entry = this.entryOf(found.field);
      if (!entry) elsewhere.push(text);
      else this.note(entry, text, found.field);
    }
    this.summary.replaceChildren(el("p", {}, message.replace("; see problems for each field", ""), " Nothing is saved."), ...elsewhere.map((text) => el("p", {}, text)));
    (this.panel.querySelector(":is(input, select, textarea)[aria-invalid]") ?? this.summary).focus();
  }

  showWarnings(warnings) {
    for (const found of warnings) {
      const entry = this.entryOf(found.field);
      if (entry) this.note(entry, problemWords(found));
    }
  }

  // Puts a sentence beside a field; `bad` is what the site calls the place of a problem, such as sections[2].title.
  note({ problem, control }, text, bad = "") {
    problem.append(el("span", {}, `${text} `));
    problem.hidden = false;
    const row = bad.match(/\[(\d+)\]/);
    const inside = [...control.querySelectorAll("input:not([type='checkbox'])")];
    if (bad) (inside[row?.[1] ?? 0] ?? control).setAttribute("aria-invalid", "true");
  }

  danger() {
    const remove = button("Delete the event…", () => busy(remove, this.app.notices, async () => {
      const text = `“${this.event.title}” and all its photos are deleted for everyone, for good. Download what you want to keep first.`;
      if (!(await ask({ title: "Delete this event?", text, confirm: "Delete for good", typed: "delete" }))) return;
      await this.app.api.request("DELETE", "/event");
      this.app.finish("The event is deleted. Its photos are removed within hours.");
    }), { class: "act act-danger" });
    return el("div", { class: "danger" }, el("h3", {}, "Delete"), remove);
  }
}
