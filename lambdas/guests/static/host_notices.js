// What the page says to the host at the foot of the window: results with Undo, errors, and decisions that wait for the network.
import { button, el } from "./host_dom.js";
import { inTime } from "./host_words.js";

const SECONDS = 10;

export class Notices {
  constructor() {
    this.text = el("p", { class: "snack-text", role: "status", "aria-live": "polite" });
    this.action = el("span", { class: "snack-action" });
    this.close = button("×", () => this.clear(), { class: "snack-close", "aria-label": "Close this message" });
    this.snack = el("div", { class: "snack", data: { empty: "" } }, this.text, this.action, this.close);
    this.queue = el("div", { class: "queue", role: "status", hidden: true });
    document.body.append(el("div", { class: "notices" }, this.queue, this.snack));
    // The host reads, or is about to press Undo: the message stays.
    this.snack.addEventListener("pointerenter", () => clearTimeout(this.timer));
    this.snack.addEventListener("focusin", () => clearTimeout(this.timer));
    this.snack.addEventListener("pointerleave", () => this.clearLater());
  }

  say(text, { label, act, bad = false } = {}) {
    clearTimeout(this.timer);
    this.snack.dataset.tone = bad ? "bad" : "good";
    delete this.snack.dataset.empty;
    this.text.textContent = text;
    this.action.replaceChildren(...(label ? [button(label, act, { class: "snack-button" })] : []));
    this.clearLater();
  }

  fail(error) {
    const later = error.retryAfter > 90 ? ` It works again ${inTime(error.retryAfter)}.` : "";
    this.say(error.message + later, { bad: true });
  }

  clearLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear(), SECONDS * 1000);
  }

  clear() {
    clearTimeout(this.timer);
    this.snack.dataset.empty = "";
    this.text.textContent = "";
    this.action.replaceChildren();
  }

  // Says how many decisions wait to be sent; null if none does.
  waiting(text, retry) {
    this.queue.hidden = !text;
    if (!text) this.queue.replaceChildren();
    else if (this.queue.firstChild?.textContent !== text) {
      this.queue.replaceChildren(el("p", {}, text), button("Try now", retry, { class: "snack-button" }));
    }
  }
}
