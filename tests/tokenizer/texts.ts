// Texts for the tokenizer tests: the shared corpora where they exist, and random texts that look for trouble.
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';

const SHARED = new URL('../../../shared/data/', import.meta.url);

/** A file of the shared test data, or null where it is absent. */
export function sharedTextOrNull(name: string): string | null {
  const file = new URL(name, SHARED);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

export const missing = (name: string): string => `the shared test data has no ${name} here`;

/** Every class of character that a splitting pattern tells apart, with the awkward members of each. */
const AWKWARD = [
  ...'aezAEZstmdrvlSTMDRVL09 \n\r\t\v\f\u001c\u0000\'"/.,!?-_<|>', '  ', "'s", "'LL", "'re", "'x", '\r\n', ' \n ', '123', 'ab', ' the', ' The',
  'é', 'ß', 'ſ', '\u212a', 'Ω', 'ж', 'Ж', 'ǅ', 'ʰ', 'ª', 'ا', 'क', '्', 'ก', '你', '好', '々', 'あ', 'カ', 'ー', '한', '\u0301', '\u200d',
  '²', '½', 'Ⅷ', '٣', '५', '\u00a0', '\u0085', '\u1680', '\u2003', '\u2028', '\u3000', '\ufeff', '\u200b', '\u180e', '’', '。', '€', '😉', '👍🏽', '𝒳', '\u{10ffff}', '·',
];

/** Well-formed texts of awkward characters. */
export const awkwardText: fc.Arbitrary<string> = fc.array(fc.constantFrom(...AWKWARD), { maxLength: 30 }).map((parts) => parts.join(''));

/** Any strings, lone surrogates included. */
export const anyString: fc.Arbitrary<string> = fc.oneof(
  awkwardText,
  fc.array(fc.oneof(fc.constantFrom(...AWKWARD), fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff')), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** Any bytes: half of them almost UTF-8. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  fc.array(fc.constantFrom(0x41, 0x20, 0x80, 0xa0, 0xbf, 0xc2, 0xe0, 0xe4, 0xb8, 0xad, 0xed, 0xef, 0xbb, 0xf0, 0x90, 0x9f, 0xf4, 0xff), { maxLength: 16 })
    .map((bytes) => Uint8Array.from(bytes)),
);
