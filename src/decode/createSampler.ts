import { Random, stream } from '../random.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { type GenerateSettings, generateSettings, type SamplingOptions } from './generateOptions.ts';
import { prepareStages } from './prepareStages.ts';
import { Sampler } from './sampler.ts';

/**
 * The sampler that the options ask for, with its stages in the order of {@link STAGE_NAMES} or of the option `stages`. A
 * temperature of 0 takes the likeliest of the tokens that all other stages left.
 *
 * @param tokenizer for options that speak of text, and for special tokens.
 * @throws {OptionError} for a value that cannot work, a name that is no option, or a missing tokenizer.
 * @example
 * const token = createSampler({ temperature: 0 }).draw(decoder.logits(0)); // the likeliest
 */
export function createSampler(options: SamplingOptions, tokenizer?: Tokenizer): Sampler {
  const settings = generateSettings(options);
  return prepareSampling(settings, tokenizer)(settings.index);
}

/** Like {@link createSampler} for many sequences: what they share is prepared once. Call it with the number of a sequence. */
export function prepareSampling(settings: GenerateSettings, tokenizer?: Tokenizer): (index: number) => Sampler {
  const stages = prepareStages(settings, tokenizer), { temperature, seed, logprobs, explain } = settings;
  return (index) => new Sampler(stages(index), temperature === 0 ? null : new Random(seed, stream('sample', index)), { logprobs, explain });
}
