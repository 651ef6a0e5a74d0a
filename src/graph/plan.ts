// From graph to plan: order the work, give every tensor an address, write the instructions.
//
// Everything that is computed lives in one arena. A tensor keeps its place from the instruction that makes it to the
// last one that reads it; after that others take the place over. `keep` and the outputs stay until the next run.
import { type Address, aligned, type Engine } from '../engine/index.ts';
import { bytes as size_ } from '../errors.ts';
import type { Argument } from './op.ts';
import { dependencies, size, type Tensor } from './tensor.ts';

export interface CompileOptions {
  /** Tensors whose numbers must still be there after run(), besides the outputs. */
  readonly keep?: readonly Tensor[];
  /** Where parameters, inputs and other tensors already live. Inputs that are not listed get a place and are added to it. */
  readonly places?: Map<Tensor, Address>;
  /** Threads that walk the plan, at most the engine's. Default: all, or one where the work is too small to share. */
  readonly threads?: number;
}

export interface Plan {
  readonly engine: Engine;
  /** Bytes for everything that is computed. */
  readonly arenaBytes: number;
  /** Bytes of the instructions. */
  readonly codeBytes: number;
  readonly threads: number;
  readonly instructions: readonly Instruction[];
  /** Address of an output, a kept tensor, a parameter or an input. */
  at(t: Tensor): Address;
  /** The numbers of such a tensor, as a view; ask again after memory was allocated. */
  read(t: Tensor): Float32Array;
  run(): void;
  /** Gives the memory back: arena, code, and the inputs that this plan placed. */
  free(): void;
  /** A table of kernels, names, shapes, bytes and FLOPs. */
  print(): string;
  /** Runs every instruction alone, `runs` times over the whole plan, and returns the median milliseconds of each. */
  profile(runs?: number): number[];
}

export interface Instruction {
  readonly kernel: string;
  readonly tensor: Tensor;
  readonly flops: number;
}

const bytesOf = (t: Tensor): number => aligned(size(t) * 4);

/** The tensor whose memory `t` is: itself, or the input that it views or updates. */
function owner(t: Tensor): Tensor {
  let root = t;
  for (let i = root.from?.op.inPlace; root.from && i !== undefined; i = root.from?.op.inPlace) root = root.from.inputs[i]!;
  return root;
}

interface Layout {
  readonly order: readonly Tensor[];
  readonly offsets: ReadonlyMap<Tensor, number>;
  readonly arenaBytes: number;
  readonly largest: readonly (readonly [string, number])[];
}

/** Gives every computed tensor the lowest gap of the arena that is free while it lives. */
function layOut(outputs: readonly Tensor[], keep: readonly Tensor[], places: ReadonlyMap<Tensor, Address>): Layout {
  const order = dependencies([...outputs, ...keep]);
  const lastUse = new Map<Tensor, number>();
  order.forEach((t, i) => {
    for (const x of [t, ...(t.from?.inputs ?? [])]) lastUse.set(owner(x), i);
  });
  for (const t of [...keep, ...outputs]) lastUse.set(owner(t), Infinity);

  const offsets = new Map<Tensor, number>();
  const peak: { t: Tensor; bytes: number }[] = [];
  let alive: { t: Tensor; from: number; to: number }[] = [], arenaBytes = 0;
  order.forEach((t, i) => {
    if (!t.from || owner(t) !== t || places.has(t)) return;
    // taking over the place of an input that ends here
    const k = t.from.op.mayOverwrite?.(t.from.inputs, t.from.attrs as never) ?? null;
    const over = k === null ? undefined : alive.find((a) => a.t === owner(t.from!.inputs[k]!));
    const bytes = bytesOf(t);
    if (over && lastUse.get(over.t) === i && over.to - over.from === bytes) {
      over.t = t;
      offsets.set(t, over.from);
      return;
    }
    alive = alive.filter((a) => lastUse.get(a.t)! >= i);
    alive.sort((a, b) => a.from - b.from);
    let from = 0;
    for (const a of alive) {
      if (from + bytes <= a.from) break;
      from = Math.max(from, a.to);
    }
    alive.push({ t, from, to: from + bytes });
    offsets.set(t, from);
    if (from + bytes > arenaBytes) {
      arenaBytes = from + bytes;
      peak.splice(0, peak.length, ...alive.map((a) => ({ t: a.t, bytes: a.to - a.from })));
    }
  });
  const largest = peak.sort((a, b) => b.bytes - a.bytes).map(({ t, bytes }) => [`${t.name} (${t.shape.join(', ')})`, bytes] as const);
  return { order, offsets, arenaBytes, largest };
}

/** Bytes that a plan for `outputs` would take, without taking them: the arena, and the inputs that have no place yet. */
export function estimate(outputs: readonly Tensor[], { keep = [], places = new Map() }: CompileOptions = {}): { arenaBytes: number; inputBytes: number } {
  const { order, arenaBytes } = layOut(outputs, keep, places);
  const inputs = order.filter((t) => !t.from && !places.has(t));
  return { arenaBytes, inputBytes: inputs.reduce((sum, t) => sum + bytesOf(t), 0) };
}

// Below this many operations and numbers a barrier costs more than a second thread brings.
const SMALL = 200_000;

/** Compiles everything that `outputs` depend on into a plan. */
export function compile(engine: Engine, outputs: readonly Tensor[], { keep = [], places = new Map<Tensor, Address>(), threads }: CompileOptions = {}): Plan {
  const { order, offsets, arenaBytes, largest } = layOut(outputs, keep, places);
  const mine: [Tensor, Address][] = [];
  const giveBack = (): void => {
    for (const [t, address] of mine) {
      engine.memory.free(address);
      places.delete(t);
    }
  };
  let arena: Address;
  try {
    for (const t of order) {
      if (t.from || places.has(t)) continue;
      const address = engine.memory.allocate(size(t) * 4, [[t.name, size(t) * 4]]);
      places.set(t, address);
      mine.push([t, address]);
    }
    arena = engine.memory.allocate(arenaBytes, largest);
  } catch (error) {
    giveBack(); // a plan that does not fit takes nothing
    throw error;
  }
  const at = (t: Tensor): Address => {
    const root = owner(t), place = places.get(root);
    if (place !== undefined) return place;
    const offset = offsets.get(root);
    if (offset === undefined) throw new Error(`${t.name} is not part of this plan.`);
    return arena + offset;
  };
  const value = (a: Argument): number => (typeof a === 'number' ? a : 'tensor' in a ? at(a.tensor) + a.offset : at(a));

  const words: number[] = [], instructions: Instruction[] = [], lengths: number[] = [];
  let scratch = 0, work = 0;
  for (const t of order) {
    if (!t.from) continue;
    const { op, inputs, attrs } = t.from;
    const call = op.kernel(t, inputs, attrs as never);
    if (!call) continue;
    const [kernel, args] = call;
    scratch = Math.max(scratch, op.scratch?.(t, inputs, attrs as never) ?? 0);
    const flops = op.flops?.(t, inputs, attrs as never) ?? 0;
    work += flops + size(t);
    const before = words.length;
    words.push(...engine.encode(kernel, Object.fromEntries(Object.entries(args).map(([name, a]) => [name, value(a)]))));
    instructions.push({ kernel, tensor: t, flops });
    lengths.push(words.length - before);
  }
  words.push(0, 0);
  engine.reserveScratch(scratch);
  const code = engine.memory.allocate(words.length * 4);
  engine.i32(code, words.length).set(words);
  const team = instructions.length === 0 ? 1 : (threads ?? (work < SMALL ? 1 : engine.threads));

  return {
    engine, arenaBytes, codeBytes: words.length * 4, threads: team, instructions, at,
    read: (t) => engine.f32(at(t), size(t)),
    run: () => engine.run(code, team),
    free() {
      for (const address of [arena, code]) engine.memory.free(address);
      giveBack();
    },
    profile(runs = 11) {
      // each instruction, followed by the word that ends a plan
      const alone = engine.memory.allocate((Math.max(...lengths) + 2) * 4);
      const times = instructions.map((): number[] => []);
      for (let run = 0; run < runs; run++) {
        let from = 0;
        lengths.forEach((length, i) => {
          engine.i32(alone, length + 2).set([...words.slice(from, from + length), 0, 0]);
          from += length;
          const began = performance.now();
          engine.run(alone, team);
          times[i]!.push(performance.now() - began);
        });
      }
      engine.memory.free(alone);
      return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
    },
    print: () => [
      ...instructions.map(({ kernel, tensor: t, flops }, i) =>
        `${String(i).padStart(4)}  ${kernel.padEnd(24)}${t.name.padEnd(36)}(${t.shape.join(', ')})  ${size_(size(t) * 4)}${flops ? `  ${(flops / 1e6).toFixed(1)} MFLOP` : ''}`),
      `arena ${size_(arenaBytes)}, code ${size_(words.length * 4)}, ${instructions.length} instructions, `
        + `${(instructions.reduce((sum, x) => sum + x.flops, 0) / 1e6).toFixed(1)} MFLOP, ${team} ${team === 1 ? 'thread' : 'threads'}`,
    ].join('\n'),
  };
}
