// What happens to text before it is cut: the normalizers of tokenizer.json.
import { FormatError } from '../../errors.ts';
import { expressionOf } from './expressions.ts';
import { flagOf, stepsOf, textOf } from './huggingFaceJson.ts';
import { precompiledMap } from './precompiledMap.ts';

export type Normalizer = (text: string) => string;

/** The normalizers of a file, one after the other; null if there are none. */
export function readNormalizer(value: unknown): Normalizer | null {
  const steps = stepsOf(value, 'normalizer', 'normalizers').map(([step, field]): Normalizer => {
    switch (step.type) {
      case 'NFC': case 'NFD': case 'NFKC': case 'NFKD': {
        const form = step.type;
        return (text) => text.normalize(form);
      }
      case 'Lowercase': return (text) => text.toLowerCase();
      case 'StripAccents': return (text) => text.replace(/\p{M}/gu, '');
      case 'Strip': {
        const left = flagOf(step, 'strip_left', field, true), right = flagOf(step, 'strip_right', field, true);
        return (text) => (left && right ? text.trim() : left ? text.trimStart() : right ? text.trimEnd() : text);
      }
      case 'Prepend': {
        const before = textOf(step, 'prepend', field);
        return (text) => (text === '' ? text : before + text);
      }
      case 'Replace': {
        const content = textOf(step, 'content', field), pattern = expressionOf(step['pattern'], `${field}.pattern`, 'gu');
        return (text) => text.replace(pattern, () => content);
      }
      case 'Precompiled': return precompiledMap(textOf(step, 'precompiled_charsmap', field, ''), `${field}.precompiled_charsmap`);
      default: throw new FormatError(`tokenizer.json: ${field}.type is ${JSON.stringify(step.type)}, a normalizer that is not known here. Known are NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace and Precompiled.`);
    }
  });
  return steps.length === 0 ? null : (text) => steps.reduce((now, step) => step(now), text);
}

/** Whether the normalizers put a space (as ▁) before every text. */
export const prependsSpace = (value: unknown): boolean =>
  stepsOf(value, 'normalizer', 'normalizers').some(([step]) => step.type === 'Prepend' && (step['prepend'] === '▁' || step['prepend'] === ' '));

