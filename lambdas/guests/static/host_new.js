// Another event for the same host: a title and a day are enough, and both are filled in.
import { HostApi } from "./host_api.js";
import { busy, el } from "./host_dom.js";
import { linkBox } from "./host_share.js";
import { problemWords } from "./host_words.js";
import { fromField, toField } from "./host_zone.js";

export class NewEventTab {
  constructor(app) {
    this.app = app;
  }

  async open(panel) {
    this.panel = panel;
    this.zone = this.app.event.time_zone;
    this.showForm();
  }

  showForm() {
    const create = el("button", { class: "act act-main" }, "Create the event");
    const today = toField(new Date().toISOString(), this.zone).slice(0, 10);
    const [title, day] = [el("input", { type: "text", dir: "auto", autocomplete: "off", maxLength: 120, value: nameOf(today) }), el("input", { type: "date", value: today })];
    const [begins, ends] = [el("input", { type: "datetime-local" }), el("input", { type: "datetime-local" })];
    // The title follows the day until the host gives another one.
    let named = false;
    day.addEventListener("input", () => named || (title.value = nameOf(day.value)));
    title.addEventListener("input", () => (named = true));
    title.addEventListener("focus", () => named || title.select());
    this.fields = { title, date: day, starts_at: begins, ends_at: ends };
    this.problems = {};
    this.times = el("details", {}, el("summary", {}, "Set the hours"), el("p", { class: "hint" }, "Empty: the whole day."), this.field("starts_at", "The event begins"), this.field("ends_at", "The event ends"));
    this.summary = el("div", { class: "summary", role: "alert" });
    const form = el(
      "form",
      { class: "form", noValidate: true, onsubmit: (event) => (event.preventDefault(), busy(create, this.app.notices, () => this.create())) },
      el("p", { class: "hint" }, "The new event has a page and a host link of its own. All else is in its settings."),
      this.summary, this.field("title", "Title"), this.field("date", "Day"), this.times, el("p", { class: "acts" }, create),
    );
    this.panel.replaceChildren(this.panel.firstChild, form);
  }

  field(name, label) {
    const id = `new-${name}`;
    const problem = el("p", { class: "problem", id: `${id}-problem`, hidden: true });
    Object.assign(this.fields[name], { id });
    this.fields[name].setAttribute("aria-describedby", problem.id);
    this.problems[name] = problem;
    return el("div", { class: "field" }, el("label", { for: id }, label), this.fields[name], problem);
  }

  body() {
    const { title, date, starts_at: begins, ends_at: ends } = this.fields;
    const named = { title: title.value, time_zone: this.zone };
    if (!begins.value && !ends.value) return { ...named, date: date.value };
    const times = { starts_at: fromField(begins.value, this.zone), ends_at: fromField(ends.value, this.zone) };
    return { ...named, ...Object.fromEntries(Object.entries(times).filter(([, value]) => value)) };
  }

  async create() {
    this.showProblems([]);
    try {
      const { event, host_link: link } = await this.app.api.request("POST", "/events", this.body());
      await this.showCreated(event, link.url);
    } catch (error) {
      if (!error.details?.problems?.length) throw error;
      this.showProblems(error.details.problems);
    }
  }

  showProblems(problems) {
    for (const [name, field] of Object.entries(this.fields)) {
      const found = problems.filter((problem) => problem.field === name);
      this.problems[name].textContent = found.map(problemWords).join(" ");
      this.problems[name].hidden = !found.length;
      if (found.length) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    const elsewhere = problems.filter(({ field }) => !(field in this.fields));
    this.summary.replaceChildren(...elsewhere.map((problem) => el("p", {}, problemWords(problem))));
    if (problems.some(({ field }) => field.endsWith("_at"))) this.times.open = true;
    Object.values(this.fields).find((field) => field.getAttribute("aria-invalid"))?.focus();
  }

  async showCreated(event, url) {
    const { notices } = this.app;
    // This device keeps the link, also if it is not copied.
    const { pathname, hash } = new URL(url);
    await new HostApi(pathname).request("POST", "/session", { key: hash.slice(1) }).catch(() => {});
    const box = linkBox("Your host link for it. It is shown only once: copy or share it now.", url, event.title, notices);
    const title = el("h3", { dir: "auto", tabIndex: -1 }, `“${event.title}” is ready.`);
    const open = el("a", { class: "act act-main", href: url }, "Open the new event");
    this.panel.replaceChildren(this.panel.firstChild, el("div", { class: "new-link" }, title, box, el("p", { class: "acts" }, open)));
    title.focus();
  }
}

// What an event of a day is called until it has a better name: Saturday, 2 May.
function nameOf(day) {
  if (!day) return "";
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" }).format(new Date(day));
}
