// Our side of the comparison of products, in a process of its own: what turbo asks of V8 counts for the whole process,
// and would make other builds faster too. Called with the build and the threads; see serveProducts.mjs.
import { compile, createEngine, input, matmul } from '../dist/index.js';
import { giveUp, serveProducts } from './serveProducts.mjs';

const [build, threads] = process.argv.slice(2);

async function main() {
  const engine = await createEngine({ build, threads: Number(threads) });
  await serveProducts(engine.describe(), process.versions.node, ({ ta, tb, M, N, K, a, b }) => {
    const left = input('a', ta ? [K, M] : [M, K]), right = input('b', tb ? [N, K] : [K, N]), y = matmul(left, right, { ta, tb });
    const plan = compile(engine, [y], { keep: [left, right] });
    plan.read(left).set(a);
    plan.read(right).set(b);
    return { run: () => plan.run(), result: () => plan.read(y), free: () => plan.free() };
  });
}

main().catch(giveUp);
