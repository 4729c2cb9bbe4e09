// The list of a guest's files below the button: a row for each with its name, its progress and its outcome, and a summary.

export const FINAL = new Set(["shown", "in_review", "refused", "duplicate", "failed"]);
const FAILED = ["refused", "failed"];

const photos = (count) => `${count} ${count === 1 ? "photo" : "photos"}`;

// What a list of statuses amounts to, for example "12 added, 2 not added: see below".
export function summaryOf(statuses) {
  const count = (...wanted) => statuses.filter((status) => wanted.includes(status)).length;
  const all = statuses.length;
  const done = statuses.filter((status) => FINAL.has(status)).length;
  const failed = count(...FAILED);
  if (done < all) return `${done - failed} of ${photos(all)} done` + (failed ? `, ${failed} not added: see below` : "");
  if (count("shown") === all) return `${all} of ${photos(all)} on the page`;
  return [
    [count("shown"), "added"],
    [count("duplicate"), "already sent"],
    [count("in_review"), "waiting for the host"],
    [failed, "not added: see below"],
  ]
    .filter(([number]) => number)
    .map(([number, text]) => `${number} ${text}`)
    .join(", ");
}

export class UploadList {
  constructor(root) {
    this.progress = root.querySelector("[data-share-progress]");
    this.summary = root.querySelector("[data-share-summary]");
    this.list = root.querySelector("[data-share-list]");
    this.entries = [];
  }

  add(file) {
    const row = document.createElement("li");
    const name = Object.assign(document.createElement("span"), { className: "share-name", dir: "auto", textContent: file.name });
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", `Progress of ${file.name}`);
    const state = Object.assign(document.createElement("span"), { className: "share-state" });
    row.append(name, state, bar);
    this.list.append(row);
    this.progress.hidden = false;
    const entry = { index: this.entries.length, file, row, bar, state, attempts: 0 };
    this.entries.push(entry);
    return entry;
  }

  // Sets an entry's status and the sentence beside it; with `retry`, a button that calls it.
  set(entry, status, text, retry = null) {
    entry.status = status;
    entry.row.dataset.status = status;
    entry.state.textContent = text;
    entry.bar.hidden = FINAL.has(status);
    if (retry) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Try again" });
      button.setAttribute("aria-label", `Try again to send ${entry.file.name}`);
      button.addEventListener("click", retry);
      entry.state.append(" ", button);
    }
    this.summary.textContent = summaryOf(this.entries.map((other) => other.status));
  }

  withStatus(...wanted) {
    return this.entries.filter((entry) => wanted.includes(entry.status));
  }
}
