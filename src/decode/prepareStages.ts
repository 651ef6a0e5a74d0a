// From options to stages. What can be done once (encoding words, looking for breakers in the vocabulary) is done once;
// every sequence then gets stages of its own.
import { OptionError } from '../errors.ts';
import { Random, stream } from '../random.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import type { GenerateSettings } from './generateOptions.ts';
import type { Stage } from './stage.ts';
import { STAGE_NAMES, type StageName } from './stageNames.ts';
import { badSequences, badWords } from './stages/badWords.ts';
import { dry, dryBreakers } from './stages/dry.ts';
import { dynamicTemperature } from './stages/dynamicTemperature.ts';
import { epsilonCutoff } from './stages/epsilonCutoff.ts';
import { etaCutoff } from './stages/etaCutoff.ts';
import { forcedTokens } from './stages/forcedTokens.ts';
import { biasedTokens, logitBias } from './stages/logitBias.ts';
import { minP } from './stages/minP.ts';
import { minTokens } from './stages/minTokens.ts';
import { mirostat } from './stages/mirostat.ts';
import { noRepeatNgram } from './stages/noRepeatNgram.ts';
import { penalties } from './stages/penalties.ts';
import { temperature } from './stages/temperature.ts';
import { topK } from './stages/topK.ts';
import { topNSigma } from './stages/topNSigma.ts';
import { topP } from './stages/topP.ts';
import { typicalP } from './stages/typicalP.ts';
import { xtc } from './stages/xtc.ts';

/** Makes the stage of random sequence number `index`. */
type Make = (index: number) => Stage;

/** Each stage: null where the options leave it off. */
const STAGES: { readonly [K in StageName]: (settings: GenerateSettings, tokenizer: Tokenizer | undefined) => Make | null } = {
  filter({ filter }, tokenizer) {
    if (!filter || filter.mode !== 'block') return null;
    if (!tokenizer) throw new OptionError('filter', 'A filter speaks of text, so a tokenizer is needed. Give one.');
    return filter.stage(tokenizer) && (() => filter.stage(tokenizer)!);
  },
  logitBias({ logitBias: biases }, tokenizer) {
    if (biases.length === 0) return null;
    const tokens = biasedTokens(biases, tokenizer);
    return () => logitBias(tokens);
  },
  penalties({ repeatPenalty: repeat, frequencyPenalty: frequency, presencePenalty: presence, penaltyLastN: lastN }) {
    return repeat === 1 && frequency === 0 && presence === 0 ? null : () => penalties({ repeat, frequency, presence, lastN });
  },
  dry({ dryMultiplier: multiplier, dryBase: base, dryAllowedLength: allowedLength, dryPenaltyLastN: lastN, dryBreakers: texts }, tokenizer) {
    if (multiplier === 0) return null;
    if (!tokenizer && texts.length > 0) throw new OptionError('dryBreakers', 'dryBreakers are texts, so a tokenizer is needed. Give one, or set dryBreakers: [].');
    const breakers = tokenizer ? dryBreakers(tokenizer, texts) : new Map<number, number[][]>();
    return () => dry({ multiplier, base, allowedLength, lastN, breakers });
  },
  noRepeatNgram: ({ noRepeatNgram: n }) => (n === 0 ? null : () => noRepeatNgram(n)),
  badWords({ badWords: words }, tokenizer) {
    if (words.length === 0) return null;
    const sequences = badSequences(words, tokenizer);
    return () => badWords(sequences);
  },
  minTokens({ minTokens: n }, tokenizer) {
    if (n === 0) return null;
    if (!tokenizer) throw new OptionError('minTokens', 'minTokens needs a tokenizer, which knows the tokens that end a text.');
    return () => minTokens(n, tokenizer.specials.values());
  },
  forcedTokens({ forcedTokens: forced }, tokenizer) {
    if (forced.length === 0) return null;
    if (typeof forced === 'string' && !tokenizer) throw new OptionError('forcedTokens', 'forcedTokens is a text, so a tokenizer is needed. Give ids of tokens, or a tokenizer.');
    const ids = typeof forced === 'string' ? [...tokenizer!.encode(forced)] : forced;
    for (const id of ids) if (tokenizer && id >= tokenizer.size) throw new OptionError('forcedTokens', `forcedTokens names token ${id}, but the vocabulary goes from 0 to ${tokenizer.size - 1}.`);
    return () => forcedTokens(ids);
  },
  constraint({ constraint, forcedTokens: forced }, tokenizer) {
    if (!constraint) return null;
    if (!tokenizer) throw new OptionError('constraint', 'constraint needs a tokenizer, which knows what tokens are in bytes.');
    const compiled = constraint.compile(tokenizer);
    compiled.requireBeginning(typeof forced === 'string' ? tokenizer.encode(forced) : forced);
    return () => compiled.stage();
  },
  temperature({ temperature: t, dynatempRange: range, dynatempExponent: exponent }) {
    if (range > 0) return () => dynamicTemperature(t, range, exponent);
    return t === 0 || t === 1 ? null : () => temperature(t);
  },
  topK: ({ topK: k }) => (k === 0 ? null : () => topK(k)),
  topP: ({ topP: p }) => (p === 1 ? null : () => topP(p)),
  minP: ({ minP: p }) => (p === 0 ? null : () => minP(p)),
  typicalP: ({ typicalP: p }) => (p === 1 ? null : () => typicalP(p)),
  topNSigma: ({ topNSigma: n }) => (n === 0 ? null : () => topNSigma(n)),
  epsilonCutoff: ({ epsilonCutoff: epsilon }) => (epsilon === 0 ? null : () => epsilonCutoff(epsilon)),
  etaCutoff: ({ etaCutoff: epsilon }) => (epsilon === 0 ? null : () => etaCutoff(epsilon)),
  xtc({ xtcProbability: probability, xtcThreshold: threshold, seed }) {
    return probability === 0 ? null : (index) => xtc(probability, threshold, new Random(seed, stream('xtc', index)));
  },
  mirostat({ mirostat: version, mirostatTau: tau, mirostatEta: eta }) {
    return version === 0 ? null : () => mirostat(version, tau, eta);
  },
};

/**
 * What makes the stages that the options switch on, for one sequence after the other.
 *
 * @returns call it with the number of a random sequence.
 * @throws {OptionError} when `stages` leaves out a stage that is switched on, or mirostat is not the last one; for texts
 *   without a tokenizer, and ids outside the vocabulary.
 * @example
 * prepareStages(generateSettings({ temperature: 1, topK: 40 }), tokenizer)(0); // [topK(40)]
 */
export function prepareStages(settings: GenerateSettings, tokenizer?: Tokenizer): (index: number) => Stage[] {
  const order = settings.stages ?? STAGE_NAMES;
  const makers = order.map((entry) => (typeof entry === 'function' ? entry : STAGES[entry](settings, tokenizer)));
  for (const name of STAGE_NAMES) {
    if (order.includes(name) || STAGES[name](settings, tokenizer) === null) continue;
    const off = name === 'temperature' ? 'set temperature: 1' : 'leave its option out';
    throw new OptionError('stages', `${name} is switched on, but stages does not list it. Add "${name}" where it shall be applied, or ${off}.`);
  }
  if (settings.mirostat !== 0 && order.at(-1) !== 'mirostat') throw new OptionError('stages', 'mirostat measures what it left to draw from, so it must be the last of stages.');
  if (settings.filter?.mode === 'block' && settings.forcedTokens.length > 0 && order.indexOf('forcedTokens') > order.indexOf('filter')) throw new OptionError('stages', 'forcedTokens behind filter would force what the filter forbids. List filter behind forcedTokens.');
  return (index) => makers.flatMap((make) => make?.(index) ?? []);
}
