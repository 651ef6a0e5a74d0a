// SHA-256, FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4. The browser's own where there is one; a page that was
// not fetched over https (or from localhost) has none, so the algorithm also stands here in plain TypeScript.

/**
 * The SHA-256 of some bytes, as 64 hexadecimal digits.
 *
 * @param bytes may lie in shared memory: they are copied then, because WebCrypto refuses shared memory.
 * @example
 * await sha256(new Uint8Array(0)); // 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return hex(sha256Slowly(bytes));
  const own = isUnshared(bytes) ? bytes : new Uint8Array(bytes);
  return hex(new Uint8Array(await subtle.digest('SHA-256', own)));
}

/** The same 32 bytes without WebCrypto, at a tenth of the speed. */
export function sha256Slowly(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0);

  const state = fractions(8, 2), rounds = fractions(64, 3), w = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getUint32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]!, y = w[t - 2]!;
      w[t] = w[t - 16]! + w[t - 7]! + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let t = 0; t < 64; t++) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + rounds[t]! + w[t]!) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] = state[i]! + value; });
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((value, i) => digest.setUint32(4 * i, value));
  return new Uint8Array(digest.buffer);
}

const hex = (digest: Uint8Array): string => Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');

const isUnshared = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  Object.prototype.toString.call(bytes.buffer) === '[object ArrayBuffer]';

const turn = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

/** First 32 fraction bits of the `root`-th roots of the first primes: the constants of the standard, computed exactly. */
function fractions(length: number, root: 2 | 3): Uint32Array {
  const found = new Uint32Array(length);
  for (let n = 2, i = 0; i < length; n++) {
    if (isPrime(n)) found[i++] = Number(integerRoot(BigInt(n) << BigInt(32 * root), root) & 0xffffffffn);
  }
  return found;
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

/** The greatest x with x^root at most n, by halving. */
function integerRoot(n: bigint, root: 2 | 3): bigint {
  let low = 0n, high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(root) <= n) low = middle;
    else high = middle;
  }
  return low;
}
