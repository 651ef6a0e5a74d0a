// What a random model says with every stage, alone and all together: for tests that the same is said everywhere.
import type { SamplingOptions } from '../../src/decode/index.ts';

type Library = typeof import('../../src/index.ts');

const all = {
  temperature: 1.4, dynatempRange: 0.3, topK: 60, topP: 0.98, minP: 0.01, typicalP: 0.97, topNSigma: 4, epsilonCutoff: 1e-3, etaCutoff: 1e-3, xtcProbability: 0.4, xtcThreshold: 0.05, dryMultiplier: 0.8, mirostat: 2, mirostatTau: 4,
  repeatPenalty: 1.2, frequencyPenalty: 0.1, presencePenalty: 0.2, noRepeatNgram: 4, logitBias: [['a', 0.5]], badWords: ['no'], minTokens: 3, forcedTokens: 'd',
} as const satisfies SamplingOptions;

/** Each stage alone, then all in their usual order and in another. They can be sent to a page as JSON. */
export const cases = {
  'no stage': {},
  temperature: { temperature: 0.6 }, 'dynamic temperature': { temperature: 1.2, dynatempRange: 0.7, dynatempExponent: 0.8 }, topK: { topK: 12 }, topP: { topP: 0.7 }, minP: { minP: 0.1 }, typicalP: { typicalP: 0.5 },
  topNSigma: { topNSigma: 1.5 }, epsilonCutoff: { epsilonCutoff: 0.02 }, etaCutoff: { etaCutoff: 0.5 }, xtc: { xtcProbability: 0.6, xtcThreshold: 0.05 }, dry: { dryMultiplier: 3, dryAllowedLength: 0, dryBreakers: [] },
  'mirostat 1': { mirostat: 1, mirostatTau: 3 }, 'mirostat 2': { mirostat: 2, mirostatTau: 3 }, penalties: { repeatPenalty: 1.5, frequencyPenalty: 0.2, presencePenalty: 0.3, penaltyLastN: 8 },
  noRepeatNgram: { noRepeatNgram: 1 }, logitBias: { logitBias: [['abc', 1.5]] }, badWords: { badWords: ['a', 'no'] }, minTokens: { minTokens: 6, logitBias: [['<|end|>', 6]] }, forcedTokens: { forcedTokens: 'ok' }, greedy: { temperature: 0 },
  'all stages': all,
  'all stages, in another order': {
    ...all, stages: ['typicalP', 'penalties', 'topP', 'forcedTokens', 'xtc', 'dry', 'etaCutoff', 'badWords', 'topK', 'minTokens', 'topNSigma', 'temperature', 'epsilonCutoff', 'noRepeatNgram', 'minP', 'logitBias', 'mirostat'],
  },
} as const satisfies Record<string, SamplingOptions>;

export const prompts = ['a', 'good', 'cab ', 'mad cab ', 'n', 'hello., ', 'fed', 'kind'];
export const TOKENS = 12;

/**
 * The tokens of a batch of all prompts, and of each prompt alone, for every case. Nothing outside this function is named in it, so
 * that its text can be sent to a page.
 */
export async function sayEverything(library: Library, options: Record<string, SamplingOptions>, texts: readonly string[], tokens: number, threads: number): Promise<Record<string, { batch: number[][]; alone: number[][] }>> {
  const { createChars, createEngine, createLanguageModel, DEFAULT_SPECIALS, generateBatch, Random } = library, engine = await createEngine({ threads });
  const tokenizer = createChars('abcdefghijklmnop .,é你好🙂', { bytes: true, specials: DEFAULT_SPECIALS });
  const model = createLanguageModel(engine, tokenizer, { form: 'inkling', context: 48, layers: 2, heads: 4, kvHeads: 2, channels: 24, hidden: 36, ngrams: [{ n: 2, size: 4096 }] });
  const random = new Random(7, 1), weights = engine.f32(model.weights.address, model.weights.length);
  for (let i = 0; i < weights.length; i++) weights[i] = (random.float() + random.float() + random.float() - 1.5) * 0.6;
  const say = async (some: readonly string[], rest: object): Promise<number[][]> => {
    const pieces = generateBatch(model, some, { temperature: 1, seed: 21, tokens, ...rest });
    for (;;) {
      const next = await pieces.next();
      if (next.done) return next.value.map((one) => [...one.tokens]);
    }
  };
  const said: Record<string, { batch: number[][]; alone: number[][] }> = {};
  for (const [name, one] of Object.entries(options)) {
    const alone: number[][] = [];
    for (const [index, text] of texts.entries()) alone.push((await say([text], { ...one, index }))[0]!);
    said[name] = { batch: await say(texts, one), alone };
  }
  engine.stop();
  return said;
}
