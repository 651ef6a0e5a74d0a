/**
 * Deals the slots of a decoder out to beams, so that few cache rows have to be copied. Of the beams that continue the same
 * parent the first stays where its parent was; each other one moves to a slot that nobody needs, to one that already holds
 * as much as possible of what its parent holds. Common beginnings form a tree, so taking the longest first is the best.
 *
 * @param parents by beam: the slot that holds its parent.
 * @param slots how many there are.
 * @param shared how many tokens two slots begin with in common.
 * @returns by beam: its slot. Where it is not the parent's, the parent's rows are to be copied there.
 * @example
 * assignSlots([0, 0, 2], 3, () => 0); // [0, 1, 2]: the second beam goes to the free slot
 */
export function assignSlots(parents: readonly number[], slots: number, shared: (a: number, b: number) => number): number[] {
  const needed = new Set(parents), found = parents.map((slot, i) => (parents.indexOf(slot) === i ? slot : -1));
  const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !needed.has(slot));
  const pairs = found.flatMap((slot, beam) => (slot >= 0 ? [] : free.map((to) => ({ beam, to, common: shared(parents[beam]!, to) }))));
  pairs.sort((a, b) => b.common - a.common || a.beam - b.beam || a.to - b.to);
  const taken = new Set<number>();
  for (const { beam, to } of pairs) {
    if (found[beam]! >= 0 || taken.has(to)) continue;
    found[beam] = to;
    taken.add(to);
  }
  return found;
}
