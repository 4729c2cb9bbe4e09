// Decisions about photos: shown at once, sent one after another, retried until the site answers, and undone.
import { counted, decided } from "./host_words.js";

const MAX_IDS = 200;
const MAX_UNDO = 20;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30000;

export class Decisions extends EventTarget {
  constructor(api, lists, notices) {
    super();
    Object.assign(this, { api, lists, notices, jobs: [], actions: [], pause: 0, working: false, wake: () => {} });
    addEventListener("online", () => this.retryNow());
    addEventListener("beforeunload", (event) => {
      if (this.jobs.length) event.preventDefault();
    });
  }

  // Puts photos into a state, or each into the one that a function gives.
  decide(photos, state) {
    const target = typeof state === "function" ? state : () => state;
    const items = photos.map((photo) => ({ photo, before: photo.state, after: target(photo), index: -1 }));
    const action = { items: items.filter((item) => item.before !== item.after), done: 0, refused: [] };
    if (!action.items.length) return;
    this.actions = [...this.actions, action].slice(-MAX_UNDO);
    this.apply(action.items, "after", true);
    this.enqueue(action.items.map((item) => ({ item, action, state: item.after, seen: item.before })));
    const { length } = action.items;
    if (length <= MAX_IDS) this.notices.say(decided(length, action.items[0].after), { label: "Undo", act: () => this.undo(action) });
    else this.progress(action);
  }

  // Undoes an action, the last one if none is named.
  undo(action = this.actions.at(-1)) {
    if (!action || !this.actions.includes(action)) {
      this.notices.say("There is nothing to undo.");
      return;
    }
    this.actions = this.actions.filter((other) => other !== action);
    const unsent = new Set();
    for (const job of this.jobs.filter((one) => !one.tries)) {
      job.entries = job.entries.filter((entry) => entry.action !== action || !unsent.add(entry.item));
    }
    this.jobs = this.jobs.filter((job) => job.entries.length);
    for (const item of unsent) this.lists.settled(item.photo.id);
    const items = action.items.filter((item) => item.before !== item.after && item.photo.state === item.after);
    this.apply(items, "before", false);
    const sent = items.filter((item) => !unsent.has(item));
    this.enqueue(sent.map((item) => ({ item, action: null, state: item.before, seen: item.after })));
    this.notices.say(items.length ? `Undone: ${decided(items.length, items[0].before)}` : "There is nothing to undo.");
    this.dispatchEvent(new CustomEvent("undone", { detail: items.map((item) => item.photo) }));
  }

  apply(items, side, remember) {
    for (const state of new Set(items.map((item) => item[side]))) {
      const part = items.filter((item) => item[side] === state);
      if (!remember) part.sort((one, other) => one.index - other.index);
      const places = remember ? [] : part.map((item) => item.index);
      if (remember) for (const item of part) item.index = this.lists.of(item.before)?.items.indexOf(item.photo) ?? -1;
      this.lists.move(part.map((item) => item.photo), state, places);
    }
    this.dispatchEvent(new CustomEvent("moved", { detail: { items, forward: remember } }));
  }

  enqueue(entries) {
    for (const entry of entries) {
      this.lists.pending(entry.item.photo.id);
      const last = this.jobs.at(-1);
      const fits = last && !last.tries && last.state === entry.state && last.seen === entry.seen && last.entries.length < MAX_IDS;
      if (fits) last.entries.push(entry);
      else this.jobs.push({ state: entry.state, seen: entry.seen, entries: [entry], tries: 0 });
    }
    this.work();
  }

  async work() {
    if (this.working) return;
    this.working = true;
    while (this.jobs.length) {
      const [job] = this.jobs;
      job.tries += 1;
      try {
        const ids = job.entries.map((entry) => entry.item.photo.id);
        const answer = await this.api.request("PATCH", "/photos", { ids, state: job.state, seen: job.seen });
        this.jobs = this.jobs.filter((other) => other !== job);
        this.pause = 0;
        this.settle(job, answer.photos);
      } catch (error) {
        if (error.retryable) await this.wait(error);
        else this.giveUp(job, error);
      }
      this.showQueue();
    }
    this.working = false;
    this.dispatchEvent(new Event("idle"));
  }

  settle(job, answers) {
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    const refused = [];
    for (const entry of job.entries) {
      const answer = byId.get(entry.item.photo.id);
      this.lists.settled(entry.item.photo.id);
      if (entry.action) entry.action.done += 1;
      if ((!answer || answer.code) && entry.action) entry.action.refused.push(answer?.message ?? "");
      if (!answer || answer.code) refused.push({ entry, state: answer?.state ?? null, message: answer?.message });
      // Another host did the same before, so that there is nothing of ours to undo; an answer that was lost looks alike.
      else if (entry.action && answer.before === answer.state && job.tries === 1) entry.item.before = entry.item.after;
      else if (entry.action && answer.before !== answer.state) entry.item.before = answer.before;
    }
    this.refuse(refused);
    this.lists.landed(job.entries.map((entry) => entry.item.photo), job.state).catch((error) => this.notices.fail(error));
    const { action } = job.entries.at(-1);
    if (action && action.items.length > MAX_IDS) this.progress(action);
  }

  // Gives photos the state that they really have, and says why.
  refuse(refused) {
    if (!refused.length) return;
    for (const { entry, state } of refused) {
      const { item } = entry;
      const place = state === entry.seen ? item.index : -1;
      this.lists.move([item.photo], state, [place]);
      item.before = item.after;
    }
    const messages = [...new Set(refused.map((one) => one.message).filter(Boolean))];
    const many = refused.length > 1 ? `${counted(refused.length, "photo")} did not change. ` : "";
    this.notices.say(many + messages.slice(0, 3).join(" "), { bad: true });
    this.dispatchEvent(new Event("refused"));
  }

  giveUp(job, error) {
    this.jobs = this.jobs.filter((other) => other !== job);
    const message = error.message;
    for (const entry of job.entries) this.lists.settled(entry.item.photo.id);
    this.refuse(job.entries.map((entry) => ({ entry, state: entry.seen, message })));
    this.notices.say(message, { bad: true });
  }

  async wait(error) {
    this.pause = Math.min(MAX_PAUSE_MS, this.pause ? this.pause * 2 : FIRST_PAUSE_MS);
    this.showQueue();
    const milliseconds = Math.max(this.pause * (0.75 + Math.random() / 2), (error.retryAfter || 0) * 1000);
    await new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  retryNow() {
    this.pause = 0;
    this.wake();
  }

  // Nothing more is sent: the link does not work any more.
  stop() {
    this.jobs = [];
    this.pause = 0;
    this.showQueue();
  }

  get unsent() {
    return this.jobs.reduce((sum, job) => sum + job.entries.length, 0);
  }

  showQueue() {
    const text = this.pause && this.jobs.length ? `Not saved yet: ${counted(this.unsent, "decision")}. Trying again until the site answers.` : null;
    this.notices.waiting(text, () => this.retryNow());
  }

  progress(action) {
    const { items: { length }, refused, done } = action;
    const text = done >= length ? decided(length - refused.length, action.items[0].after) : `Saving ${done} of ${length} photos.`;
    const others = refused.length ? ` ${counted(refused.length, "photo")} did not change. ${[...new Set(refused)].slice(0, 3).join(" ")}` : "";
    this.notices.say(text + others, { label: "Undo", act: () => this.undo(action), bad: refused.length > 0 });
  }
}
