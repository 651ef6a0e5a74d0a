// Chapter 2 in the worker: a tokenizer that is trained here and now, and how it cuts a text.
import { type Bpe, BpeCounter, createWorld } from '../../index.ts';

/** A token as a chip shows it. */
export interface Chip {
  readonly id: number;
  /** `·the`, `\n`, `<0xE4>`. */
  readonly name: string;
  readonly bytes: readonly number[];
}

/** A piece of text that no token crosses. `states` begins with its bytes and ends with its tokens; each merge makes the next one. */
export interface Cut {
  readonly states: readonly (readonly Chip[])[];
  /** What was merged on the way to states[i + 1], with its place in the list of merges. */
  readonly merges: readonly { readonly index: number; readonly at: number }[];
}

/** What was learned. */
export interface Learned {
  readonly vocab: number;
  readonly merges: number;
  /** Bytes of text that it was learned from. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** Merges, first learned first. */
  readonly first: readonly { readonly left: string; readonly right: string; readonly made: string }[];
}

const WORLD_BYTES = 60_000, FIRST = 24;
const encoder = new TextEncoder();

/** The first texts of the world in both languages, until there are enough bytes of each. */
function worldTexts(): string[] {
  return (['en', 'zh'] as const).flatMap((language) => {
    const world = createWorld({ seed: 1, language }), texts: string[] = [];
    for (let i = 0, bytes = 0; bytes < WORLD_BYTES; i++) {
      const { text } = world.document(i);
      texts.push(text);
      bytes += encoder.encode(text).length;
    }
    return texts;
  });
}

/** The way of each piece of a text, from bytes to tokens. */
export function cuts(tokenizer: Bpe, text: string): Cut[] {
  const chip = (id: number): Chip => ({ id, name: tokenizer.nameOf(id), bytes: [...tokenizer.bytesOf(id)] });
  return tokenizer.explain(text).map(({ piece, merges }) => {
    // the bytes are the tokens 0 to 255
    let ids = [...piece];
    const states = [ids], places: { index: number; at: number }[] = [];
    for (const index of merges) {
      const { left, right, result } = tokenizer.merges[index]!, at = ids.findIndex((id, i) => id === left && ids[i + 1] === right);
      ids = [...ids.slice(0, at), result, ...ids.slice(at + 2)];
      states.push(ids);
      places.push({ index, at });
    }
    return { states: states.map((state) => state.map(chip)), merges: places };
  });
}

export async function createTokens() {
  let counter: BpeCounter | undefined, learnedFrom: string | null = null, bytes = 0, tokenizer: Bpe | undefined;
  return {
    /** Learns a vocabulary, from `text` or, where that is empty, from the world; counts the text only when it is another one. */
    learn(text: string, vocab: number): Learned {
      const begun = performance.now();
      if (!counter || text !== learnedFrom) {
        const texts = text === '' ? worldTexts() : [text], fresh = new BpeCounter('gpt2');
        for (const each of texts) fresh.add(each);
        [counter, learnedFrom, bytes] = [fresh, text, texts.reduce((sum, each) => sum + encoder.encode(each).length, 0)];
      }
      tokenizer = counter.train({ vocab, specials: [] });
      const name = (id: number): string => tokenizer!.nameOf(id);
      return {
        vocab: tokenizer.size, merges: tokenizer.merges.length, bytes, milliseconds: performance.now() - begun,
        first: tokenizer.merges.slice(0, FIRST).map(({ left, right, result }) => ({ left: name(left), right: name(right), made: name(result) })),
      };
    },
    cut: (texts: readonly string[]): Cut[][] => texts.map((text) => cuts(tokenizer!, text)),
  };
}
