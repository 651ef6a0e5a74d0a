// All suffixes of a text in alphabetical order, in linear time: SA-IS, Nong, Zhang & Chan 2009, "Linear suffix array
// construction by almost pure induced-sorting", https://doi.org/10.1109/DCC.2009.42
//
//   suffix S at i: smaller than the one at i + 1;   L: larger;   LMS: S behind L
//   sorted LMS suffixes put all L in order from the left, those put all S in order from the right
//
// A stretch from one LMS to the next becomes one letter of a shorter text, at most half as long, which is sorted likewise.

/**
 * Where the suffixes of a text begin, the smallest first. A suffix that is the beginning of another comes before it.
 * Takes about 8 bytes of memory for each letter while it works, and 4 for the result.
 *
 * @param text letters from 0 to `letters` - 1; shorter than 2^31.
 * @example
 * suffixArray(new TextEncoder().encode('banana')); // [5, 3, 1, 0, 4, 2]: a, ana, anana, banana, na, nana
 */
export function suffixArray(text: Uint8Array | Int32Array, letters = 256): Int32Array {
  const n = text.length, order = new Int32Array(n).fill(-1);
  if (n < 2) return order.fill(0);
  const small = new Uint8Array(n); // 1: S
  const ends = new Int32Array(letters + 1), bigEnds = new Int32Array(letters); // of each letter's stretch, and of the L in it
  for (let i = n - 1; i >= 0; i--) {
    const a = text[i]!, b = i + 1 < n ? text[i + 1]! : -1;
    small[i] = a === b ? small[i + 1]! : Number(a < b);
    ends[a + 1]!++;
    if (small[i] === 0) bigEnds[a]!++;
  }
  for (let a = 0; a < letters; a++) {
    bigEnds[a]! += ends[a]!;
    ends[a + 1]! += ends[a]!;
  }
  const lms = (i: number): boolean => i > 0 && small[i] === 1 && small[i - 1] === 0;

  // where each LMS begins, in the order of the text
  let m = 0;
  for (let i = 1; i < n; i++) if (lms(i)) m++;
  const places = new Int32Array(m);
  for (let i = 1, k = 0; i < n; i++) if (lms(i)) places[k++] = i;
  induce(text, small, ends, bigEnds, places, order);
  if (m < 2) return order;

  // sorted stretches; equal ones get one letter. Two LMS are never neighbours, so half of the places is enough.
  const sorted = new Int32Array(m), numbers = new Int32Array((n >> 1) + 1);
  for (let i = 0, k = 0; i < n; i++) if (lms(order[i]!)) sorted[k++] = order[i]!;
  for (let k = 0; k < m; k++) numbers[places[k]! >> 1] = k;
  const shorter = new Int32Array(m);
  const end = (place: number): number => places[numbers[place >> 1]! + 1] ?? n;
  let letter = 0;
  for (let k = 0; k < m; k++) {
    if (k > 0 && !alike(text, sorted[k - 1]!, end(sorted[k - 1]!), sorted[k]!, end(sorted[k]!))) letter++;
    shorter[numbers[sorted[k]! >> 1]!] = letter;
  }
  if (letter + 1 < m) {
    const deeper = suffixArray(shorter, letter + 1);
    for (let k = 0; k < m; k++) sorted[k] = places[deeper[k]!]!;
  }
  induce(text, small, ends, bigEnds, sorted, order);
  return order;
}

/** Are two stretches the same, with the letter behind them? */
function alike(text: Uint8Array | Int32Array, a: number, endA: number, b: number, endB: number): boolean {
  if (endA - a !== endB - b || endA === text.length || endB === text.length) return false;
  for (let i = 0; a + i <= endA; i++) if (text[a + i] !== text[b + i]) return false;
  return true;
}

/** From some LMS suffixes in order to all suffixes. */
function induce(text: Uint8Array | Int32Array, small: Uint8Array, ends: Int32Array, bigEnds: Int32Array, lms: Int32Array, order: Int32Array): void {
  const n = text.length;
  order.fill(-1);
  const at = bigEnds.slice(); // S begin where L end
  for (let k = 0; k < lms.length; k++) order[at[text[lms[k]!]!]!++] = lms[k]!;
  const first = ends.slice();
  order[first[text[n - 1]!]!++] = n - 1;
  for (let i = 0; i < n; i++) {
    const v = order[i]! - 1;
    if (v >= 0 && small[v] === 0) order[first[text[v]!]!++] = v;
  }
  const last = ends.slice(1);
  for (let i = n - 1; i >= 0; i--) {
    const v = order[i]! - 1;
    if (v >= 0 && small[v] === 1) order[--last[text[v]!]!] = v;
  }
}
