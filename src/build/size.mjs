// What a page has to load, compressed; fails over budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
process.chdir(new URL('.', root).pathname);
const gz = (bytes) => gzipSync(bytes, { level: 9 }).length / 1024;
/** The kernels of other builds than the exact one are fetched by whoever asks for them. */
const otherBuilds = { name: 'other builds', setup: (b) => b.onResolve({ filter: /build\/fast\.js$/ }, () => ({ path: './fast.js', external: true })) };
/** So are other people's models. */
const foreign = { name: 'foreign', setup: (b) => b.onResolve({ filter: /foreign\/index\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './foreign.js', external: true } : null)) };
const bundle = async (...plugins) => {
  const { outputFiles } = await build({ entryPoints: ['src/index.ts'], bundle: true, format: 'esm', minify: true, platform: 'browser', write: false, logLevel: 'error', plugins: [otherBuilds, foreign, ...plugins] });
  return gz(outputFiles[0].contents);
};
// a bundler leaves out what nobody asks for: the words and rules of the world, what makes constraints and filters, what
// looks inside
const parts = { world: /world\/index\.ts$/, constraints: /\/constraints\/\w+\.ts$/, filters: /\/filters\/[^d]\w+\.ts$/, inspection: /inspect\/index\.ts$/ };
const bundleWith = (...wanted) => bundle(...Object.entries(parts).filter(([name]) => !wanted.includes(name))
  .map(([name, filter]) => ({ name, setup: (b) => b.onResolve({ filter }, ({ path }) => ({ path, external: true })) })));
const alone = await bundleWith();
let over = false;
for (const [what, size, budget] of [
  ['library and kernels', alone, 150],
  ['the same with the world', await bundleWith('world'), 200],
  ['what constraints add', await bundleWith('constraints') - alone, 15],
  ['what filters add', await bundleWith('filters') - alone, 20],
  ['what inspection adds', await bundleWith('inspection') - alone, 30],
  ['kernels, exact build', gz(readFileSync('build/exact.wasm')), 60],
  ['kernels, fast build', gz(readFileSync('build/fast.wasm')), 60],
]) {
  over ||= size > budget;
  console.log(`size: ${what.padEnd(32)} ${size.toFixed(1).padStart(6)} KB gz of ${budget}${size > budget ? '  OVER BUDGET' : ''}`);
}
process.exitCode = over ? 1 : 0;
