// Shows a guest the photos that they have sent from this browser and that are not on the page yet.
import { withTimeout } from "./network.js";
import { fetchStatuses } from "./upload_status.js";
import { PhotoMemory, previewOf } from "./photo_memory.js";

const POLL_MS = 15000;
const TEXTS = {
  waiting: "Getting ready",
  processing: "Getting ready",
  in_review: "Waiting for the host’s approval",
  refused: "Not added",
};

export class OwnPhotos {
  constructor(main, timeline) {
    this.url = main.dataset.url;
    this.reviewed = "review" in main.dataset;
    this.timeline = timeline;
    this.section = main.querySelector("[data-own]");
    this.list = this.section.querySelector("ol");
    this.memory = new PhotoMemory(main.dataset.event);
    // Ids of photos sent since the page was opened: the list of files shows their progress.
    this.sentNow = new Set();
    // One step at a time: decoding several pictures at once takes more memory than a phone has.
    this.steps = Promise.resolve();
    this.onStatus = () => {};
  }

  async start() {
    this.list.addEventListener("click", (event) => this.onClick(event));
    const poll = async () => {
      if (document.visibilityState === "visible") await this.refresh();
      setTimeout(poll, POLL_MS);
    };
    await poll();
  }

  // Remembers a photo whose bytes have arrived.
  add(id, file) {
    this.sentNow.add(id);
    return this.next(async () => this.memory.add(id, file, this.reviewed ? await previewOf(file) : null));
  }

  refresh() {
    return this.next(() => this.refreshNow());
  }

  next(step) {
    this.steps = this.steps.then(step);
    return this.steps;
  }

  async refreshNow() {
    const records = await this.memory.all();
    if (!records.length) return;
    let statuses;
    try {
      statuses = await fetchStatuses(this.url, records.map((record) => record.id));
    } catch {
      return; // The next round asks again.
    }
    for (const record of records) await this.show(record, statuses.get(record.id));
    this.section.hidden = !this.list.children.length;
  }

  async show(record, upload) {
    this.onStatus(record.id, upload);
    const tile = [...this.list.children].find((other) => other.dataset.photo === record.id);
    if (!upload || upload.status === "shown") {
      tile?.remove();
      await this.memory.remove(record);
      if (upload) this.timeline.refresh(true);
      return;
    }
    // A refusal is shown once: until the page is left.
    if (upload.status === "refused") await this.memory.remove(record);
    if (upload.status !== "in_review" && this.sentNow.has(record.id)) return;
    const shown = tile ?? this.list.appendChild(tileOf(record));
    shown.dataset.status = upload.status;
    shown.querySelector("[data-state]").textContent =
      upload.status === "in_review" && upload.message ? "Kept for the host" : TEXTS[upload.status];
    shown.querySelector("[data-reason]").textContent = upload.message ?? "";
  }

  async onClick(event) {
    const button = event.target.closest("button");
    if (!button || !confirm("Delete this photo?")) return;
    const tile = button.closest("li");
    button.disabled = true;
    try {
      const response = await fetch(`${this.url}/photos/${tile.dataset.photo}`, { method: "DELETE", ...withTimeout() });
      if (response.ok || response.status === 404) {
        tile.remove();
        await this.refresh();
        this.section.hidden = !this.list.children.length;
      }
    } finally {
      button.disabled = false;
    }
  }
}

function tileOf(record) {
  const tile = document.createElement("li");
  tile.className = "own-photo";
  tile.dataset.photo = record.id;
  if (record.preview) {
    const image = Object.assign(new Image(), { alt: "", src: URL.createObjectURL(record.preview) });
    tile.append(image);
  }
  const text = Object.assign(document.createElement("div"), { className: "own-text" });
  const name = Object.assign(document.createElement("span"), { className: "own-name", dir: "auto", textContent: record.name });
  const state = Object.assign(document.createElement("strong"), { className: "own-state" });
  const reason = document.createElement("span");
  state.dataset.state = "";
  reason.dataset.reason = "";
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Delete" });
  button.setAttribute("aria-label", `Delete ${record.name}`);
  text.append(state, name, reason, button);
  tile.append(text);
  return tile;
}
