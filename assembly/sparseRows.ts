// Gradients of tables of which a batch touches only a few rows: the sum of dy for each distinct row, and nothing else.
import { bucketsOf, lostRows, rowAt, rowCount, setLostRows, setRowCount } from "./rowIndex";
import { storeHead } from "./simd";
import { first, last } from "./slice";

@unmanaged class DistinctRows { ids: usize; index: usize; slots: usize; R: i32; V: i32; capacity: i32; buckets: i32; fresh: i32; }
@unmanaged class SparseRows { dy: usize; slots: usize; out: usize; R: i32; C: i32; }
@unmanaged class ClearRows { index: usize; capacity: i32; buckets: i32; }

function clear(index: usize, capacity: i32, buckets: i32): void {
  setRowCount(index, 0);
  setLostRows(index, 0);
  memory.fill(bucketsOf(index, capacity), 0, <usize>buckets << 2);
}

/**
 * Lists the distinct ids in the order of their first appearance, and tells each r its place in that list:
 *   slots[r] = 2 place + (1 where this r is the first of its id),  -1 for an id outside 0 to V-1.
 * `fresh` begins a new list; otherwise ids are added to the old one. `buckets` is a power of two, at least 2 capacity.
 * One thread does it all: some nanoseconds per id, and every place depends on the ids before.
 */
export function distinctRows(p: DistinctRows, thread: i32, _threads: i32): void {
  if (thread != 0) return;
  const ids = p.ids, index = p.index, slots = p.slots, R = p.R, V = p.V, capacity = p.capacity;
  const buckets = bucketsOf(index, capacity), mask = p.buckets - 1, shift = clz(p.buckets) + 1;
  if (p.fresh) clear(index, capacity, p.buckets);
  let count = rowCount(index);
  for (let r = 0; r < R; r++) {
    const id = load<i32>(ids + (<usize>r << 2)), slot = slots + (<usize>r << 2);
    if (<u32>id >= <u32>V) {
      store<i32>(slot, -1);
      continue;
    }
    // Fibonacci hashing, Knuth vol. 3, 6.4; then the next empty or equal bucket
    let bucket = <i32>((<u32>id * 0x9e3779b1) >>> shift), place = load<i32>(buckets + (<usize>bucket << 2));
    while (place != 0 && load<i32>(rowAt(index, place - 1)) != id) {
      bucket = (bucket + 1) & mask;
      place = load<i32>(buckets + (<usize>bucket << 2));
    }
    if (place != 0) {
      store<i32>(slot, (place - 1) << 1);
    } else if (count == capacity) {
      store<i32>(slot, -1);
      setLostRows(index, lostRows(index) + 1);
    } else {
      store<i32>(rowAt(index, count), id);
      store<i32>(slot, (count << 1) | 1);
      store<i32>(buckets + (<usize>bucket << 2), ++count);
    }
  }
  setRowCount(index, count);
}

/**
 * out[place] = the sum of dy[r] over all r with that place. Threads share the columns, a cache line (16 floats)
 * at a time, so rows are added in the order r = 0, 1, 2 ...; the first of a place is copied, so nothing needs zeroing.
 */
export function sparseRows(p: SparseRows, thread: i32, threads: i32): void {
  const dy = p.dy, slots = p.slots, out = p.out, R = p.R, C = p.C, bytes = <usize>C << 2, lines = (C + 15) >> 4;
  const from = <usize>first(lines, thread, threads) << 6, to = min(bytes, <usize>last(lines, thread, threads) << 6);
  if (from >= to) return;
  const whole = to & ~15, rest = <i32>(to & 15) >> 2;
  for (let r = 0; r < R; r++) {
    const slot = load<i32>(slots + (<usize>r << 2));
    if (slot < 0) continue;
    const into = out + <usize>(slot >> 1) * bytes, row = dy + <usize>r * bytes;
    if (slot & 1) {
      for (let c = from; c < whole; c += 16) v128.store(into + c, v128.load(row + c));
      if (rest) storeHead(into + whole, v128.load(row + whole), rest);
    } else {
      for (let c = from; c < whole; c += 16) v128.store(into + c, f32x4.add(v128.load(into + c), v128.load(row + c)));
      if (rest) storeHead(into + whole, f32x4.add(v128.load(into + whole), v128.load(row + whole)), rest);
    }
  }
}

/** Empties the list. */
export function clearRows(p: ClearRows, thread: i32, _threads: i32): void {
  if (thread == 0) clear(p.index, p.capacity, p.buckets);
}
