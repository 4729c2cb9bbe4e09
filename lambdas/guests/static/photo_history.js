// Gives an open photo its own history entry, so that Back closes the photo and stays on the event's page.
// The entry's state names the photo; a reload or Forward opens it again.

export class PhotoHistory {
  constructor(lightbox, list, slides) {
    this.lightbox = lightbox;
    this.list = list;
    this.slides = slides;
  }

  start() {
    this.lightbox.on("beforeOpen", () => {
      if (!history.state?.photo) history.pushState({ photo: "-" }, "");
    });
    this.lightbox.on("change", () => {
      const link = this.lightbox.pswp.currSlide?.data.element;
      if (link && history.state?.photo) history.replaceState({ photo: this.keyOf(link) }, "");
    });
    // Closed with the button, a key or a swipe: leave the entry. After Back it has been left already.
    this.lightbox.on("close", () => {
      if (history.state?.photo) history.back();
    });
    addEventListener("popstate", ({ state }) => {
      if (state?.photo) this.open(state.photo);
      else this.lightbox.pswp?.close();
    });
    if (history.state?.photo) this.open(history.state.photo);
  }

  links() {
    return [...this.list.querySelectorAll(this.slides)];
  }

  keyOf(link) {
    const tile = link.closest(".tile");
    return `${tile.dataset.item}/${[...tile.querySelectorAll(this.slides)].indexOf(link)}`;
  }

  open(photo) {
    const index = this.links().findIndex((link) => this.keyOf(link) === photo);
    if (index >= 0) this.lightbox.loadAndOpen(index, { gallery: this.list });
    // The photo is not in the list any more: this entry becomes an ordinary view of the page.
    else history.replaceState(null, "");
  }
}
