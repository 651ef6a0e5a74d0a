import type { Tokenizer } from '../tokenizer/index.ts';
import type { ContentFilter } from './filters/contentFilter.ts';
import { type Decision, decisionOf, textBefore } from './filters/decision.ts';
import type { TextGate } from './filters/textGate.ts';
import type { GenerateSettings } from './generateOptions.ts';
import type { Logprobs } from './logprobs.ts';
import { BLOCKED, type Sampler } from './sampler.ts';
import { StopStrings } from './stopStrings.ts';
import type { Trace } from './trace.ts';

/**
 * Why a text ended: enough tokens, a stop string, a special token of the model's or nothing that could follow, no more room
 * in the context, or a filter that left nothing to say.
 */
export type Reason = 'length' | 'stop' | 'end' | 'context' | 'blocked';

/** One sequence on its way: draws its tokens, turns them into text that can be shown, and knows when to end. */
export class Continuation {
  /** What it goes on from. */
  readonly prompt: Uint32Array;
  /** The tokens so far, without the special token at the end. */
  readonly tokens: number[] = [];
  /** The text so far: what was shown. */
  text = '';
  /** By token, if log-probabilities were asked for. */
  readonly logprobs: Logprobs[] = [];
  /** The same of the prompt, if asked for; nothing stands before its first token. */
  promptLogprobs: (Logprobs | null)[] | null = null;
  /** How often the context was full and the text went on without its beginning. */
  slides = 0;
  /** null as long as it goes on. */
  reason: Reason | null = null;
  readonly #tokenizer: Tokenizer;
  /** What the stages are told: prompt and tokens as one array. */
  readonly #situation: { readonly tokens: number[]; readonly prompt: number; left: number };
  readonly #sampler: Sampler;
  readonly #characters: ReturnType<Tokenizer['stream']>;
  readonly #stops: StopStrings;
  readonly #special: ReadonlySet<number>;
  readonly #filter: ContentFilter | undefined;
  readonly #gate: TextGate | null;
  /** Of the gate. */
  readonly #hidden: Decision[] = [];
  /** How many tokens may still be drawn, whatever the room. */
  #left: number;

  constructor(tokenizer: Tokenizer, prompt: Uint32Array, settings: GenerateSettings, sampler: Sampler) {
    this.prompt = prompt;
    this.#tokenizer = tokenizer;
    this.#left = settings.tokens;
    this.#situation = { tokens: [...prompt], prompt: prompt.length, left: settings.tokens };
    this.#sampler = sampler;
    this.#characters = tokenizer.stream(prompt.at(-1));
    this.#stops = new StopStrings(settings.stop);
    this.#special = new Set(tokenizer.specials.values());
    this.#filter = settings.filter;
    this.#gate = settings.filter?.gate(textBefore(tokenizer, prompt)) ?? null;
    if (sampler.done(this.#situation)) this.reason = 'end';
  }

  /** What filters did; undefined without one. */
  get decisions(): readonly Decision[] | undefined {
    return this.#filter && [...this.#sampler.stages.flatMap(({ decisions = [] }) => decisions), ...this.#hidden];
  }

  /** Prompt and tokens so far. */
  get all(): readonly number[] {
    return this.#situation.tokens;
  }

  /**
   * Draws the next token.
   *
   * @param full no further token fits behind this one.
   * @param room how many tokens fit for certain, this one included.
   * @returns the token, the text that can be shown now, and what was asked for besides. When filters leave nothing, the token
   *   is -1.
   */
  next(logits: Float32Array, full: boolean, room = full ? 1 : Infinity): { token: number; text: string; logprobs?: Logprobs; trace?: Trace } {
    const situation = this.#situation;
    situation.left = Math.min(this.#left, room);
    const token = this.#sampler.draw(logits, situation, this.#tokenizer.size);
    const { logprobs, trace } = this.#sampler;
    let text = '';
    if (token === BLOCKED || this.#special.has(token)) {
      this.reason = token === BLOCKED ? 'blocked' : 'end';
    } else {
      this.tokens.push(token);
      situation.tokens.push(token);
      situation.left--;
      this.#left--;
      if (logprobs) this.logprobs.push(logprobs);
      text = this.#pass(this.#stops.push(this.#characters.push(token)));
      if (this.#gate?.found) this.reason = 'blocked';
      else if (this.#stops.found !== null) this.reason = 'stop';
      else if (this.#sampler.done(situation)) this.reason = 'end';
      else if (this.#left <= 0) this.reason = 'length';
      else if (full) this.reason = 'context';
    }
    if (this.reason !== null && this.reason !== 'stop') text += this.#pass(this.#stops.push(this.#characters.end()) + this.#stops.end());
    if (this.reason !== null && this.#filter) text += this.#close(this.#filter, text, token);
    this.text += text;
    return { token, text, ...(logprobs && { logprobs }), ...(trace && { trace }) };
  }

  #pass(text: string): string {
    return this.#gate ? this.#gate.push(text) : text;
  }

  /** The text is over: what was held back for a filter, or what stands in its place. */
  #close(filter: ContentFilter, shown: string, token: number): string {
    const rest = this.#gate!.end(), { found } = this.#gate!;
    if (found) {
      this.reason = 'blocked';
      this.#hidden.push(decisionOf(found, 'hold', this.#sampler.probabilityOf(token), this.tokens.length - (this.tokens.at(-1) === token ? 1 : 0)));
    }
    return rest + (this.reason === 'blocked' ? filter.refusalBehind(this.text + shown + rest) : '');
  }
}
