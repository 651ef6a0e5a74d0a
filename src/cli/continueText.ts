// A text that may grow longer than the model's context: when the context is full, the model goes on from the later half
// of what it sees, as nanoGPT does. What was said before that is forgotten, and the reader may be told.
import { Decoder, generate, type Reason, StopStrings } from '../decode/index.ts';
import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';

export interface ContinueOptions {
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  /** Number of the text: each has random numbers of its own. */
  readonly index: number;
  readonly stop: readonly string[];
}

export interface Continued {
  readonly text: string;
  readonly tokens: number;
  /** The time for reading the prompt counts too. */
  readonly tokensPerSecond: number;
  readonly reason: Exclude<Reason, 'context'>;
  /** How often the context was full. */
  readonly slides: number;
}

/** Random numbers of the k-th context of a text lie this far from those of the first. */
const APART = 2 ** 20;

/** Yields pieces of text that can be shown; all together are the text that is returned. */
export async function* continueText(model: SpeakingModel, prompt: string, { tokens, stop, index, ...sampling }: ContinueOptions): AsyncGenerator<string, Continued, undefined> {
  const { tokenizer, transformer: { config } } = model, specials = new Set(tokenizer.specials.values());
  const characters = tokenizer.stream(), stops = new StopStrings(stop), said: number[] = promptIds(model, prompt), before = said.length;
  const decoder = new Decoder(model, { positions: Math.min(config.context, before + tokens) });
  let text = '', seconds = 0, reason = 'context' as Reason, slides = 0;
  try {
    for (; reason === 'context'; slides++) {
      const from = slides === 0 ? 0 : said.length - Math.max(1, Math.floor(config.context / 2));
      const pieces = generate(model, Uint32Array.from(said.slice(from)), { ...sampling, tokens: tokens - (said.length - before), index: index + slides * APART, decoder });
      for (;;) {
        const began = performance.now(), next = await pieces.next();
        seconds += (performance.now() - began) / 1000;
        if (next.done) {
          reason = next.value.reason;
          break;
        }
        if (specials.has(next.value.token)) continue;
        said.push(next.value.token);
        const shown = stops.push(characters.push(next.value.token));
        text += shown;
        if (shown) yield shown;
        if (stops.found === null) continue;
        await pieces.return(undefined as never);
        reason = 'stop';
        break;
      }
    }
  } finally {
    decoder.free();
  }
  if (reason !== 'stop') {
    const rest = stops.push(characters.end()) + stops.end();
    text += rest;
    if (rest) yield rest;
  }
  const count = said.length - before;
  return { text, tokens: count, tokensPerSecond: seconds > 0 ? count / seconds : 0, reason, slides: slides - 1 };
}

/** A document begins with `<|bos|>`, where the tokenizer has it. */
function promptIds({ tokenizer, transformer: { config } }: SpeakingModel, prompt: string): number[] {
  const ids = [...tokenizer.encode(prompt)], bos = tokenizer.specials.get('<|bos|>');
  if (bos !== undefined) ids.unshift(bos);
  if (ids.length === 0) throw new OptionError('prompt', 'This model has no token for the beginning of a text, so it needs one: --prompt TEXT, at least one character.');
  if (ids.length > config.context) throw new OptionError('prompt', `--prompt has ${ids.length} tokens, but the context of the model holds ${config.context}. Shorten it.`);
  return ids;
}
