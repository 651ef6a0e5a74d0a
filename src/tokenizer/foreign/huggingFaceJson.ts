// The tokenizer.json of other people, as far as its meaning is known here: https://huggingface.co/docs/tokenizers.
// Text goes through a normalizer, is cut by a pre-tokenizer, and each piece is looked up by a model. What is not
// listed below is refused by name, because a tokenizer that is read halfway gives wrong ids in silence.
import { FormatError } from '../../errors.ts';

/** A step or model: what it is, and fields of its own. */
export interface JsonStep {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** The content of a tokenizer.json by others, or made from other people's vocabularies. */
export interface HuggingFaceJson {
  readonly version?: string;
  readonly truncation?: unknown;
  readonly padding?: unknown;
  readonly added_tokens: readonly AddedTokenJson[];
  readonly normalizer: JsonStep | null;
  readonly pre_tokenizer: JsonStep | null;
  readonly post_processor: JsonStep | null;
  readonly decoder: JsonStep | null;
  readonly model: JsonStep;
}

/** Ids must stay below this. */
export const MOST_IDS = 1 << 21;

/** A tokenizer.json that cannot be used, and why. */
export function wrong(field: string, expected: string, value: unknown): FormatError {
  const shown = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
  return new FormatError(`tokenizer.json: ${field} must be ${expected}, but it is ${shown}.`);
}

export function object(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(field, 'an object', value);
  return value as Record<string, unknown>;
}

export const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0 && (id as number) < MOST_IDS;

/** A step, or null where there is none. */
export function stepOrNull(value: unknown, field: string): JsonStep | null {
  if (value === undefined || value === null) return null;
  const step = object(value, field);
  if (typeof step['type'] !== 'string') throw wrong(`${field}.type`, 'a name', step['type']);
  return step as unknown as JsonStep;
}

/** The steps of a Sequence, one after the other; a single step is a list of one. */
export function stepsOf(value: unknown, field: string, list: string, depth = 0): [JsonStep, string][] {
  const step = stepOrNull(value, field);
  if (!step) return [];
  if (step.type !== 'Sequence') return [[step, field]];
  const steps = step[list];
  if (!Array.isArray(steps) || depth > 4) throw wrong(`${field}.${list}`, 'a list of steps', steps);
  return steps.flatMap((inner, i) => stepsOf(inner, `${field}.${list}[${i}]`, list, depth + 1));
}

export function flagOf(step: Readonly<Record<string, unknown>>, name: string, field: string, otherwise: boolean): boolean {
  const value = step[name] ?? otherwise;
  if (typeof value !== 'boolean') throw wrong(`${field}.${name}`, 'true or false', value);
  return value;
}

export function textOf(step: Readonly<Record<string, unknown>>, name: string, field: string, otherwise?: string): string {
  const value = step[name] ?? otherwise;
  if (typeof value !== 'string') throw wrong(`${field}.${name}`, 'a text', value);
  return value;
}

/** Added tokens in the order of the file. */
export function readAdded(list: unknown): AddedTokenJson[] {
  if (!Array.isArray(list)) throw wrong('added_tokens', 'a list', list);
  const seen = new Set<string>();
  return list.map((item, i) => {
    const field = `added_tokens[${i}]`, token = object(item, field), { id, content } = token;
    if (typeof content !== 'string' || content === '' || seen.has(content)) throw wrong(`${field}.content`, 'a name of its own', content);
    if (!isId(id)) throw wrong(`${field}.id`, `a whole number below ${MOST_IDS}`, id);
    seen.add(content);
    const special = flagOf(token, 'special', field, false);
    return {
      id, content, special,
      single_word: flagOf(token, 'single_word', field, false), lstrip: flagOf(token, 'lstrip', field, false), rstrip: flagOf(token, 'rstrip', field, false),
      normalized: flagOf(token, 'normalized', field, !special),
    };
  });
}
