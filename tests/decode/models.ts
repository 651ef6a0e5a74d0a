// Small models with random weights, one of every form. Trained ones would repeat themselves; these say anything.
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { compile, softcap } from '../../src/graph/index.ts';
import { createLanguageModel, type LanguageModel, type SpeakingModel, type TransformerOptions } from '../../src/models/index.ts';
import { wholeSequence } from '../../src/nn/index.ts';
import { Random } from '../../src/random.ts';
import { createChars, DEFAULT_SPECIALS } from '../../src/tokenizer/index.ts';

/** Characters of one, two, three and four bytes, bytes of which characters are spelled, and the special tokens. */
export const tokenizer = createChars('abcdefghijklmnop .,é你好🙂', { bytes: true, specials: DEFAULT_SPECIALS });

const sizes = { context: 48, layers: 2, heads: 4, channels: 24, hidden: 36 };
export const FORMS = {
  gpt2: { form: 'gpt2' },
  'llama with grouped heads': { form: 'llama', kvHeads: 2, layers: 3 },
  nanochat: { form: 'nanochat', kvHeads: 1 },
  inkling: { form: 'inkling', kvHeads: 2, ngrams: [{ n: 2, size: 4096 }, { n: 3, size: 1024 }] },
} as const satisfies Record<string, Partial<TransformerOptions>>;
export type FormName = keyof typeof FORMS;

/** @param spread standard deviation of all weights; the larger, the less the tokens are alike. */
export function randomModel(engine: Engine, form: FormName, options: Partial<TransformerOptions> = {}, spread = 0.3): LanguageModel {
  const model = createLanguageModel(engine, tokenizer, { ...sizes, ...FORMS[form], ...options });
  const random = new Random(7, 1);
  const weights = engine.f32(model.weights.address, model.weights.length);
  for (let i = 0; i < weights.length; i++) weights[i] = (random.float() + random.float() + random.float() - 1.5) * 2 * spread;
  return model;
}

/** The logits behind every token, computed at once and without caches, as in training: one row (V) for each. */
export function wholeLogits({ engine, transformer, weights: { places, product, rows } }: Omit<SpeakingModel, 'tokenizer'>, tokens: ArrayLike<number>): Float32Array[] {
  const T = tokens.length, { softcap: cap, vocab } = transformer.config;
  const sequence = wholeSequence(1, T), uncapped = transformer.logits(transformer.hidden(sequence, { product, rows }), { product });
  const logits = cap > 0 ? softcap(uncapped, cap) : uncapped;
  const plan = compile(engine, [logits], { places: new Map(places) });
  engine.i32(plan.at(sequence.tokens), T).set(Int32Array.from(tokens));
  plan.run();
  const all = plan.read(logits).slice();
  plan.free();
  return Array.from({ length: T }, (_, t) => all.subarray(t * vocab, (t + 1) * vocab));
}

/** Reads a generator to its end. */
export async function collect<P, R>(generator: AsyncGenerator<P, R, undefined>): Promise<{ pieces: P[]; result: R }> {
  const pieces: P[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done) return { pieces, result: next.value };
    pieces.push(next.value);
  }
}

let shared: Promise<Engine> | undefined;
/** One engine of one thread for all tests of a file. */
export const oneThread = (): Promise<Engine> => (shared ??= createEngine({ threads: 1 }));
