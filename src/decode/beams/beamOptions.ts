import { closest, OptionError } from '../../errors.ts';
import { type GenerateOptions, type GenerateSettings, generateSettings } from '../generateOptions.ts';

/** What does not go together with a search. */
type Refused = 'mirostat' | 'mirostatTau' | 'mirostatEta' | 'logprobs' | 'explain' | 'promptLogprobs' | 'whenFull';

/** What a search does besides what every text does: penalties, biases, bad words, stop strings and the like work as in `generate`. */
export interface BeamOptions extends Omit<GenerateOptions, Refused> {
  /** Sequences that are followed at the same time, 1 to 1024. Default 4. */
  readonly beams?: number;
  /** A finished sequence counts log-probability / length^lengthPenalty: above 0 helps longer ones, below 0 shorter ones, 0 is the plain sum. Default 1. */
  readonly lengthPenalty?: number;
  /** What that length is: of the generated tokens, the one that ends the text included; or, as in older Hugging Face and ONNX Runtime, of prompt and tokens, without it. Default 'generated'. */
  readonly lengthOf?: 'generated' | 'whole';
  /**
   * When to stop, once as many sequences are finished as there are beams: `true` at once; `false`, the default, when the
   * best continuation, if it ended now, would be no better than the worst of them; 'never' when no continuation, however
   * long, can be better.
   */
  readonly earlyStopping?: boolean | 'never';
  /** How many sequences are wanted, at most as many as beams. Default 1. */
  readonly returned?: number;
  /** Divides the beams into so many groups that avoid each other's tokens. Default 1. */
  readonly groups?: number;
  /** What a token loses for each beam of an earlier group that took it in the same step. Needed with groups. Default 0. */
  readonly diversityPenalty?: number;
  /** Draw the continuations instead of taking the best: temperature, topK and the like apply then. Default false. */
  readonly sample?: boolean;
}

/** The options that only a search has. */
export type Own = 'beams' | 'lengthPenalty' | 'lengthOf' | 'earlyStopping' | 'returned' | 'groups' | 'diversityPenalty' | 'sample';
export type BeamSettings = Required<Pick<BeamOptions, Own>> & GenerateSettings;

const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 1;
const OWN: { readonly [K in Own]: readonly [value: BeamSettings[K], fits: (value: never) => boolean, rule: string] } = {
  beams: [4, (n: number) => isCount(n) && n <= 1024, 'a whole number from 1 to 1024'],
  lengthPenalty: [1, (n: number) => Number.isFinite(n), 'a number (0 is off)'],
  lengthOf: ['generated', (s: unknown) => s === 'generated' || s === 'whole', '"generated" or "whole"'],
  earlyStopping: [false, (s: unknown) => typeof s === 'boolean' || s === 'never', 'true, false or "never"'],
  returned: [1, isCount, 'a whole number of at least 1'],
  groups: [1, isCount, 'a whole number of at least 1'],
  diversityPenalty: [0, (n: number) => n >= 0 && n < Infinity, '0 (off) or more'],
  sample: [false, (b: unknown) => typeof b === 'boolean', 'true or false'],
};

const REFUSED: { readonly [K in Refused]: string } = {
  mirostat: 'it steers the surprise of one text, and a search follows many', mirostatTau: 'mirostat steers one text, and a search follows many',
  mirostatEta: 'mirostat steers one text, and a search follows many', logprobs: 'the nodes of every search tell them', explain: 'the steps of every search tell what happened',
  promptLogprobs: 'generate tells them', whenFull: 'a search ends when the context is full',
};

/** What shapes the dice, and means nothing where none are thrown. */
const DRAWING = ['temperature', 'dynatempRange', 'dynatempExponent', 'topK', 'topP', 'minP', 'typicalP', 'topNSigma', 'epsilonCutoff', 'etaCutoff', 'xtcProbability', 'xtcThreshold'] as const;

/**
 * Fills in the defaults.
 *
 * @throws {OptionError} for a value that cannot work, a name that is no option, or options that make no sense together.
 * @example
 * beamSettings({ beams: 6 }).lengthPenalty; // 1
 */
export function beamSettings(options: BeamOptions): BeamSettings {
  const known = generateSettings({}), given: Record<string, unknown> = {}, own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (Object.hasOwn(REFUSED, name) && value !== known[name as Refused]) throw new OptionError(name, `${name} does not go together with beams: ${REFUSED[name as Refused]}. Leave it out.`);
    if (Object.hasOwn(OWN, name)) own[name] = value;
    else if (Object.hasOwn(known, name)) given[name] = value;
    else {
      const meant = closest(name, [...Object.keys(OWN), ...Object.keys(known)]);
      throw new OptionError(name, `There is no option "${name}". ${meant ? `Did you mean "${meant}"?` : `A search has ${Object.keys(OWN).join(', ')}, and the options of generate.`}`);
    }
  }
  for (const [name, [otherwise, fits, rule]] of Object.entries(OWN)) {
    own[name] ??= otherwise;
    if (!fits(own[name] as never)) throw new OptionError(name, `${name} must be ${rule}, but it is ${typeof own[name] === 'number' ? own[name] : JSON.stringify(own[name])}.`);
  }
  const settings = { ...own as Required<Pick<BeamOptions, Own>>, ...generateSettings({ ...given, ...(own['sample'] !== true && { temperature: 1 }) }) };
  requireSense(settings, given, known);
  return settings;
}

function requireSense({ beams, returned, groups, diversityPenalty, sample, temperature }: BeamSettings, given: Readonly<Record<string, unknown>>, known: GenerateSettings): void {
  if (returned > beams) throw new OptionError('returned', `${returned} sequences are to be returned, but there are only ${beams} beams. Use more beams, or ask for fewer sequences.`);
  if (beams % groups !== 0) throw new OptionError('groups', `${beams} beams cannot be divided into ${groups} groups of equal size. Choose a divisor of ${beams}.`);
  if (groups === 1 && diversityPenalty > 0) throw new OptionError('diversityPenalty', 'diversityPenalty does nothing with one group. Set groups to 2 or more, or leave it out.');
  if (groups > 1 && diversityPenalty === 0) throw new OptionError('groups', 'Groups without a diversityPenalty would all find the same. Set diversityPenalty above 0, for example 1, or leave groups out.');
  if (groups > 1 && sample) throw new OptionError('sample', 'Groups keep apart by their penalty, not by chance. Leave sample or groups out.');
  if (sample && temperature === 0) throw new OptionError('temperature', 'A temperature of 0 draws nothing. Set it above 0, or leave sample and temperature out.');
  for (const name of DRAWING) {
    if (!sample && given[name] !== undefined && (name === 'temperature' || given[name] !== known[name])) throw new OptionError(name, `${name} shapes how tokens are drawn, but this search takes the best ones. Set sample: true, or leave ${name} out.`);
  }
}
