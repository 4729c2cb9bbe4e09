// What hosts, operators and guests did, in words.
import { busy, button, el } from "./host_dom.js";
import { clock, day, sentence } from "./host_words.js";

const LIMIT = 100;
const TOGETHER_MS = 120000;
// One decision about 200 photos is one line, and 200 entries.
const ENOUGH_LINES = 30;
const MAX_REQUESTS = 5;

export class HistoryTab {
  constructor(app) {
    this.app = app;
  }

  async open(panel) {
    this.days = el("div");
    this.entries = [];
    const more = button("Show more", () => busy(more, this.app.notices, () => this.load(more)));
    panel.append(this.days, el("p", { class: "more" }, more));
    this.next = null;
    await this.load(more);
  }

  async load(more) {
    const shown = together(this.entries).length;
    for (let request = 0; request < MAX_REQUESTS; request += 1) {
      const query = this.next ? `&cursor=${encodeURIComponent(this.next)}` : "";
      const page = await this.app.api.request("GET", `/audit?limit=${LIMIT}${query}`);
      this.entries.push(...page.entries);
      this.next = page.next;
      if (!this.next || together(this.entries).length >= shown + ENOUGH_LINES) break;
    }
    more.hidden = !this.next;
    this.render();
  }

  render() {
    const zone = this.app.event.time_zone;
    const byDay = Map.groupBy ? Map.groupBy(together(this.entries), (one) => day(one.at, zone)) : new Map([["", together(this.entries)]]);
    const lists = [...byDay].map(([name, groups]) => [
      el("h3", {}, name),
      el("ol", { class: "history" }, groups.map((one) => el("li", {}, el("bdi", {}, sentence(one, one.number)), `, ${clock(one.at, zone)}`))),
    ]);
    this.days.replaceChildren(...(lists.length ? lists.flat() : [el("p", { class: "empty" }, "Nothing has been done yet.")]));
  }
}

// Entries that say the same of many photos, one after another, as one.
function together(entries) {
  const groups = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    const same = last && entry.action.startsWith("photo_") && ["action", "by", "link", "detail"].every((name) => last[name] === entry[name]);
    if (same && new Date(last.at) - new Date(entry.at) < TOGETHER_MS) last.number += 1;
    else groups.push({ ...entry, number: 1 });
  }
  return groups;
}
