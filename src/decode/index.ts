// Chapter 7: predictions become text.
//
// A model gives a score, a logit, to every token that could come next. Stages sharpen the scores or strike candidates
// out (temperature, top-k, top-p), then a token is drawn in proportion to
//
//   probability[i] = exp(logit[i] / temperature) / sum over j of exp(logit[j] / temperature)
//
// and fed back, until the model produces a special token, a stop string appears, or there is no more room. What was said
// before is not computed again: it lies in caches.
//
// Reading order: decoder.ts (tokens in, logits out, with a memory), sampler.ts and the stages topK.ts, topP.ts,
// temperature.ts (logits to a token), stopStrings.ts, continuation.ts, generate.ts, chat.ts.
export { Chat, type ChatOptions, type Reply } from './chat.ts';
export type { Reason } from './continuation.ts';
export { createSampler } from './createSampler.ts';
export { type Decodable, Decoder, type DecoderOptions } from './decoder.ts';
export { generate, generateBatch, type Generated, type Piece, type Prompt } from './generate.ts';
export type { GenerateOptions, SamplingOptions } from './generateOptions.ts';
export { Sampler } from './sampler.ts';
export { forkStages, type Situation, type Stage } from './stage.ts';
export { StopStrings } from './stopStrings.ts';
export { temperature } from './temperature.ts';
export { topK } from './topK.ts';
export { topP } from './topP.ts';
