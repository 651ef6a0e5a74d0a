/**
 * The stages that options switch on, in the order in which they are applied unless the option `stages` says otherwise:
 * first what concerns single tokens, then what must not be said, then the temperature, then what cuts the rest off, as in
 * Hugging Face. (llama.cpp cuts off first and applies the temperature last: penalties, dry, topNSigma, topK, typicalP, topP,
 * minP, xtc, temperature.)
 */
export const STAGE_NAMES = [
  'logitBias', 'penalties', 'dry', 'noRepeatNgram', 'badWords', 'minTokens', 'forcedTokens', 'constraint', 'filter',
  'temperature', 'topK', 'topP', 'minP', 'typicalP', 'topNSigma', 'epsilonCutoff', 'etaCutoff', 'xtc', 'mirostat',
] as const;

export type StageName = (typeof STAGE_NAMES)[number];
