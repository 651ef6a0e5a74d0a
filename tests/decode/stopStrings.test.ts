import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StopStrings } from '../../src/decode/stopStrings.ts';

function cutInto(pieces: readonly string[], stops: readonly string[]): { shown: string[]; found: string | null } {
  const filter = new StopStrings(stops);
  const shown = pieces.map((piece) => filter.push(piece));
  return { shown: [...shown, filter.end()], found: filter.found };
}

test('a stop string ends the text, wherever the borders of tokens are', () => {
  expect(cutInto(['One. T', 'he e', 'nd. More'], ['The end'])).toEqual({ shown: ['One. ', '', '', ''], found: 'The end' });
  expect(cutInto(['a', 'b', 'a', 'b', 'c', 'd'], ['abc'])).toEqual({ shown: ['', '', 'ab', '', '', '', ''], found: 'abc' });
});

test('what does not become a stop string is shown as soon as that is certain', () => {
  expect(cutInto(['ab', 'x', 'ab'], ['abc']).shown).toEqual(['', 'abx', '', 'ab']);
  expect(cutInto(['any', 'thing'], []).shown).toEqual(['any', 'thing', '']);
});

test('the first to be complete counts; of two that end together, the longer', () => {
  expect(cutInto(['xabcdy'], ['abcd', 'bc'])).toEqual({ shown: ['xa', ''], found: 'bc' });
  expect(cutInto(['xabcy'], ['bc', 'abc'])).toEqual({ shown: ['x', ''], found: 'abc' });
});

/** Letter by letter, looking back: slow, and plainly right. */
function slow(text: string, stops: readonly string[]): { shown: string; found: string | null } {
  for (let end = 1; end <= text.length; end++) {
    const found = stops.filter((stop) => text.slice(0, end).endsWith(stop)).sort((a, b) => b.length - a.length)[0];
    if (found) return { shown: text.slice(0, end - found.length), found };
  }
  return { shown: text, found: null };
}

test('however a text is cut into pieces, the same is shown as by looking at the whole', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
  fc.assert(fc.property(fc.array(letters, { maxLength: 12 }), fc.array(letters, { maxLength: 3 }), (pieces, stops) => {
    const { shown, found } = cutInto(pieces, stops);
    expect({ shown: shown.join(''), found }).toEqual(slow(pieces.join(''), stops));
  }), { numRuns: 500 });
});
