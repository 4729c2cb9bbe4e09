// The photos of each state that this page has loaded. What is in a list keeps its place: new photos come to its end.

const PAGE = 100;

// A `change` event says that photos came or went, `urls` that a photo has new links.
export class PhotoList extends EventTarget {
  constructor(lists, state) {
    super();
    this.lists = lists;
    this.state = state;
    this.items = [];
    this.next = null;
    this.loaded = false;
  }

  // Loads the first page, with reported photos first, in place of what was loaded before.
  load() {
    this.loading ??= this.loadNow().finally(() => (this.loading = null));
    return this.loading;
  }

  async loadNow() {
    const started = performance.now();
    const page = await this.fetch();
    const isNewer = (photo) => this.lists.isNewer(photo.id, started);
    const order = (photo) => (photo.reason === "reported" ? 0 : 1);
    const photos = page.photos.filter((photo) => !isNewer(photo)).sort((one, other) => order(one) - order(other));
    this.items = [...photos, ...this.items.filter(isNewer)];
    this.next = page.next;
    this.loaded = true;
    this.changed();
  }

  async more() {
    if (!this.next) return;
    const started = performance.now();
    const page = await this.fetch(this.next);
    this.next = page.next;
    this.add(page.photos, started);
  }

  async all() {
    while (this.next) await this.more();
  }

  // Looks for new photos, and for those that other hosts have decided, which are marked and keep their place.
  async refresh() {
    if (!this.loaded) return this.load();
    const started = performance.now();
    let page = await this.fetch();
    const found = [...page.photos];
    while (page.next && (found.length < this.items.length || !this.next)) {
      page = await this.fetch(page.next);
      found.push(...page.photos);
    }
    const fresh = new Map(found.map((photo) => [photo.id, photo]));
    for (const photo of this.items) {
      const now = fresh.get(photo.id);
      photo.gone = !now && !page.next && !this.lists.isNewer(photo.id, started);
      if (now && photo.broken) Object.assign(photo, { urls: now.urls, original_url: now.original_url, broken: false });
      if (now) photo.reports = now.reports;
    }
    this.next = page.next;
    this.add(found, started);
    return undefined;
  }

  add(photos, started) {
    const known = new Set(this.items.map((photo) => photo.id));
    const fresh = photos.filter((photo) => !known.has(photo.id) && !this.lists.isNewer(photo.id, started));
    this.items.push(...fresh);
    this.changed();
  }

  fetch(cursor) {
    const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    return this.lists.api.request("GET", `/photos?state=${this.state}&limit=${PAGE}${query}`);
  }

  take(photo) {
    const index = this.items.findIndex((other) => other.id === photo.id);
    if (index >= 0) this.items.splice(index, 1);
    return index;
  }

  put(photo, index) {
    if (this.items.some((other) => other.id === photo.id)) return;
    this.items.splice(Math.max(0, Math.min(index, this.items.length)), 0, photo);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

export class PhotoLists {
  constructor(api) {
    this.api = api;
    this.byState = new Map(["in_review", "shown", "hidden", "deleted"].map((state) => [state, new PhotoList(this, state)]));
    // When each photo was decided here last; Infinity while the site has not answered.
    this.touched = new Map();
  }

  of(state) {
    return this.byState.get(state);
  }

  // Whether a photo was decided here after a list was asked for: that list is older.
  isNewer(id, started) {
    return (this.touched.get(id) ?? -1) > started;
  }

  pending(id) {
    this.touched.set(id, Infinity);
  }

  settled(id) {
    this.touched.set(id, performance.now());
  }

  // Looks for photos that the site has put into a state since its list was loaded.
  async landed(photos, state) {
    const list = this.of(state);
    await list?.loading;
    if (list?.loaded && photos.some((photo) => photo.state === state && !list.items.some((other) => other.id === photo.id))) await list.refresh();
  }

  // Moves photos to another state. `places` are their indexes in its list, for those that go back to where they were.
  move(photos, state, places = []) {
    const changed = new Set();
    const indexes = photos.map((photo, number) => {
      const from = this.of(photo.state);
      const index = from ? from.take(photo) : -1;
      if (from) changed.add(from);
      photo.state = state ?? "gone";
      photo.gone = false;
      const to = this.of(state);
      if (to && places[number] >= 0) to.put(photo, places[number]);
      // Its links, and what the site says of it, are others now: the list is loaded when it is looked at.
      else if (to) to.loaded = false;
      if (to) changed.add(to);
      return index;
    });
    for (const list of changed) list.changed();
    return indexes;
  }
}
