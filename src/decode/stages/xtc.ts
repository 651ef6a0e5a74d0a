import { takeRow } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import { Random } from '../../random.ts';
import type { Stage } from '../stage.ts';

/**
 * "Exclude top choices": now and then (with `probability`) all tokens of at least probability `threshold` go, except the
 * least likely of them. So the text leaves the beaten track without becoming nonsense.
 * As in llama.cpp; Hugging Face has none. It throws its own dice, one for each token.
 *
 * @param threshold above 0; from 0.5 on it does (next to) nothing, because only one token can be that likely.
 * @throws {OptionError} for a probability or threshold that is not above 0 and at most 1.
 * @see p-e-w 2024, https://github.com/oobabooga/text-generation-webui/pull/6335
 * @example
 * xtc(1, 0.2, new Random(seed)).apply(logits, situation); // of probabilities 0.5, 0.3, 0.2 the last stays
 */
export function xtc(probability: number, threshold: number, random: Random): Stage {
  if (!(probability > 0 && probability <= 1)) throw new OptionError('xtcProbability', `As a stage, xtcProbability must be above 0 and at most 1, but it is ${probability}.`);
  if (!(threshold > 0 && threshold <= 1)) throw new OptionError('xtcThreshold', `xtcThreshold must be above 0 and at most 1, but it is ${threshold}.`);
  return {
    name: 'xtc',
    apply(logits) {
      if (!random.chance(probability)) return;
      const row = takeRow(logits), most = row.most();
      if (!Number.isFinite(most)) return;
      row.strikeHeavy(threshold * row.weigh(most));
      row.give(logits);
    },
    fork: () => xtc(probability, threshold, new Random(random.seed, random.stream, random.position)),
  };
}
