// From graph to plan: order the work, give every tensor an address, see where threads must wait, write the instructions.
import { type Address, aligned, type Engine, MEET } from '../engine/index.ts';
import { bytes as size_, OptionError } from '../errors.ts';
import { bytesOf, owner } from './access.ts';
import { barriers, type Touched, touched } from './barriers.ts';
import { layOut } from './layOut.ts';
import type { Argument } from './op.ts';
import { size, type Tensor } from './tensor.ts';

export interface CompileOptions {
  /** Tensors whose numbers must still be there after run(), besides the outputs. */
  readonly keep?: readonly Tensor[];
  /** Where parameters, inputs and other tensors already live. Inputs that are not listed get a place and are added to it. */
  readonly places?: Map<Tensor, Address>;
  /** Threads that walk the plan, from 1 to as many as the engine has. Default: all, or one where the work is too small to share. */
  readonly threads?: number;
}

export interface Plan {
  readonly engine: Engine;
  /** Where everything that is computed lies. */
  readonly arena: Address;
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
  /** A table of kernels, names, shapes, bytes and FLOPs, with a line where the threads wait for each other. */
  print(): string;
  /** Runs instruction `i` alone, on what the others have left behind. */
  runAlone(i: number): void;
  /** Runs every instruction alone, `runs` times over the whole plan, and returns the median milliseconds of each. */
  profile(runs?: number): number[];
}

export interface Instruction {
  readonly kernel: string;
  readonly tensor: Tensor;
  readonly flops: number;
  /** Whether the threads wait for each other before it. */
  readonly waits: boolean;
  /** Addresses that it reads and writes. */
  readonly touched: Touched;
}

/** What a plan takes, in whole pieces of memory. */
export interface PlanBytes {
  /** Everything that is computed. */
  readonly arenaBytes: number;
  /** Inputs that have no place yet, and so get one. */
  readonly inputs: readonly Tensor[];
  readonly inputBytes: number;
  readonly codeBytes: number;
  /** Working memory of the kernels for each thread; plans of one engine share it. */
  readonly scratchBytes: number;
}

/** What a plan for `outputs` would take, without taking it. */
export function estimate(outputs: readonly Tensor[], { keep = [], places = new Map() }: CompileOptions = {}): PlanBytes {
  const { order, steps, arenaBytes } = layOut(outputs, keep, places);
  const inputs = order.filter((t) => !t.from && !places.has(t));
  return {
    arenaBytes, inputs, inputBytes: inputs.reduce((sum, t) => sum + aligned(bytesOf(t)), 0),
    codeBytes: aligned(8 + steps.reduce((sum, { call: [, args] }) => sum + 8 + 4 * Object.keys(args).length, 0)),
    scratchBytes: aligned(Math.max(0, ...steps.map(({ tensor: t }) => t.from!.op.scratch?.(t, t.from!.inputs, t.from!.attrs as never) ?? 0))),
  };
}

// Below this many operations and numbers a barrier costs more than a second thread brings.
const SMALL = 200_000;

/**
 * Compiles everything that `outputs` depend on into a plan.
 *
 * @throws {OptionError} when there are fewer threads than `threads`.
 * @throws {MemoryError} when the plan does not fit; names the largest parts.
 */
export function compile(engine: Engine, outputs: readonly Tensor[], { keep = [], places = new Map<Tensor, Address>(), threads }: CompileOptions = {}): Plan {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= engine.threads)) {
    throw new OptionError('threads', `compile: threads must be a whole number from 1 to ${engine.threads}, as many as the engine has, but it is ${threads}.`);
  }
  const { order, steps, offsets, guests, arenaBytes, largest } = layOut(outputs, keep, places);
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
    const root = owner(t), place = places.get(guests.get(root) ?? root);
    if (place !== undefined) return place;
    const offset = offsets.get(root);
    if (offset === undefined) throw new Error(`${t.name} is not part of this plan.`);
    return arena + offset;
  };
  const value = (a: Argument): number => (typeof a === 'number' ? a : 'tensor' in a ? at(a.tensor) + a.offset : at(a));

  const stretch = (t: Tensor) => ({ from: at(t), to: at(t) + aligned(bytesOf(t)) });
  const memory = steps.map(({ access }) => touched(access, stretch)), waits = barriers(memory);
  const words: number[] = [], instructions: Instruction[] = [], starts: number[] = [];
  let scratch = 0, work = 0;
  steps.forEach(({ tensor: t, call: [kernel, args] }, i) => {
    const { op, inputs, attrs } = t.from!;
    scratch = Math.max(scratch, op.scratch?.(t, inputs, attrs as never) ?? 0);
    const flops = op.flops?.(t, inputs, attrs as never) ?? 0;
    work += flops + size(t);
    starts.push(words.length);
    const [index, bytes, ...encoded] = engine.encode(kernel, Object.fromEntries(Object.entries(args).map(([name, a]) => [name, value(a)]))) as [number, number];
    words.push(index, bytes | (waits[i + 1] ? MEET : 0), ...encoded);
    instructions.push({ kernel, tensor: t, flops, waits: waits[i]!, touched: memory[i]! });
  });
  starts.push(words.length);
  words.push(0, 0);
  engine.reserveScratch(scratch);
  const code = engine.memory.allocate(words.length * 4);
  engine.i32(code, words.length).set(words);
  const team = instructions.length === 0 ? 1 : (threads ?? (work < SMALL ? 1 : engine.threads));
  const runAlone = (i: number): void => {
    // the next instruction becomes the end of the plan for a moment
    const next = starts[i + 1]!, live = engine.i32(code, words.length);
    live[next] = 0;
    engine.run(code + starts[i]! * 4, team);
    live[next] = words[next]!;
  };

  return {
    engine, arena, arenaBytes, codeBytes: words.length * 4, threads: team, instructions, at,
    read: (t) => engine.f32(at(t), size(t)),
    run: () => engine.run(code, team),
    free() {
      for (const address of [arena, code]) engine.memory.free(address);
      giveBack();
    },
    runAlone,
    profile(runs = 11) {
      const times = instructions.map((): number[] => []);
      for (let run = 0; run < runs; run++) {
        times.forEach((list, i) => {
          const began = performance.now();
          runAlone(i);
          list.push(performance.now() - began);
        });
      }
      return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
    },
    print: () => [
      ...instructions.flatMap(({ kernel, tensor: t, flops, waits }, i) => [
        ...(waits && team > 1 ? ['      ----'] : []),
        `${String(i).padStart(4)}  ${kernel.padEnd(24)}${t.name.padEnd(36)}(${t.shape.join(', ')})  ${size_(size(t) * 4)}${flops ? `  ${(flops / 1e6).toFixed(1)} MFLOP` : ''}`,
      ]),
      `arena ${size_(arenaBytes)}, code ${size_(words.length * 4)}, ${instructions.length} instructions, ${waits.filter(Boolean).length} barriers, `
        + `${(instructions.reduce((sum, x) => sum + x.flops, 0) / 1e6).toFixed(1)} MFLOP, ${team} ${team === 1 ? 'thread' : 'threads'}`,
    ].join('\n'),
  };
}
