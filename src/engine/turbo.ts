// Turbo: V8 can be asked to pair 128-bit operations into registers of 256 bits, which doubles what a product can do at
// most, and changes no bits. The request is experimental and counts for the whole process, and nobody says whether it is followed; so the two
// tiles of the product are timed, and the wider one is used only where it wins.
import type { Build, Engine } from './engine.ts';

interface NodeV8 { setFlagsFromString(flags: string): void }
declare const process: { getBuiltinModule?(name: string): unknown; versions?: { v8?: string } } | undefined;

/** V8 pairs all that a tile needs from this version on (Node 24). */
const FIRST_V8 = 13;

/** Asks V8 to pair operations in everything that is compiled from now on, in the whole process. False where that is not possible. */
export function requestPairs(): boolean {
  if (typeof process === 'undefined' || !(Number.parseInt(process.versions?.v8 ?? '0', 10) >= FIRST_V8)) return false;
  const v8 = process.getBuiltinModule?.('node:v8') as NodeV8 | undefined;
  v8?.setFlagsFromString('--experimental-wasm-revectorize');
  return v8 !== undefined;
}

/** Sides of the product that is timed: a few of the widest tiles, and long sums. */
const M = 48, N = 64, K = 256;
/** How often each tile is timed, products in a turn, and how long to wait at most for the compiler, which works in the background. */
const ROUNDS = 7, TIMES = 40, WARM_MILLISECONDS = 400;
/** V8's quick first version of a tile is at least so many times slower than the one that replaces it. */
const REPLACED = 2.5;

const measured = new Map<Build, number>();

/**
 * How many times faster products are with wide tiles: the best turn of each, where both alternate. Leaves the engine as it
 * was. Takes about a tenth of a second, most of it waiting for the compiler, and is done once for each build in a process.
 *
 * @param setWide says which tile products use from now on.
 */
export async function timeWideTiles(engine: Engine, setWide: (on: boolean) => void): Promise<number> {
  const known = measured.get(engine.build);
  if (known !== undefined) return known;
  const { memory } = engine, numbers = [M * K, N * K, M * N].map((length) => memory.allocate(length * 4));
  const [a, b, out] = numbers as [number, number, number];
  engine.reserveScratch(2 ** 20);
  const words = [...engine.encode('matmul', { a, b, add: 0, out, M, N, K, lda: K, ldb: K, ldadd: N, ldout: N, ta: 0, tb: 1, count: 0 }), 0, 0];
  const plan = memory.allocate(words.length * 4);
  engine.i32(plan, words.length).set(words);
  const time = (wide: boolean, times = TIMES): number => {
    setWide(wide);
    const began = performance.now();
    for (let i = 0; i < times; i++) engine.run(plan, 1);
    return (performance.now() - began) / times;
  };
  const sides = [false, true], first = sides.map((wide) => time(wide, 1)), began = performance.now();
  while (performance.now() - began < WARM_MILLISECONDS) {
    const now = sides.map((wide) => time(wide));
    if (now.every((milliseconds, i) => milliseconds * REPLACED < first[i]!)) break;
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
  const best = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) sides.forEach((wide, i) => { best[i] = Math.min(best[i]!, time(wide)); });
  setWide(false);
  for (const address of [...numbers, plan]) memory.free(address);
  const gain = best[0]! / best[1]!;
  measured.set(engine.build, gain);
  return gain;
}
