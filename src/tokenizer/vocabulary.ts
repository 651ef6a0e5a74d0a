// What the three kinds of tokenizer share: a list of tokens (bytes by id), special tokens that only the program can
// write, and the way back from ids to text. A kind adds how text becomes ids.
import { closest, count, DataError, OptionError } from '../errors.ts';
import { fromLettersOrNull } from './byteAlphabet.ts';
import { Ids } from './ids.ts';
import { StreamDecoder } from './streamDecoder.ts';
import { tokenName } from './tokenName.ts';
import type { HuggingFaceJson } from './foreign/huggingFaceJson.ts';
import type { EncodeOptions, Opening, Tokenizer } from './tokenizer.ts';
import type { TokenizerJson } from './tokenizerJson.ts';
import { byteString, decodeUtf8, encodeUtf8, sections } from './utf8.ts';

const NOTHING = new Uint8Array(0);

/** Tokens, special tokens and decoding. Chars, Words and Bpe extend it. */
export abstract class Vocabulary implements Tokenizer {
  abstract readonly kind: Tokenizer['kind'];
  readonly size: number;
  readonly specials: ReadonlyMap<string, number>;
  /** Bytes by id; empty for special and unused ids. */
  protected readonly tokens: readonly Uint8Array[];
  readonly #nameOfSpecial: ReadonlyMap<number, string>;
  /** As `tokens`, but special tokens have the bytes of their names. */
  readonly #shown: readonly Uint8Array[];

  /**
   * @param tokens bytes by id; empty where an id is unused.
   * @param specials ids by name; they are not used by `tokens`.
   * @param options.forged ordinary tokens may be spelled like special ones, as in other people's vocabularies.
   */
  constructor(tokens: readonly Uint8Array[], specials: ReadonlyMap<string, number>, { forged = false } = {}) {
    this.specials = new Map(specials);
    this.#nameOfSpecial = new Map([...specials].map(([name, id]) => [id, name]));
    this.size = [...specials.values()].reduce((size, id) => Math.max(size, id + 1), tokens.length);
    this.tokens = Array.from({ length: this.size }, (_, id) => tokens[id] ?? NOTHING);
    if (!forged) checkSpecials(this.tokens, specials);
    const shown = [...this.tokens];
    for (const [name, id] of specials) shown[id] = encodeUtf8(name);
    this.#shown = shown;
  }

  abstract toJSON(): TokenizerJson | HuggingFaceJson;

  /** Adds the ids of a well-formed string in which every character is ordinary. */
  protected abstract encodeText(text: string, out: Ids): void;

  /** Adds the ids of bytes that are no text. */
  protected abstract encodeBytes(bytes: Uint8Array, out: Ids): void;

  /** Where a token came from, for the .vocab file; empty if there is nothing to say. */
  protected originOf(_id: number): string {
    return '';
  }

  encode(text: string | Uint8Array, options: EncodeOptions = {}): Uint32Array {
    const find = this.#findSpecials(options.specials);
    const out = new Ids(text.length >> 1);
    for (const part of sections(text)) {
      if (typeof part !== 'string') this.encodeBytes(part, out);
      else if (find === null) this.encodeText(part, out);
      else this.#encodeWithSpecials(part, find, out);
    }
    return out.toArray();
  }

  decode(ids: Iterable<number>): string {
    return decodeUtf8(this.decodeBytes(ids));
  }

  decodeBytes(ids: Iterable<number>): Uint8Array {
    const list = ids instanceof Uint32Array ? ids : Uint32Array.from(ids, (id) => this.#checked(id));
    let length = 0;
    for (const id of list) length += this.#shownBytes(id).length;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const id of list) {
      const shown = this.#shownBytes(id);
      // tokens are short: a loop is faster than set()
      for (let i = 0; i < shown.length; i++) bytes[at++] = shown[i]!;
    }
    return bytes;
  }

  bytesOf(id: number): Uint8Array {
    return this.tokens[this.#checked(id)]!;
  }

  nameOf(id: number): string {
    const bytes = this.bytesOf(id);
    return this.#nameOfSpecial.get(id) ?? (bytes.length === 0 ? `<unused ${id}>` : tokenName(bytes));
  }

  get opening(): Opening | null {
    const token = this.specials.get('<|bos|>');
    return token === undefined ? null : { token, always: true };
  }

  stream(_previous?: number): StreamDecoder {
    return new StreamDecoder((id) => this.#shownBytes(id));
  }

  toVocab(): string {
    let text = '';
    for (let id = 0; id < this.size; id++) {
      const origin = this.#nameOfSpecial.has(id) ? 'special' : this.originOf(id);
      text += `${id}\t${this.nameOf(id)}${origin && `\t${origin}`}\n`;
    }
    return text;
  }

  #shownBytes(id: number): Uint8Array {
    return this.#shown[id] ?? this.#shown[this.#checked(id)]!;
  }

  #checked(id: number): number {
    if (this.tokens[id] !== undefined) return id;
    throw new DataError(`Token ids of this tokenizer go from 0 to ${count(this.size - 1)}, but there is an id ${id}. `
      + 'The ids were probably made with another tokenizer.');
  }

  /** A regular expression for the allowed names, or null if none are. */
  #findSpecials(allowed: EncodeOptions['specials'] = []): RegExp | null {
    const names = allowed === 'all' ? [...this.specials.keys()] : [...allowed];
    for (const name of names) {
      if (this.specials.has(name)) continue;
      const near = closest(name, this.specials.keys());
      throw new OptionError('specials', `This tokenizer has no special token ${JSON.stringify(name)}. ${near === null
        ? `It has: ${[...this.specials.keys()].join(' ') || 'none'}.`
        : `Did you mean ${near}?`}`);
    }
    if (names.length === 0) return null;
    // of two names that begin at the same place the longer one wins
    const longestFirst = names.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    return new RegExp(longestFirst.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gu');
  }

  #encodeWithSpecials(text: string, find: RegExp, out: Ids): void {
    let from = 0;
    for (const match of text.matchAll(find)) {
      if (match.index > from) this.encodeText(text.slice(from, match.index), out);
      out.push(this.specials.get(match[0])!);
      from = match.index + match[0].length;
    }
    if (from < text.length) this.encodeText(text.slice(from), out);
  }
}

/** Gives special tokens the ids from `first` on. */
export function placeSpecials(names: readonly string[], first: number): Map<string, number> {
  const placed = new Map(names.map((name, i) => [name, first + i]));
  if (placed.size === names.length) return placed;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  throw new OptionError('specials', `The special token ${JSON.stringify(twice)} is listed twice. Give each one a name of its own.`);
}

function checkSpecials(tokens: readonly Uint8Array[], specials: ReadonlyMap<string, number>): void {
  if (specials.size === 0) return;
  const spelled = new Set(tokens.map(byteString));
  const used = new Map<number, string>();
  for (const [name, id] of specials) {
    const shown = JSON.stringify(name);
    if (name === '' || !name.isWellFormed()) {
      throw new OptionError('specials', `A special token needs a name of at least one whole character, but one is ${shown}.`);
    }
    if (used.has(id) || tokens[id]!.length > 0) {
      throw new OptionError('specials', `The special token ${shown} has the id ${id}, which is already `
        + `${used.has(id) ? used.get(id) : tokenName(tokens[id]!)}. Give it an id of its own.`);
    }
    used.set(id, name);
    if (isSpelledBy(name, spelled)) {
      throw new OptionError('specials', `The special token ${shown} is also an ordinary token, so text could forge it. `
        + 'Choose a name that does not occur in text, such as <|end|>.');
    }
  }
}

/** Whether an ordinary token would be written like this name, in text or in the letters of tokenizer.json. */
function isSpelledBy(name: string, spelled: ReadonlySet<string>): boolean {
  const letters = fromLettersOrNull(name);
  return spelled.has(byteString(encodeUtf8(name))) || (letters !== null && spelled.has(byteString(letters)));
}

/** The spellings that no learned token may have, because they belong to special tokens. */
export function spellingsOf(names: readonly string[]): Set<string> {
  const spellings = new Set<string>();
  for (const name of names) {
    spellings.add(byteString(encodeUtf8(name)));
    const letters = fromLettersOrNull(name);
    if (letters !== null) spellings.add(byteString(letters));
  }
  return spellings;
}
