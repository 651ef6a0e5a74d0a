// The vector functions have no exports of their own, so a small module is compiled around them here.
import { beforeAll, expect, test } from 'vitest';
import { compileEntry } from './compileEntry.ts';
import { erf } from './erf.ts';

const NAMES = ['exp4', 'log4', 'tanh4', 'sigmoid4', 'erf4', 'sin4', 'cos4'] as const;
type Map4 = (from: number, to: number) => void;
let memory: WebAssembly.Memory, functions: Record<string, Map4>;
const AT = 1 << 17, COUNT = 1 << 16;

beforeAll(async () => {
  const source = `import { ${NAMES.join(', ')} } from "./math";
${NAMES.map((name) => `export function ${name}s(from: usize, to: usize): void {
  for (let at = from; at < to; at += 16) v128.store(at, ${name}(v128.load(at)));
}`).join('\n')}`;
  const exports = await compileEntry(source);
  memory = exports.memory;
  functions = Object.fromEntries(NAMES.map((name) => [name, exports[`${name}s`] as Map4]));
}, 60_000);

function apply(name: (typeof NAMES)[number], x: ArrayLike<number>): Float32Array {
  const view = new Float32Array(memory.buffer, AT, x.length);
  view.set(x);
  functions[name]!(AT, AT + ((x.length + 3) & ~3) * 4);
  return view.slice();
}

/** Distance from one float to the next at |y|. */
const ulp = (y: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(y)))) - 23);

/** Largest error in ulp over numbers spread evenly from `low` to `high`, and their nearest floats. */
function worst(name: (typeof NAMES)[number], truth: (x: number) => number, low: number, high: number): number {
  const x = Float32Array.from({ length: COUNT }, (_, i) => low + ((high - low) * i) / (COUNT - 1));
  const y = apply(name, x);
  let most = 0;
  x.forEach((v, i) => {
    const right = truth(v);
    most = Math.max(most, right === 0 ? Math.abs(y[i]!) * 1e30 : Math.abs(y[i]! - right) / ulp(right));
  });
  return most;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

test.each([
  ['exp4', Math.exp, -86.64, 88.72, 1],
  ['exp4', Math.exp, -1, 1, 1],
  ['log4', Math.log, 1e-6, 4, 1],
  ['log4', Math.log, 1e-38, 3e38, 1],
  ['log4', Math.log, 1e-44, 2e-38, 1],
  ['tanh4', Math.tanh, -1, 1, 4],
  ['tanh4', Math.tanh, -12, 12, 6],
  ['tanh4', Math.tanh, 1e-12, 1e-3, 4],
  ['sigmoid4', sigmoid, -85, 85, 2.5],
  ['sigmoid4', sigmoid, -3, 3, 2.5],
  ['erf4', erf, -5, 5, 7],
  ['erf4', erf, -1, 1, 4],
  ['erf4', erf, -0.01, 0.01, 4],
  ['sin4', Math.sin, -10, 10, 0.51],
  ['cos4', Math.cos, -10, 10, 0.51],
  ['sin4', Math.sin, 100_000, 1_000_000, 0.51],
  ['cos4', Math.cos, -1_000_000, -100_000, 0.51],
] as const)('%s matches float64 (%#)', (name, truth, low, high, allowed) => {
  const most = worst(name, truth, low, high);
  expect(most, `${name} from ${low} to ${high} is off by ${most.toFixed(2)} ulp`).toBeLessThanOrEqual(allowed);
});

test('edges are what float64 says', () => {
  expect([...apply('exp4', [0, -0, -Infinity, Infinity, 89, 1000, -100, NaN])]).toEqual([1, 1, 0, Infinity, Infinity, Infinity, 0, NaN]);
  expect([...apply('log4', [1, 0, -0, Infinity, -1, -Infinity, NaN, 1])]).toEqual([0, -Infinity, -Infinity, Infinity, NaN, NaN, NaN, 0]);
  expect([...apply('tanh4', [0, -0, Infinity, -Infinity, NaN, 100, -100, 1e-40])]).toEqual([0, -0, 1, -1, NaN, 1, -1, Math.fround(1e-40)]);
  expect([...apply('sigmoid4', [0, Infinity, -Infinity, NaN])]).toEqual([0.5, 1, 0, NaN]);
  expect([...apply('erf4', [0, Infinity, -Infinity, NaN])]).toEqual([0, 1, -1, NaN]);
  expect([...apply('sin4', [0, Infinity, -Infinity, NaN])]).toEqual([0, NaN, NaN, NaN]);
  expect([...apply('cos4', [0, Infinity, -Infinity, NaN])]).toEqual([1, NaN, NaN, NaN]);
});

test('NaN of any payload stays NaN', () => {
  const x = new Float32Array(new Uint32Array([0x7f800001, 0xffc00005, 0x7fc00001, 0xff812345]).buffer);
  for (const name of NAMES) expect([...apply(name, x)].every(Number.isNaN), name).toBe(true);
});

test('tanh and erf stay within -1 and 1 and never fall', () => {
  for (const name of ['tanh4', 'erf4'] as const) {
    const y = apply(name, Float32Array.from({ length: COUNT }, (_, i) => (i / COUNT) * 12));
    expect(y.every((v) => v >= 0 && v <= 1), name).toBe(true);
  }
});
