// Takes everything home: the site packs the files, the page shows how far it is and then links to them.
import { busy, button, el } from "./host_dom.js";
import { counted, size } from "./host_words.js";
import { partUrl, saveLink } from "./saving.js";

const POLL_MS = 4000;
const WAITING = new Set(["preparing", "waiting", "queued", "packing", "running", "pending"]);
const KINDS = [
  ["originals", "All originals", "Every photo as its guest sent it, with all its details, such as where it was taken."],
  ["shown", "Photos on the page", "The photos that guests see, in a smaller size and without their details."],
];

export class DownloadsTab {
  constructor(app) {
    this.app = app;
    this.state = el("div", { class: "download" });
    this.generation = 0;
  }

  // Whether this site has downloads: null if that cannot be found out now.
  async exists() {
    try {
      await this.app.api.request("GET", "/downloads");
      return true;
    } catch (error) {
      if (error.status === 404 || error.status === 403) return false;
      return error.status === 405 ? true : null;
    }
  }

  async open(panel) {
    const kinds = this.app.role === "viewer" ? KINDS.slice(1) : KINDS;
    for (const [kind, label, words] of kinds) {
      const start = button(label, () => busy(start, this.app.notices, () => this.start(kind)), { class: "act act-main" });
      panel.append(el("p", { class: "choice-row" }, start, el("span", { class: "hint" }, words)));
    }
    this.posts = el("input", { type: "checkbox" });
    panel.append(el("label", { class: "check" }, this.posts, "With the pictures of Instagram posts"), this.state);
    const answer = await this.app.api.request("GET", "/downloads").catch((error) => (error.retryable ? Promise.reject(error) : null));
    const last = answer?.downloads?.[0];
    if (last) this.follow(last);
  }

  close() {
    this.generation += 1;
  }

  async start(kind) {
    const { download } = await this.app.api.request("POST", "/downloads", { kind, ...(this.posts.checked ? { with_posts: true } : {}) });
    this.app.notices.say("The site packs your photos now. You can leave this page and come back.");
    this.follow(download);
  }

  // Shows a download, and looks at it again until it is done.
  async follow(download) {
    const generation = (this.generation += 1);
    this.show(download);
    while (WAITING.has(download.state)) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (generation !== this.generation) return;
      try {
        ({ download } = await this.app.api.request("GET", `/downloads/${encodeURIComponent(download.id)}`));
        if (generation !== this.generation) return;
        this.show(download);
      } catch (error) {
        if (generation !== this.generation) return;
        if (!error.retryable) return this.app.notices.fail(error);
        this.words.textContent = `${error.message} Trying again.`;
      }
    }
  }

  show(download) {
    const packing = WAITING.has(download.state);
    const share = fraction(download);
    const parts = download.parts ?? [];
    this.words = el("p", { role: "status" }, wordsOf(download));
    this.state.replaceChildren(
      this.words,
      packing ? el("progress", { "aria-label": "Progress", ...(share === null ? {} : { max: 1, value: share }) }) : "",
      el("ul", { class: "rows" }, parts.filter((part) => part.url).map((part) =>
        el("li", { class: "row" }, el("div", { class: "row-text" }, el("p", { class: "row-name", dir: "auto" }, part.name), el("p", { class: "row-facts" }, size(part.bytes))), saveLink(partUrl(this.app.api.url, download, part), { class: "act act-main", "aria-label": `Save ${part.name}` }, (refusal) => this.app.notices.fail(refusal))))),
    );
  }
}

function wordsOf({ kind, selected, state, files, files_done: done, bytes, parts }) {
  const [, label] = selected ? ["", "Selected originals"] : KINDS.find(([name]) => name === kind);
  const all = `${label}: ${counted(files, "photo")}, about ${size(bytes)}`;
  if (WAITING.has(state)) return `${all}. Packing, ${done.toLocaleString("en")} done…`;
  if (state === "failed") return `${label}: this download failed. Start it again.`;
  return `${all}, ready in ${counted(parts.length, "file")}. If saving stops on the way, press Save again.`;
}

// How far a download is, 0 to 1; null if it does not say so.
function fraction({ progress, bytes, bytes_done: done }) {
  if (typeof progress === "number") return progress > 1 ? progress / 100 : progress;
  return bytes && done !== undefined ? Math.min(1, done / bytes) : null;
}
