import { Random, stream } from '../../random.ts';
import type { World } from './createWorld.ts';
import { Voice } from './Voice.ts';

/**
 * The ways in which a world says that it does not know.
 *
 * @example
 * worldRefusals(createWorld({ seed: 1 })); // ['I do not know that.', 'I am sorry, I do not know that.', 'You did not tell me that.']
 */
export function worldRefusals({ grammar, language }: World): string[] {
  const voice = new Voice(grammar, true);
  voice.begin(new Random(0, stream('refusals')));
  return [...new Set(voice.templates([...language.refusals, ...language.missing]).map((template) => voice.write(template)))];
}
