import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { regex } from '../../../src/decode/index.ts';
import { say, tokenizers } from './say.ts';

/** Expressions with the host's meaning. */
const leaf = fc.constantFrom('a', 'b', 'é', '你', '🙂', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '[a-c]', '[^a]', '[^\\d🙂]', '[é-你\\-x]', '\\p{L}', '\\P{Lu}', '\\n', '\\u{1f642}', '\\ud83d\\ude42', '\\x41', '[\\w.]', '[^]', '\\.', '(?:)', 'ab', 'ſ', 'K');
const source: fc.Arbitrary<string> = fc.letrec<{ one: string; all: string }>((tie) => ({
  one: fc.oneof({ maxDepth: 3, depthSize: 'small' }, leaf, tie('all').map((s) => `(?:${s})`), tie('all').map((s) => `(${s})`)),
  all: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.array(fc.tuple(tie('one'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,2}', '{2,}', '*?', '{1,2}?')), { minLength: 1, maxLength: 3 }).map((parts) => parts.map(([one, times]) => (one === 'ab' ? `(?:ab)${times}` : one + times)).join('')),
    fc.tuple(tie('all'), tie('all')).map(([a, b]) => `${a}|${b}`),
  ),
})).all.filter((s) => s.length <= 32);
const someText = fc.array(fc.constantFrom('a', 'b', 'c', 'A', 'B', 'é', 'É', '你', '🙂', '7', ' ', '\n', '-', '.', 'x', 's', 'ſ', 'k', '\u212a', '_', '\u2028', '\u{10ffff}', '\ud7ff', '\ue000'), { maxLength: 6 }).map((list) => list.join(''));

describe('a regular expression', () => {
  test('accepts what the host accepts', () => {
    let yes = 0;
    fc.assert(fc.property(source, fc.array(someText, { minLength: 5, maxLength: 20 }), fc.constantFrom('', 'i', 's', 'is'), (expression, texts, flags) => {
      const host = new RegExp(`^(?:${expression})$`, `u${flags}`);
      let ours;
      try {
        ours = regex(new RegExp(expression, `u${flags}`));
      } catch (error) {
        if (/thousand states/.test((error as Error).message)) return;
        expect((error as Error).message).toMatch(/^No text fulfils/);
        for (const text of texts) expect(host.test(text)).toBe(false);
        return;
      }
      for (const text of texts) {
        if (host.test(text)) yes++;
        expect([text, ours.accepts(text)]).toEqual([text, host.test(text)]);
      }
    }), { numRuns: 300, interruptAfterTimeLimit: 10_000 });
    expect(yes).toBeGreaterThan(100);
  });

  test('knows every character of a class, to its first and last', () => {
    for (const one of ['.', '\\w', '\\W', '\\s', '\\p{Lu}', '\\p{Script=Greek}', '\\P{L}', '[^a-z]', '[\\u{800}-\\u{ffff}]', '[\\u{7f}-\\u{10000}]', '[\\ud7ff\\ue000]']) {
      for (const flags of ['u', 'iu']) {
        const host = new RegExp(`^${one}$`, flags), ours = regex(new RegExp(one, flags));
        for (let point = 0; point <= 0x10ffff; point += point < 0x3000 ? 1 : 61) {
          if (point >= 0xd800 && point < 0xe000) continue;
          const c = String.fromCodePoint(point);
          if (ours.accepts(c) !== host.test(c)) expect.fail(`${one} ${flags}: U+${point.toString(16)}`);
        }
      }
    }
  });

  test('accepts whole characters only', () => {
    const { automaton } = regex('é+');
    expect(automaton.accepts(automaton.next(automaton.start, 0xc3))).toBe(false);
    expect(automaton.next(automaton.start, 0xc4)).toBe(-1);
  });

  test('^ and $ at its ends change nothing', () => {
    expect(regex('^a$|^b$').accepts('a')).toBe(true);
    expect(regex('^ab').accepts('abc')).toBe(false);
    expect(regex('(?<year>\\d)(a)').accepts('7a')).toBe(true);
  });

  test.each([
    ['(?=a)b', 'it looks around with (?= (at character 4). Write what may stand there instead'],
    ['(?<!a)b', 'it looks around with (?<!'],
    ['(a)\\1', 'it looks back with \\1 (at character 4). Write the alternatives out.'],
    ['\\bword', 'it looks around with \\b'],
    ['a**', 'a second quantifier *'],
    ['*a', 'nothing stands before *. Write \\* for the character'.replace('. W', ' (at character 1). W')],
    ['(a', 'a group has no end'],
    ['a)', 'a ) closes no group'],
    ['[a', 'a class has no end'],
    ['[b-a]', 'a range is upside down'],
    ['[\\w-z]', 'a range of a class'],
    ['a{3,2}', 'the count {3,2} is upside down'],
    ['a{', 'a { begins no count'],
    ['a{0,9999999}', 'too large. Counts go up to 100000'.replace('. C', ' (at character 13). C')],
    ['\\q', 'there is no escape \\q'],
    ['\\p{Nonsense}', 'there is no property Nonsense'],
    ['a^b', 'a ^ inside'],
    ['(?i:a)', 'Groups are'],
    ['\\u{110000}', 'there is no character 110000'],
    ['\\ud800', 'half of a surrogate pair'],
    ['[]', 'No text fulfils the constraint regex "[]"'],
    ['a{50000}b{50000}c{50000}d{50000}e{50000}', 'more than 200 thousand states'],
    ['(a|b)*a(a|b){20}', 'more than 200 thousand states'],
  ])('%s is refused, with a remedy', (expression, message) => {
    expect(() => regex(expression)).toThrow(message);
  });

  test('flags that mean nothing here are refused', () => {
    expect(() => regex(/a/g)).toThrow('The flag g of /a/g has no meaning here');
    expect(() => regex(5 as unknown as string)).toThrow('regex needs a string or a RegExp.');
    expect(regex(/a.b/is).accepts('A\nB')).toBe(true);
  });
});

const EXPRESSIONS = [
  '[a-z]+( [a-z]+){0,3}\\.', '\\d{4}-\\d{2}-\\d{2}', '(yes|no|maybe)!?', '[^a-z]{1,6}', '(你好|🙂|é){2,5}', '\\p{L}{1,8}', '(a|ab|abc)*d?', '.{0,12}', '\\s*\\w+\\s*', '-?(0|[1-9]\\d*)(\\.\\d+)?', '[\\u{1f600}-\\u{1f64f}]{1,3}x*', '(?:[A-F\\d]{2}:){3}[A-F\\d]{2}',
];

describe('10,000 random texts', () => {
  for (const [kind, tokenizer] of Object.entries(tokenizers)) {
    test(`${kind}: all match, at any limit of tokens that suffices`, () => {
      let made = 0;
      for (const expression of EXPRESSIONS) {
        let constraint = regex(expression);
        if (kind === 'letters' && /A-F|1f600/.test(expression)) constraint = regex('[a-f]{2}|🙂');
        const { needed } = constraint.compile(tokenizer), host = new RegExp(`^(?:${kind === 'letters' && /A-F|1f600/.test(expression) ? '[a-f]{2}|🙂' : expression})$`, 'u');
        for (let i = 0; i < 209; i++) {
          const limit = Math.max(1, needed + (i % 14)), { text, tokens } = say(constraint, tokenizer, limit, i);
          if (!host.test(text)) expect.fail(`${expression}: ${JSON.stringify(text)} of ${tokens.length} tokens, at most ${limit}`);
          made++;
        }
      }
      expect(made).toBeGreaterThan(2500);
    });
  }

  test('also of expressions that chance wrote', () => {
    fc.assert(fc.property(source, fc.constantFrom('', 'i', 's'), fc.nat(1000), (expression, flags, seed) => {
      let constraint;
      try {
        constraint = regex(new RegExp(expression, `u${flags}`));
      } catch {
        return;
      }
      for (const tokenizer of Object.values(tokenizers)) {
        let needed: number;
        try {
          ({ needed } = constraint.compile(tokenizer));
        } catch (error) {
          expect((error as Error).message).toContain('cannot be fulfilled with the tokens of this vocabulary');
          continue;
        }
        for (let i = 0; i < 3; i++) {
          const { text } = say(constraint, tokenizer, needed + 3 * i, seed + i);
          expect([text, constraint.accepts(text)]).toEqual([text, true]); // the host may take for ever over such expressions
        }
      }
    }), { numRuns: 100, interruptAfterTimeLimit: 10_000 });
  });
});
