// Sampling: microseconds per token of every stage, and of the draw, on the logits of a model that is sure of the next word
// and of one that is in doubt.
import {
  badWords, dry, dynamicTemperature, epsilonCutoff, etaCutoff, forcedTokens, logitBias, minP, minTokens, mirostat, noRepeatNgram, penalties, Random, Sampler, temperature, topK, topNSigma, topP, typicalP, xtc,
} from '../dist/index.js';
import { alternate, ratio, repeat } from './measure.mjs';
import { openLlamaSamplers } from './peers/llamaSamplers.mjs';

const SIZES = [50_257, 4_096], SAID = 512;

/** Normally distributed logits, and a few above them as models have. */
function logitsOf(V, spread, lead) {
  const random = new Random(1, V), normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
  const logits = Float32Array.from({ length: V }, () => spread * normal());
  for (let i = 0; i < 20; i++) logits[random.below(V)] = 4 * spread + lead * random.float();
  return logits;
}
/** The likeliest token has 40% of the probability; or 0.2%. */
const kinds = [{ name: 'sure', spread: 2, lead: 6 }, { name: 'in doubt', spread: 1, lead: 1 }];

/** A text that repeats itself here and there. */
const said = (V) => {
  const random = new Random(2, V);
  return Array.from({ length: SAID }, () => random.below(V >> 7));
};

/** Each stage, and the samplers of llama.cpp that do the same. */
const stages = (V) => [
  ['logitBias', logitBias(new Map([[5, 2], [7, -Infinity]])), null],
  ['penalties', penalties({ repeat: 1.1, frequency: 0.1, presence: 0.1, lastN: 64 }), ['penalties', V, 64, 1.1, 0.1, 0.1]],
  ['dry', dry({ multiplier: 0.8, base: 1.75, allowedLength: 2, lastN: -1, breakers: new Map() }), ['dry', null, 0.8, 1.75, 2, SAID, null, 0]],
  ['noRepeatNgram', noRepeatNgram(3), null],
  ['badWords', badWords(Array.from({ length: 100 }, (_, i) => [i, i + 1])), null],
  ['minTokens', minTokens(1000, [0]), null],
  ['forcedTokens', forcedTokens([3]), null],
  ['temperature', temperature(0.8), ['temp', 0.8]],
  ['dynamicTemperature', dynamicTemperature(1, 0.5, 1), ['temp_ext', 1, 0.5, 1]],
  ['topK 40', topK(40), ['top_k', 40]],
  ['topK 1000', topK(1000), ['top_k', 1000]],
  ['topP 0.95', topP(0.95), ['top_p', 0.95, 0]],
  ['minP 0.05', minP(0.05), ['min_p', 0.05, 0]],
  ['typicalP 0.9', typicalP(0.9), ['typical', 0.9, 0]],
  ['topNSigma 2', topNSigma(2), ['top_n_sigma', 2]],
  ['epsilonCutoff', epsilonCutoff(6e-4), null],
  ['etaCutoff', etaCutoff(2e-3), null],
  ['xtc', xtc(1, 0.05, new Random(1)), ['xtc', 1, 0.05, 0, 1]],
  ['mirostat 1', mirostat(1, 5, 0.1), ['mirostat', V, 1, 5, 0.1, 100]],
  ['mirostat 2', mirostat(2, 5, 0.1), ['mirostat_v2', 1, 5, 0.1]],
];
const draws = [
  ['draw, greedy', () => new Sampler([], null), [['greedy']]],
  ['draw', () => new Sampler([], new Random(3)), [['dist', 3]]],
  ['temperature, draw', () => new Sampler([temperature(0.8)], new Random(3)), [['temp', 0.8], ['dist', 3]]],
  ['temperature, topK 40, topP 0.95, draw', () => new Sampler([temperature(0.8), topK(40), topP(0.95)], new Random(3)), [['temp', 0.8], ['top_k', 40], ['top_p', 0.95, 0], ['dist', 3]]],
  ['draw, with 5 log-probabilities', () => new Sampler([temperature(0.8)], new Random(3), { logprobs: 5 }), null],
];

/** Everything at one size: `{ name, kept, time, theirs }` for each kind of logits. */
async function measure(V, kind, llama) {
  const logits = logitsOf(V, kind.spread, kind.lead), tokens = said(V), situation = { tokens, prompt: SAID, left: 100 }, scores = new Float32Array(V);
  const sides = [
    ['copying the logits', () => scores.set(logits), null],
    ...stages(V).map(([name, stage, theirs]) => [name, () => {
      scores.set(logits);
      stage.apply(scores, situation);
    }, theirs && [theirs]]),
    ...draws.map(([name, make, theirs]) => {
      const sampler = make();
      return [name, () => sampler.draw(logits, situation), theirs];
    }),
  ].map(([name, work, chain]) => ({ name, work, chain }));
  for (const one of sides) {
    for (let i = 0; i < 60; i++) one.work(); // long loops are compiled well after some calls
    one.left = one.name.includes('draw') ? '' : scores.reduce((n, logit) => n + (logit > -Infinity), 0);
  }
  const peers = sides.map(({ chain }) => (llama && chain ? llama(logits, chain, tokens) : null));
  const all = [...sides.map(({ work }) => repeat(work)), ...peers.filter((peer) => peer)];
  const times = await alternate(all, { rounds: 9, turn: 0.006, pause: 0 }), rest = times.slice(sides.length);
  return sides.map(({ name, left }, i) => ({ name, left, time: times[i], theirs: peers[i] ? rest.shift() : null }));
}

const microseconds = (time) => (time.median * 1e6).toFixed(time.median < 1e-5 ? 1 : 0);

export default async function sampling({ peers = false }) {
  const llama = peers ? openLlamaSamplers() : null, tables = [];
  for (const V of SIZES) {
    const measured = [];
    for (const kind of kinds) measured.push(await measure(V, kind, llama));
    tables.push({
      title: `Microseconds per token at V = ${V.toLocaleString('en')}, one thread, the copying of the logits included; tokens left by the stage.`,
      columns: ['stage', ...kinds.flatMap(({ name }) => [name, 'left', ...(llama ? ['llama.cpp', 'its / ours'] : [])])],
      rows: measured[0].map(({ name }, i) => [name, ...measured.flatMap((list) => {
        const { time, left, theirs } = list[i];
        return [microseconds(time), left, ...(llama ? [theirs ? microseconds(theirs) : '-', theirs ? ratio(time, theirs).toFixed(2) : '-'] : [])];
      })]),
      ...(llama && { note: 'llama.cpp: native code of node-llama-cpp 3.22.1, called in its shared library, which also lists the tokens anew each time, as it does when it generates. Its mirostat draws too.' }),
    });
  }
  if (peers && !llama) console.error("llama.cpp's samplers are not there: npm run oracles");
  return { tables };
}
