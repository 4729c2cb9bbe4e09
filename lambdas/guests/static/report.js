// Lets a guest report another guest's photo from the lightbox: it leaves the page until the host has looked at it.
import { withTimeout } from "./network.js";

const REASONS = { shows_me: "It shows me", not_appropriate: "It is not appropriate", other: "Another reason" };
const NO_CONNECTION = "The report was not sent: there is no connection. Please try again.";
const FAILED = "The report was not sent. Please try again.";

// `onHidden` gets the tile of a photo that has left the page.
export function addReports(lightbox, url, onHidden) {
  lightbox.on("uiRegister", () => {
    lightbox.pswp.ui.registerElement({
      name: "report",
      order: 8,
      isButton: true,
      tagName: "button",
      title: "Report this photo to the host",
      html: "Report",
      onInit: (element, pswp) => pswp.on("change", () => (element.hidden = !reportedTile(pswp))),
      onClick: (_, element, pswp) => openDialog(pswp, element, url, onHidden),
    });
  });
}

// The tile of the photo in view, if another guest has sent it.
function reportedTile(pswp) {
  const tile = pswp.currSlide?.data.element?.closest(".tile-guest");
  return tile && !("mine" in tile.dataset) ? tile : null;
}

function openDialog(pswp, opener, url, onHidden) {
  const tile = reportedTile(pswp);
  if (!tile) return;
  const dialog = document.createElement("dialog");
  dialog.className = "report";
  dialog.setAttribute("aria-labelledby", "report-title");
  dialog.append(formOf(async (body) => {
    const message = await send(`${url}/photos/${tile.dataset.item}/reports`, body);
    if (!message.sent) return message.text;
    showResult(dialog, message.text);
    if (message.hidden) dialog.addEventListener("close", () => onHidden(tile), { once: true });
    return null;
  }));
  // The lightbox listens to keys and to the wheel; here they belong to the form.
  for (const name of ["keydown", "wheel", "pointerdown"]) dialog.addEventListener(name, (event) => event.stopPropagation());
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener.focus();
  });
  pswp.element.append(dialog);
  dialog.showModal();
}

function formOf(submit) {
  const form = document.createElement("form");
  const title = Object.assign(document.createElement("h2"), { id: "report-title", textContent: "Report this photo" });
  const hint = Object.assign(document.createElement("p"), { textContent: "The photo leaves the page at once, and the host looks at it." });
  const choices = document.createElement("fieldset");
  const legend = Object.assign(document.createElement("legend"), { textContent: "Why?" });
  choices.append(legend, ...Object.entries(REASONS).map(([value, words]) => choiceOf(value, words)));
  const label = Object.assign(document.createElement("label"), { htmlFor: "report-text", textContent: "Words for the host, if you like" });
  const text = Object.assign(document.createElement("textarea"), { id: "report-text", name: "text", rows: 3, maxLength: 500, dir: "auto" });
  const problem = document.createElement("p");
  problem.setAttribute("role", "alert");
  const cancel = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet", textContent: "Cancel" });
  const report = Object.assign(document.createElement("button"), { className: "button", textContent: "Report" });
  const buttons = Object.assign(document.createElement("p"), { className: "report-buttons" });
  buttons.append(cancel, report);
  cancel.addEventListener("click", () => form.closest("dialog").close());
  form.append(title, hint, choices, label, text, problem, buttons);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    report.disabled = true;
    const refused = await submit({ reason: form.elements.reason.value, text: text.value });
    report.disabled = false;
    if (refused) problem.textContent = refused;
  });
  return form;
}

function choiceOf(value, words) {
  const label = document.createElement("label");
  label.append(Object.assign(document.createElement("input"), { type: "radio", name: "reason", value, required: true }), words);
  return label;
}

function showResult(dialog, text) {
  const words = Object.assign(document.createElement("p"), { textContent: text });
  words.setAttribute("role", "status");
  const close = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  dialog.querySelector("form").replaceChildren(Object.assign(document.createElement("h2"), { id: "report-title", textContent: "Reported" }), words, close);
  close.focus();
}

async function send(address, body) {
  try {
    const response = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...withTimeout() });
    const answer = await response.json();
    if (response.ok) return { sent: true, hidden: answer.hidden, text: answer.message };
    // It is gone already: as it was wished.
    if (response.status === 404) return { sent: true, hidden: true, text: "This photo is not on the page any more." };
    return { sent: false, text: answer.error?.message ?? FAILED };
  } catch (error) {
    return { sent: false, text: ["TypeError", "TimeoutError"].includes(error.name) ? NO_CONNECTION : FAILED };
  }
}
