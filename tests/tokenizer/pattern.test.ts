import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import { asciiScan } from '../../src/tokenizer/asciiScan.ts';
import { Pattern, PATTERNS } from '../../src/tokenizer/pattern.ts';
import { toJavaScript } from '../../src/tokenizer/regexDialect.ts';
import { awkwardText } from './texts.ts';

const names = ['gpt2', 'cl100k', 'o200k', 'words'] as const;

test.each(names)('%s: the scan by hand cuts as the regular expression does', (name) => {
  const pattern = new Pattern(name), regex = new RegExp(toJavaScript(PATTERNS[name]), 'gu');
  fc.assert(fc.property(awkwardText, (text) => {
    expect(pattern.pieces(text)).toEqual(text.match(regex) ?? []);
    expect(pattern.pieces(text).join('')).toBe(text);
  }), { numRuns: 3000 });
});

test.each(names)('%s: the scan itself decides on English and asks the expression only where it must', (name) => {
  const text = "The cat's 12345 toys, I'LL say!\n\n  (don't) go\tthere...\r\n";
  for (const piece of new Pattern(name).pieces(text)) {
    expect(asciiScan[name](text, text.indexOf(piece))).toBeGreaterThan(0);
  }
  expect(asciiScan[name]('aé', 0)).toBe(-1);
});

test('the three published patterns differ where they should', () => {
  const text = "I'LL see HelloWorld 1234\n\nyou";
  expect(new Pattern('gpt2').pieces(text)).toEqual(['I', "'", 'LL', ' see', ' HelloWorld', ' 1234', '\n', '\n', 'you']);
  expect(new Pattern('cl100k').pieces(text)).toEqual(['I', "'LL", ' see', ' HelloWorld', ' ', '123', '4', '\n\n', 'you']);
  expect(new Pattern('o200k').pieces(text)).toEqual(["I'LL", ' see', ' Hello', 'World', ' ', '123', '4', '\n\n', 'you']);
  expect(new Pattern('words').pieces("don't 小猫 12!")).toEqual(["don't", ' ', '小', '猫', ' ', '12', '!']);
});

test('what a pattern leaves out becomes pieces too, and an empty match cuts', () => {
  expect(new Pattern('[a-z]+').pieces('ab1cd..')).toEqual(['ab', '1', 'cd', '..']);
  expect(new Pattern('(?=[A-Z])').pieces('helloBigWorld')).toEqual(['hello', 'Big', 'World']);
});

test('a RegExp keeps the meaning it has in JavaScript', () => {
  const own = /[\w']+|\d|\s+|[^\s\w]|.|[\S]/u;
  const pattern = new Pattern(own);
  expect(pattern.source).not.toContain('\\w');
  fc.assert(fc.property(awkwardText, (text) => {
    expect(pattern.pieces(text)).toEqual(new Pattern(pattern.source).pieces(text));
    const parts: string[] = [];
    let from = 0;
    for (const match of text.matchAll(new RegExp(own, 'gu'))) {
      if (match.index > from) parts.push(text.slice(from, match.index));
      parts.push(match[0]);
      from = match.index + match[0].length;
    }
    if (from < text.length) parts.push(text.slice(from));
    expect(pattern.pieces(text)).toEqual(parts);
  }), { numRuns: 1000 });
});

test('a string has the meaning it has in tokenizer.json', () => {
  expect(new Pattern('\\s+').pieces('a\ufeffb\u0085c')).toEqual(['a\ufeffb', '\u0085', 'c']);
  expect(new Pattern('\\d').pieces('1٣')).toEqual(['1', '٣']);
  expect(new Pattern('\\p{Han}+').pieces('ab小猫')).toEqual(['ab', '小猫']);
});

test.each(['(', '^a', 'a$', '\\bx', '[a&&b]', '[[a]]', 'a++', '[]'])('%s is refused', (source) => {
  expect(() => new Pattern(source)).toThrow(OptionError);
});

test('a flag without a twin is refused', () => {
  expect(() => new Pattern(/a/i)).toThrow(/flag i/);
});
