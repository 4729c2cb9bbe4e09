// SHA-256 (FIPS 180-4). Browsers lend theirs to pages that came over TLS alone, and a page of local mode that was opened to phones did not.

const WORD = 2 ** 32;
// The first 32 bits of the fractional parts of roots of the first primes.
const PRIMES = [];
for (let number = 2; PRIMES.length < 64; number += 1) {
  if (PRIMES.every((prime) => number % prime)) PRIMES.push(number);
}
const ROUNDS = Int32Array.from(PRIMES, (prime) => (Math.cbrt(prime) % 1) * WORD);
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => (Math.sqrt(prime) % 1) * WORD);

const turned = (word, bits) => (word >>> bits) | (word << (32 - bits));

// Returns the digest of an ArrayBuffer, in lower-case hexadecimal.
export async function sha256(buffer) {
  const digest = crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)) : computed(new Uint8Array(buffer));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function computed(data) {
  const state = START.slice();
  const whole = data.length - (data.length % 64);
  const view = new DataView(data.buffer, data.byteOffset);
  for (let at = 0; at < whole; at += 64) mix(state, view, at);
  // What is left, a single bit, zeros, and the length in bits.
  const left = data.length - whole;
  const end = new DataView(new ArrayBuffer(left < 56 ? 64 : 128));
  new Uint8Array(end.buffer).set(data.subarray(whole));
  end.setUint8(left, 0x80);
  end.setUint32(end.byteLength - 8, Math.floor(data.length / 2 ** 29));
  end.setUint32(end.byteLength - 4, data.length * 8);
  for (let at = 0; at < end.byteLength; at += 64) mix(state, end, at);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => digest.setInt32(4 * index, word));
  return new Uint8Array(digest.buffer);
}

const words = new Int32Array(64);

// Takes a block of 64 bytes into the state.
function mix(state, view, at) {
  for (let n = 0; n < 16; n += 1) words[n] = view.getInt32(at + 4 * n);
  for (let n = 16; n < 64; n += 1) {
    const early = words[n - 15];
    const late = words[n - 2];
    const first = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const second = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[n] = words[n - 16] + first + words[n - 7] + second;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let n = 0; n < 64; n += 1) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + ROUNDS[n] + words[n]) | 0;
    const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
