// Everything that is computed lives in one arena. A tensor keeps its place from the instruction that makes it to the
// last one that reads it; after that others take the place over. `keep` and the outputs stay until the next run.
//
// Instructions without a barrier between them run at the same time. A place that one of them gives up is therefore left
// alone until the next barrier, unless the arena would have to grow: then it is taken at once, at the price of a barrier.
import { type Address, aligned } from '../engine/index.ts';
import { type Access, accessOf, bytesOf, owner } from './access.ts';
import { barriers, type Stretch, touched } from './barriers.ts';
import type { Call } from './op.ts';
import { dependencies, type Tensor } from './tensor.ts';

/** A tensor that an instruction computes. */
export interface Step {
  readonly tensor: Tensor;
  readonly call: Call;
  readonly access: Access;
}

export interface Layout {
  readonly order: readonly Tensor[];
  /** One for each instruction. */
  readonly steps: readonly Step[];
  /** Places of computed tensors, in bytes from the start of the arena. */
  readonly offsets: ReadonlyMap<Tensor, number>;
  /** Tensors that live in the place of another until that one takes it over. */
  readonly guests: ReadonlyMap<Tensor, Tensor>;
  readonly arenaBytes: number;
  /** What the arena holds when it is fullest. */
  readonly largest: readonly (readonly [name: string, bytes: number])[];
}

interface Piece extends Stretch {
  tensor: Tensor;
}

/** Pieces up to this size may make the arena grow rather than cost a barrier. */
const SMALL = 65_536;

/** Above every address that anyone uses: for tensors that have no place yet. */
const NOWHERE = 2 ** 48;

/** For each tensor of `order` the number of the interval between barriers in which it is computed, if no memory were used twice. */
function intervalsOf(order: readonly Tensor[], steps: readonly Step[], places: ReadonlyMap<Tensor, Address>): number[] {
  const apart = new Map<Tensor, Stretch>();
  let next = NOWHERE;
  const stretch = (t: Tensor): Stretch => {
    const from = places.get(t), bytes = Math.max(1, bytesOf(t));
    if (from !== undefined) return { from, to: from + bytes };
    let found = apart.get(t);
    if (!found) {
      apart.set(t, (found = { from: next, to: next + bytes }));
      next += bytes;
    }
    return found;
  };
  const waits = barriers(steps.map(({ access }) => touched(access, stretch)));
  let step = 0, interval = 0;
  return order.map((t) => {
    if (steps[step]?.tensor === t && waits[step++]) interval++;
    return interval;
  });
}

/** Orders the work and gives every computed tensor a place in the arena. */
export function layOut(outputs: readonly Tensor[], keep: readonly Tensor[], places: ReadonlyMap<Tensor, Address>): Layout {
  const order = dependencies([...outputs, ...keep]);
  const steps: Step[] = [];
  for (const tensor of order) {
    const call = tensor.from?.op.kernel(tensor, tensor.from.inputs, tensor.from.attrs as never);
    if (call) steps.push({ tensor, call, access: accessOf(tensor, call) });
  }
  const intervals = intervalsOf(order, steps, places);
  const lastUse = new Map<Tensor, number>();
  order.forEach((t, i) => {
    for (const x of [t, ...(t.from?.inputs ?? [])]) lastUse.set(owner(x), i);
  });
  for (const t of [...keep, ...outputs]) lastUse.set(owner(t), Infinity);
  const users = countUsers(steps, order, intervals), guests = guestsOf(steps, order, places, lastUse);

  const offsets = new Map<Tensor, number>();
  const peak: Piece[] = [];
  let alive: Piece[] = [], arenaBytes = 0;
  order.forEach((t, i) => {
    if (!t.from || owner(t) !== t || places.has(t) || guests.has(t)) return;
    const bytes = aligned(bytesOf(t)), interval = intervals[i]!;
    const free = (piece: Piece): boolean => lastUse.get(piece.tensor)! < i;
    // taking over the place of an input that ends here
    const k = t.from.op.mayOverwrite?.(t.from.inputs, t.from.attrs as never) ?? null;
    const over = k === null ? undefined : alive.find((piece) => piece.tensor === owner(t.from!.inputs[k]!));
    const fits = over && lastUse.get(over.tensor) === i && over.to - over.from === bytes;
    const takeOver = (): void => {
      over!.tensor = t;
      offsets.set(t, over!.from);
    };
    if (fits && users(over.tensor, interval) === 1) return takeOver();
    // first without the places that were given up since the last barrier
    alive = alive.filter((piece) => !free(piece) || intervals[lastUse.get(piece.tensor)!] === interval);
    let from = gap(alive, bytes);
    if (from + bytes > arenaBytes && bytes > SMALL) {
      if (fits) return takeOver();
      alive = alive.filter((piece) => !free(piece));
      from = gap(alive, bytes);
    }
    alive.push({ tensor: t, from, to: from + bytes });
    alive.sort((a, b) => a.from - b.from);
    offsets.set(t, from);
    if (from + bytes > arenaBytes) {
      arenaBytes = from + bytes;
      peak.splice(0, peak.length, ...alive.map((piece) => ({ ...piece })));
    }
  });
  const largest = peak.map(({ tensor: t, from, to }) => [`${t.name} (${t.shape.join(', ')})`, to - from] as const).sort((a, b) => b[1] - a[1]);
  return { order, steps, offsets, guests, arenaBytes, largest };
}

/**
 * A tensor whose place is outside the arena may be able to take over the memory of an input that ends there. That input
 * is then made in the same place from the start, if nothing else is done there in the meantime.
 */
function guestsOf(steps: readonly Step[], order: readonly Tensor[], places: ReadonlyMap<Tensor, Address>, lastUse: ReadonlyMap<Tensor, number>): Map<Tensor, Tensor> {
  const guests = new Map<Tensor, Tensor>(), index = new Map(order.map((t, i) => [t, i]));
  const overlaps = (a: Address, bytes: number, x: Tensor): boolean => {
    const b = places.get(x);
    return b !== undefined && b < a + bytes && a < b + aligned(bytesOf(x));
  };
  steps.forEach(({ tensor: t }, end) => {
    const { op, inputs, attrs } = t.from!, k = op.mayOverwrite?.(inputs, attrs as never) ?? null, place = places.get(t);
    if (k === null || place === undefined) return;
    const guest = inputs[k]!, bytes = aligned(bytesOf(t)), begin = steps.findIndex((step) => step.tensor === guest);
    if (begin < 0 || owner(guest) !== guest || places.has(guest) || aligned(bytesOf(guest)) !== bytes || lastUse.get(guest) !== index.get(t)) return;
    const between = steps.slice(begin, end).some(({ access }) => [...access.reads, ...access.writes].some((x) => overlaps(place, bytes, x)));
    if (!between) guests.set(guest, t);
  });
  return guests;
}

/** Start of the lowest gap of `bytes` bytes between pieces in order. */
function gap(pieces: readonly Stretch[], bytes: number): number {
  let from = 0;
  for (const piece of pieces) {
    if (from + bytes <= piece.from) break;
    from = Math.max(from, piece.to);
  }
  return from;
}

/** How many instructions of an interval touch the memory of a tensor. */
function countUsers(steps: readonly Step[], order: readonly Tensor[], intervals: readonly number[]): (t: Tensor, interval: number) => number {
  const intervalOf = new Map(order.map((t, i) => [t, intervals[i]!]));
  const counts = new Map<Tensor, Map<number, number>>();
  for (const { tensor, access } of steps) {
    const interval = intervalOf.get(tensor)!;
    for (const t of [...access.reads, ...access.writes]) {
      const of = counts.get(t) ?? new Map<number, number>();
      counts.set(t, of.set(interval, (of.get(interval) ?? 0) + 1));
    }
  }
  return (t, interval) => counts.get(t)?.get(interval) ?? 0;
}
