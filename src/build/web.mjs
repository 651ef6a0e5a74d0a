// src/web/ -> dist/web/: the studio, static files with relative paths that work under any path of any server.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
process.chdir(new URL('.', root).pathname);
const out = 'dist/web';
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// as in bundle.mjs: other builds of the kernels, and what reads other people's models, are fetched by whoever asks for them
const fast = { name: 'other builds', setup: (b) => b.onResolve({ filter: /build\/fast\.js$/ }, () => ({ path: './fast.js', external: true })) };
const shared = { bundle: true, format: 'esm', target: 'es2023', minify: true, legalComments: 'none', logLevel: 'warning', platform: 'browser', outdir: out };
await build({ ...shared, entryPoints: { main: 'src/web/main.ts', style: 'src/web/style.css' } });
await build({ ...shared, entryPoints: { studioWorker: 'src/web/studioWorker.ts' }, plugins: [fast], splitting: true, chunkNames: '[name]-[hash]' });
for (const file of ['index.html', 'icon.svg']) cpSync(`src/web/${file}`, `${out}/${file}`);
cpSync('build/fast.js', `${out}/fast.js`);
const gz = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(`${out}/${file}`), { level: 9 }).length, 0) / 1024;
/** What a file imports before it runs. */
const needed = (file) => [...readFileSync(`${out}/${file}`, 'utf8').matchAll(/(?:from|import)"\.\/([\w-]+\.js)"/g)].map(([, name]) => name);
console.log(`${out}  ${readdirSync(out).length} files; the page ${gz(['index.html', 'main.js', 'style.css', 'icon.svg']).toFixed(1)} KB gz, its worker ${gz(['studioWorker.js', ...needed('studioWorker.js')]).toFixed(1)} KB gz`);
