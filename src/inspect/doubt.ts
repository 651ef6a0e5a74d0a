// Does a model know that it does not know? Three signs, each from the model alone:
//
//   refusal       ln Σ P(a way to say "I do not know" | conversation)
//   entropy       mean over the tokens of its likeliest answer of  - Σ p ln p,  in nats
//   disagreement  how often two answers that are drawn differ
//
// A few hundred questions whose answers are known turn them into one probability. After Kadavath et al. 2022,
// https://arxiv.org/abs/2207.05221, and Manakul et al. 2023, https://arxiv.org/abs/2303.08896.
import { Decoder, generateBatch, type Stage } from '../decode/index.ts';
import { logSum } from '../decode/logprobs.ts';
import { math } from '../engine/index.ts';
import { FormatError, OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { type Message, renderChat } from '../tokenizer/index.ts';
import { type LogisticFit, probabilityOf } from './logisticFit.ts';
import { TextScorer } from './textScores.ts';

export interface DoubtOptions {
  /** What the model says where it does not know. */
  readonly refusals: readonly string[];
  /** Answers that are drawn to see whether they agree, from 2 on. Default 8. */
  readonly samples?: number;
  /** Longest answer, in tokens. Default 40. */
  readonly tokens?: number;
  /** Default 1. */
  readonly seed?: number;
}

export interface DoubtSigns {
  /** Natural logarithm of a probability, at least -20. */
  readonly refusal: number;
  readonly entropy: number;
  /** From 0 to 1. */
  readonly disagreement: number;
  /** The likeliest answer, token by token. */
  readonly reply: string;
  /** The likeliest refusal. */
  readonly refusing: string;
}

/** How signs become a probability, for one model. Plain data: doubt.json. */
export interface DoubtMeter {
  readonly format: 'inkling-doubt-1';
  readonly refusals: readonly string[];
  readonly samples: number;
  readonly tokens: number;
  readonly seed: number;
  readonly fit: LogisticFit;
  /** From this doubt on it is better to say nothing. */
  readonly threshold: number;
}

/** Smaller probabilities all mean: it would never say that. */
const LEAST = -20;

/** Reads signs of doubt. Takes the memory of a decoder; give it back with `free`. */
export class DoubtReader {
  readonly #model: SpeakingModel;
  readonly #options: Required<DoubtOptions>;
  readonly #decoder: Decoder;
  readonly #scorer: TextScorer;
  readonly #refusals: readonly Uint32Array[];

  /**
   * @throws {OptionError} without refusals, with fewer than two samples, or for a tokenizer that knows no conversations.
   * @example
   * const reader = new DoubtReader(model, { refusals: ['I do not know that.'] });
   * const { refusal, reply } = await reader.read([{ role: 'user', content: 'Where does Gordon live?' }]);
   */
  constructor(model: SpeakingModel, { refusals, samples = 8, tokens = 40, seed = 1 }: DoubtOptions) {
    if (refusals.length === 0) throw new OptionError('refusals', 'Say how the model says that it does not know, for example ["I do not know that."].');
    if (!Number.isSafeInteger(samples) || samples < 2) throw new OptionError('samples', `samples must be a whole number of at least 2, but it is ${samples}.`);
    const end = renderChat(model.tokenizer, [{ role: 'user', content: '' }]).ids.at(-1)!, { context } = model.transformer.config;
    this.#refusals = refusals.map((refusal) => Uint32Array.of(...model.tokenizer.encode(refusal), end));
    const long = refusals.find((_, i) => this.#refusals[i]!.length > context / 2);
    if (long !== undefined) throw new OptionError('refusals', `A refusal must fit in half of the context of ${context} tokens, but "${long}" does not.`);
    this.#model = model;
    this.#options = { refusals, samples, tokens, seed };
    this.#decoder = new Decoder(model, { slots: samples });
    this.#scorer = new TextScorer(model, { rows: Math.min(8, refusals.length) });
  }

  /**
   * The signs of doubt about the answer to a conversation. Where it is too long, its oldest turns are left out.
   *
   * @param messages ends with the question.
   */
  async read(messages: readonly Message[]): Promise<DoubtSigns> {
    const { refusals, samples, tokens, seed } = this.#options, prompt = this.#fit(messages), watch = new EntropyWatch();
    const scores = this.#scorer.endings(this.#refusals.map((refusal) => ({ ids: Uint32Array.of(...prompt, ...refusal), from: prompt.length })));
    const [greedy] = await finish(generateBatch(this.#model, [prompt], { temperature: 0, tokens, decoder: this.#decoder, stages: [() => watch.stage] }));
    const drawn = await finish(generateBatch(this.#model, Array.from({ length: samples }, () => prompt), { temperature: 1, tokens, seed, decoder: this.#decoder }));
    const answers = drawn.map((text) => text.trim()), most = Math.max(...scores);
    const pairs = answers.reduce((sum, a, i) => sum + answers.slice(i + 1).filter((b) => a !== b).length, 0);
    return {
      refusal: Math.max(LEAST, Math.min(0, most + math.log(scores.reduce((sum, score) => sum + math.exp(score - most), 0)))), entropy: watch.mean,
      disagreement: pairs / ((samples * (samples - 1)) / 2), reply: greedy!, refusing: refusals[scores.indexOf(most)]!,
    };
  }

  free(): void {
    this.#scorer.free();
    this.#decoder.free();
  }

  #fit(messages: readonly Message[]): Uint32Array {
    const { context } = this.#model.transformer.config, room = Math.max(Math.min(this.#options.tokens, Math.floor(context / 4)), ...this.#refusals.map(({ length }) => length));
    let left = [...messages];
    for (;;) {
      const { ids } = renderChat(this.#model.tokenizer, left, { reply: true });
      if (ids.length + room <= context) return ids;
      const oldest = left.findIndex(({ role }) => role !== 'system');
      if (left.length - oldest < 2) throw new OptionError('messages', `The question would be ${ids.length} tokens and its answer ${room}, but the context holds ${context}. Shorten it.`);
      left = left.filter((_, i) => i !== oldest);
    }
  }
}

/** The signs as the fit takes them. */
export const signsOf = ({ refusal, entropy, disagreement }: DoubtSigns): number[] => [refusal, entropy, disagreement];

/** The probability that a question has no answer that the model could know. */
export const doubtOf = ({ fit }: DoubtMeter, signs: DoubtSigns): number => probabilityOf(fit, signsOf(signs));

/**
 * Reads a doubt.json.
 *
 * @throws {FormatError} when it is none.
 */
export function parseDoubtMeter(json: string, name: string): DoubtMeter {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new FormatError(`${name} is not JSON. Measure the doubt again.`);
  }
  const { format, refusals, samples, tokens, seed, fit, threshold } = (value ?? {}) as Partial<Record<keyof DoubtMeter, unknown>>, numbers = (list: unknown): boolean => Array.isArray(list) && list.length === 3 && list.every(Number.isFinite);
  const { means, scales, weights, bias } = (fit ?? {}) as Partial<Record<keyof LogisticFit, unknown>>;
  const whole = format === 'inkling-doubt-1' && Array.isArray(refusals) && refusals.length > 0 && refusals.every((one) => typeof one === 'string')
    && [samples, tokens, seed].every(Number.isSafeInteger) && [threshold, bias].every(Number.isFinite) && [means, scales, weights].every(numbers);
  if (!whole) throw new FormatError(`${name} does not say how doubt is measured: it should have format "inkling-doubt-1", refusals, samples, tokens, seed, fit and threshold. Measure the doubt again.`);
  return value as DoubtMeter;
}

/** Looks at the distribution before each token is drawn, and changes nothing. */
class EntropyWatch {
  #sum = 0;
  #steps = 0;
  readonly stage: Stage = {
    name: 'entropy',
    apply: (logits) => {
      const all = logSum(logits);
      for (const logit of logits) {
        const logprob = logit - all;
        if (logprob > -40) this.#sum -= math.exp(logprob) * logprob;
      }
      this.#steps++;
    },
  };

  get mean(): number {
    return this.#sum / Math.max(1, this.#steps);
  }
}

async function finish(drawing: ReturnType<typeof generateBatch>): Promise<string[]> {
  for (;;) {
    const next = await drawing.next();
    if (next.done) return next.value.map(({ text }) => text);
  }
}
