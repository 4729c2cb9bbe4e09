// Sends photos straight to the bucket: announced in small batches, three at a time, each with its own row.
import Uppy from "@uppy/core";
import XHRUpload from "@uppy/xhr-upload";

import { typeOf } from "./file_type.js";
import { GuestName } from "./guest_name.js";
import { endIfSilent, endRequest, withTimeout } from "./network.js";
import { sha256 } from "./sha256.js";
import { UploadList } from "./upload_list.js";
import { fetchStatuses } from "./upload_status.js";

const PARALLEL = 3;
// A grant lives for ten minutes, so only a few files are announced ahead of those being sent.
const GRANTED_AHEAD = 6;
const MAX_ATTEMPTS = 8;
const STALLED_MS = 30000;
const STATUS_MS = 2000;
// The refusal that passes by itself.
const LATER = "too_many_unsent";
const LATER_MS = 30000;
const NOT_ACCEPTED = "We couldn’t add this file. Please choose another one.";

// The wait before another attempt: exponential backoff with full jitter.
const pause = (attempt) => Math.random() * Math.min(30000, 1000 * 2 ** attempt);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const online = () =>
  navigator.onLine ? Promise.resolve() : new Promise((resolve) => addEventListener("online", resolve, { once: true }));

const againIn = (seconds) => (seconds > 90 ? `Trying again in ${Math.ceil(seconds / 60)} minutes…` : "Trying again…");

export class UploadPanel {
  constructor(root, { url, section, maxBytes }, timeline, own) {
    this.url = url;
    this.section = section || undefined;
    this.maxBytes = Number(maxBytes);
    this.timeline = timeline;
    this.own = own;
    this.input = root.querySelector("input[type=file]");
    // Only where the event asks for consent.
    this.mayPost = root.querySelector("[data-may-post]");
    this.guestName = new GuestName(root.querySelector("[data-guest-name]"));
    this.list = new UploadList(root);
    this.queue = [];
    this.requests = new Map();
    this.pumping = false;
    this.watching = false;
    this.uppy = new Uppy({ autoProceed: true }).use(XHRUpload, {
      endpoint: (file) => file.meta.grant.url,
      limit: PARALLEL,
      timeout: STALLED_MS,
      shouldRetry: () => false,
      onBeforeRequest: (xhr, _, [file]) => {
        this.requests.set(file.id, xhr);
        endIfSilent(xhr, STALLED_MS);
      },
      getResponseData: () => ({}),
    });
  }

  start() {
    // Hosts decide later about what waits for them.
    this.own.onStatus = (id, upload) => {
      const waits = this.list.withStatus("in_review").find((entry) => entry.id === id);
      if (waits && upload) this.onStatus(waits, upload);
    };
    const take = () => {
      this.add(this.input.files);
      this.input.value = "";
    };
    this.input.addEventListener("change", take);
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
      if (this.list.withStatus("queued", "sending").length) event.preventDefault();
    });
    this.uppy.on("upload-progress", (file, progress) => {
      this.entryOf(file).bar.value = progress.bytesTotal ? progress.bytesUploaded / progress.bytesTotal : 0;
    });
    this.uppy.on("upload-success", (file) => this.onSent(this.entryOf(file)));
    this.uppy.on("upload-error", (file) => this.onError(this.entryOf(file)));
    // Uppy only reports a stall; ending the request turns it into an ordinary error.
    this.uppy.on("upload-stalled", (_, files) => {
      for (const { id } of files) {
        const request = this.requests.get(id);
        if (request) endRequest(request);
      }
    });
    // On a slow network files may be chosen before this script is there.
    if (this.input.files.length) take();
  }

  entryOf(file) {
    return this.list.entries[file.meta.entry];
  }

  add(files) {
    const guestName = this.guestName.keep();
    for (const file of files) {
      const entry = this.list.add(file);
      entry.type = typeOf(file);
      entry.mayPost = this.mayPost?.checked;
      entry.guestName = guestName;
      if (file.size > this.maxBytes) {
        const megabytes = Math.floor(this.maxBytes / 1048576);
        this.list.set(entry, "refused", `This file is larger than ${megabytes} MB. Please choose a smaller one.`);
      } else if (file.size === 0) {
        this.list.set(entry, "refused", "This file is empty. Please choose another one.");
      } else {
        this.enqueue(entry);
      }
    }
    this.pump();
  }

  enqueue(entry) {
    this.list.set(entry, "queued", "Waiting to be sent");
    this.queue.push(entry);
  }

  // Announces queued files, a few ahead of those being sent.
  async pump() {
    if (this.pumping) return;
    this.pumping = true;
    try {
      while (this.queue.length) {
        const ahead = this.list.withStatus("sending").length;
        const batch = this.nextBatch(Math.max(0, GRANTED_AHEAD - ahead));
        if (!batch.length) break;
        await this.announce(batch);
      }
    } finally {
      this.pumping = false;
    }
  }

  // Takes the first files of the queue that were chosen under one name.
  nextBatch(most) {
    const [first] = this.queue;
    const others = this.queue.findIndex((entry) => entry.guestName !== first.guestName);
    return this.queue.splice(0, others < 0 ? most : Math.min(most, others));
  }

  async announce(batch) {
    for (const entry of batch) {
      try {
        entry.sha256 ??= await sha256(await entry.file.arrayBuffer());
      } catch {
        this.list.set(entry, "failed", "Your browser can no longer read this file. Please choose it again.");
      }
    }
    const readable = batch.filter((entry) => entry.sha256);
    if (!readable.length) return;
    const files = readable.map(({ file, type, sha256, mayPost }) => ({
      name: file.name,
      size: file.size,
      type,
      sha256,
      last_modified: file.lastModified,
      may_post: mayPost,
    }));
    for (let attempt = 0; ; attempt += 1) {
      const { uploads, refusal, why, seconds } = await this.requestGrants(files, readable[0].guestName);
      if (uploads) {
        readable.forEach((entry, index) => this.onAnnounced(entry, uploads[index]));
        return;
      }
      if (refusal) {
        for (const entry of readable) this.list.set(entry, "refused", refusal);
        return;
      }
      if (attempt >= MAX_ATTEMPTS) {
        for (const entry of readable) this.giveUp(entry, why);
        return;
      }
      for (const entry of readable) this.list.set(entry, "queued", why ? `${why} ${againIn(seconds)}` : "No connection. Trying again…");
      await sleep(Math.max(pause(attempt), (seconds || 0) * 1000));
    }
  }

  // The site's answer for each file, or its refusal of all of them; neither if it is worth asking again.
  async requestGrants(files, guestName) {
    try {
      await online();
      const response = await fetch(`${this.url}/uploads`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ files, section: this.section, guest_name: guestName }),
        ...withTimeout(),
      });
      const body = await response.json().catch(() => ({}));
      if (Array.isArray(body.uploads)) return { uploads: body.uploads };
      // A refusal in another form comes from a firewall, or from a network that asks for a sign-in first. It may pass.
      if (body.error && response.status < 500 && response.status !== 429) return { refusal: body.error.message };
      // A limit says how long to wait.
      const seconds = Number(response.headers.get("retry-after"));
      const limited = response.status === 429 && "Very many requests reach the site right now.";
      const why = body.error?.message ?? limited;
      if (why) return { why, seconds };
    } catch {
      // No network.
    }
    return {};
  }

  onAnnounced(entry, upload) {
    entry.id = upload.id;
    if (upload.status === "duplicate" && upload.id) {
      // Sent before, by this guest or another: its state is as good as that of a new upload.
      this.onSent(entry);
    } else if (upload.status === "duplicate") {
      this.list.set(entry, "duplicate", "Already sent");
    } else if (upload.reason === LATER) {
      this.onLater(entry, upload.message);
    } else if (upload.status !== "upload") {
      this.list.set(entry, "refused", upload.message ?? NOT_ACCEPTED);
    } else {
      this.send(entry, upload.post);
    }
  }

  // More fit once other files of this device have been sent, or their grants have ended.
  async onLater(entry, message) {
    entry.attempts += 1;
    if (entry.attempts > MAX_ATTEMPTS) return this.giveUp(entry, message);
    this.list.set(entry, "queued", `${message} ${againIn(0)}`);
    await sleep(LATER_MS);
    this.enqueue(entry);
    return this.pump();
  }

  send(entry, grant) {
    this.list.set(entry, "sending", "Sending");
    const meta = { ...grant.fields, entry: entry.index, grant };
    const xhrUpload = { allowedMetaFields: Object.keys(grant.fields) };
    if (entry.uppyId && this.uppy.getFile(entry.uppyId)) {
      this.uppy.setFileMeta(entry.uppyId, meta);
      this.uppy.retryUpload(entry.uppyId).catch(() => {});
      return;
    }
    // The index keeps files apart that share a name, a size and a date.
    entry.uppyId = this.uppy.addFile({ name: `${entry.index}-${entry.file.name}`, type: entry.type, data: entry.file, meta });
    this.uppy.setFileState(entry.uppyId, { xhrUpload });
  }

  onSent(entry) {
    entry.bar.value = 1;
    this.list.set(entry, "sent", "Getting ready");
    this.own.add(entry.id, entry.file);
    this.pump();
    this.watch();
  }

  async onError(entry) {
    entry.attempts += 1;
    if (entry.attempts > MAX_ATTEMPTS) {
      this.giveUp(entry);
      return;
    }
    this.list.set(entry, "sending", navigator.onLine ? "Interrupted. Trying again…" : "No connection. Waiting for it to return…");
    await online();
    await sleep(pause(entry.attempts));
    // A new grant costs nothing, and the old one may have expired while the phone was asleep.
    await this.announce([entry]);
  }

  giveUp(entry, why = "We couldn’t send this photo. Please check your connection.") {
    this.list.set(entry, "failed", why, () => {
      entry.attempts = 0;
      this.enqueue(entry);
      this.pump();
    });
    this.pump();
  }

  // Asks for the status of the photos that were sent until each has a final one.
  async watch() {
    if (this.watching) return;
    this.watching = true;
    for (let sent; (sent = this.list.withStatus("sent")).length; ) {
      await sleep(STATUS_MS);
      await online();
      try {
        const statuses = await fetchStatuses(this.url, sent.map((entry) => entry.id));
        for (const entry of sent) this.onStatus(entry, statuses.get(entry.id));
        await this.own.refresh();
        if ([...statuses.values()].some((upload) => upload.status === "shown")) this.timeline.refresh(true);
      } catch {
        // The next round asks again.
      }
    }
    this.watching = false;
  }

  onStatus(entry, upload) {
    if (!upload) this.giveUp(entry, "This photo didn’t arrive.");
    else if (upload.status === "shown") this.list.set(entry, "shown", "On the page");
    else if (upload.status === "in_review") this.list.set(entry, "in_review", upload.message ?? "Waiting for the host’s approval");
    else if (upload.status === "refused") this.list.set(entry, "refused", upload.message ?? NOT_ACCEPTED);
  }
}
