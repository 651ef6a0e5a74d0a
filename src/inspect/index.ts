// Chapter 8: look inside, and measure what was learned.
//
//   share of right answers = replies that the world's own grammar accepts / questions asked
//
// Reading order: symbolPatterns.ts, symbolNetwork.ts, trainSymbols.ts, symbolFile.ts (a network small enough to see whole);
// query.ts, openGraph.ts, textReader.ts, record.ts (any tensor by name); attentionSteps.ts, headSummaries.ts (who looks where);
// intervene.ts (what if?), logitLens.ts, contributions.ts, attribute.ts (why this answer?); wordVectors.ts, analogyFile.ts,
// skipGram.ts, worldAnalogies.ts, tokenVectors.ts, contextVectors.ts, pca.ts, umap.ts (meaning as geometry); linearProbe.ts, bankTest.ts
// (two senses of one word), topActivations.ts; suffixArray.ts, copyIndex.ts (where did it get that from?); textScores.ts, bootstrap.ts, bias.ts,
// calibration.ts, logisticFit.ts, doubt.ts, worldDoubt.ts (honest limits); examine.ts (a model sits the examination of a world).
export { examine, type ExamineOptions, formatWorldReport } from './examine.ts';
export { PATTERNS, PIXELS, parseSymbolPattern, type SymbolDrawing, type SymbolPattern, symbolPattern, SYMBOLS, type SymbolSplit, symbolSplit } from './symbolPatterns.ts';
export { createSymbolNetwork, type SymbolAnswer, SymbolNetwork, type SymbolNetworkOptions, type SymbolStage } from './symbolNetwork.ts';
export { type SymbolProgress, trainSymbols, type TrainSymbolsOptions } from './trainSymbols.ts';
export { parseSymbolFile, type SymbolFile, symbolFile } from './symbolFile.ts';
export { type AnalogyAnswer, type Neighbour, WordVectors } from './wordVectors.ts';
export { type AnalogyScore, type AnalogySection, parseAnalogies, scoreAnalogies } from './analogyFile.ts';
export { matchesPath, resolveQueries } from './query.ts';
export { record, type Recording } from './record.ts';
export { type Edit, type Recorded, TextReader, type TextReaderOptions } from './textReader.ts';
export { type TensorStatistics, tensorStatistics } from './tensorStatistics.ts';
export { exportTensor, type TensorFormat, tensorFormats } from './exportTensor.ts';
export { type AttentionSteps, attentionSteps, type HeadSteps } from './attentionSteps.ts';
export { headSummaries, type HeadSummary } from './headSummaries.ts';
export { divergence, likeliest, type Likely, logProbabilities } from './distribution.ts';
export { type Change, type Effect, effectOf, intervene, type Intervention } from './intervene.ts';
export { type LensReading, type LensRow, logitLens } from './logitLens.ts';
export { type Contribution, type Contributions, contributions } from './contributions.ts';
export { attribute, type AttributeOptions, type Attribution } from './attribute.ts';
export { contextVectors, type SentenceOptions, sentenceVectors, type VectorsOptions } from './contextVectors.ts';
export { skipGram, type SkipGramOptions, wordsOf } from './skipGram.ts';
export { worldAnalogies } from './worldAnalogies.ts';
export { tokenVectors } from './tokenVectors.ts';
export { type Components, pca } from './pca.ts';
export { umap, type UmapClass, type UmapOptions } from './umap.ts';
export { type Activation, topActivations, type TopActivationsOptions } from './topActivations.ts';
export { CrossProbe, type ProbeOptions } from './linearProbe.ts';
export { type BankHead, type BankReport, bankTest, formatBankReport, type SenseContext, senseContexts } from './bankTest.ts';
export { suffixArray } from './suffixArray.ts';
export { type Copied, CopyIndex, type CopyReport } from './copyIndex.ts';
export { bootstrapMean, type BootstrapOptions, type Interval } from './bootstrap.ts';
export { type BiasPair, type BiasReport, measureBias, templatePairs } from './bias.ts';
export { textLogProbabilities } from './textScores.ts';
export { auroc, type Calibration, calibration, riskCoverage, type RiskCoverage } from './calibration.ts';
export { fitLogistic, type LogisticFit, probabilityOf } from './logisticFit.ts';
export { type DoubtMeter, doubtOf, type DoubtOptions, DoubtReader, type DoubtSigns, parseDoubtMeter } from './doubt.ts';
export { type DoubtReport, formatDoubtReport, measureDoubt, type WorldDoubtOptions } from './worldDoubt.ts';
