import { FormatError } from '../../errors.ts';
import { parseTokenizer } from '../parseTokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { TokenizerJson } from '../tokenizerJson.ts';
import { ForeignTokenizer, isForeign } from './foreignTokenizer.ts';
import type { HuggingFaceJson } from './huggingFaceJson.ts';

/**
 * Reads a tokenizer.json: of any kind that toJSON wrote, or of other people: byte-level BPE, BPE with metaspaces and bytes
 * for what is not in the vocabulary, and unigram models, with their normalizers, pre-tokenizers and added tokens.
 *
 * @param json the text of a tokenizer.json, or its content.
 * @throws {FormatError} naming the first field that is missing, damaged or asks for something that is not known here.
 * @example
 * parseAnyTokenizer(await readFile('tokenizer.json', 'utf8')).encode('the cat');
 */
export function parseAnyTokenizer(json: string | TokenizerJson | HuggingFaceJson): Tokenizer {
  let root: unknown = json;
  if (typeof json === 'string') {
    try {
      root = JSON.parse(json);
    } catch (error) {
      throw new FormatError(`tokenizer.json is not JSON, or is cut short: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  const foreign = typeof root === 'object' && root !== null && !Array.isArray(root) && isForeign(root as Record<string, unknown>);
  return foreign ? new ForeignTokenizer(root) : parseTokenizer(root as TokenizerJson);
}
