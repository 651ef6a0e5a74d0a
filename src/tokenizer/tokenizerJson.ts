// The shape of the tokenizer.json that we write, the same for all three kinds: text is cut by a regular expression, each
// piece becomes its bytes, and bytes are merged (bpe) or the piece is looked up as a whole (ignore_merges: chars, words).
// Format: https://huggingface.co/docs/tokenizers, as @huggingface/tokenizers reads it.
import { toLetters } from './byteAlphabet.ts';

/** A special token. */
export interface AddedToken {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

/** The content of a tokenizer.json. */
export interface TokenizerJson {
  version: '1.0';
  truncation: null;
  padding: null;
  added_tokens: AddedToken[];
  normalizer: null;
  pre_tokenizer: {
    type: 'Sequence';
    pretokenizers: [
      { type: 'Split'; pattern: { Regex: string }; behavior: 'Isolated'; invert: false },
      { type: 'ByteLevel'; add_prefix_space: false; trim_offsets: true; use_regex: false },
    ];
  };
  post_processor: null;
  decoder: { type: 'ByteLevel'; add_prefix_space: true; trim_offsets: true; use_regex: true };
  model: {
    type: 'BPE';
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: false;
    byte_fallback: false;
    ignore_merges: boolean;
    vocab: Record<string, number>;
    merges: string[];
  };
}

/** What a tokenizer is made of, as tokenizerJson writes it. */
export interface TokenizerParts {
  /** The splitting pattern in the dialect of tokenizer.json. */
  readonly source: string;
  /** Bytes by id; empty for special and unused ids. */
  readonly tokens: readonly Uint8Array[];
  readonly specials: ReadonlyMap<string, number>;
  /** Pairs of ids, best first. */
  readonly merges: readonly (readonly [left: number, right: number])[];
  /** Whether a piece of text that is a token as a whole is taken without merging. */
  readonly wholePieces: boolean;
}

/** Writes a tokenizer.json. Special tokens also stand in the vocabulary, so that every reader gives them these ids. */
export function tokenizerJson({ source, tokens, specials, merges, wholePieces }: TokenizerParts): TokenizerJson {
  const spelled = tokens.map(toLetters);
  const entries = spelled.map((letters, id) => [letters, id] as const).filter(([letters]) => letters !== '');
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...specials].map(([content, id]) => ({
      id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: source }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: wholePieces,
      // fromEntries and not assignment: a token may be called __proto__
      vocab: Object.fromEntries([...entries, ...specials]),
      merges: merges.map(([left, right]) => `${spelled[left]!} ${spelled[right]!}`),
    },
  };
}
