// The type of a picture file. Browsers derive it from the name and often leave it empty or use an old synonym.

const TYPES_BY_ENDING = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  jpe: "image/jpeg",
  jfif: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  heic: "image/heic",
  heif: "image/heif",
  hif: "image/heif",
  avif: "image/avif",
};
const KNOWN = new Set(Object.values(TYPES_BY_ENDING));

// A known type as it is; otherwise by the name's ending, and failing that what the browser said.
export function typeOf(file) {
  if (KNOWN.has(file.type)) return file.type;
  return TYPES_BY_ENDING[file.name.split(".").pop().toLowerCase()] ?? file.type;
}
