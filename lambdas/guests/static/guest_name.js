// The guest's name: optional, remembered on this device for all events of the site, and sent with the photos chosen after it.
const KEY = "daybook.guest-name";

export class GuestName {
  constructor(input) {
    this.input = input;
    // What was typed before this script was there counts.
    input.value ||= stored();
    input.addEventListener("change", () => this.keep());
    // The Enter key has nothing to submit: it closes a phone's keyboard.
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      input.blur();
    });
  }

  // Remembers what the field says now, and returns it; undefined if it is empty.
  keep() {
    // A browser may cut a long name within an emoji, and half of one is not valid JSON.
    const name = this.input.value.replace(/\p{Surrogate}/gu, "").trim();
    try {
      if (name) localStorage.setItem(KEY, name);
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that refuses storage costs the guest the memory, and nothing else.
    }
    return name || undefined;
  }
}

function stored() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
