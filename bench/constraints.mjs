// Constraints: what it costs to know which tokens may come next, with the vocabulary of GPT-2, and how long it takes to get
// ready. Random logits, so the texts are nothing that a model would say, and go everywhere in the automaton.
import { createRequire } from 'node:module';
import { bpeFromRanks, containing, createSampler, jsonSchema, oneOf, Random, regex } from '../dist/index.js';
import { median } from './measure.mjs';

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 40 }, age: { type: 'integer', minimum: 0, maximum: 120 },
    tags: { type: 'array', items: { enum: ['red', 'green', 'blue'] }, maxItems: 5 }, score: { type: 'number' }, note: { type: ['string', 'null'] },
  },
  required: ['name', 'age', 'tags'],
};
const kinds = [
  ['a date', () => regex('\\d{4}-\\d{2}-\\d{2}')], ['a line', () => regex('.{0,200}')], ['words', () => regex('\\p{L}+( \\p{L}+){0,20}\\.')], ['a JSON object', () => jsonSchema(person)],
  ['two words somewhere', () => containing(['kite', 'dog'])], ['1,000 answers', () => oneOf(Array.from({ length: 1000 }, (_, i) => `the answer is ${i * i}`))],
];
const TEXTS = 40, TOKENS = 60;

const milliseconds = (work) => {
  const began = performance.now(), made = work();
  return [performance.now() - began, made];
};

/** Times of the stage alone: looking up what is allowed, striking out the rest, and going on by the token that was drawn. */
function speak(compiled, tokenizer, logits, seed, times) {
  const stage = compiled.stage(), random = new Random(seed, 7), scores = new Float32Array(logits.length);
  for (let left = TOKENS; left > 0 && !stage.done({ left }); left--) {
    scores.set(logits);
    const began = performance.now();
    stage.apply(scores, { tokens: [], prompt: 0, left });
    times.push(1000 * (performance.now() - began));
    // any of the allowed tokens: the first behind a random place
    const from = random.below(scores.length), allowed = (at) => scores[at % scores.length] > -Infinity && tokenizer.bytesOf(at % scores.length).length > 0;
    let at = from;
    while (!allowed(at)) at++;
    stage.accept(at % scores.length);
  }
}

export default async function constraints() {
  const { bpe_ranks: ranks, special_tokens: specials } = createRequire(import.meta.url)('tiktoken/encoders/gpt2.json');
  const tokenizer = bpeFromRanks(ranks, { pattern: 'gpt2', specials }), logits = new Float32Array(tokenizer.size);
  const [tree] = milliseconds(() => oneOf(['a']).compile(tokenizer));
  const rows = kinds.map(([name, make]) => {
    const [parsing, constraint] = milliseconds(make), [compiling, compiled] = milliseconds(() => constraint.compile(tokenizer));
    const cold = [], warm = [];
    for (const times of [cold, warm]) for (let i = 0; i < TEXTS; i++) speak(compiled, tokenizer, logits, i, times);
    const sorted = warm.toSorted((a, b) => a - b);
    return [name, constraint.automaton.size, parsing.toFixed(0), compiling.toFixed(0), median(warm).toFixed(0), sorted[Math.floor(0.95 * sorted.length)].toFixed(0), median(cold).toFixed(0)];
  });
  // a sampler without one, for comparison
  const sampler = createSampler({ temperature: 1 }), plain = Array.from({ length: 50 }, () => milliseconds(() => sampler.draw(logits))[0] * 1000);
  return {
    tables: [{
      title: `Constraints, V = ${tokenizer.size}: microseconds per token of the stage, over ${TEXTS} texts of up to ${TOKENS} tokens, said for the second time; median and 95%, and the median when they were said first; milliseconds to make the automaton, and to compile it for the vocabulary (whose tree takes ${tree.toFixed(0)} ms, once). A draw without constraint takes ${median(plain).toFixed(0)} microseconds.`,
      columns: ['constraint', 'states', 'make, ms', 'compile, ms', 'token, µs', '95%, µs', 'first time, µs'],
      rows,
    }],
  };
}
