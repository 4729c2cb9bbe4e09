// Times of the event's zone in fields of forms, whatever zone the device is in.

const MINUTE_MS = 60000;

function parts(instant, zone) {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

// A time such as 2026-05-02T12:00:00Z as the value of a field: 2026-05-02T14:00.
export function toField(iso, zone) {
  if (!iso) return "";
  const { year, month, day, hour, minute } = parts(new Date(iso), zone);
  return `${year.padStart(4, "0")}-${month}-${day}T${hour}:${minute}`;
}

// The value of a field as a time in UTC, null for an empty one.
export function fromField(text, zone) {
  if (!text) return null;
  const wanted = Date.parse(`${text}Z`);
  let instant = wanted;
  // Twice, for times near a change of the clocks.
  for (let round = 0; round < 2; round += 1) instant += wanted - Date.parse(`${toField(new Date(instant).toISOString(), zone)}Z`);
  return `${new Date(Math.floor(instant / MINUTE_MS) * MINUTE_MS).toISOString().slice(0, 19)}Z`;
}
