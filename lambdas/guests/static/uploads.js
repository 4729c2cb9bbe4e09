// Sends photos straight to the bucket: announced in small batches, three at a time, each with its own bar and outcome.
import Uppy from "@uppy/core";
import XHRUpload from "@uppy/xhr-upload";

const PARALLEL = 3;
// Grants live ten minutes: few files are granted ahead of those that are on their way.
const GRANTED_AHEAD = 6;
const MOST_ATTEMPTS = 8;
const STALLED_MS = 30000;
const STATUS_MS = 2000;
// Ids in one question: firewalls take queries of more than 2 KB for an attack.
const MOST_ASKED = 50;

const TYPES_BY_ENDING = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  heic: "image/heic",
  heif: "image/heif",
  avif: "image/avif",
};

const FINAL = new Set(["shown", "in_review", "refused", "duplicate", "failed"]);

// How long to wait before a further attempt: exponential, anything up to that (full jitter).
const pause = (attempt) => Math.random() * Math.min(30000, 1000 * 2 ** attempt);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const online = () =>
  navigator.onLine ? Promise.resolve() : new Promise((resolve) => addEventListener("online", resolve, { once: true }));

async function digestOf(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class UploadPanel {
  constructor(root, { url, maxBytes }, timeline) {
    this.url = url;
    this.maxBytes = Number(maxBytes);
    this.timeline = timeline;
    this.input = root.querySelector("input");
    this.progress = root.querySelector("[data-share-progress]");
    this.summary = root.querySelector("[data-share-summary]");
    this.list = root.querySelector("[data-share-list]");
    this.entries = [];
    this.queue = [];
    this.requests = new Map();
    this.pumping = false;
    this.watching = false;
    this.uppy = new Uppy({ autoProceed: true }).use(XHRUpload, {
      endpoint: (file) => file.meta.grant.url,
      limit: PARALLEL,
      timeout: STALLED_MS,
      shouldRetry: () => false,
      onBeforeRequest: (xhr, _, [file]) => void this.requests.set(file.id, xhr),
      getResponseData: () => ({}),
    });
  }

  start() {
    this.input.addEventListener("change", () => {
      this.add(this.input.files);
      this.input.value = "";
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) document.body.classList.remove("dropping");
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      this.add(event.dataTransfer.files);
    });
    addEventListener("beforeunload", (event) => {
      if (this.entries.some((entry) => ["queued", "sending"].includes(entry.status))) event.preventDefault();
    });
    this.uppy.on("upload-progress", (file, progress) => {
      this.entryOf(file).bar.value = progress.bytesTotal ? progress.bytesUploaded / progress.bytesTotal : 0;
    });
    this.uppy.on("upload-success", (file) => this.onSent(this.entryOf(file)));
    this.uppy.on("upload-error", (file, _, response) => this.onError(this.entryOf(file), response?.status));
    // The uploader only tells of a stall; ending the request makes it an error like any other.
    this.uppy.on("upload-stalled", (_, files) => {
      for (const { id } of files) {
        const request = this.requests.get(id);
        request?.abort();
        request?.dispatchEvent(new ProgressEvent("error"));
      }
    });
  }

  entryOf(file) {
    return this.entries[file.meta.entry];
  }

  add(files) {
    for (const file of files) {
      const row = document.createElement("li");
      const name = Object.assign(document.createElement("span"), { className: "share-name", textContent: file.name });
      const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
      bar.setAttribute("aria-label", `Sending ${file.name}`);
      const state = Object.assign(document.createElement("span"), { className: "share-state" });
      row.append(name, bar, state);
      this.list.append(row);
      const type = file.type || TYPES_BY_ENDING[file.name.split(".").pop().toLowerCase()] || "";
      const entry = { index: this.entries.length, file, type, row, bar, state, attempts: 0 };
      this.entries.push(entry);
      this.set(entry, "queued", "Waiting");
      if (file.size > this.maxBytes) {
        this.set(entry, "refused", `Too large: ${Math.floor(this.maxBytes / 1048576)} MB is the most`);
      } else if (file.size === 0) {
        this.set(entry, "refused", "This file is empty");
      } else {
        this.queue.push(entry);
      }
    }
    this.progress.hidden = false;
    this.pump();
  }

  // Announces what waits, a few files ahead of those being sent.
  async pump() {
    if (this.pumping) return;
    this.pumping = true;
    try {
      while (this.queue.length) {
        const ahead = this.entries.filter((entry) => entry.status === "sending").length;
        const batch = this.queue.splice(0, Math.max(0, GRANTED_AHEAD - ahead));
        if (!batch.length) break;
        await this.announce(batch);
      }
    } finally {
      this.pumping = false;
    }
  }

  async announce(batch) {
    for (const entry of batch) {
      try {
        entry.sha256 ??= await digestOf(entry.file);
      } catch {
        this.set(entry, "failed", "This file can no longer be read. Please choose it again.");
      }
    }
    const readable = batch.filter((entry) => entry.sha256);
    if (!readable.length) return;
    const files = readable.map(({ file, type, sha256 }) => ({ name: file.name, size: file.size, type, sha256 }));
    for (let attempt = 0; ; attempt += 1) {
      let answer = null;
      try {
        await online();
        const response = await fetch(`${this.url}/uploads`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ files }),
        });
        const body = await response.json().catch(() => ({}));
        if (Array.isArray(body.uploads)) answer = body.uploads;
        // A refusal without our words is not the site's: a firewall's, or that of a network that wants a sign-in first. It may pass.
        else if (body.error && response.status < 500 && response.status !== 429) {
          for (const entry of readable) this.set(entry, "refused", body.error.message);
          return;
        }
      } catch {
        // No network: the loop goes on.
      }
      if (answer) {
        readable.forEach((entry, index) => this.onAnnounced(entry, answer[index]));
        return;
      }
      if (attempt >= MOST_ATTEMPTS) {
        for (const entry of readable) this.giveUp(entry);
        return;
      }
      for (const entry of readable) this.set(entry, "queued", "No connection. Trying again…");
      await sleep(pause(attempt));
    }
  }

  onAnnounced(entry, upload) {
    entry.id = upload.id;
    if (upload.status === "duplicate" && upload.id) {
      // An earlier visit, or somebody else, sent it: what became of it is as good as sending it again.
      this.onSent(entry);
    } else if (upload.status === "duplicate") {
      this.set(entry, "duplicate", "Already sent");
    } else if (upload.status !== "upload") {
      this.set(entry, "refused", upload.message ?? "This photo was not accepted");
    } else {
      this.send(entry, upload.post);
    }
  }

  send(entry, grant) {
    this.set(entry, "sending", "Sending");
    const meta = { ...grant.fields, entry: entry.index, grant };
    const xhrUpload = { allowedMetaFields: Object.keys(grant.fields) };
    if (entry.uppyId && this.uppy.getFile(entry.uppyId)) {
      this.uppy.setFileMeta(entry.uppyId, meta);
      this.uppy.retryUpload(entry.uppyId).catch(() => {});
      return;
    }
    // The index in the name keeps two files of one name, size and date apart.
    entry.uppyId = this.uppy.addFile({ name: `${entry.index}-${entry.file.name}`, type: entry.type, data: entry.file, meta });
    this.uppy.setFileState(entry.uppyId, { xhrUpload });
  }

  onSent(entry) {
    entry.bar.value = 1;
    this.set(entry, "sent", "Preparing");
    this.pump();
    this.watch();
  }

  async onError(entry, status) {
    entry.attempts += 1;
    if (entry.attempts > MOST_ATTEMPTS) {
      this.giveUp(entry);
      return;
    }
    this.set(entry, "sending", navigator.onLine ? "Interrupted. Trying again…" : "No connection. Waiting for it…");
    await online();
    await sleep(pause(entry.attempts));
    // A new grant costs nothing and cannot have run out while the phone slept.
    await this.announce([entry]);
  }

  giveUp(entry, why = "Could not be sent.") {
    this.set(entry, "failed", why);
    const again = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Try again" });
    again.addEventListener("click", () => {
      entry.attempts = 0;
      this.set(entry, "queued", "Waiting");
      this.queue.push(entry);
      this.pump();
    });
    entry.state.append(" ", again);
    this.pump();
  }

  // Asks what became of the photos that were sent, until all are done.
  async watch() {
    if (this.watching) return;
    this.watching = true;
    for (let waiting; (waiting = this.entries.filter((entry) => entry.status === "sent")).length; ) {
      await sleep(STATUS_MS);
      await online();
      try {
        const asked = waiting.slice(0, MOST_ASKED);
        const ids = asked.map((entry) => entry.id);
        const { uploads } = await (await fetch(`${this.url}/uploads?ids=${ids.join(",")}`)).json();
        const told = new Map(uploads.map((upload) => [upload.id, upload]));
        for (const entry of asked) this.onStatus(entry, told.get(entry.id));
        if (uploads.some((upload) => upload.status === "shown")) this.timeline.refresh(true);
      } catch {
        // The next round asks again.
      }
    }
    this.watching = false;
  }

  onStatus(entry, upload) {
    if (!upload) this.giveUp(entry, "This photo is gone.");
    else if (upload.status === "shown") this.set(entry, "shown", "On the page");
    else if (upload.status === "in_review") this.set(entry, "in_review", upload.message ?? "The host will look at it first");
    else if (upload.status === "refused") this.set(entry, "refused", upload.message ?? "This photo was not accepted");
  }

  set(entry, status, text) {
    entry.status = status;
    entry.row.dataset.status = status;
    entry.state.textContent = text;
    entry.bar.hidden = FINAL.has(status);
    const done = this.entries.filter((other) => FINAL.has(other.status)).length;
    const shown = this.entries.filter((other) => other.status === "shown").length;
    const all = this.entries.length;
    const noun = all === 1 ? "photo" : "photos";
    this.summary.textContent = done < all ? `${done} of ${all} ${noun} done` : `${shown} of ${all} ${noun} on the page`;
  }
}
