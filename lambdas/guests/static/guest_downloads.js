// Lets guests take all photos home, where the event allows it: the site packs them, and this page says how far it is.
import { HostApi } from "./host_api.js";
import { el } from "./host_dom.js";
import { counted, inTime, size } from "./host_words.js";
import { partUrl, saveLink } from "./saving.js";

const POLL_MS = 2500;
const MAX_FAILURES = 20;
// Another guest's download is made first: this one begins after it.
const NEXT_IN_LINE = "download_in_preparation";
const MAX_PAUSE_MS = 20000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class GuestDownload {
  constructor(root, url) {
    this.api = new HostApi(url);
    // The event asks for a PIN now, or for another one.
    this.api.onSignedOut = () => location.reload();
    this.root = root;
    this.button = root.querySelector("button");
    this.words = el("p", { class: "take-words", role: "status" });
    this.bar = el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Progress of packing" });
    this.files = el("ul", { class: "take-files" });
  }

  start() {
    this.root.append(this.words, this.bar, this.files);
    this.button.addEventListener("click", () => this.run());
    this.root.hidden = false;
  }

  async run() {
    this.button.disabled = true;
    this.files.replaceChildren();
    this.words.textContent = "Looking for the photos…";
    try {
      const download = await this.packed();
      if (download.state === "ready") this.showFiles(download);
      else this.words.textContent = "The photos could not be packed. Please try again.";
    } catch (error) {
      const later = error.retryAfter > 90 ? ` It works again ${inTime(error.retryAfter)}.` : "";
      this.words.textContent = error.message + later;
    } finally {
      this.bar.hidden = true;
      this.button.disabled = false;
    }
  }

  // Returns the download once it is ready or has failed.
  async packed() {
    let download = await this.ask("POST", "/downloads", { with_posts: true });
    while (download.state === "preparing") {
      this.showProgress(download);
      await sleep(POLL_MS);
      download = await this.ask("GET", `/downloads/${encodeURIComponent(download.id)}`);
    }
    return download;
  }

  // Asks again while the network is away, or another download is made first.
  async ask(method, path, body) {
    for (let failures = 0; ; failures += 1) {
      try {
        return (await this.api.request(method, path, body)).download;
      } catch (error) {
        const waits = error.code === NEXT_IN_LINE;
        if (!error.retryable || (error.status === 429 && !waits) || failures >= MAX_FAILURES) throw error;
        this.words.textContent = waits ? "Another download is being packed. Yours begins by itself after it." : `${error.message} Trying again…`;
        await sleep(Math.min(MAX_PAUSE_MS, POLL_MS * 1.5 ** failures));
      }
    }
  }

  showProgress({ files, files_done: done, bytes }) {
    this.words.textContent = `Packing ${counted(files, "photo")}, about ${size(bytes)}: ${done.toLocaleString("en")} done.`;
    this.bar.value = files ? done / files : 0;
    this.bar.hidden = false;
  }

  showFiles(download) {
    const { files, bytes, parts } = download;
    const zips = parts.length === 1 ? "one zip file" : `${parts.length} zip files`;
    this.words.textContent = `${counted(files, "photo")}, about ${size(bytes)}, in ${zips}. If saving stops on the way, press Save again.`;
    const refused = ({ code, message }) => {
      this.words.textContent = code === "download_outdated" ? "A photo has been hidden or deleted since. Press “Download all photos” to pack them again." : message;
    };
    this.files.replaceChildren(...parts.map((part) => {
      const link = saveLink(partUrl(this.api.url, download, part), { class: "button", "aria-label": `Save ${part.name}` }, refused);
      return el("li", {}, el("span", { class: "take-name", dir: "auto" }, part.name), el("span", { class: "take-size" }, size(part.bytes)), link);
    }));
  }
}
