// What every process does that takes part in the comparison of products: read "layout M N K times", answer
// "seconds first last", the time of that many products and two corners of the last one, so that it can be seen whether
// the same was computed.
import { createInterface } from 'node:readline';

/** The numbers that all sides multiply. */
export const numbers = (n) => Float32Array.from({ length: n }, (_, i) => (i % 17) / 17 - 0.5);

/**
 * @param prepare `({ ta, tb, M, N, K, a, b })` makes `{ run, result, free }`: a product, its numbers, and the end of it.
 *   `a` and `b` are the factors as they lie: (K,M) when `ta`, else (M,K); (N,K) when `tb`, else (K,N).
 */
export async function serveProducts(name, version, prepare) {
  const say = (line) => process.stdout.write(`${line}\n`);
  say(JSON.stringify({ name, version }));
  let now = { key: '', free() {} };
  for await (const line of createInterface({ input: process.stdin })) {
    const [layout, ...sizes] = line.split(' '), [M, N, K, times] = sizes.map(Number), key = `${layout} ${M} ${N} ${K}`;
    if (now.key !== key) {
      await now.free();
      now = { key, ...await prepare({ ta: layout[0] === 'T', tb: layout[1] === 'T', M, N, K, a: numbers(M * K), b: numbers(K * N) }) };
    }
    const began = performance.now();
    for (let t = 0; t < times; t++) await now.run();
    const seconds = (performance.now() - began) / 1000;
    const y = await now.result();
    say(`${seconds} ${y[0]} ${y.at(-1)}`);
  }
  process.exit();
}

/** A failure as the first line, for whoever started this. */
export const giveUp = (error) => {
  process.stdout.write(`${JSON.stringify({ error: error.message.split('\n')[0] })}\n`);
  process.exit();
};
