// Saves the files of a download. The site is asked first whether a file may still be had: what it refuses is said on this page.
import { el } from "./host_dom.js";
import { withTimeout } from "./network.js";

const NO_CONNECTION = "There is no connection to the site right now. Please try again.";

// Why a file cannot be saved, as {code, message}; null if it can.
async function refusalOf(url) {
  try {
    const response = await fetch(url, { redirect: "manual", cache: "no-store", ...withTimeout() });
    if (response.type === "opaqueredirect" || response.ok) return null;
    return (await response.json()).error ?? { code: "unknown", message: NO_CONNECTION };
  } catch {
    return { code: "no_connection", message: NO_CONNECTION };
  }
}

// A link that saves a file of a download, or calls `onRefused` with the reason.
export function saveLink(url, properties, onRefused) {
  const save = async (event) => {
    event.preventDefault();
    const refusal = await refusalOf(url);
    if (refusal) onRefused(refusal);
    else el("a", { href: url, download: "" }).click();
  };
  return el("a", { href: url, download: "", onclick: save, ...properties }, "Save");
}

// The address of a part below the page's own: the one in the answer may be that of another name of the site.
export const partUrl = (url, download, part) => `${url}/downloads/${encodeURIComponent(download.id)}/parts/${part.number}`;
