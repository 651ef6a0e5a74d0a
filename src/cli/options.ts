// What an option may be, and how the words of a command line become checked values. Node's parser only cuts the words
// apart; everything that it would let pass in silence (unknown names, numbers that are none) is refused here by name.
import { parseArgs } from 'node:util';
import { closest } from '../errors.ts';
import { UsageError } from './usageError.ts';

interface Described {
  readonly summary: string;
  /** What help shows in place of the value: `FILE`, `N`. */
  readonly value?: string;
  readonly required?: boolean;
}

export interface Text extends Described { readonly kind: 'text' }
/** May be given several times. */
export interface List extends Described { readonly kind: 'list' }
export interface Flag extends Described { readonly kind: 'flag' }
export interface Choice<C extends string = string> extends Described { readonly kind: 'choice'; readonly choices: readonly C[] }
export interface Numeric extends Described {
  readonly kind: 'number';
  readonly whole: boolean;
  readonly least: number;
  readonly most: number;
  /** Whether `least` and `most` themselves are refused. */
  readonly open: readonly ('least' | 'most')[];
}
export type Option = Text | List | Flag | Choice | Numeric;
export type Options = Readonly<Record<string, Option>>;

type Value<O> = O extends Flag ? boolean
  : O extends Choice<infer C> ? C
    : O extends Numeric ? number
      : O extends List ? readonly string[] : string;
type Given<O> = O extends Flag | List | { readonly required: true } ? Value<O> : Value<O> | undefined;

/** The values of a command's options: undefined where an option was not given. */
export type Values<S extends Options> = { readonly [K in keyof S]: Given<S[K]> };

export const text = (value: string, summary: string): Text => ({ kind: 'text', value, summary });
export const requiredText = (value: string, summary: string): Text & { readonly required: true } => ({ kind: 'text', value, summary, required: true });
export const list = (value: string, summary: string): List => ({ kind: 'list', value, summary });
export const flag = (summary: string): Flag => ({ kind: 'flag', summary });
export const choice = <const C extends string>(choices: readonly C[], summary: string): Choice<C> => ({ kind: 'choice', choices, summary, value: choices.join('|') });
export const whole = (least: number, most: number, summary: string): Numeric => ({ kind: 'number', whole: true, least, most, open: [], summary, value: 'N' });
export const number = (least: number, most: number, summary: string, open: Numeric['open'] = []): Numeric => (
  { kind: 'number', whole: false, least, most, open, summary, value: 'X' });

/** Values of any options, by name. */
export type AnyValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface Parsed {
  readonly values: AnyValues;
  readonly words: readonly string[];
}

/**
 * Reads the words behind a command.
 *
 * @throws {UsageError} for an unknown option (with the nearest known one), a missing value, a value out of range, or an
 *   option that is given twice.
 * @example
 * parseOptions(['--lr', '0.001'], { lr: number(0, 100, 'learning rate') }).values; // { lr: 0.001 }
 */
export function parseOptions(argv: readonly string[], options: Options): Parsed {
  const { tokens } = parseArgs({
    args: [...argv], strict: false, allowPositionals: true, tokens: true,
    options: Object.fromEntries(Object.entries(options).map(([name, { kind }]) => [name, { type: kind === 'flag' ? 'boolean' as const : 'string' as const }])),
  });
  const values: Record<string, string | number | boolean | string[]> = {}, words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) && rawName.startsWith('--') ? options[name] : undefined;
    if (!option) throw new UsageError(unknown(rawName, name, Object.keys(options)));
    if (option.kind === 'list') {
      const already = values[name];
      values[name] = [...(Array.isArray(already) ? already : []), required(rawName, option, value, inlineValue)];
      continue;
    }
    if (Object.hasOwn(values, name)) throw new UsageError(`${rawName} is given twice. Give it once.`);
    if (option.kind === 'flag') {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value, but "${value}" was given. Write only ${rawName}, or leave it out.`);
      values[name] = true;
    } else {
      values[name] = check(rawName, option, required(rawName, option, value, inlineValue));
    }
  }
  for (const [name, option] of Object.entries(options)) {
    if (option.kind === 'flag') values[name] ??= false;
    if (option.kind === 'list') values[name] ??= [];
    if (option.required && !Object.hasOwn(values, name)) throw new UsageError(`--${name} ${option.value ?? ''} is missing: ${option.summary}.`);
  }
  return { values, words };
}

function required(rawName: string, option: Option, value: string | undefined, inline: boolean | undefined): string {
  if (value !== undefined && (inline || !value.startsWith('--'))) return value;
  const near = value === undefined ? '' : ` What follows is ${value}; if that is meant, write ${rawName}=${value}.`;
  throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value ?? 'VALUE'}.${near}`);
}

function check(rawName: string, option: Exclude<Option, Flag | List>, value: string): string | number {
  if (option.kind === 'text') return value;
  if (option.kind === 'choice') {
    if (option.choices.includes(value)) return value;
    const near = closest(value, option.choices);
    throw new UsageError(`${rawName} must be one of ${option.choices.join(', ')}, but it is "${value}".${near ? ` Did you mean ${near}?` : ''}`);
  }
  // Number('') is 0, which nobody means
  const n = value.trim() === '' ? NaN : Number(value);
  const { least, most, open } = option;
  const inside = (open.includes('least') ? n > least : n >= least) && (open.includes('most') ? n < most : n <= most);
  if (inside && Number.isFinite(n) && (!option.whole || Number.isSafeInteger(n))) return n;
  throw new UsageError(`${rawName} must be ${range(option)}, but it is ${value === '' ? 'empty' : value}.`);
}

function range({ whole: isWhole, least, most, open }: Numeric): string {
  const parts: string[] = [];
  if (least !== -Infinity) parts.push(open.includes('least') ? `above ${least}` : `of at least ${least}`);
  if (most !== Infinity && most < Number.MAX_SAFE_INTEGER) parts.push(open.includes('most') ? `below ${most}` : `at most ${most}`);
  return `a ${isWhole ? 'whole ' : ''}number ${parts.join(' and ')}`.trim();
}

function unknown(rawName: string, name: string, known: readonly string[]): string {
  const near = closest(name, known);
  return `Unknown option ${rawName}. ${near ? `Did you mean --${near}?` : 'Ask for --help to see what there is.'}`;
}
