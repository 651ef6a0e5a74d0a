import { closest, OptionError } from '../errors.ts';
import { type CacheType, cacheTypes } from '../graph/index.ts';
import type { Constraint } from './constraints/constraint.ts';
import { Decoder } from './decoder.ts';
import type { ContentFilter } from './filters/contentFilter.ts';
import type { Stage } from './stage.ts';
import { STAGE_NAMES, type StageName } from './stageNames.ts';
import type { LogitBias } from './stages/logitBias.ts';

const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
const isWindow = (n: number): boolean => n === -1 || (isCount(n) && n > 0);
const isIds = (list: unknown): boolean => Array.isArray(list) && list.every(isCount);

/**
 * How tokens are drawn. Each stage is off unless an option switches it on; what it does stands beside the stage of the same
 * name. They are applied in the order of {@link STAGE_NAMES}.
 */
export interface SamplingOptions {
  /** Below 1 bolder about what is likely, above 1 more adventurous, 0 always the likeliest of the tokens that other options leave. Default 0.8. */
  readonly temperature?: number;
  /** The temperature moves by at most this with the model's doubt. Default 0. See {@link dynamicTemperature}. */
  readonly dynatempRange?: number;
  /** How it follows the doubt. Default 1. */
  readonly dynatempExponent?: number;
  /** Draw only from this many of the likeliest tokens; 0, the default, from all. */
  readonly topK?: number;
  /** Draw only from the likeliest tokens that together have this probability; 1, the default, from all. */
  readonly topP?: number;
  /** Draw only from tokens at least this many times as likely as the likeliest; 0, the default, from all. */
  readonly minP?: number;
  /** Draw only from the most typical tokens that together have this probability; 1, the default, from all. */
  readonly typicalP?: number;
  /** Draw only from tokens with logits at most this many standard deviations below the highest; 0, the default, from all. */
  readonly topNSigma?: number;
  /** Draw only from tokens of at least this probability; 0, the default, from all. */
  readonly epsilonCutoff?: number;
  /** The same with a bar that sinks with the model's doubt; 0, the default, from all. */
  readonly etaCutoff?: number;
  /** How often the likeliest tokens are passed over, from 0, the default, to 1. See {@link xtc}. */
  readonly xtcProbability?: number;
  /** Tokens of at least this probability, up to 0.5, are passed over then, except the least likely of them. Default 0.1. */
  readonly xtcThreshold?: number;
  /** Punishment for going on with a repetition; 0, the default, is none. See {@link dry}. */
  readonly dryMultiplier?: number;
  /** By what the punishment grows with each token of the repetition. Default 1.75. */
  readonly dryBase?: number;
  /** Repetitions up to this length are not punished more. Default 2. */
  readonly dryAllowedLength?: number;
  /** How many of the last tokens are searched; -1, the default, all. */
  readonly dryPenaltyLastN?: number;
  /** Texts that no repetition reaches across. Default line end, colon, quotation mark and asterisk. */
  readonly dryBreakers?: readonly string[];
  /** Version 1 or 2 of a steady surprise; 0, the default, is off. See {@link mirostat}. */
  readonly mirostat?: 0 | 1 | 2;
  /** Its target in bits per token. Default 5. */
  readonly mirostatTau?: number;
  /** How fast it follows. Default 0.1. */
  readonly mirostatEta?: number;
  /** Above 1 makes tokens less likely that occurred. Default 1, off. See {@link penalties}. */
  readonly repeatPenalty?: number;
  /** Taken off a logit each time that its token occurred. Default 0. */
  readonly frequencyPenalty?: number;
  /** Taken off a logit once if its token occurred. Default 0. */
  readonly presencePenalty?: number;
  /** How many of the last tokens these three look at; -1 all. Default 64, as in llama.cpp. */
  readonly penaltyLastN?: number;
  /** No run of so many tokens comes twice; 0, the default, is off. */
  readonly noRepeatNgram?: number;
  /** Added to logits: `[['yes', 2], [50256, -Infinity]]`. A text means all its tokens. */
  readonly logitBias?: LogitBias;
  /** Words, or sequences of tokens, that are not completed. */
  readonly badWords?: readonly (string | readonly number[])[];
  /** No special token ends the text before it has so many tokens. Default 0. */
  readonly minTokens?: number;
  /** What the text begins with. */
  readonly forcedTokens?: string | readonly number[];
  /** What the text must be as a whole: {@link regex}, {@link jsonSchema}, {@link oneOf}, {@link containing}. Default: anything. */
  readonly constraint?: Constraint | undefined;
  /** What must not be said, and what stands in its place. See {@link createFilter}. */
  readonly filter?: ContentFilter | undefined;
  /**
   * Another order, for example `['topK', 'topP', 'temperature']`; must list every stage that is switched on. A function
   * makes a stage of your own, anew for each sequence.
   */
  readonly stages?: readonly (StageName | ((index: number) => Stage))[] | undefined;
  /** Tell the log-probabilities of each token, and of so many of the likeliest alternatives. Default: do not. */
  readonly logprobs?: number | undefined;
  /** Tell of each token which stage removed what. Default false. */
  readonly explain?: boolean;
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
  /** How keys and values are kept: `f16` takes half of the memory, `int8` a quarter, both round them. Default `f32`, or as the given decoder does. */
  readonly cache?: CacheType | undefined;
  /** A decoder of this model to be used again, instead of a new one for this call alone. */
  readonly decoder?: Decoder | undefined;
  /** Tell the log-probabilities of the prompt's tokens too, with as many alternatives as `logprobs` says. Default false. */
  readonly promptLogprobs?: boolean;
  /**
   * 'slide': when the context is full, go on from the later half of it. Or a function, asked when the context is full: a shorter prompt to go on from with the tokens said so far, for example one without
   * the oldest turns, or null to end. Prompt and tokens are read anew then.
   */
  readonly whenFull?: 'slide' | ((said: readonly number[]) => Uint32Array | null) | undefined;
}

type Absent = 'constraint' | 'filter' | 'signal' | 'cache' | 'decoder' | 'whenFull' | 'stages' | 'logprobs';
export type GenerateSettings = Required<Omit<GenerateOptions, Absent>> & Pick<GenerateOptions, Absent>;

/** Each option: its default, whether a value is right, and what is right. */
const OPTIONS: { readonly [K in keyof GenerateSettings]-?: readonly [value: GenerateSettings[K], fits: (value: never) => boolean, rule: string] } = {
  tokens: [100, (n: number) => Number.isSafeInteger(n) && n >= 1, 'a whole number of at least 1'],
  temperature: [0.8, (n: number) => n >= 0 && n < Infinity, '0 (always the likeliest token) or more'],
  topK: [0, (n: number) => Number.isSafeInteger(n) && n >= 0, '0 (off) or a whole number of tokens to keep'],
  topP: [1, (n: number) => n > 0 && n <= 1, 'above 0 and at most 1 (1 is off)'],
  dynatempRange: [0, (n: number) => n >= 0 && n < Infinity, '0 (off) or more'],
  dynatempExponent: [1, (n: number) => n > 0 && n < Infinity, 'above 0'],
  minP: [0, (n: number) => n >= 0 && n <= 1, 'from 0 (off) to 1'],
  typicalP: [1, (n: number) => n > 0 && n <= 1, 'above 0 and at most 1 (1 is off)'],
  topNSigma: [0, (n: number) => n >= 0 && n < Infinity, '0 (off) or more'],
  epsilonCutoff: [0, (n: number) => n >= 0 && n < 1, '0 (off) or more, and below 1'],
  etaCutoff: [0, (n: number) => n >= 0 && n < 1, '0 (off) or more, and below 1'],
  xtcProbability: [0, (n: number) => n >= 0 && n <= 1, 'from 0 (off) to 1'],
  xtcThreshold: [0.1, (n: number) => n > 0 && n <= 0.5, 'above 0 and at most 0.5 (only one token can be likelier)'],
  dryMultiplier: [0, (n: number) => n >= 0 && n < Infinity, '0 (off) or more'],
  dryBase: [1.75, (n: number) => n >= 1 && n < Infinity, 'at least 1'],
  dryAllowedLength: [2, isCount, 'a whole number of at least 0'],
  dryPenaltyLastN: [-1, isWindow, '-1 (all tokens) or a whole number of at least 1'],
  dryBreakers: [['\n', ':', '"', '*'], (list: unknown) => Array.isArray(list) && list.every((s) => typeof s === 'string' && s !== ''), 'a list of strings, none of them empty'],
  mirostat: [0, (n: number) => n === 0 || n === 1 || n === 2, '0 (off), 1 or 2'],
  mirostatTau: [5, (n: number) => n > 0 && n < Infinity, 'above 0'],
  mirostatEta: [0.1, (n: number) => n > 0 && n <= 1, 'above 0 and at most 1'],
  repeatPenalty: [1, (n: number) => n > 0 && n < Infinity, 'above 0 (1 is off)'],
  frequencyPenalty: [0, (n: number) => Number.isFinite(n), 'a number (0 is off)'],
  presencePenalty: [0, (n: number) => Number.isFinite(n), 'a number (0 is off)'],
  penaltyLastN: [64, isWindow, '-1 (all tokens) or a whole number of at least 1'],
  noRepeatNgram: [0, isCount, '0 (off) or a whole number of tokens'],
  logitBias: [[], (list: unknown) => Array.isArray(list) && list.every((pair) => Array.isArray(pair) && (isCount(pair[0]) || (typeof pair[0] === 'string' && pair[0] !== '')) && typeof pair[1] === 'number' && pair[1] < Infinity), 'a list of [token or text, number], for example [["yes", 2], [7, -Infinity]]'],
  badWords: [[], (list: unknown) => Array.isArray(list) && list.every((word) => (typeof word === 'string' && word !== '') || (isIds(word) && word.length > 0)), 'a list of words or sequences of tokens, none of them empty'],
  minTokens: [0, isCount, 'a whole number of at least 0'],
  forcedTokens: [[], (list: unknown) => (typeof list === 'string' && list !== '') || isIds(list), 'a text that is not empty, or a list of tokens'],
  // by what it can do, not by its class, so that whoever has no constraints need not load what makes them
  constraint: [undefined, (c: unknown) => c === undefined || (typeof c === 'object' && c !== null && 'compile' in c && !(c instanceof RegExp)), 'made with regex(), jsonSchema(), oneOf(), containing() or allOf()'],
  filter: [undefined, (f: unknown) => f === undefined || (typeof f === 'object' && f !== null && 'gate' in f), 'made with createFilter({ … })'],
  stages: [undefined, (list: unknown) => list === undefined || Array.isArray(list), `a list of ${STAGE_NAMES.join(', ')}`],
  logprobs: [undefined, (n: unknown) => n === undefined || isCount(n), 'a whole number of alternatives, at least 0'],
  explain: [false, (b: unknown) => typeof b === 'boolean', 'true or false'],
  seed: [0, (n: number) => Number.isSafeInteger(n) && n >= 0, 'a whole number from 0 to 2^53 - 1'],
  index: [0, (n: number) => Number.isSafeInteger(n) && n >= 0, 'a whole number of at least 0'],
  stop: [[], (list: unknown) => Array.isArray(list) && list.every((s) => typeof s === 'string' && s !== ''), 'a list of strings, none of them empty'],
  signal: [undefined, (s: unknown) => s === undefined || s instanceof AbortSignal, 'an AbortSignal'],
  addBos: [true, (b: unknown) => typeof b === 'boolean', 'true or false'],
  promptLogprobs: [false, (b: unknown) => typeof b === 'boolean', 'true or false'],
  cache: [undefined, (type: unknown) => type === undefined || (cacheTypes as readonly unknown[]).includes(type), `one of ${cacheTypes.join(', ')}`],
  decoder: [undefined, (d: unknown) => d === undefined || d instanceof Decoder, 'made with new Decoder(model)'],
  whenFull: [undefined, (f: unknown) => f === undefined || f === 'slide' || typeof f === 'function', '"slide", or a function that gives a shorter prompt or null'],
};

/** What `beamSearch` understands besides. */
const SEARCHING: readonly string[] = ['beams', 'lengthPenalty', 'lengthOf', 'earlyStopping', 'returned', 'groups', 'diversityPenalty', 'sample'];

/**
 * Fills in the defaults.
 *
 * @throws {OptionError} for a value that cannot work or a name that is no option, with what to do.
 * @example
 * generateSettings({ topK: 40 }).temperature; // 0.8
 */
export function generateSettings(options: GenerateOptions): GenerateSettings {
  if (typeof options !== 'object' || options === null) throw new OptionError('options', `The options must be an object, for example { temperature: 0.8 }, but they are ${shown(options)}.`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(OPTIONS, name)) continue;
    if (SEARCHING.includes(name)) throw new OptionError(name, `There is no option "${name}" without a search. Use beamSearch, or in a Chat set beams too.`);
    const meant = closest(name, Object.keys(OPTIONS));
    throw new OptionError(name, `There is no option "${name}". ${meant ? `Did you mean "${meant}"?` : `There are ${Object.keys(OPTIONS).join(', ')}.`}`);
  }
  const chosen = Object.entries(OPTIONS).map(([name, [otherwise, fits, rule]]) => {
    const given: unknown = options[name as keyof GenerateOptions], value = given === undefined ? otherwise : given;
    // '0.5' >= 0 and true >= 0 hold too
    if ((typeof otherwise === 'number' && typeof value !== 'number') || !fits(value as never)) throw new OptionError(name, `${name} must be ${rule}, but it is ${shown(value)}.`);
    return [name, value];
  });
  const settings = Object.fromEntries(chosen) as GenerateSettings;
  requireCompany(settings);
  if (settings.decoder && settings.cache && settings.cache !== settings.decoder.cache) throw new OptionError('cache', `cache is ${settings.cache}, but the given decoder keeps ${settings.decoder.cache}. Make it with new Decoder(model, { cache: '${settings.cache}' }).`);
  for (const [i, entry] of (settings.stages ?? []).entries()) requireStage(entry, settings.stages!.slice(0, i));
  return settings;
}

/** What does nothing without another option: the options, the other one, and what it is when it is off. */
const COMPANY: readonly (readonly [options: readonly (keyof GenerateSettings)[], needed: readonly (keyof GenerateSettings)[], remedy: string])[] = [
  [['dynatempExponent'], ['dynatempRange'], 'Set dynatempRange above 0'],
  [['xtcThreshold'], ['xtcProbability'], 'Set xtcProbability above 0'],
  [['dryBase', 'dryAllowedLength', 'dryPenaltyLastN', 'dryBreakers'], ['dryMultiplier'], 'Set dryMultiplier above 0, for example 0.8'],
  [['mirostatTau', 'mirostatEta'], ['mirostat'], 'Set mirostat to 1 or 2'],
  [['penaltyLastN'], ['repeatPenalty', 'frequencyPenalty', 'presencePenalty'], 'Set repeatPenalty, frequencyPenalty or presencePenalty'],
];

function requireCompany(settings: GenerateSettings): void {
  for (const [options, needed, remedy] of COMPANY) {
    if (needed.some((name) => settings[name] !== OPTIONS[name][0])) continue;
    const alone = options.find((name) => settings[name] !== OPTIONS[name][0]);
    if (alone) throw new OptionError(alone, `${alone} does nothing while ${needed.join(', ')} ${needed.length > 1 ? 'are' : 'is'} off. ${remedy}, or leave ${alone} out.`);
  }
  if (settings.dynatempRange > 0 && settings.temperature === 0) throw new OptionError('dynatempRange', 'A temperature of 0 always takes the likeliest token, so dynatempRange does nothing. Set temperature above 0, or leave dynatempRange out.');
  if (settings.mirostat !== 0 && settings.temperature === 0) throw new OptionError('mirostat', 'A temperature of 0 always takes the likeliest token, so mirostat does nothing. Set temperature above 0, or leave mirostat out.');
}

/** What concerns the length of a text, and so not the drawing of one token. */
export function requireLength({ minTokens, tokens }: GenerateSettings): void {
  if (minTokens > tokens) throw new OptionError('minTokens', `minTokens is ${minTokens}, but tokens, the length at which a text ends in any case, is ${tokens}. Raise tokens, or lower minTokens.`);
}

function requireStage(entry: unknown, before: readonly unknown[]): void {
  if (typeof entry === 'function') return;
  if (!(STAGE_NAMES as readonly unknown[]).includes(entry)) {
    const meant = typeof entry === 'string' ? closest(entry, STAGE_NAMES) : null;
    throw new OptionError('stages', `stages names ${shown(entry)}, which is no stage. ${meant ? `Did you mean "${meant}"?` : `There are ${STAGE_NAMES.join(', ')}.`}`);
  }
  if (before.includes(entry)) throw new OptionError('stages', `stages lists ${shown(entry)} twice. List it once.`);
}

/** A value as errors show it. */
function shown(value: unknown): string {
  if (typeof value !== 'string' && !Array.isArray(value)) return String(value);
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' || (typeof one === 'number' && !Number.isFinite(one)) ? String(one) : one));
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
