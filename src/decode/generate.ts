// Predictions become text: draw a token, show it, feed it back, until there is a reason to end.
import { DataError, OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { type Message, renderChat, type Tokenizer } from '../tokenizer/index.ts';
import { Continuation, type Reason } from './continuation.ts';
import { prepareSampling } from './createSampler.ts';
import { Decoder } from './decoder.ts';
import type { Decision } from './filters/decision.ts';
import { type GenerateOptions, type GenerateSettings, generateSettings, requireLength } from './generateOptions.ts';
import { type Logprobs, logprobsOf } from './logprobs.ts';
import type { Trace } from './trace.ts';

/** What can be continued: a text, tokens as they are, or a conversation that the assistant answers. */
export type Prompt = string | Uint32Array | readonly Message[];

/** One drawn token. */
export interface Piece {
  /** Number of the prompt that it belongs to. */
  readonly index: number;
  /** -1 where filters left nothing to say. */
  readonly token: number;
  /**
   * What can be shown now. Characters that are not yet whole, and what may become a stop string, wait for the next
   * piece; special tokens have no text. The texts of all pieces make up the whole text.
   */
  readonly text: string;
  /** With the option `logprobs`. */
  readonly logprobs?: Logprobs;
  /** With the option `explain`: what each stage removed before this token was drawn. */
  readonly trace?: Trace;
}

export interface Generated {
  readonly text: string;
  /** The new tokens, without a special token at the end. */
  readonly tokens: readonly number[];
  readonly reason: Reason;
  /** New tokens of this sequence per second of computing, reading the prompt not counted. */
  readonly tokensPerSecond: number;
  /** How often the context was full and the text went on from the later half of it. */
  readonly slides: number;
  /** With the option `logprobs`: one entry for each of `tokens`. */
  readonly logprobs?: readonly Logprobs[];
  /** With the option `filter`: what it did, for which rule, and with which probability. */
  readonly decisions?: readonly Decision[];
  /** With the option `promptLogprobs`: one entry for each token of the prompt, null for the first. */
  readonly promptLogprobs?: readonly (Logprobs | null)[];
}

/** Sequences that are continued at the same time; further prompts wait until one has ended. */
const SIDE_BY_SIDE = 8;
/** Timers, signals and messages get their turn behind the first token, and then after this time again and again. */
const BREATH_MILLISECONDS = 25;

/**
 * Continues a prompt token by token. `break` ends it at any time. A special token that the model produces ends it too:
 * `<|bos|>` after a document, `<|end|>` after a reply.
 *
 * @returns behind the last piece: the whole text, its tokens, and why it ended.
 * @throws {OptionError} for an option that cannot work, or a prompt that is empty or longer than the context.
 * @throws {DataError} when the prompt cannot be encoded, or the model's logits are not numbers.
 * @throws the signal's reason, when it is aborted.
 * @example
 * for await (const { text } of generate(model, 'Once upon a', { tokens: 50, seed: 1 })) process.stdout.write(text);
 */
export async function* generate(model: SpeakingModel, prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<Piece, Generated, undefined> {
  const [generated] = yield* generateBatch(model, [prompt], options);
  return generated!;
}

/**
 * Continues several prompts side by side. Each has a random sequence of its own: the text of prompt number i is the
 * text that `generate` makes from it with `index: i`.
 *
 * @returns behind the last piece: one result for each prompt, in their order. See {@link generate} for errors.
 * @example
 * for await (const { index, text } of generateBatch(model, ['One day', 'The end'])) texts[index] += text;
 */
export async function* generateBatch(model: SpeakingModel, prompts: readonly Prompt[], options: GenerateOptions = {}): AsyncGenerator<Piece, Generated[], undefined> {
  const settings = generateSettings(options), { signal } = settings, sampling = prepareSampling(settings, model.tokenizer);
  requireLength(settings);
  if (!settings.addBos && prompts.length > 0 && !prompts.some((prompt) => typeof prompt === 'string')) throw new OptionError('addBos', 'addBos concerns prompts that are texts; tokens and conversations are taken as they are. Leave it out.');
  const all = prompts.map((prompt, i) =>
    new Continuation(model.tokenizer, encodePrompt(model.tokenizer, prompt, settings.addBos), settings, sampling(settings.index + i)));
  if (all.length === 0) return [];
  const longest = Math.max(...all.map(({ prompt }) => prompt.length)), { context } = model.transformer.config;
  const most = settings.decoder?.positions ?? context;
  if (longest > most) throw new OptionError('prompt', `The prompt has ${longest} tokens, but only ${most} fit. Shorten it, or use a model with a longer context.`);
  if (settings.decoder && settings.decoder.transformer !== model.transformer) throw new OptionError('decoder', 'This decoder belongs to another model. Make one with new Decoder(model).');
  if (settings.decoder && settings.promptLogprobs && !settings.decoder.everyRow) throw new OptionError('promptLogprobs', 'This decoder gives no logits in the middle of a prompt. Make it with new Decoder(model, { everyRow: true }).');
  const positions = settings.decoder?.positions ?? Math.min(context, longest + settings.tokens), sliding = settings.whenFull === 'slide';
  for (const { prompt } of all) settings.constraint?.compile(model.tokenizer).requireRoom(settings.tokens, sliding ? Infinity : positions - prompt.length + 1);
  signal?.throwIfAborted();

  const decoder = settings.decoder
    ?? new Decoder(model, { slots: Math.min(all.length, SIDE_BY_SIDE), positions, everyRow: settings.promptLogprobs, ...(settings.cache && { cache: settings.cache }) });
  const release = decoder.reserve();
  const waiting = [...all.keys()];
  /** By slot: the prompt that is being continued there. */
  const speaking: (number | undefined)[] = Array.from({ length: decoder.slots });
  const tokens = new Int32Array(decoder.slots).fill(-1);
  const began = all.map(() => 0), results: Generated[] = [];
  let computed = 0, breathed = -Infinity;
  try {
    for (;;) {
      for (let slot = 0; slot < decoder.slots && waiting.length > 0; slot++) {
        if (speaking[slot] !== undefined) continue;
        const index = waiting.shift()!;
        began[index] = computed;
        if (all[index]!.reason !== null) {
          results[index] = finished(all[index]!, 0, settings); // nothing can be said
          slot--;
          continue;
        }
        speaking[slot] = index;
        readPrompt(decoder, slot, all[index]!, settings, model.tokenizer);
      }
      for (let slot = 0; slot < decoder.slots; slot++) {
        const index = speaking[slot];
        if (index === undefined) continue;
        const one = all[index]!, from = performance.now();
        const room = decoder.positions - decoder.position(slot) + 1, full = room <= 1, slides = full && settings.whenFull === 'slide', shorter = full && !slides ? roomier(settings, one, decoder.positions) : null;
        const drawn = one.next(decoder.logits(slot), full && shorter === null && !slides, settings.whenFull === 'slide' ? Infinity : room);
        tokens[slot] = one.reason === null ? drawn.token : -1;
        if ((shorter || slides) && one.reason === null) {
          if (slides) one.slides++;
          decoder.prefill(slot, shorter ? [...shorter, ...one.tokens] : one.all.slice(-Math.max(1, Math.floor(decoder.positions / 2))));
          tokens[slot] = -1; // it has been read already
        }
        computed += performance.now() - from;
        if (one.reason !== null) {
          speaking[slot] = undefined;
          results[index] = finished(one, (computed - began[index]!) / 1000, settings);
        }
        yield { index, ...drawn };
        signal?.throwIfAborted();
      }
      if (tokens.some((token) => token >= 0)) {
        const from = performance.now();
        decoder.step(tokens);
        computed += performance.now() - from;
      } else if (waiting.length === 0 && speaking.every((index) => index === undefined)) {
        return results;
      }
      if (performance.now() - breathed > BREATH_MILLISECONDS) {
        await new Promise((resolve) => void setTimeout(resolve));
        signal?.throwIfAborted();
        breathed = performance.now();
      }
    }
  } finally {
    release();
    if (!settings.decoder) decoder.free();
  }
}

function finished(one: Continuation, seconds: number, { logprobs }: GenerateSettings): Generated {
  return {
    text: one.text, tokens: one.tokens, reason: one.reason!, slides: one.slides,
    tokensPerSecond: seconds > 0 ? one.tokens.length / seconds : 0,
    ...(logprobs !== undefined && { logprobs: one.logprobs }),
    ...(one.decisions && { decisions: one.decisions }),
    ...(one.promptLogprobs && { promptLogprobs: one.promptLogprobs }),
  };
}

function readPrompt(decoder: Decoder, slot: number, one: Continuation, { promptLogprobs, logprobs = 0 }: GenerateSettings, { size }: Tokenizer): void {
  const { prompt } = one;
  if (!promptLogprobs) {
    decoder.prefill(slot, prompt);
    return;
  }
  const found: (Logprobs | null)[] = (one.promptLogprobs = [null]);
  decoder.prefill(slot, prompt, (position, logits) => {
    if (position + 1 < prompt.length) found.push(logprobsOf(logits.subarray(0, size), prompt[position + 1]!, logprobs, null));
  });
}

/** A prompt that leaves room for what was said, the next token and one more; null if there is none. */
function roomier({ whenFull }: GenerateOptions, { tokens }: Continuation, positions: number): Uint32Array | null {
  const prompt = typeof whenFull === 'function' ? whenFull(tokens) : null;
  return prompt && prompt.length > 0 && prompt.length + tokens.length + 1 < positions ? prompt : null;
}

/** The tokens of a prompt. */
export function encodePrompt(tokenizer: Tokenizer, prompt: Prompt, addBos: boolean): Uint32Array {
  if (prompt instanceof Uint32Array) return prompt;
  if (typeof prompt !== 'string') {
    if (!Array.isArray(prompt)) throw new DataError('A prompt is a string, a Uint32Array of tokens, or a list of messages.');
    return renderChat(tokenizer, prompt, { reply: true }).ids;
  }
  const ids = tokenizer.encode(prompt), { opening } = tokenizer;
  if (addBos && opening && (opening.always || ids.length === 0)) return Uint32Array.of(opening.token, ...ids);
  if (ids.length === 0) throw new OptionError('prompt', 'The prompt is empty, and there is no <|bos|> to begin with. Give at least one character.');
  return ids;
}
