// The last n tokens as one number: the row of an n-gram table.
import { first, last } from "./slice";

@unmanaged class NgramIds { history: usize; start: usize; out: usize; R: i32; T: i32; Tk: i32; n: i32; size: i32; vocab: i32; exact: i32; }

/** The final mix of MurmurHash3 (Appleby 2008, public domain): every bit of h changes about half of the bits. */
function mix(h: u32): u32 {
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}

/** The token at `place` plus 1; 0 where there is none: before the beginning, or no token of the vocabulary. */
function numbered(history: usize, place: i32, Tk: i32, vocab: u32): u32 {
  if (<u32>place >= <u32>Tk) return 0;
  const token = load<u32>(history + (<usize>place << 2));
  return token < vocab ? token + 1 : 0;
}

/**
 * out[r] = the n-gram that ends at place start[r / T] + r % T of sequence r / T; -1 where that place has no token.
 *   exact (n = 2):  token + (token before + 1) vocab
 *   hashed:         h = n;  h = mix(h · 0x9e3779b1 + token + 1) from the oldest token to the newest;  h mod size
 */
export function ngramIds(p: NgramIds, thread: i32, threads: i32): void {
  const T = p.T, Tk = p.Tk, n = p.n, size = <u32>p.size, vocab = <u32>p.vocab, exact = p.exact, out = p.out;
  for (let r = first(p.R, thread, threads), end = last(p.R, thread, threads); r < end; r++) {
    const s = r / T, place = load<i32>(p.start + (<usize>s << 2)) + r % T, history = p.history + (<usize>s * <usize>Tk << 2);
    const newest = numbered(history, place, Tk, vocab);
    let id: u32 = 0;
    if (newest == 0) {
      id = -1;
    } else if (exact) {
      id = newest - 1 + numbered(history, place - 1, Tk, vocab) * vocab;
    } else {
      let h: u32 = n;
      for (let k = n - 1; k >= 0; k--) h = mix(h * 0x9e3779b1 + numbered(history, place - k, Tk, vocab));
      id = h % size;
    }
    store<u32>(out + (<usize>r << 2), id);
  }
}
