// Where threads have to wait for each other. An instruction may begin while others still work on the ones before it,
// unless its memory says no. It must not
//
//   read   what was written since the last barrier
//   write  what was read or written since the last barrier
//
// Bytes decide, not tensors: the arena gives the same bytes to many tensors, one after the other.
import type { Access } from './access.ts';
import type { Tensor } from './tensor.ts';

/** Bytes from `from` to before `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The bytes that an instruction touches. */
export interface Touched {
  readonly reads: readonly Stretch[];
  readonly writes: readonly Stretch[];
}

/** Where the tensors of an access lie. */
export const touched = ({ reads, writes }: Access, stretch: (t: Tensor) => Stretch): Touched => ({ reads: reads.map(stretch), writes: writes.map(stretch) });

const meet = (a: readonly Stretch[], b: readonly Stretch[]): boolean => a.some((x) => b.some((y) => x.from < y.to && y.from < x.to));

/** Whether the later of two instructions has to wait for the earlier one. */
const follows = (later: Touched, earlier: Touched): boolean =>
  meet(earlier.writes, later.reads) || meet(earlier.writes, later.writes) || meet(earlier.reads, later.writes);

/** For each instruction whether a barrier stands before it: the fewest that keep the order right. */
export function barriers(instructions: readonly Touched[]): boolean[] {
  let since: Touched[] = [];
  return instructions.map((next) => {
    const wait = since.some((earlier) => follows(next, earlier));
    if (wait) since = [];
    since.push(next);
    return wait;
  });
}
