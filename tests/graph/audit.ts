// Holds instructions to their word: of all memory that a plan works on, an instruction may change only what it is said
// to write. Barriers are placed by what instructions say, so this is what makes them safe.
import { expect } from 'vitest';
import type { Stretch } from '../../src/graph/barriers.ts';
import type { Plan } from '../../src/graph/plan.ts';

/** Runs a plan instruction by instruction and checks what changes, beginning with an arena full of nonsense. */
export function audit(plan: Plan): void {
  plan.engine.u8(plan.arena, plan.arenaBytes).fill(0xa5);
  const all = plan.instructions.flatMap(({ touched }) => [...touched.reads, ...touched.writes]);
  const bytes = ({ from, to }: Stretch): Uint8Array => plan.engine.u8(from, to - from);
  plan.instructions.forEach(({ kernel, tensor, touched }, i) => {
    const before = all.map((stretch) => bytes(stretch).slice());
    plan.runAlone(i);
    all.forEach((stretch, s) => {
      if (Buffer.compare(before[s]!, bytes(stretch)) === 0) return;
      const changed = bytes(stretch).findIndex((byte, j) => byte !== before[s]![j] && !touched.writes.some(({ from, to }) => stretch.from + j >= from && stretch.from + j < to));
      if (changed >= 0) expect.fail(`instruction ${i}, ${kernel} of ${tensor.name}, changes memory which it does not say that it writes.`);
    });
  });
}

/** Runs what stands between two barriers in an order of its own choice: backwards, or the even ones before the odd ones. */
export function runOutOfOrder(plan: Plan, order: 'backwards' | 'evenFirst'): void {
  const intervals: number[][] = [];
  plan.instructions.forEach(({ waits }, i) => (waits || i === 0 ? intervals.push([i]) : intervals.at(-1)!.push(i)));
  for (const interval of intervals) {
    const chosen = order === 'backwards' ? interval.reverse() : [...interval.filter((_, k) => k % 2 === 0), ...interval.filter((_, k) => k % 2 === 1)];
    for (const i of chosen) plan.runAlone(i);
  }
}
