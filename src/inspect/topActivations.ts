// What makes a neuron fire? The places of a corpus where its number is largest.
import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { TextReader } from './textReader.ts';

/** A place in the texts, and the number there. */
export interface Activation {
  /** Which text, from 0. */
  readonly text: number;
  /** Which token of it, from 0. */
  readonly position: number;
  readonly value: number;
  readonly token: number;
  /** The tokens around it, and where among them it stands. */
  readonly around: Uint32Array;
  readonly at: number;
}

export interface TopActivationsOptions {
  /** A query for one tensor with a row for each token; `blocks.0.mlp.hidden` unless told. */
  readonly tensor?: string;
  /** How many places; 10 unless told. */
  readonly count?: number;
  /** Tokens on either side that are told; 8 unless told. */
  readonly around?: number;
}

/** Rows that are read at once. */
const ROWS = 8;

/**
 * The places where a neuron's number is largest, of equals the earlier one first. Texts longer than the context are cut
 * into pieces of it.
 *
 * @param neuron column of the tensor, from 0.
 * @throws {OptionError} when there is no such tensor or column.
 * @example
 * topActivations(model, texts, 17)[0]; // { text: 4, position: 31, value: 5.2, token: 613, … }
 */
export function topActivations(model: SpeakingModel, texts: Iterable<string | ArrayLike<number>>, neuron: number, { tensor = 'blocks.0.mlp.hidden', count = 10, around = 8 }: TopActivationsOptions = {}): Activation[] {
  if (!Number.isSafeInteger(count) || count < 1) throw new OptionError('count', `count must be a whole number of at least 1, but it is ${count}.`);
  const { context } = model.transformer.config, reader = new TextReader(model, { rows: ROWS, watch: [tensor] }), name = reader.names[0]!;
  const best: Activation[] = [];
  let waiting: { text: number; from: number; ids: Uint32Array; piece: Uint32Array }[] = [];
  const read = (): void => {
    reader.run(waiting.map(({ piece }) => piece));
    const { shape, numbers } = reader.read(name), width = shape.at(-1)!;
    if (!Number.isInteger(neuron) || neuron < 0 || neuron >= width) throw new OptionError('neuron', `${name} has columns 0 to ${width - 1}, but ${neuron} was asked for.`);
    waiting.forEach(({ text, from, ids, piece }, s) => {
      for (let t = 0; t < piece.length; t++) {
        const value = numbers[(s * context + t) * width + neuron]!;
        if (best.length === count && !(value > best.at(-1)!.value)) continue;
        const position = from + t, begin = Math.max(0, position - around);
        const place = best.findIndex((other) => value > other.value);
        best.splice(place < 0 ? best.length : place, 0, { text, position, value, token: piece[t]!, around: ids.slice(begin, position + around + 1), at: position - begin });
        if (best.length > count) best.pop();
      }
    });
    waiting = [];
  };
  try {
    if (reader.names.length > 1) throw new OptionError('tensor', `tensor must be one, but "${tensor}" means ${reader.names.join(', ')}.`);
    let number = 0;
    for (const text of texts) {
      const ids = typeof text === 'string' ? model.tokenizer.encode(text) : Uint32Array.from(text);
      for (let from = 0; from < ids.length; from += context) {
        waiting.push({ text: number, from, ids, piece: ids.subarray(from, from + context) });
        if (waiting.length === ROWS) read();
      }
      number++;
    }
    if (waiting.length > 0) read();
    return best;
  } finally {
    reader.free();
  }
}
