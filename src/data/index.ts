// Data: text becomes batches of examples.
//
// A language model learns from one question asked again and again: what comes next?
//   tokens   t0 t1 t2 ... t(T-1)
//   targets  t1 t2 t3 ... tT        weights  1 where the prediction is learned, else 0
// A source gives documents (texts or conversations), `buildDataset` turns them into two sets of tokens, one to learn
// from and one to check with, and a loader cuts rows out of a set, endlessly, always the same for the same seed.
// In conversations only the assistant's words are learned; the weights say so. Where a loader stands is part of a
// checkpoint, so that a stopped run goes on with the row that would have come.
//
// Reading order: source, the parsers (plainText, markdown, jsonLines, csv), documentEncoder, dataset, tokenSet, loader,
// randomWindows, shuffledWindows, sequentialWindows, packedRows, mixture; for much text encoderTeam, tokenStore, portions,
// streamedRows; then world/, the corpus that we write ourselves.

export type { Message } from './message.ts';
export { joinSources, textSource, type ChatDocument, type Chunks, type Document, type Source, type TextDocument } from './source.ts';
export { plainText, type PlainTextOptions } from './plainText.ts';
export { markdown } from './markdown.ts';
export { jsonLines, parseDocument } from './jsonLines.ts';
export { csv } from './csv.ts';
export { knownExtensions, parserOf, type Parser } from './parserOf.ts';
export { blobSource } from './blobSource.ts';
export { byteLength } from './byteLength.ts';
export { buildDataset, type Dataset, type DatasetOptions, type DatasetProgress } from './dataset.ts';
export { documentEncoder, type Encoded, type Learned } from './documentEncoder.ts';
export {
  createEncoder, createEncoderTeam, encoderStart, transferOf, type EncoderReply, type EncoderStart, type EncoderTeam, type EncoderWorker,
} from './encoderTeam.ts';
export { serveEncoder, webEncoders, type EncoderRequest, type WebEncodersOptions } from './webEncoders.ts';
export { formatDataReport, type DataReport } from './dataReport.ts';
export { TokenSet } from './tokenSet.ts';
export { loadDataset, saveDataset } from './datasetStore.ts';
export { loadTokens, openTokens, saveTokens } from './tokenStore.ts';
export { portionsOf, type Portions } from './portions.ts';
export { createBatch, type Batch, type Loader, type LoaderOptions, type LoaderState } from './loader.ts';
export { randomWindows } from './randomWindows.ts';
export { shuffledWindows } from './shuffledWindows.ts';
export { sequentialWindows, type SequentialLoader } from './sequentialWindows.ts';
export { streamedRows } from './streamedRows.ts';
export { measurePacking, packedRows, type PackedLoader, type PackedOptions, type Packing } from './packedRows.ts';
export { mixture, type Ingredient } from './mixture.ts';
export * from './world/index.ts';
