// src/ -> dist/: the library for pages (index.js), other people's models, which it fetches (foreign.js), the library for Node (node.js), the worker for pages, the command line, and the
// thread that encodes for both.
// The kernels of the exact build are inside each bundle, those of the others are fetched by whoever asks for them.
// Packages stay outside, so that nothing is shipped twice.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
process.chdir(new URL('.', root).pathname);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
for (const file of ['index.js', 'foreign.js', 'node.js', 'worker.js', 'cli.js', 'encoder.js']) rmSync(`dist/${file}`, { force: true });

const shared = { bundle: true, format: 'esm', target: 'es2023', minify: true, legalComments: 'none', logLevel: 'warning', define: { VERSION: JSON.stringify(version) } };
const otherBuilds = { name: 'other builds', setup: (b) => b.onResolve({ filter: /build\/fast\.js$/ }, () => ({ path: './fast.js', external: true })) };
// other people's models are a bundle of its own, which uses the library as anyone does
const foreign = { name: 'foreign', setup: (b) => b.onResolve({ filter: /foreign\/index\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './foreign.js', external: true } : null)) };
const errors = ['DataError', 'FormatError', 'MemoryError', 'OptionError', 'ShapeError'];
const library = {
  name: 'library',
  setup(b) {
    b.onResolve({ filter: /^(\.\.\/)+index\.ts$/ }, () => ({ path: './index.js', external: true }));
    // errors are those of the library, so that whoever catches one knows it
    b.onResolve({ filter: /\/errors\.ts$/ }, ({ path, namespace }) => (namespace === 'errors' ? null : { path, namespace: 'errors' }));
    b.onLoad({ filter: /.*/, namespace: 'errors' }, () => ({ contents: `export { ${errors.join(', ')} } from './index.js'; export { bytes, closest, count, show } from './src/errors.ts';`, resolveDir: process.cwd() }));
    b.onResolve({ filter: /^\.\/index\.js$/, namespace: 'errors' }, ({ path }) => ({ path, external: true }));
  },
};
mkdirSync('dist', { recursive: true });
copyFileSync('build/fast.js', 'dist/fast.js');
// pages: no node: import may be reachable, so the platform is the browser and a slip fails the build
await build({ ...shared, entryPoints: { index: 'src/index.ts' }, platform: 'browser', outdir: 'dist', plugins: [otherBuilds, foreign] });
await build({ ...shared, entryPoints: { foreign: 'src/foreign/index.ts' }, platform: 'browser', outdir: 'dist', plugins: [otherBuilds, library] });
await build({ ...shared, entryPoints: { worker: 'src/worker.ts' }, platform: 'browser', outdir: 'dist', plugins: [otherBuilds] });
// Node: engine and library once, shared by the library and the command line
await build({ ...shared, entryPoints: { node: 'src/node/index.ts', cli: 'src/cli/cli.ts', encoder: 'src/node/encoder.ts' }, platform: 'node', packages: 'external', splitting: true, chunkNames: 'chunks/[name]-[hash]', outdir: 'dist' });
chmodSync('dist/cli.js', 0o755);

for (const file of ['index.js', 'foreign.js', 'worker.js', 'fast.js', 'node.js', 'cli.js', 'encoder.js']) {
  const bytes = readFileSync(`dist/${file}`);
  console.log(`dist/${file}  ${(statSync(`dist/${file}`).size / 1024).toFixed(0)} KB, ${(gzipSync(bytes).length / 1024).toFixed(0)} KB gz`);
}
