// Chapter 1: text becomes numbers.
//
// A model knows no letters, only ids from 0 to V - 1. A tokenizer cuts text into tokens and numbers them, so that
//   decodeBytes(encode(x)) = x   for every text and all bytes.
// Short tokens make long sequences, long tokens make a large vocabulary that is seen rarely. Three answers:
// characters (chars.ts), words (words.ts), and between them byte-pair encoding (bpe.ts), which starts from 256 bytes
// and again and again makes the most frequent pair of neighbours a token (learnMerges.ts).
// Special tokens mark documents and turns (chat.ts). Text cannot forge them.
//
// Other people's tokenizers (foreign/) are read as they are; they come with `inkling/foreign`.
//
// Read tokenizer.ts, chars.ts, vocabulary.ts, words.ts; then pattern.ts, merger.ts, bpe.ts; then bpeCounter.ts and
// learnMerges.ts. utf8.ts says what happens to text that is no text.

export { Bpe, type BpeParts, type Explanation, type Merge } from './bpe.ts';
export { BpeCounter, type BpeTraining } from './bpeCounter.ts';
export { bpeFromMerges, type BpeFromMergesOptions } from './bpeFromMerges.ts';
export { bpeFromRanks, type BpeFromRanksOptions } from './bpeFromRanks.ts';
export { Chars, createChars, type CharsOptions } from './chars.ts';
export { renderChat, type Message, type RenderedChat } from './chat.ts';
export type { AddedTokenJson, HuggingFaceJson, JsonStep } from './foreign/huggingFaceJson.ts';
export { parseTokenizer } from './parseTokenizer.ts';
export { Pattern, type PatternName } from './pattern.ts';
export { StreamDecoder } from './streamDecoder.ts';
export { DEFAULT_SPECIALS, type EncodeOptions, type Opening, type Tokenizer } from './tokenizer.ts';
export type { TokenizerJson } from './tokenizerJson.ts';
export { tokenizerReport, type MergeUse, type TokenCount, type TokenizerReport } from './tokenizerReport.ts';
export { trainBpe, type TrainBpeOptions } from './trainBpe.ts';
export { createWords, Words, type WordsOptions } from './words.ts';
