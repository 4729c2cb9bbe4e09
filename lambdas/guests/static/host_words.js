// What the host's page says: times in the event's zone, numbers, states, and what hosts did.

export const STATES = { in_review: "Waiting", shown: "On the page", hidden: "Hidden", deleted: "Deleted" };
const VERBS = { shown: "put", hidden: "hid", deleted: "deleted", in_review: "put back" };
const DONE = { shown: "on the page", hidden: "hidden", deleted: "deleted", in_review: "waiting again" };
export const ROLES = {
  owner: "Owner: everything, also settings and other hosts",
  moderator: "Moderator: decides which photos guests see",
  viewer: "Viewer: sees the page and takes photos home",
};
const REASONS = { shows_me: "It shows me", not_appropriate: "It is not appropriate", other: "Another reason" };
const NOTES = {
  no_preview: "This file cannot be shown. Download it to look at it.",
  processing_failed: "This photo could not be prepared. Delete it, or wait: it may be tried again.",
};

export const counted = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
export const reasonOf = (report) => REASONS[report.reason] ?? report.reason.replaceAll("_", " ");
export const noteOf = (photo) => NOTES[photo.reason] ?? "";

export function decided(number, state) {
  const what = number === 1 ? "Photo" : counted(number, "photo");
  return `${what} ${DONE[state]}.`;
}

const form = (zone, options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
export const clock = (iso, zone) => form(zone, { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
export const day = (iso, zone) => form(zone, { day: "numeric", month: "long", year: "numeric" }).format(new Date(iso));
export const shortDay = (iso, zone) => form(zone, { day: "numeric", month: "short" }).format(new Date(iso));
export const dayAndTime = (iso, zone) => `${day(iso, zone)}, ${clock(iso, zone)}`;

export function size(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step > 1 && bytes / 1024 ** step < 10 ? 1 : 0)} ${units[step]}`;
}

const FIELDS = {
  title: "the title", welcome: "the welcome words", accent: "the colour", cover: "the cover", review: "whether photos are reviewed",
  closed: "whether guests can add photos", mode: "what guests can do", reveal_at: "when guests see photos", starts_at: "the start",
  ends_at: "the end", time_zone: "the time zone", upload_opens_at: "when guests can start to add photos", upload_closes_at: "until when guests can add photos",
  pin: "the PIN", has_pin: "the PIN", sections: "the sections", guest_downloads: "whether guests can download", delete_after_days: "when the event is deleted",
  notify_email: "the mail address for notices", notify_webhook: "the webhook for notices", languages: "the languages of the poster",
  asks_to_post: "whether guests are asked about Instagram", date: "the day",
};
export const fieldName = (field) => FIELDS[field] ?? field.replaceAll("_", " ");

// What the site says of a field to programs, and hosts do not understand.
const PROBLEMS = {
  ends_before_start: "The end must be later than the start.",
  unknown_language: "Choose at least one language.",
  invalid_date: "Choose a day.",
  invalid_time: "Choose a day and a time.",
};
const FOR_PROGRAMS = /; or give a date|,? or null[^.]*/;

// A problem of a field in words for hosts: the site names fields as in its API.
export function problemWords({ field, code, message }) {
  if (PROBLEMS[code]) return PROBLEMS[code];
  // Only a field that is empty is sent without a text.
  if (message.endsWith("must be text.")) return "This cannot be empty.";
  const [, list, index, last] = field.match(/^(?:(\w+)\[(\d+)\]\.)?(\w+)/) ?? [field];
  const rest = message.startsWith(field) ? message.slice(field.length) : ` ${message}`;
  const plain = rest.startsWith(": ") ? rest.slice(2) : message.startsWith(field) ? fieldName(last) + rest : message;
  const words = plain.replace(FOR_PROGRAMS, "");
  return list === "sections" ? `Section ${Number(index) + 1}: ${words}` : words[0].toUpperCase() + words.slice(1);
}

// How long a limit lasts: "in 5 minutes".
export function inTime(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `in ${counted(minutes, "minute")}` : `in ${counted(Math.ceil(minutes / 60), "hour")}`;
}

const ACTIONS = {
  event_created: () => "created another event",
  event_changed: ({ detail }) => `changed ${(detail ?? "").split(", ").filter(Boolean).map(fieldName).join(", ") || "the event"}`,
  host_link_created: ({ detail }) => `gave a link to ${detail}`,
  host_link_rotated: ({ detail }) => `renewed the link of ${detail}`,
  host_link_revoked: ({ detail }) => `revoked the link of ${detail}`,
  download_requested: ({ detail }) => (detail === "shown" ? "packed the photos of the page" : "packed all originals"),
  post_hidden: () => "hid an Instagram post",
  post_shown: () => "put an Instagram post back on the page",
};

// An entry of the history in words, without its time. `number` entries like it follow one another.
export function sentence(entry, number = 1) {
  const photos = number === 1 ? "a photo" : counted(number, "photo");
  if (entry.action === "photo_reported") return `A guest reported ${photos}: “${reasonOf({ reason: entry.detail ?? "other" })}”`;
  const words = entry.action === "photo_moderated" ? moderated(entry, photos) : (ACTIONS[entry.action]?.(entry) ?? other(entry));
  return `${entry.by || "A host"} ${words}`;
}

function moderated(entry, photos) {
  const [before, after] = (entry.detail ?? "").split(" -> ");
  if (before === "deleted" && after) return `restored ${photos}`;
  if (after === "shown") return `put ${photos} on the page`;
  if (after === "in_review") return `put ${photos} back among those that wait`;
  return `${VERBS[after] ?? "changed"} ${photos}`;
}

const other = ({ action, detail }) => `${action.replaceAll("_", " ")}${detail ? ` (${detail})` : ""}`;
