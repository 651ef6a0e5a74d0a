// Helper threads. Each one makes its own instance of the kernels on the shared memory and then sleeps inside Wasm
// until there is a plan to walk. Node has worker_threads, browsers have Web Workers; both run the same few lines.

/** What a helper needs to start. */
export interface Helper {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly kernels: readonly string[];
  readonly team: number;
  readonly thread: number;
  readonly job: number;
  /** Where in the team's words a thread that fails says so; behind `reason`, the length of a text, is room for it. */
  readonly words: { readonly round: number; readonly failed: number; readonly reason: number; readonly end: number };
}

/**
 * Starts a helper; resolves, once it is ready to serve, with the function that ends it. Where the platform tells of a
 * thread that has ended, whoever ended it, `lost` is told the reason.
 */
export type Spawn = (helper: Helper, lost: (reason: string) => void) => Promise<() => void>;

// Plain text, because it becomes a worker of its own. `ready` is posted before the thread goes to sleep for good.
// A thread that traps would be waited for at the barrier for ever: it leaves its number and the reason behind, and
// moves the round on, which wakes the others.
const START = `
const start = ({ module, memory, kernels, team, thread, job, words }, ready) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const base = exports.table.grow(kernels.length);
  kernels.forEach((name, i) => exports.table.set(base + i, exports[name]));
  ready();
  try {
    exports.serve(team, thread, job);
  } catch (error) {
    const state = new Int32Array(memory.buffer, team, words.end);
    if (Atomics.compareExchange(state, words.reason, 0, -1) !== 0) return; // another one was first
    const room = new Uint8Array(memory.buffer, team + 4 * (words.reason + 1), 4 * (words.end - words.reason - 1));
    const text = new TextEncoder().encode(String(error)).subarray(0, room.length);
    room.set(text);
    Atomics.store(state, words.reason, text.length);
    Atomics.store(state, words.failed, thread + 1);
    Atomics.add(state, words.round, 1);
    Atomics.notify(state, words.round);
  }
};`;

interface NodeWorkerThreads {
  Worker: new (source: string, options: object) => {
    once(event: string, listener: (value: unknown) => void): void;
    unref(): void;
    terminate(): Promise<number>;
  };
}
declare const process: { getBuiltinModule?(name: string): unknown } | undefined;

function spawnInNode({ Worker }: NodeWorkerThreads): Spawn {
  const source = `${START}
const { workerData, parentPort } = require('node:worker_threads');
start(workerData, () => parentPort.postMessage('ready'));`;
  return (helper, lost) => new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true, workerData: helper });
    const end = (error: unknown, reason: string): void => {
      reject(error); // which counts if it never was ready
      lost(reason);
    };
    worker.once('error', (error) => end(error, String(error)));
    worker.once('exit', (code) => end(new Error(`A helper thread ended with code ${String(code)} before it was ready.`), `it ended with code ${String(code)}`));
    worker.once('message', () => {
      worker.unref(); // a sleeping helper keeps no process alive
      resolve(() => void worker.terminate());
    });
  });
}

const spawnInBrowser: Spawn = (helper, lost) => new Promise((resolve, reject) => {
  const source = `${START}
onmessage = ({ data }) => start(data, () => postMessage('ready'));`;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = () => {
    URL.revokeObjectURL(url);
    resolve(() => worker.terminate());
  };
  worker.onerror = (event) => {
    reject(new Error(`A helper thread did not start: ${event.message}`)); // which counts if it never was ready
    lost(event.message);
  };
  worker.postMessage(helper);
});

/** How this platform starts threads, or null where it cannot: a page without cross-origin isolation, or the main thread of a page, which may not wait. */
export function platformSpawn(): Spawn | null {
  const node = typeof process === 'undefined' ? undefined : (process?.getBuiltinModule?.('node:worker_threads') as NodeWorkerThreads | undefined);
  if (node) return spawnInNode(node);
  const mayWait = typeof window === 'undefined';
  return mayWait && typeof Worker !== 'undefined' && globalThis.crossOriginIsolated ? spawnInBrowser : null;
}

/** How many threads this machine runs side by side. */
export const machineThreads = (): number => Math.max(1, globalThis.navigator?.hardwareConcurrency ?? nodeThreads());

function nodeThreads(): number {
  const os = (typeof process === 'undefined' ? undefined : process?.getBuiltinModule?.('node:os')) as { availableParallelism(): number } | undefined;
  return os?.availableParallelism() ?? 1;
}
