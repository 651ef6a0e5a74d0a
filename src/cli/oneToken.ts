import type { Tokenizer } from '../tokenizer/index.ts';
import { UsageError } from './usageError.ts';

/**
 * The one token that a text is.
 *
 * @param option what messages call it.
 * @throws {UsageError} when it is none, or several.
 */
export function oneToken(tokenizer: Tokenizer, text: string, option: string): number {
  const ids = tokenizer.encode(text, { specials: 'all' });
  if (ids.length === 1) return ids[0]!;
  throw new UsageError(`--${option} must be one token, but "${text}" is ${ids.length}: ${[...ids].map((id) => `"${tokenizer.nameOf(id)}"`).join(' ')}. ${text.startsWith(' ') ? 'Give its first piece.' : `Words in the middle of a text begin with a space: --${option} " ${text}".`}`);
}
