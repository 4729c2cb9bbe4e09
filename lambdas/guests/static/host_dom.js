// Builds elements. Text is only ever set as text, never as markup.

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(label, onclick, properties = {}) {
  return el("button", { type: "button", class: "act", onclick, ...properties }, label);
}

// Runs a task of a button, which cannot be pressed again meanwhile. Errors are shown.
export async function busy(pressed, notices, task) {
  if (pressed) pressed.disabled = true;
  try {
    return await task();
  } catch (error) {
    notices.fail(error);
    return undefined;
  } finally {
    if (pressed) pressed.disabled = false;
  }
}

// Replaces what an element holds; where an element with the same data-key had the focus, it has it again.
export function replaceKeepingFocus(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  parent.replaceChildren(...children);
  if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

// Asks before something that cannot be taken back. With `typed`, those words have to be entered first.
export function ask({ title, text, confirm, typed = "" }) {
  return new Promise((resolve) => {
    const input = typed && el("input", { id: "ask-typed", autocomplete: "off", autocapitalize: "off", dir: "auto" });
    const yes = el("button", { class: "act act-danger", value: "yes", disabled: Boolean(typed) }, confirm);
    const dialog = el(
      "dialog",
      { class: "ask", "aria-labelledby": "ask-title" },
      el(
        "form",
        { method: "dialog" },
        el("h2", { id: "ask-title" }, title),
        el("p", {}, text),
        typed && el("p", {}, el("label", { for: "ask-typed" }, "To confirm, enter ", el("strong", { dir: "auto" }, typed)), input),
        el("p", { class: "acts" }, el("button", { class: "act", value: "no", formNoValidate: true }, "Cancel"), yes),
      ),
    );
    if (input) input.addEventListener("input", () => (yes.disabled = input.value.trim().toLowerCase() !== typed.toLowerCase()));
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
