// What hosts give to guests: the page's link, its QR code, what they print, and the wall.
import { button, el } from "./host_dom.js";

// Copies a text, or selects it where the browser does not allow that.
export async function copy(text, notices, field) {
  try {
    await navigator.clipboard.writeText(text);
    notices.say("Copied.");
  } catch {
    field.select();
    notices.say("Copy the marked link.");
  }
}

// A link with buttons to copy it and, where there is one, for the device's own share sheet.
export function linkBox(label, url, title, notices) {
  const id = `link-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const field = el("input", { id, readOnly: true, value: url, class: "link-field", onfocus: () => field.select() });
  const share = navigator.share && button("Share…", () => navigator.share({ title, url }).catch((error) => error.name !== "AbortError" && notices.fail(error)));
  return el("div", { class: "link-box" }, el("label", { for: id }, label), field, el("p", { class: "acts" }, button("Copy", () => copy(url, notices, field), { class: "act act-main" }), share || ""));
}

export class ShareTab {
  constructor(app) {
    this.app = app;
  }

  async open(panel) {
    const { event, notices } = this.app;
    const sections = event.sections ?? [];
    const choices = [{ id: "", title: "The whole event" }, ...sections];
    const shown = el("div");
    const show = (section) => {
      const query = section ? `?section=${encodeURIComponent(section)}` : "";
      const more = (address, name) => `${address}${query ? `${query}&` : "?"}${name}`;
      shown.replaceChildren(
        linkBox("Guests’ link", event.url + query, event.title, notices),
        el("figure", { class: "code" }, el("img", { src: event.qr_url + query, alt: "QR code of the guests’ link" }), el("figcaption", {}, "Guests scan this with their phone’s camera.")),
        el("h3", {}, "Print"),
        el("p", { class: "acts" }, this.out(event.poster_url + query, "Poster (A4)"), this.out(more(event.poster_url, "size=a6"), "Table card (A6)")),
      );
    };
    const select = el("select", { id: "share-section", onchange: () => show(select.value) }, choices.map(({ id, title }) => el("option", { value: id }, title)));
    if (sections.length) panel.append(el("p", { class: "field" }, el("label", { for: "share-section" }, "For"), select));
    show("");
    panel.append(shown, el("h3", {}, "On a screen"), el("p", { class: "hint" }, "The wall shows new photos by itself. Open it on the screen’s own computer."), el("p", { class: "acts" }, this.out(`${event.url}/wall`, "Open the wall")), linkBox("Wall’s link", `${event.url}/wall`, event.title, notices));
  }

  out(href, label) {
    return el("a", { class: "act", href, target: "_blank", rel: "noopener" }, label);
  }
}
