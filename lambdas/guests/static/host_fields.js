// The fields of an event's settings: how each is shown, and how its value is read.
import { button, el } from "./host_dom.js";
import { dayAndTime } from "./host_words.js";
import { fromField, toField } from "./host_zone.js";

// Each has the name of the event's field, and makes {control, read, group?} for a value. `sent` is the name in requests, if it is another one.
export const GROUPS = [
  ["The page", [
    { name: "title", label: "Title", make: text({ required: true, maxLength: 120 }) },
    { name: "welcome", label: "Words of welcome", make: lines },
    { name: "accent", label: "Colour", make: colour, hint: "It is made darker or lighter where it could not be read." },
  ]],
  ["Photos", [
    { name: "review", label: "Hosts look at each photo before guests see it", make: check },
    { name: "closed", label: "Uploads are closed: guests can add no more photos", make: check },
    { name: "mode", label: "What guests can do", make: choice({ gallery: "Add photos and see everyone’s", upload_only: "Add photos; only hosts see them", view_only: "See photos; add none" }) },
    { name: "reveal_at", label: "Guests see photos from", make: moment, hint: "Empty: at once." },
    { name: "guest_downloads", label: "Guests can download all photos that they see", make: check },
    { name: "asks_to_post", label: "Guests are asked whether you may post their photos on Instagram", make: check },
  ]],
  ["When", [
    { name: "starts_at", label: "The event begins", make: moment },
    { name: "ends_at", label: "The event ends", make: moment, hint: "Instagram posts between these times belong to the event." },
    { name: "upload_opens_at", label: "Guests can add photos from", make: moment, hint: "Empty: at once." },
    { name: "upload_closes_at", label: "Guests can add photos until", make: moment, hint: "Empty: as long as the event is there." },
    { name: "time_zone", label: "Time zone of the event", make: zone },
  ]],
  ["Who", [
    { name: "has_pin", sent: "pin", label: "PIN", make: pin },
    { name: "sections", label: "Sections", make: sections, shape: sectionsOf, hint: "Parts of the event with a QR code of their own, such as the ceremony." },
    { name: "languages", label: "Languages of the poster", make: languages },
  ]],
  ["Afterwards", [
    { name: "delete_after_days", label: "Delete the event this many days after its end", make: number, hint: "Empty: it stays. Hosts are reminded 7 days before." },
    { name: "notify_email", label: "Mail address for notices", make: text({ type: "email", autocomplete: "email", inputMode: "email" }), hint: "We write when photos wait, at most once an hour." },
    { name: "notify_webhook", label: "Address for notices to a program", make: text({ type: "url", inputMode: "url", placeholder: "https://" }) },
  ]],
];

function text(properties) {
  return (id, value) => {
    const control = el("input", { id, type: "text", dir: "auto", autocomplete: "off", value: value ?? "", ...properties });
    return { control, read: () => (properties.required ? control.value : control.value.trim() || null) };
  };
}

function lines(id, value) {
  const control = el("textarea", { id, rows: 3, dir: "auto", maxLength: 600, value: value ?? "" });
  return { control, read: () => control.value.trim() || null };
}

function check(id, value) {
  const control = el("input", { id, type: "checkbox", checked: Boolean(value) });
  return { control, read: () => control.checked, inline: true };
}

function choice(options) {
  return (id, value) => {
    const control = el("select", { id }, Object.entries(options).map(([key, label]) => el("option", { value: key, selected: key === value }, label)));
    return { control, read: () => control.value };
  };
}

function colour(id, value) {
  const picker = el("input", { id, type: "color", value: value ?? "#9c3d1f" });
  const own = el("input", { type: "checkbox", checked: value !== null });
  picker.addEventListener("input", () => (own.checked = true));
  return { control: picker, extra: el("label", { class: "check" }, own, "Use a colour of our own"), read: () => (own.checked ? picker.value : null) };
}

function moment(id, value, event) {
  const control = el("input", { id, type: "datetime-local", value: toField(value, event.time_zone) });
  const before = control.value;
  return { control, read: (timeZone) => (control.value === before && timeZone === event.time_zone ? value : fromField(control.value, timeZone)), described: value ? dayAndTime(value, event.time_zone) : "" };
}

function zone(id, value) {
  const zones = Intl.supportedValuesOf?.("timeZone") ?? [];
  const control = el("select", { id }, [...new Set([value, ...zones])].map((name) => el("option", { value: name, selected: name === value }, name.replaceAll("_", " "))));
  return { control, read: () => control.value };
}

function number(id, value) {
  const control = el("input", { id, type: "number", min: 1, max: 3650, inputMode: "numeric", value: value ?? "" });
  return { control, read: () => (control.value === "" ? null : Number(control.value)) };
}

// The PIN itself is stored nowhere; what is read is undefined for no change.
function pin(id, value) {
  const control = el("input", { id, type: "text", inputMode: "numeric", autocomplete: "off", maxLength: 8, placeholder: value ? "Unchanged" : "None" });
  const remove = el("input", { type: "checkbox" });
  const extra = value ? el("label", { class: "check" }, remove, "Remove the PIN") : null;
  return { control, extra, read: () => (remove.checked ? null : control.value.trim() || undefined), hint: value ? "Guests need a PIN. Enter another one to change it." : "4 to 8 digits that guests enter before they see anything." };
}

function languages(id, value) {
  const names = { en: "English", de: "Deutsch" };
  const boxes = Object.entries(names).map(([key, label]) => [key, el("input", { type: "checkbox", checked: value.includes(key) }), label]);
  const control = el("div", { id, class: "choices" }, boxes.map(([, box, label]) => el("label", { class: "check" }, box, label)));
  return { control, group: true, read: () => {
    const chosen = boxes.filter(([, box]) => box.checked).map(([key]) => key);
    return [...value.filter((key) => chosen.includes(key)), ...chosen.filter((key) => !value.includes(key))];
  } };
}

// Sections as requests have them: the event also says their addresses.
function sectionsOf(value) {
  return value.map(({ id, title, hosts_only: hostsOnly }) => ({ id, title, hosts_only: hostsOnly }));
}

function sections(id, value) {
  const rows = el("div", { class: "section-rows" });
  const add = (section) => {
    const title = el("input", { type: "text", dir: "auto", maxLength: 60, value: section.title, "aria-label": "Title of the section" });
    const hosts = el("input", { type: "checkbox", checked: Boolean(section.hosts_only) });
    const row = el("div", { class: "section-row" }, title, el("label", { class: "check" }, hosts, "Only hosts add photos"), button("Remove", () => row.remove(), { "aria-label": "Remove this section" }));
    row.read = () => ({ ...(section.id ? { id: section.id } : {}), title: title.value.trim(), hosts_only: hosts.checked });
    rows.append(row);
    return title;
  };
  for (const section of value) add(section);
  const control = el("div", { id }, rows, button("Add a section", () => add({ title: "" }).focus()));
  return { control, group: true, read: () => [...rows.children].map((row) => row.read()) };
}
