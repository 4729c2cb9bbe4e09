// The host's page: opens the link, and shows the tabs that the host's role has.
import { HostApi, openSession } from "./host_api.js";
import { BigView } from "./host_big.js";
import { Decisions } from "./host_decisions.js";
import { busy, button, el } from "./host_dom.js";
import { DownloadsTab } from "./host_downloads.js";
import { HistoryTab } from "./host_history.js";
import { HostsTab } from "./host_hosts.js";
import { PhotoLists } from "./host_lists.js";
import { NewEventTab } from "./host_new.js";
import { Notices } from "./host_notices.js";
import { PhotosTab } from "./host_photos.js";
import { PostsTab } from "./host_posts.js";
import { SettingsTab } from "./host_settings.js";
import { ShareTab } from "./host_share.js";
import { Status } from "./host_status.js";
import { Tabs } from "./host_tabs.js";

class HostApp {
  constructor(main) {
    this.main = main;
    this.api = new HostApi(main.dataset.url);
    this.head = main.querySelector("[data-head]");
    this.opening = main.querySelector("[data-opening]");
    this.notices = new Notices();
    this.api.onSignedOut = (error) => this.finish(error.message);
  }

  get event() {
    return this.status.info.event;
  }

  get role() {
    return this.status.info.role;
  }

  async start() {
    try {
      await openSession(this.api);
      this.status = new Status(this.api, this.head);
      await this.status.start();
    } catch (error) {
      this.showOpeningError(error);
      return;
    }
    this.opening.remove();
    this.lists = new PhotoLists(this.api);
    this.decisions = new Decisions(this.api, this.lists, this.notices);
    this.big = new BigView(this);
    this.tabs = new Tabs(this, this.main, this.tabsOfRole());
    this.connect();
    this.tabs.start();
  }

  tabsOfRole() {
    const photos = (state, label) => ({ id: state, label, tab: new PhotosTab(this, state) });
    const seen = [photos("shown", "On the page"), { id: "share", label: "Share", tab: new ShareTab(this) }];
    const downloads = { id: "downloads", label: "Download", tab: new DownloadsTab(this) };
    if (this.role === "viewer") return [...seen, downloads];
    const moderators = [photos("in_review", "Waiting"), ...seen, photos("hidden", "Hidden"), photos("deleted", "Deleted"), { id: "posts", label: "Instagram", tab: new PostsTab(this) }, downloads];
    const owners = [{ id: "hosts", label: "Hosts", tab: new HostsTab(this) }, { id: "settings", label: "Settings", tab: new SettingsTab(this) }, { id: "new", label: "New event", tab: new NewEventTab(this) }];
    const history = { id: "history", label: "History", tab: new HistoryTab(this) };
    return this.role === "owner" ? [...moderators, ...owners, history] : [...moderators, history];
  }

  connect() {
    this.decisions.addEventListener("moved", ({ detail: { items, forward } }) => {
      for (const { before, after } of items) this.status.shift(forward ? before : after, forward ? after : before, 1);
    });
    for (const name of ["refused", "idle"]) this.decisions.addEventListener(name, () => this.status.refresh());
    this.status.addEventListener("arrived", () => {
      const waiting = this.lists.of("in_review");
      if (waiting.loaded) waiting.refresh().catch((error) => this.notices.fail(error));
    });
  }

  // Changes the event; it must still have a version. Returns it as it is then.
  async changeEvent(changes, version = this.event.version) {
    const event = await this.api.request("PATCH", "/event", changes, { "If-Match": `"${version}"` });
    this.status.info.event = event;
    this.status.etag = "";
    document.querySelector("h1").textContent = event.title;
    return event;
  }

  async reloadEvent() {
    this.status.etag = "";
    await this.status.fetch();
    return this.event;
  }

  setCover(cover, pressed) {
    return busy(pressed, this.notices, async () => {
      try {
        await this.changeEvent({ cover });
      } catch (error) {
        // Another host has changed something else: the cover is a decision by itself.
        if (error.code !== "event_changed") throw error;
        await this.reloadEvent();
        await this.changeEvent({ cover });
      }
      this.lists.of("shown").changed();
      this.notices.say(cover ? "This photo is the cover of the page now." : "The page has no cover now.");
    });
  }

  showOpeningError(error) {
    const again = button("Try again", () => location.reload(), { class: "act act-main" });
    this.opening.replaceChildren(el("p", { role: "alert" }, error.message), ...(error.retryable ? [again] : []));
  }

  // The page has nothing more to show: the link was revoked, or the event deleted.
  finish(message) {
    this.big?.hide();
    this.decisions?.stop();
    clearTimeout(this.status?.timer);
    this.notices.clear();
    for (const old of this.head.querySelectorAll(".health, .usage, .trouble")) old.remove();
    this.main.replaceChildren(this.head, el("p", { class: "note", role: "alert" }, message));
  }
}

// Another link that is pasted into the address bar is opened too.
addEventListener("hashchange", () => location.hash && location.reload());
new HostApp(document.querySelector("[data-event]")).start();
