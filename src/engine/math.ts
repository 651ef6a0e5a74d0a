// Elementary functions with the same bits on every machine. The host's Math.exp and its like are allowed to differ in
// the last digit from one JavaScript engine to the next, so nothing that reaches data, weights, logits or a drawn
// token may use them. (Math.sqrt, Math.round and + - * / are exact everywhere.)
import { kernelModule } from './engine.ts';

type One = (x: number) => number;

interface Functions {
  readonly mathExp: One;
  readonly mathLog: One;
  readonly mathSin: One;
  readonly mathCos: One;
  readonly mathTanh: One;
  readonly mathPow: (x: number, y: number) => number;
}

let functions: Functions | undefined;

/** The exact build, made when the first function is called, with as little memory as its constants need. */
function wasm(): Functions {
  if (!functions) {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 16 });
    functions = new WebAssembly.Instance(kernelModule('exact', false), { env: { memory } }).exports as unknown as Functions;
  }
  return functions;
}

/** e^x, within 1 ulp. */
export const exp: One = (x) => wasm().mathExp(x);

/** The natural logarithm, within 1 ulp; -Infinity at 0, NaN below. */
export const log: One = (x) => wasm().mathLog(x);

/** Sine of x radians, within 1 ulp. */
export const sin: One = (x) => wasm().mathSin(x);

/** Cosine of x radians, within 1 ulp. */
export const cos: One = (x) => wasm().mathCos(x);

/** Hyperbolic tangent, within 2 ulp. */
export const tanh: One = (x) => wasm().mathTanh(x);

/** x to the power of y, any real y, within 1 ulp. */
export const pow = (x: number, y: number): number => wasm().mathPow(x, y);
