// The links of hosts: who has one, when it was used, and new ones. A link's secret is shown once.
import { ask, busy, button, el } from "./host_dom.js";
import { linkBox } from "./host_share.js";
import { dayAndTime, ROLES } from "./host_words.js";

export class HostsTab {
  constructor(app) {
    this.app = app;
  }

  async open(panel) {
    this.shown = el("div", { role: "status" });
    this.rows = el("ul", { class: "rows" });
    panel.append(
      el("p", { class: "hint" }, "Each host has a link of their own, and needs no account. Give a link only to the person that it is for."),
      this.shown, this.rows, el("h3", {}, "Add a host"), this.form(),
    );
    await this.load();
  }

  async load() {
    const { host_links: links } = await this.app.api.request("GET", "/host-links");
    this.rows.replaceChildren(...links.map((link) => this.row(link)));
  }

  form() {
    const label = el("input", { id: "host-label", name: "label", required: true, maxLength: 60, autocomplete: "off", dir: "auto" });
    const roles = Object.entries(ROLES).reverse().map(([role, words]) => el("label", { class: "radio" }, el("input", { type: "radio", name: "role", value: role, defaultChecked: role === "moderator" }), words));
    const add = el("button", { class: "act act-main" }, "Create the link");
    return el(
      "form",
      {
        class: "form",
        onsubmit: (event) => {
          event.preventDefault();
          const role = new FormData(event.target).get("role");
          busy(add, this.app.notices, async () => {
            const link = await this.app.api.request("POST", "/host-links", { label: label.value, role });
            event.target.reset();
            this.show(link, `The link of ${link.label} is ready.`);
            await this.load();
          });
        },
      },
      el("p", { class: "field" }, el("label", { for: "host-label" }, "Name of the host"), label),
      el("fieldset", { class: "choices" }, el("legend", {}, "What the host may do"), roles),
      el("p", { class: "acts" }, add),
    );
  }

  show(link, words) {
    const { notices } = this.app;
    const box = linkBox("This link is shown only once. Copy or share it now.", link.url, `For ${link.label}`, notices);
    this.shown.replaceChildren(el("div", { class: "new-link" }, el("h3", { dir: "auto", tabIndex: -1 }, words), box, el("p", { class: "acts" }, button("Done", () => this.shown.replaceChildren()))));
    this.shown.querySelector("h3").focus();
  }

  row(link) {
    const { app } = this;
    const zone = app.event.time_zone;
    const used = link.last_used_at ? `last used on ${dayAndTime(link.last_used_at, zone)}` : "not used yet";
    const yours = link.yours ? "This is your link. " : "";
    const rotate = button("New link", () => busy(rotate, app.notices, async () => {
      const sure = await ask({ title: "Give a new link?", text: `${yours}The old link of ${link.label} stops working at once.`, confirm: "Give a new link" });
      if (!sure) return;
      const signedOut = app.api.onSignedOut;
      // The cookie of the old link stops working: another request that meets that must not close the page.
      if (link.yours) app.api.onSignedOut = () => {};
      try {
        const renewed = await app.api.request("POST", `/host-links/${link.id}/rotate`);
        this.show(renewed, `The new link of ${link.label} is ready.`);
        if (link.yours) await app.api.request("POST", "/session", { key: new URL(renewed.url).hash.slice(1) });
      } finally {
        app.api.onSignedOut = signedOut;
      }
      await this.load();
    }), { "aria-label": `Give ${link.label} a new link` });
    const revoke = button("Revoke", () => busy(revoke, app.notices, async () => {
      const sure = await ask({ title: "Revoke this link?", text: `${yours}${link.label} cannot open this page any more.`, confirm: "Revoke" });
      if (!sure) return;
      await app.api.request("DELETE", `/host-links/${link.id}`);
      app.notices.say(`The link of ${link.label} is revoked.`);
      if (link.yours) location.reload();
      else await this.load();
    }), { class: "act act-danger", "aria-label": `Revoke the link of ${link.label}` });
    return el(
      "li", { class: "row row-wrap" },
      el("div", { class: "row-text" }, el("p", { class: "row-name" }, el("bdi", {}, link.label), link.yours ? " (you)" : ""), el("p", { class: "row-facts" }, `${ROLES[link.role].split(":")[0]} · ${used}`)),
      el("span", { class: "acts" }, rotate, revoke),
    );
  }
}
