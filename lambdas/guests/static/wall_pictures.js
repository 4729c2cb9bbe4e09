// Loads pictures ahead and keeps the last ones, so that the wall goes on without a network. Image elements are used again: their number is bounded.

const MAX_KEPT = 20;
const LOAD_MS = 15000;
// Longer edge of the medium size (lambdas/pictures/sizes.py).
const MEDIUM = 1080;

export class WallPictures {
  constructor() {
    // By photo, the one that was needed last at the end: `{ image, loaded, ready }`.
    this.kept = new Map();
    this.spare = [];
  }

  has(item) {
    return this.kept.get(item.id)?.loaded ?? false;
  }

  // Returns a promise of the photo's element, null if it cannot be loaded.
  load(item) {
    const entry = this.kept.get(item.id) ?? this.begin(item);
    this.kept.delete(item.id);
    this.kept.set(item.id, entry);
    for (const [id, old] of this.kept) {
      if (this.kept.size <= MAX_KEPT) break;
      if (!old.image.isConnected && old !== entry) this.drop(id, old);
    }
    return entry.ready;
  }

  // Forgets all photos that the wall no longer has.
  keepOnly(ids) {
    for (const [id, entry] of this.kept) {
      if (!ids.has(id)) this.drop(id, entry);
    }
  }

  begin(item) {
    const image = this.spare.pop() ?? new Image();
    const entry = { image, loaded: false };
    image.src = addressOf(item);
    entry.ready = decoded(image).then((loaded) => {
      if (this.kept.get(item.id) !== entry) return null;
      entry.loaded = loaded;
      if (!loaded) this.drop(item.id, entry);
      return loaded ? image : null;
    });
    return entry;
  }

  drop(id, { image }) {
    this.kept.delete(id);
    image.remove();
    image.removeAttribute("src");
    // Browsers build nodes for the text of an image that has no picture.
    image.alt = "";
    this.spare.push(image);
  }
}

function addressOf({ urls }) {
  return Math.max(innerWidth, innerHeight) * devicePixelRatio > MEDIUM ? urls.large : urls.medium;
}

function decoded(image) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), LOAD_MS);
    image.decode().then(
      () => resolve(true),
      () => resolve(false),
    ).finally(() => clearTimeout(timer));
  });
}
