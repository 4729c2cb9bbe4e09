// Asks the site about uploads by their ids.
import { withTimeout } from "./network.js";

// Firewalls treat a query of more than 2 KB as an attack.
const MAX_IDS = 50;

// The uploads by id; an id that the site does not know is missing. Throws if the site cannot be reached.
export async function fetchStatuses(url, ids) {
  const found = new Map();
  for (let start = 0; start < ids.length; start += MAX_IDS) {
    const part = ids.slice(start, start + MAX_IDS);
    const response = await fetch(`${url}/uploads?ids=${part.join(",")}`, withTimeout());
    if (!response.ok) throw new Error(`status ${response.status}`);
    for (const upload of (await response.json()).uploads) found.set(upload.id, upload);
  }
  return found;
}
