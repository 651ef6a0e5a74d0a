// A text that may grow longer than the model's context: when the context is full, the model goes on from the later half
// of what it sees, as nanoGPT does. What was said before that is forgotten by the model, and the reader may be told;
// penalties and the like still know it.
import { Decoder, generate, type GenerateOptions, type Generated, type Piece } from '../decode/index.ts';
import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';

/** In `tokensPerSecond` the time for reading the prompt counts too. */
export type Continued = Generated;

/** The pieces of a text, each with what can be shown; all together are the text that is returned. */
export async function* continueText(model: SpeakingModel, prompt: string, options: GenerateOptions & { readonly tokens: number }): AsyncGenerator<Piece, Continued, undefined> {
  const ids = promptIds(model, prompt), { context } = model.transformer.config;
  const decoder = new Decoder(model, { positions: Math.min(context, ids.length + options.tokens), ...(options.cache && { cache: options.cache }) });
  try {
    const pieces = generate(model, ids, { ...options, decoder, whenFull: 'slide' });
    for (let seconds = 0; ;) {
      const began = performance.now(), next = await pieces.next();
      seconds += (performance.now() - began) / 1000;
      if (next.done) return { ...next.value, tokensPerSecond: seconds > 0 ? next.value.tokens.length / seconds : 0 };
      yield next.value;
    }
  } finally {
    decoder.free();
  }
}

/** A document begins with `<|bos|>`, or what other people's tokenizers open a text with. */
function promptIds({ tokenizer, transformer: { config } }: SpeakingModel, prompt: string): Uint32Array {
  const ids = [...tokenizer.encode(prompt)], { opening } = tokenizer;
  if (opening && (opening.always || ids.length === 0)) ids.unshift(opening.token);
  if (ids.length === 0) throw new OptionError('prompt', 'This model has no token for the beginning of a text, so it needs one: --prompt TEXT, at least one character.');
  if (ids.length > config.context) throw new OptionError('prompt', `--prompt has ${ids.length} tokens, but the context of the model holds ${config.context}. Shorten it.`);
  return Uint32Array.from(ids);
}
