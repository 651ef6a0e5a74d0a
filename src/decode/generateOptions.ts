import { closest, OptionError } from '../errors.ts';
import { Decoder } from './decoder.ts';

/** How tokens are drawn. The stages are applied in the order in which they stand here. */
export interface SamplingOptions {
  /** Below 1 bolder about what is likely, above 1 more adventurous, 0 always the likeliest token. Default 0.8. */
  readonly temperature?: number;
  /** Draw only from this many of the likeliest tokens; 0, the default, from all. */
  readonly topK?: number;
  /** Draw only from the likeliest tokens that together have this probability; 1, the default, from all. */
  readonly topP?: number;
  /** The same seed draws the same tokens, on every machine. Default 0. */
  readonly seed?: number;
  /** Which of the independent random sequences of this seed is used. Prompt number i of a batch uses `index + i`. Default 0. */
  readonly index?: number;
}

export interface GenerateOptions extends SamplingOptions {
  /** At most this many new tokens. Default 100. */
  readonly tokens?: number;
  /** The text ends before the first of these. */
  readonly stop?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Begin a prompt that is a string with `<|bos|>`, as training texts do, if the tokenizer has it. Default true. */
  readonly addBos?: boolean;
  /** A decoder of this model to be used again, instead of a new one for this call alone. */
  readonly decoder?: Decoder | undefined;
  /**
   * Asked when the context is full: a shorter prompt to go on from with the tokens said so far, for example one without
   * the oldest turns, or null to end. Prompt and tokens are read anew then.
   */
  readonly whenFull?: ((said: readonly number[]) => Uint32Array | null) | undefined;
}

type Absent = 'signal' | 'decoder' | 'whenFull';
export type GenerateSettings = Required<Omit<GenerateOptions, Absent>> & Pick<GenerateOptions, Absent>;

/** Each option: its default, whether a value is right, and what is right. */
const OPTIONS: { readonly [K in keyof GenerateSettings]-?: readonly [value: GenerateSettings[K], fits: (value: never) => boolean, rule: string] } = {
  tokens: [100, (n: number) => Number.isSafeInteger(n) && n >= 1, 'a whole number of at least 1'],
  temperature: [0.8, (n: number) => n >= 0 && n < Infinity, '0 (always the likeliest token) or more'],
  topK: [0, (n: number) => Number.isSafeInteger(n) && n >= 0, '0 (off) or a whole number of tokens to keep'],
  topP: [1, (n: number) => n > 0 && n <= 1, 'above 0 and at most 1 (1 is off)'],
  seed: [0, (n: number) => Number.isSafeInteger(n) && n >= 0, 'a whole number from 0 to 2^53 - 1'],
  index: [0, (n: number) => Number.isSafeInteger(n) && n >= 0, 'a whole number of at least 0'],
  stop: [[], (list: unknown) => Array.isArray(list) && list.every((s) => typeof s === 'string' && s !== ''), 'a list of strings, none of them empty'],
  signal: [undefined, (s: unknown) => s === undefined || s instanceof AbortSignal, 'an AbortSignal'],
  addBos: [true, (b: unknown) => typeof b === 'boolean', 'true or false'],
  decoder: [undefined, (d: unknown) => d === undefined || d instanceof Decoder, 'made with new Decoder(model)'],
  whenFull: [undefined, (f: unknown) => f === undefined || typeof f === 'function', 'a function that gives a shorter prompt, or null'],
};

/**
 * Fills in the defaults.
 *
 * @throws {OptionError} for a value that cannot work or a name that is no option, with what to do.
 * @example
 * generateSettings({ topK: 40 }).temperature; // 0.8
 */
export function generateSettings(options: GenerateOptions): GenerateSettings {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(OPTIONS, name)) continue;
    const meant = closest(name, Object.keys(OPTIONS));
    throw new OptionError(name, `There is no option "${name}". ${meant ? `Did you mean "${meant}"?` : `There are ${Object.keys(OPTIONS).join(', ')}.`}`);
  }
  const chosen = Object.entries(OPTIONS).map(([name, [otherwise, fits, rule]]) => {
    const value: unknown = options[name as keyof GenerateOptions] ?? otherwise;
    if (!fits(value as never)) throw new OptionError(name, `${name} must be ${rule}, but it is ${shown(value)}.`);
    return [name, value];
  });
  return Object.fromEntries(chosen) as GenerateSettings;
}

const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : JSON.stringify(value) ?? String(value));
