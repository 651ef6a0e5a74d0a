import { Random, stream } from '../random.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { generateSettings, type SamplingOptions } from './generateOptions.ts';
import { Sampler } from './sampler.ts';
import type { Stage } from './stage.ts';
import { temperature } from './temperature.ts';
import { topK } from './topK.ts';
import { topP } from './topP.ts';

/**
 * The sampler that the options ask for: temperature, then top-k, then top-p, as in Hugging Face. A temperature of 0
 * takes the likeliest of the tokens that the other stages left.
 *
 * @param _tokenizer for stages that look into tokens.
 * @throws {OptionError} for a value that cannot work or a name that is no option.
 * @example
 * const token = createSampler({ temperature: 0 }).draw(decoder.logits(0)); // the likeliest
 */
export function createSampler(options: SamplingOptions, _tokenizer?: Tokenizer): Sampler {
  const { temperature: t, topK: k, topP: p, seed, index } = generateSettings(options);
  const stages: Stage[] = [];
  if (t !== 0 && t !== 1) stages.push(temperature(t));
  if (k > 0) stages.push(topK(k));
  if (p < 1) stages.push(topP(p));
  return new Sampler(stages, t === 0 ? null : new Random(seed, stream('sample', index)));
}
