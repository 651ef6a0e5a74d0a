// How tokens are drawn, as options of a command line: one table, read by one function, used by every command that draws.
import { readFileSync } from 'node:fs';
import { allOf, type Constraint, containing, jsonSchema, oneOf, regex, type SamplingOptions, STAGE_NAMES, type StageName } from '../decode/index.ts';
import { closest, OptionError } from '../errors.ts';
import { choice, flag, list, number, text, type Values, whole } from './options.ts';
import { UsageError } from './usageError.ts';

export const samplingOptions = {
  temperature: number(0, 1000, '0: always the likeliest token; above 1: more adventurous (default 0.8)'),
  'dynatemp-range': number(0, 1000, 'the temperature moves by so much with the doubt of the model (default 0)'),
  'dynatemp-exponent': number(0, 100, 'how it follows the doubt (default 1)', ['least']),
  'top-k': whole(0, 1 << 21, 'draw from so many of the likeliest tokens only; 0 from all (default)'),
  'top-p': number(0, 1, 'draw from the likeliest tokens that together have this probability; 1 from all (default)', ['least']),
  'min-p': number(0, 1, 'draw from tokens at least this times as likely as the likeliest; 0 from all (default)'),
  'typical-p': number(0, 1, 'draw from the most typical tokens that together have this probability (default 1)', ['least']),
  'top-n-sigma': number(0, 1000, 'draw from tokens with logits so many standard deviations below the highest (default 0, off)'),
  'epsilon-cutoff': number(0, 1, 'draw from tokens of at least this probability (default 0)', ['most']),
  'eta-cutoff': number(0, 1, 'the same, lower where the model is in doubt (default 0)', ['most']),
  'xtc-probability': number(0, 1, 'how often the likeliest tokens are passed over (default 0)'),
  'xtc-threshold': number(0, 0.5, 'those of at least this probability, but for the last of them (default 0.1)', ['least']),
  'dry-multiplier': number(0, 1000, 'punishment for going on with a repetition (default 0, off; 0.8 is usual)'),
  'dry-base': number(1, 1000, 'by what it grows with each token (default 1.75)'),
  'dry-allowed-length': whole(0, 1e6, 'repetitions up to this length are not punished more (default 2)'),
  'dry-penalty-last-n': whole(-1, 1e9, 'how many of the last tokens are searched (default -1, all)'),
  'dry-breaker': list('TEXT', 'no repetition reaches across; several times (default line end, colon, quotation mark, asterisk)'),
  mirostat: choice(['0', '1', '2'], 'version 1 or 2 of a steady surprise (default 0, off)'),
  'mirostat-tau': number(0, 100, 'its target in bits per token (default 5)', ['least']),
  'mirostat-eta': number(0, 1, 'how fast it follows (default 0.1)', ['least']),
  'repeat-penalty': number(0, 1000, 'above 1: tokens that occurred become less likely (default 1)', ['least']),
  'frequency-penalty': number(-100, 100, 'the same for each time that they occurred (default 0)'),
  'presence-penalty': number(-100, 100, 'the same once (default 0)'),
  'penalty-last-n': whole(-1, 1e9, 'how many of the last tokens these three look at; -1 all (default 64)'),
  'no-repeat-ngram': whole(0, 1e6, 'no run of so many tokens comes twice (default 0, off)'),
  'logit-bias': list('TEXT=X', "make the tokens of a text likelier or less likely: 'yes=+3', 'no=-inf'; several times"),
  'bad-words': text('FILE', 'a file with one word in each line; none of them is said in its usual tokens'),
  'min-tokens': whole(0, 1e9, 'the text does not end by itself before (default 0)'),
  'forced-text': text('TEXT', 'what the continuation begins with'),
  regex: text('EXPR', 'the text must match, from beginning to end; several of these four must all hold'),
  'json-schema': text('FILE', 'the text is JSON that is valid by the schema in this file'),
  choice: list('TEXT', 'the text is one of these; several times'),
  contains: list('TEXT', 'the text contains this somewhere; several times: all of them'),
  stages: text('LIST', `another order, with commas (default: ${STAGE_NAMES.join(',')})`),
  logprobs: whole(0, 1000, 'tell of each token its log-probability, by the model and as drawn, and so many alternatives'),
  explain: flag('tell for each token the candidates, and which stage dropped others'),
};

/** Names that are not simply the same words: `--min-p` is minP. null: read below. */
const OTHERWISE: Readonly<Record<string, keyof SamplingOptions | null>> = { 'dry-breaker': 'dryBreakers', 'forced-text': 'forcedTokens', regex: null, 'json-schema': null, choice: null, contains: null };

const libraryName = (name: string): string => OTHERWISE[name] ?? name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const flags = new Map(Object.keys(samplingOptions).filter((name) => OTHERWISE[name] !== null).map((name) => [libraryName(name), `--${name}`]));

/**
 * An error of the library in the words of a command line. Names in quotation marks are names of stages.
 *
 * @example
 * inFlags('dryBase does nothing while dryMultiplier is off.'); // '--dry-base does nothing while --dry-multiplier is off.'
 */
export const inFlags = (message: string): string => message.replace(/(?<!["\w-])[a-z]+(?:[A-Z][a-zA-Z]*)+(?!["\w])/g, (name) => flags.get(name) ?? name)
  .replace(/^(temperature|mirostat|stages|logprobs) (?=must|lists|does|measures)/, '--$1 ');

/**
 * The sampling options among the values of a command.
 *
 * @throws {UsageError} for a bias that is none, a stage that does not exist, or a file that cannot be read.
 */
export function samplingFrom(values: Values<typeof samplingOptions>): SamplingOptions {
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(samplingOptions) as (keyof typeof samplingOptions)[]) {
    const value = values[name];
    if (OTHERWISE[name] === null || value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    found[libraryName(name)] = value;
  }
  if (values.mirostat !== undefined) found['mirostat'] = Number(values.mirostat);
  if (values['logit-bias'].length > 0) found['logitBias'] = values['logit-bias'].map(parseBias);
  if (values['bad-words'] !== undefined) found['badWords'] = linesOf(values['bad-words']);
  if (values.stages !== undefined) found['stages'] = values.stages.split(',').map((name) => parseStage(name.trim()));
  const constraints = constraintsFrom(values);
  if (constraints.length > 0) found['constraint'] = naming('--regex, --json-schema, --choice and --contains', () => allOf(constraints));
  return found as SamplingOptions;
}

function constraintsFrom({ regex: expression, 'json-schema': file, choice: answers, contains: words }: Values<typeof samplingOptions>): Constraint[] {
  const constraints: Constraint[] = [];
  if (expression !== undefined) constraints.push(naming('--regex', () => regex(expression)));
  if (file !== undefined) constraints.push(naming(`--json-schema ${file}`, () => jsonSchema(schemaIn(file))));
  if (answers.length > 0) constraints.push(naming('--choice', () => oneOf(answers)));
  if (words.length > 0) constraints.push(naming('--contains', () => containing(words)));
  return constraints;
}

/** What is wrong with a constraint is said with the name of its option. */
function naming<T>(option: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof OptionError ? new UsageError(`${option}: ${error.message}`) : error;
  }
}

function schemaIn(path: string): object {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`--json-schema ${path}: the file cannot be read. Check the path.`);
  }
  try {
    return JSON.parse(content) as object;
  } catch (error) {
    throw new UsageError(`--json-schema ${path}: the file is not JSON: ${(error as Error).message}.`);
  }
}

function parseBias(given: string): [string, number] {
  const at = given.lastIndexOf('='), number = given.slice(at + 1).trim();
  const bias = /^[+-]?inf$/i.test(number) ? -Infinity : number === '' ? NaN : Number(number);
  if (at < 1 || Number.isNaN(bias) || /^\+?inf$/i.test(number)) throw new UsageError(`--logit-bias must be TEXT=X, for example 'yes=+3' or 'no=-inf', but it is "${given}".`);
  return [given.slice(0, at), bias];
}

function parseStage(name: string): StageName {
  if ((STAGE_NAMES as readonly string[]).includes(name)) return name as StageName;
  const meant = closest(name, STAGE_NAMES);
  throw new UsageError(`--stages names "${name}", which is no stage. ${meant ? `Did you mean ${meant}?` : `There are ${STAGE_NAMES.join(', ')}.`}`);
}

function linesOf(path: string): string[] {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`--bad-words ${path}: the file cannot be read. Check the path.`);
  }
  const words = content.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (words.length === 0) throw new UsageError(`--bad-words ${path}: the file has no words. Write one in each line.`);
  return words;
}
