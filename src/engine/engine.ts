// The engine: one memory, one module of kernels, and a team of threads that walk plans on it.
import { wasm as exact } from '../../build/exact.js';
import { layouts } from '../../build/layouts.js';
import { closest, OptionError } from '../errors.ts';
import { type Address, aligned, Memory } from './memory.ts';
import { machineThreads, platformSpawn, type Spawn } from './threads.ts';
import { requestPairs, timeWideTiles } from './turbo.ts';

export interface EngineOptions {
  /** Threads that share the work, at most 64. Default: as many as the machine runs side by side, 1 where there can be no helpers. */
  readonly threads?: number;
  /** Default: exact. */
  readonly build?: Build;
  /** How to start a helper thread, if not the platform's own way. */
  readonly spawn?: Spawn;
}

/** The engine cannot run plans: it was stopped, or one of its threads failed or is gone. */
export class EngineError extends Error {
  override name = 'EngineError';
}

interface Exports {
  readonly table: WebAssembly.Table;
  readonly heap: WebAssembly.Global;
  run(team: Address, plan: Address, thread: number, threads: number): void;
  [kernel: string]: unknown;
}

/** The team's words, and behind them, for a thread that fails, room to say why. */
const TEAM_BYTES = 256;
const teamWord = (name: string): number => layouts['team']!.indexOf(name);
const ROUND = teamWord('round'), JOB = teamWord('job'), PLAN = teamWord('plan');
const SCRATCH = teamWord('scratch'), SCRATCH_BYTES = teamWord('scratchBytes'), UNROLLED = teamWord('unrolled'), WIDE = teamWord('wide'), BEGUN = teamWord('begun'), FAILED = teamWord('failed'), REASON = FAILED + 1;

/** A job's number stands above the bits that say how many threads walk its plan. As in assembly/plan.ts. */
const NEXT_JOB = 128;
/** In the word FAILED, instead of the number of a thread. As in assembly/plan.ts. */
const GONE = -1;

/** In the second word of an instruction: threads wait for each other after it. As in assembly/plan.ts. */
export const MEET = 1;
/** Wide tiles are used where they are so many times faster. */
const WORTH = 1.15;
/** V8 before 13 runs out of registers in unrolled loops. It is told by what came into the language after it; the bits are the same either way. */
const unrolls = 'Float16Array' in globalThis;
const NOT_KERNELS = /^(run|serve|math[A-Z].*)$/;

/**
 * `exact`: the same bits on every machine. `fast`: fused multiply-add where the machine has it. `turbo`: the fast build in
 * a V8 that was asked to pair 128-bit operations, from Node 24 on; experimental, and for the whole process. `exact-turbo`:
 * the exact build in such a V8, with the bits of `exact`.
 */
export type Build = (typeof builds)[number];
export const builds = ['exact', 'fast', 'turbo', 'exact-turbo'] as const;

/** Whether V8 is asked to pair operations. */
const pairs = (build: Build): boolean => build.endsWith('turbo');

/** Whether a build promises the same bits on every machine. */
export const isExact = (build: Build): boolean => build.startsWith('exact');

/** The kernels as base64: of the exact builds, and of the others once somebody has asked for them. */
let fast: string | undefined;
const compiled = new Map<string, WebAssembly.Module>();

async function fetchKernels(build: Build): Promise<void> {
  if (!isExact(build)) fast ??= (await import('../../build/fast.js')).wasm;
}

/** A section that says "turbo" and does nothing: equal bytes would share code that V8 has compiled before without pairs. */
const MARK = [0, 6, 5, 116, 117, 114, 98, 111];

/** The compiled kernels of a build that is here; compiled once per page or process. */
export function kernelModule(build: Build, shared: boolean): WebAssembly.Module {
  const key = `${build} ${shared}`;
  let module = compiled.get(key);
  if (!module) {
    const wasm = Uint8Array.from(atob(isExact(build) ? exact : fast!), (ch) => ch.charCodeAt(0));
    if (!shared) unshare(wasm);
    compiled.set(key, (module = new WebAssembly.Module(pairs(build) ? Uint8Array.from([...wasm, ...MARK]) : wasm)));
  }
  return module;
}

/** The smallest module with an instruction of relaxed SIMD: a swizzle of two constants. */
const RELAXED = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11];

/** Whether this machine compiles the fast build. Node 20 does not. */
export const fastBuildRuns = (): boolean => WebAssembly.validate(Uint8Array.from(RELAXED));

export class Engine {
  readonly threads: number;
  readonly build: Build;
  /** How many times faster wide tiles are in a turbo engine; they are used above {@link WORTH}. */
  #gain = 1;
  readonly shared: boolean;
  readonly memory: Memory;
  readonly #exports: Exports;
  readonly #kernels = new Map<string, number>();
  readonly #team: Address;
  readonly #teamWords: Int32Array;
  readonly #stops: (() => void)[] = [];
  #scratchBytes = 0;
  #stopped = false;
  /** Number of the last job. */
  #job = 0;
  /** Why nothing runs any more. */
  #failure: EngineError | null = null;

  /** Use {@link createEngine}. */
  constructor(threads: number, build: Build, shared: boolean) {
    this.threads = threads;
    this.build = build;
    this.shared = shared;
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, ...(shared && { shared }) });
    this.#exports = new WebAssembly.Instance(kernelModule(build, shared), { env: { memory } }).exports as unknown as Exports;
    this.memory = new Memory(memory, Number(this.#exports.heap.value));
    this.#team = this.memory.allocate(TEAM_BYTES);
    this.#teamWords = new Int32Array(memory.buffer, this.#team, TEAM_BYTES / 4);
    this.#setTeam(UNROLLED, Number(unrolls));
    const base = this.#exports.table.grow(this.kernels.length);
    this.kernels.forEach((name, i) => {
      this.#exports.table.set(base + i, this.#exports[name]);
      this.#kernels.set(name, base + i);
    });
  }

  /** Names of all kernels, in the order in which every thread lists them. */
  get kernels(): string[] {
    return Object.keys(this.#exports).filter((name) => typeof this.#exports[name] === 'function' && !NOT_KERNELS.test(name)).sort();
  }

  /** Starts the helpers. The caller must not block before they are all there. */
  async start(spawn: Spawn): Promise<void> {
    for (let thread = 1; thread < this.threads; thread++) {
      this.#stops.push(await spawn({
        module: kernelModule(this.build, this.shared), memory: this.memory.wasm, kernels: this.kernels,
        team: this.#team, thread, job: this.#teamWords[JOB]!, words: { round: ROUND, failed: FAILED, reason: REASON, end: TEAM_BYTES / 4 },
      }, (reason) => {
        // one that failed has ended too, but left its reason behind
        if (!this.#stopped && this.#teamWords[FAILED] === 0) this.#failure ??= gone(`Thread ${thread}`, reason);
      }));
    }
  }

  /** One instruction of a plan: the call of `kernel` with arguments by name, as 32-bit words. Add {@link MEET} to the second where threads must wait. */
  encode(kernel: string, args: Readonly<Record<string, number>>): number[] {
    const index = this.#kernels.get(kernel), layout = layouts[kernel];
    if (index === undefined || !layout) {
      const meant = closest(kernel, this.#kernels.keys());
      throw new Error(`There is no kernel "${kernel}".${meant ? ` Did you mean "${meant}"?` : ''}`);
    }
    const words = layout.map((field) => {
      const [name, type] = field.split(':') as [string, string?];
      const value = args[name];
      if (value === undefined) throw new Error(`Kernel "${kernel}" needs the argument "${name}"; it got ${Object.keys(args).join(', ')}.`);
      return type === 'f32' ? new Int32Array(new Float32Array([value]).buffer)[0]! : value | 0;
    });
    for (const name of Object.keys(args)) {
      if (!layout.some((field) => field.split(':')[0] === name)) throw new Error(`Kernel "${kernel}" has no argument "${name}"; it takes ${layout.join(', ')}.`);
    }
    return [index, 8 + words.length * 4, ...words];
  }

  /** Bytes of working memory of all threads together. */
  get scratchBytes(): number {
    return this.#scratchBytes * this.threads;
  }

  /** Makes sure that every thread has at least `bytes` of working memory. Call it when a plan is compiled, not while one runs. */
  reserveScratch(bytes: number): void {
    if (bytes <= this.#scratchBytes) return;
    if (this.#scratchBytes > 0) this.memory.free(this.#word(SCRATCH));
    this.#scratchBytes = aligned(bytes);
    this.#setTeam(SCRATCH, this.memory.allocate(this.#scratchBytes * this.threads, [['working memory of the threads', this.#scratchBytes * this.threads]]));
    this.#setTeam(SCRATCH_BYTES, this.#scratchBytes);
  }

  /**
   * Runs a plan to its end. Allocates nothing.
   *
   * @param threads how many of the engine's threads walk it, this one among them.
   * @throws {EngineError} when the engine was stopped, or a thread fails or is gone, now or before. What the plan was to write is
   *   then half written, and the threads have left their places: only a new engine can go on.
   */
  run(plan: Address, threads = this.threads): void {
    if (this.#failure) throw this.#failure;
    if (this.#stopped) throw new EngineError('This engine was stopped, so it runs nothing any more. Make another with createEngine.');
    const words = this.#teamWords;
    if (threads > 1) {
      Atomics.store(words, PLAN, plan);
      Atomics.store(words, BEGUN, 0);
      this.#job = (this.#job + NEXT_JOB) | 0;
      Atomics.store(words, JOB, this.#job | threads);
      Atomics.notify(words, JOB);
    }
    try {
      this.#exports.run(this.#team, plan, 0, threads);
    } catch (error) {
      if (threads > 1) {
        // the helpers wait for this thread, which will not come
        Atomics.store(words, FAILED, 1);
        Atomics.add(words, ROUND, 1);
        Atomics.notify(words, ROUND);
      }
      throw (this.#failure = failure(0, String(error), error));
    }
    const failed = threads > 1 ? Atomics.load(words, FAILED) : 0;
    if (failed !== 0) throw (this.#failure = failed === GONE ? gone('A helper thread', 'it does not begin with its work') : failure(failed - 1, this.#reason()));
  }

  /** A view of `length` floats. Ask again after anything was allocated: memory that is not shared moves when it grows. */
  f32(address: Address, length: number): Float32Array {
    return new Float32Array(this.memory.wasm.buffer, address, length);
  }

  /** A view of `length` 32-bit integers; see {@link f32}. */
  i32(address: Address, length: number): Int32Array {
    return new Int32Array(this.memory.wasm.buffer, address, length);
  }

  /** A view of `length` bytes; see {@link f32}. */
  u8(address: Address, length: number): Uint8Array {
    return new Uint8Array(this.memory.wasm.buffer, address, length);
  }

  /** Times the wide tiles of a turbo engine, and uses them if they pay. */
  async tune(): Promise<void> {
    this.#gain = await timeWideTiles(this, (on) => this.#setTeam(WIDE, Number(on)));
    this.#setTeam(WIDE, Number(this.#gain > WORTH));
  }

  /** For example `exact SIMD, 2 threads`; of a turbo engine also what its wide tiles bring. */
  describe(): string {
    const wide = !pairs(this.build) ? '' : this.#gain > WORTH ? ` (256 bits, products ${this.#gain.toFixed(1)} times as fast)` : ` (128 bits as in the ${isExact(this.build) ? 'exact' : 'fast'} build: this machine pairs no operations)`;
    return `${this.build} SIMD${wide}, ${this.threads} ${this.threads === 1 ? 'thread' : 'threads'}${this.shared ? '' : ', unshared memory'}`;
  }

  /** Ends the helper threads. The memory goes when nobody holds the engine any more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const stop of this.#stops) stop();
  }

  /** What a helper that failed has left behind. */
  #reason(): string {
    const from = this.#team + (REASON + 1) * 4;
    return new TextDecoder().decode(this.u8(from, this.#teamWords[REASON]!).slice());
  }

  #word(i: number): number {
    return new Int32Array(this.memory.wasm.buffer, this.#team, TEAM_BYTES / 4)[i]! >>> 0;
  }

  #setTeam(i: number, value: number): void {
    new Int32Array(this.memory.wasm.buffer, this.#team, TEAM_BYTES / 4)[i] = value;
  }
}

/**
 * Makes an engine and its helper threads.
 *
 * @example
 * const engine = await createEngine({ threads: 2 });
 * engine.describe(); // "exact SIMD, 2 threads"
 * @throws {OptionError} for a number of threads outside 1 to 64, more than one thread where helpers cannot run, or a build that does not run here.
 */
export async function createEngine({ threads, build = 'exact', spawn }: EngineOptions = {}): Promise<Engine> {
  const platform = spawn ?? platformSpawn();
  const team = threads ?? (platform ? Math.min(64, machineThreads()) : 1);
  if (!Number.isInteger(team) || team < 1 || team > 64) throw new OptionError('threads', `threads must be a whole number from 1 to 64, but it is ${threads}.`);
  if (team > 1 && !platform) {
    throw new OptionError('threads', `${team} threads need a Web Worker in a page with cross-origin isolation (the headers COOP and COEP). Use threads: 1, or send the headers.`);
  }
  if (pairs(build) && !requestPairs()) {
    throw new OptionError('build', `Turbo needs Node 24 or later, because it asks V8 to pair operations. Use the ${isExact(build) ? 'exact build' : 'fast build, or the exact one'}.`);
  }
  if (build === 'fast' && !fastBuildRuns()) {
    throw new OptionError('build', 'The fast build needs relaxed SIMD, which this machine does not have (Node 22 and current browsers do). Use the exact build.');
  }
  await fetchKernels(build);
  const engine = new Engine(team, build, team > 1);
  try {
    if (platform) await engine.start(platform);
    if (pairs(build)) await engine.tune();
  } catch (error) {
    engine.stop();
    throw error;
  }
  return engine;
}

const failure = (thread: number, reason: string, cause?: unknown): EngineError => new EngineError(
  `Thread ${thread} failed while it ran a plan: ${reason}. What was being computed is lost, and this engine runs nothing any more. Please report this.`,
  { cause });

const gone = (who: string, reason: string): EngineError => new EngineError(
  `${who} is gone: ${reason}. This engine runs nothing any more; make another with createEngine. A helper must not be ended but by stop().`);

/** Turns the import of a shared memory into one of an ordinary memory: one flag in the import section. */
function unshare(wasm: Uint8Array): void {
  const name = [...'memory'].map((ch) => ch.charCodeAt(0));
  for (let i = 8; i < 4096; i++) {
    // "memory", kind 2 (a memory), flags 3 (shared, with a maximum)
    if (name.every((byte, j) => wasm[i + j] === byte) && wasm[i + 6] === 2 && wasm[i + 7] === 3) {
      wasm[i + 7] = 1;
      return;
    }
  }
  throw new Error('The kernels do not import a shared memory. Please report this.');
}
