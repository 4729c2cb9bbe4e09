// Remembers, in this browser only, which photos its guest has sent to an event and that are not on the page yet.
// A record is {key, event, id, name, sentAt, preview}; preview is a small JPEG, or null.

const DATABASE = "daybook";
const STORE = "photos";
const RETENTION_MS = 30 * 24 * 3600 * 1000;
const PREVIEW_WIDTH = 480;

export class PhotoMemory {
  constructor(event) {
    this.event = event;
  }

  // The records of this event, oldest first. Empty if the browser keeps nothing for this site.
  async all() {
    const records = (await this.run("readonly", (store) => store.getAll())) ?? [];
    const expired = records.filter((record) => record.sentAt < Date.now() - RETENTION_MS);
    await Promise.all(expired.map((record) => this.remove(record)));
    return records
      .filter((record) => record.event === this.event && !expired.includes(record))
      .sort((one, other) => one.sentAt - other.sentAt);
  }

  async add(id, file, preview) {
    const record = { key: `${this.event}/${id}`, event: this.event, id, name: file.name, sentAt: Date.now(), preview };
    await this.run("readwrite", (store) => store.put(record));
    return record;
  }

  remove(record) {
    return this.run("readwrite", (store) => store.delete(record.key));
  }

  // A browser that refuses storage costs the guest this overview, and nothing else.
  async run(mode, work) {
    try {
      const database = await this.open();
      try {
        return await promised(work(database.transaction(STORE, mode).objectStore(STORE)));
      } finally {
        database.close();
      }
    } catch {
      return null;
    }
  }

  open() {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    return promised(request);
  }
}

const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// A small copy of a picture file, or null if this browser cannot decode it.
export async function previewOf(file) {
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: PREVIEW_WIDTH });
    const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.75));
  } catch {
    return null;
  }
}
