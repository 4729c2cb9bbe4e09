// The Instagram posts of the event, which hosts take from the page and put back one by one.
import { busy, button, el } from "./host_dom.js";
import { dayAndTime } from "./host_words.js";

export class PostsTab {
  constructor(app) {
    this.app = app;
  }

  async open(panel) {
    const posts = await this.all();
    if (!posts.length) {
      panel.append(el("p", { class: "empty" }, "No Instagram posts belong to this event. They appear here by themselves once they are published."));
      return;
    }
    panel.append(
      el("p", { class: "hint" }, "A post that you hide leaves this event’s page. It stays on Instagram."),
      el("ul", { class: "rows" }, posts.map((post) => this.row(post))),
    );
  }

  async all() {
    const found = [];
    let query = "";
    do {
      const page = await this.app.api.request("GET", `/posts${query}`);
      found.push(...page.posts);
      query = page.next ? `?cursor=${encodeURIComponent(page.next)}` : "";
    } while (query);
    return found;
  }

  row(post) {
    const { app } = this;
    const when = dayAndTime(post.taken_at, app.event.time_zone);
    const state = el("span", { class: "row-state" });
    const toggle = button("", () => busy(toggle, app.notices, async () => {
      post = await app.api.request("PATCH", `/posts/${encodeURIComponent(post.id)}`, { hidden: !post.hidden });
      show();
      app.notices.say(post.hidden ? "The post is hidden." : "The post is on the page.");
      app.status.refresh();
    }).then(() => toggle.focus()));
    const row = el(
      "li", { class: "row" },
      post.urls.thumb ? el("img", { class: "row-picture", src: post.urls.thumb, alt: "", loading: "lazy" }) : el("span", { class: "row-picture" }),
      el("div", { class: "row-text" }, el("p", { class: "row-name", dir: "auto" }, post.caption || "No caption"), el("p", { class: "row-facts" }, when, " · ", state), el("p", { class: "row-facts" }, post.permalink ? el("a", { href: post.permalink, target: "_blank", rel: "noopener noreferrer" }, "On Instagram") : "")),
      toggle,
    );
    const show = () => {
      row.classList.toggle("row-off", post.hidden);
      state.textContent = post.hidden ? "Hidden" : "On the page";
      toggle.textContent = post.hidden ? "Show" : "Hide";
      toggle.setAttribute("aria-label", `${post.hidden ? "Show" : "Hide"} the post of ${when}`);
    };
    if (app.role === "viewer") toggle.hidden = true;
    show();
    return row;
  }
}
