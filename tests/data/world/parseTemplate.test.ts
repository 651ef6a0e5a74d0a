import { describe, expect, test } from 'vitest';
import { lines, parseTemplate } from '../../../src/data/world/parseTemplate.ts';

describe('parseTemplate', () => {
  test('reads slots, choices, options, rules and senses', () => {
    expect(parseTemplate('{p} (ran|went) to the {animal.young.a}.')).toEqual([
      { kind: 'slot', variable: 'p', path: [] },
      { kind: 'literal', text: ' ' },
      { kind: 'choice', branches: [[{ kind: 'literal', text: 'ran' }], [{ kind: 'literal', text: 'went' }]] },
      { kind: 'literal', text: ' to the ' },
      { kind: 'slot', variable: 'animal', path: ['young', 'a'] },
      { kind: 'literal', text: '.' },
    ]);
    expect(parseTemplate('the bank~river <Where>')).toEqual([
      { kind: 'literal', text: 'the ' },
      { kind: 'literal', text: 'bank', sense: 'river' },
      { kind: 'literal', text: ' ' },
      { kind: 'rule', name: 'Where' },
    ]);
    expect(parseTemplate('一朵_花~flower')[1]).toEqual({ kind: 'literal', text: '花', sense: 'flower' });
  });

  test('an option that is left out takes its space with it', () => {
    const left = [{ kind: 'literal', text: ' ' }, { kind: 'rule', name: 'How' }];
    expect(parseTemplate('{p} ran [<How>].')[2]).toEqual({ kind: 'option', inner: left });
    expect(parseTemplate('{p} ran [<How>] home.')[2]).toEqual({ kind: 'option', inner: left });
    expect(parseTemplate('the [{_fine} ]{_place}')[0]).toEqual({ kind: 'literal', text: 'the ' });
  });

  test('names what is missing', () => {
    expect(() => parseTemplate('{p ran.')).toThrow('expected a "}"');
    expect(() => parseTemplate('{p} [ran.')).toThrow('expected a "]"');
    expect(() => parseTemplate('(a|b')).toThrow('expected a ")"');
  });

  test('lines leaves out empty ones', () => {
    expect(lines('\n a\n\n  b \n')).toEqual(['a', 'b']);
  });
});
