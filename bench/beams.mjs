// Beam search: what a step of a search costs, against a step of as many greedy texts in a batch, which have nothing to
// rank and nothing to copy.
import { availableParallelism } from 'node:os';
import { fastBuildRuns } from '../dist/index.js';
import * as inkling from '../dist/index.js';
import { alternate, ratio } from './measure.mjs';
import { percent } from './report.mjs';

const { beamSearch, createChars, createEngine, createLanguageModel, Decoder, generateBatch, Random } = inkling;
const BEAMS = 4, TOKENS = 48, PROMPT = 64;
/** The preset of five minutes, and a larger one with a vocabulary of a large model. */
const sizes = [
  { name: 'nano', form: 'inkling', vocab: 2048, context: 256, layers: 6, heads: 4, channels: 128 },
  { name: 'large', form: 'gpt2', vocab: 50257, context: 256, layers: 6, heads: 8, channels: 512 },
];

/** Letters and as many characters as fill the vocabulary. No special tokens: no text ends before the others. */
const alphabet = (vocab) => createChars(Array.from({ length: vocab }, (_, i) => String.fromCodePoint(0x4e00 + i)));

async function readToEnd(generator) {
  for (;;) {
    const next = await generator.next();
    if (next.done) return next.value;
  }
}

async function measure({ name, vocab, ...shape }, build, threads) {
  const engine = await createEngine({ build, threads }), tokenizer = alphabet(vocab), model = createLanguageModel(engine, tokenizer, { ...shape, vocab });
  const random = new Random(1), weights = engine.f32(model.weights.address, model.weights.length);
  for (let i = 0; i < weights.length; i++) weights[i] = (random.float() - 0.5) * 0.2;
  const prompt = Uint32Array.from({ length: PROMPT }, (_, i) => (i * 7919) % vocab), positions = PROMPT + TOKENS;
  const decoder = () => new Decoder(model, { slots: BEAMS, positions }), ours = decoder(), theirs = decoder();
  let found;
  // the prompt is read once by either side, from the second time on its rows are there already
  const search = async (times) => {
    const began = performance.now();
    for (let i = 0; i < times; i++) found = await readToEnd(beamSearch(model, prompt, { beams: BEAMS, tokens: TOKENS, decoder: ours, earlyStopping: 'never' }));
    return (performance.now() - began) / 1000;
  };
  const batch = async (times) => {
    const began = performance.now();
    for (let i = 0; i < times; i++) await readToEnd(generateBatch(model, Array.from({ length: BEAMS }, () => prompt), { temperature: 0, tokens: TOKENS, decoder: theirs }));
    return (performance.now() - began) / 1000;
  };
  const [beam, greedy] = await alternate([search, batch], { rounds: 7, turn: 0.2 });
  const { bytes } = ours, { copied } = found;
  for (const one of [ours, theirs]) one.free();
  engine.stop();
  return { name, vocab, shape, build, threads, beam, greedy, bytes, copied };
}

export default async function beams({ builds = ['exact', 'fast'], threads = availableParallelism(), limits }) {
  const teams = [...new Set([1, Math.min(threads, limits.threads)])], measured = [];
  for (const build of builds.filter((one) => one !== 'fast' || fastBuildRuns())) {
    for (const team of teams) for (const size of sizes) measured.push(await measure(size, build, team));
  }
  return {
    tables: [{
      title: `A search with ${BEAMS} beams, and ${BEAMS} greedy texts in a batch: milliseconds per token, ${TOKENS} tokens behind a prompt of ${PROMPT}, random weights. Copied: cache rows per step that moved because a beam branched off. Memory: what the decoder holds.`,
      columns: ['model', 'build', 'threads', 'beams', 'spread', 'batch', 'spread', 'beams / batch', 'copied', 'MB'],
      rows: measured.map(({ name, vocab, shape, build, threads: team, beam, greedy, bytes, copied }) => [
        `${name} (L${shape.layers} C${shape.channels} V${vocab})`, build, team, ((beam.median * 1000) / TOKENS).toFixed(2), percent(beam.spread), ((greedy.median * 1000) / TOKENS).toFixed(2), percent(greedy.spread),
        ratio(greedy, beam).toFixed(2), (copied / TOKENS).toFixed(1), (bytes / 1e6).toFixed(1),
      ]),
    }],
  };
}
