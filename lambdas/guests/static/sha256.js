// The digests of files. Browsers lend theirs to pages that came over TLS alone, and a page of local mode that was opened to phones did not.

import { sha256 as computed } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

// Returns the digest of an ArrayBuffer, in lower-case hexadecimal.
export async function sha256(buffer) {
  return bytesToHex(crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)) : computed(new Uint8Array(buffer)));
}
