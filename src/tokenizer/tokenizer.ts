// What every tokenizer can do, whatever its kind. All three kinds are lossless: decodeBytes(encode(x)) is x again.
import type { StreamDecoder } from './streamDecoder.ts';
import type { HuggingFaceJson } from './foreign/huggingFaceJson.ts';
import type { TokenizerJson } from './tokenizerJson.ts';

/** The special tokens of our chat form: beginning of a document, the three roles, end of a turn. */
export const DEFAULT_SPECIALS: readonly string[] = ['<|bos|>', '<|system|>', '<|user|>', '<|assistant|>', '<|end|>'];

/** How text is encoded. */
export interface EncodeOptions {
  /**
   * Names of special tokens that the text may contain. Without it `<|end|>` in a text is seven ordinary characters,
   * so nobody can end a turn or change a role by typing.
   */
  readonly specials?: 'all' | readonly string[];
}

/** The special token that a text begins with, and whether it always does or only where there is nothing else to begin with. */
export interface Opening {
  readonly token: number;
  readonly always: boolean;
}

/** Turns text into token ids from 0 to `size - 1` and back. */
export interface Tokenizer {
  /** `foreign`: read from other people's files; what it decodes may differ from what was encoded, where they normalize text. */
  readonly kind: 'chars' | 'words' | 'bpe' | 'foreign';
  /** Vocabulary size V: one more than the largest id. */
  readonly size: number;
  /** Special tokens by name, for example `'<|bos|>' -> 2043`. */
  readonly specials: ReadonlyMap<string, number>;
  /** What a text begins with; null if there is no token for that. */
  readonly opening: Opening | null;
  /** The ids of a text, or of any bytes. A lone surrogate in a string stands for its three WTF-8 bytes. */
  encode(text: string | Uint8Array, options?: EncodeOptions): Uint32Array;
  /** The text of some ids. Bytes that are not UTF-8 become U+FFFD; special tokens are shown as their names. */
  decode(ids: Iterable<number>): string;
  /** The bytes of some ids, exactly as they were encoded; special tokens give the bytes of their names. */
  decodeBytes(ids: Iterable<number>): Uint8Array;
  /** The bytes one token stands for; none for a special token. */
  bytesOf(id: number): Uint8Array;
  /** A token as reports show it: `·the`, `\n`, `<0xE4>`. */
  nameOf(id: number): string;
  /** Decodes token by token, holding back characters that are not yet whole. `previous`: the token before them. */
  stream(previous?: number): StreamDecoder;
  /** The content of a tokenizer.json that @huggingface/tokenizers reads with equal ids. */
  toJSON(): TokenizerJson | HuggingFaceJson;
  /** The vocabulary for human eyes: one line per token with id, name and origin. */
  toVocab(): string;
}
