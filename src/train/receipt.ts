// The receipt of a run: everything that decided its weights, and what the weights were on the way. Whoever has the same
// data can replay the run and compare, bit for bit.
import { type Build, builds } from '../engine/index.ts';
import { FormatError } from '../errors.ts';
import { transformerConfig, type TransformerConfig } from '../models/index.ts';
import { checkRecipe } from './recipe.ts';
import type { PretrainRecipe } from './recipes.ts';
import type { WeightHash } from './train.ts';

export interface Receipt {
  /** Version of this library. */
  readonly version: string;
  /** Kernels. Only the exact build promises the same bits elsewhere. */
  readonly build: Build;
  readonly kind: 'pretrain' | 'finetune';
  readonly config: TransformerConfig;
  readonly recipe: PretrainRecipe;
  /** `sha256` is of the file tokenizer.json; `kind` and `vocab` train it again, if it was trained on the data. */
  readonly tokenizer: { readonly sha256: string; readonly kind: string; readonly vocab: number; readonly trained: boolean };
  /** `hash` is over the tokens that were learned from, their masks and the beginnings of documents. */
  readonly data: { readonly name: string; readonly hash: string; readonly validation: number; readonly megabytes?: number; readonly language?: string };
  /** Of fine-tuning: the weights that it began with. */
  readonly base: { readonly name: string; readonly sha256: string } | null;
  readonly seed: number;
  /** Steps that were asked for; the learning rate depends on it. */
  readonly steps: number;
  /** SHA-256 over all weights after some steps. */
  readonly hashes: readonly WeightHash[];
  readonly result: {
    readonly step: number;
    readonly reason: string;
    readonly natsPerToken: number | null;
    readonly bitsPerByte: number | null;
    readonly seconds: number;
  };
}

/** A receipt as the text of a file. */
export const writeReceipt = (receipt: Receipt): string => `${JSON.stringify({ format, ...receipt }, null, 2)}\n`;

const format = 'inkling-receipt-1';

/**
 * Reads what {@link writeReceipt} wrote.
 *
 * @param name what messages call the file.
 * @throws {FormatError} naming the first field that is missing or is no such thing.
 * @example
 * parseReceipt(await readFile('runs/first/receipt.json', 'utf8')).hashes.at(-1); // { step: 2000, sha256: '…' }
 */
export function parseReceipt(json: string, name = 'receipt.json'): Receipt {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new FormatError(`${name} is not JSON, or is cut short.`);
  }
  const fail = (field: string, expected: string, found: unknown): never => {
    throw new FormatError(`${name}: ${field} must be ${expected}, but it is ${JSON.stringify(found)?.slice(0, 60) ?? 'missing'}. It is damaged, or no receipt of this library.`);
  };
  const object = (field: string, found: unknown): Readonly<Record<string, unknown>> => (
    typeof found === 'object' && found !== null && !Array.isArray(found) ? found as Readonly<Record<string, unknown>> : fail(field, 'an object', found));
  const text = (field: string, found: unknown): void => void (typeof found === 'string' || fail(field, 'text', found));
  const whole = (field: string, found: unknown, least: number): void => void ((Number.isSafeInteger(found) && (found as number) >= least) || fail(field, `a whole number of at least ${least}`, found));
  const hash = (field: string, found: unknown): void => void ((typeof found === 'string' && /^[0-9a-f]{64}$/.test(found)) || fail(field, 'a SHA-256 of 64 hexadecimal digits', found));
  const oneOf = (field: string, found: unknown, known: readonly string[]): void => void (known.includes(found as string) || fail(field, known.map((word) => `"${word}"`).join(' or '), found));

  const root = object('the file', value);
  oneOf('format', root['format'], [format]);
  text('version', root['version']);
  oneOf('build', root['build'], builds);
  oneOf('kind', root['kind'], ['pretrain', 'finetune']);
  whole('seed', root['seed'], 0);
  whole('steps', root['steps'], 1);
  const tokenizer = object('tokenizer', root['tokenizer']), data = object('data', root['data']), result = object('result', root['result']);
  hash('tokenizer.sha256', tokenizer['sha256']);
  text('tokenizer.kind', tokenizer['kind']);
  whole('tokenizer.vocab', tokenizer['vocab'], 0);
  text('data.name', data['name']);
  hash('data.hash', data['hash']);
  if (!((data['validation'] as number) >= 0 && (data['validation'] as number) < 1)) fail('data.validation', 'a share from 0 to below 1', data['validation']);
  whole('result.step', result['step'], 0);
  if (root['base'] !== null) hash('base.sha256', object('base', root['base'])['sha256']);
  const recipe = object('recipe', root['recipe']);
  oneOf('recipe.rowsFrom', recipe['rowsFrom'], ['random', 'shuffled', 'packed']);
  const hashes = Array.isArray(root['hashes']) ? root['hashes'] as unknown[] : fail('hashes', 'a list', root['hashes']);
  hashes.forEach((entry, i) => {
    const each = object(`hashes[${i}]`, entry);
    whole(`hashes[${i}].step`, each['step'], 1);
    hash(`hashes[${i}].sha256`, each['sha256']);
  });
  // every field has been looked at: from here on it is a receipt
  const receipt = value as Receipt;
  try {
    checkRecipe(receipt.recipe);
    return { ...receipt, config: transformerConfig(object('config', root['config']) as unknown as TransformerConfig) };
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
