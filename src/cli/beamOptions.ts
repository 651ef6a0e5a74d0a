// Beam search, as options of a command line.
import type { BeamOptions } from '../decode/index.ts';
import { choice, flag, number, type Values, whole } from './options.ts';
import { UsageError } from './usageError.ts';

export const beamOptions = {
  beams: whole(1, 1024, 'follow so many texts at once and tell the best (default: none, tokens are drawn one by one)'),
  'length-penalty': number(-100, 100, 'with --beams: score = log-probability / length^X; above 0 helps longer texts (default 1)'),
  'length-of': choice(['generated', 'whole'], 'with --beams: that length is of the new tokens (default), or of prompt and tokens'),
  'early-stopping': choice(['true', 'false', 'never'], 'with --beams: end as soon as so many texts are finished; when no better one is to be expected (default); when none is possible'),
  returned: whole(1, 1024, 'with --beams: tell so many of the best (default 1)'),
  groups: whole(1, 1024, 'with --beams: so many groups that avoid the tokens of each other (default 1)'),
  'diversity-penalty': number(0, 1000, 'with --groups: how much they do'),
  'sample-beams': flag('with --beams: draw what goes on, by --temperature and the like, instead of taking the best'),
};

const { returned: _, ...others } = beamOptions;
/** The same for a conversation, which goes on with one reply. */
export const chatBeamOptions = others;

/**
 * The options of a search among the values of a command; null without one.
 *
 * @throws {UsageError} for options that need --beams where it is not given.
 */
export function beamsFrom(values: Partial<Values<typeof beamOptions>>): BeamOptions | null {
  const { beams, returned, groups, 'length-penalty': lengthPenalty, 'length-of': lengthOf, 'early-stopping': early, 'diversity-penalty': diversityPenalty, 'sample-beams': sample } = values;
  if (beams === undefined) {
    const alone = (Object.keys(beamOptions) as (keyof typeof beamOptions)[]).find((name) => values[name] !== undefined && values[name] !== false);
    if (alone) throw new UsageError(`--${alone} is for a search with beams. Give --beams N too, for example --beams 4, or leave --${alone} out.`);
    return null;
  }
  return {
    beams, sample: sample ?? false,
    ...(lengthPenalty !== undefined && { lengthPenalty }), ...(lengthOf && { lengthOf }), ...(early && { earlyStopping: early === 'never' ? early : early === 'true' }),
    ...(returned !== undefined && { returned }), ...(groups !== undefined && { groups }), ...(diversityPenalty !== undefined && { diversityPenalty }),
  };
}
