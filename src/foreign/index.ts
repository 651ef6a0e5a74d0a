// Chapter 9b: other people's models.
//
// A model is worth more when it can leave and others can come in. Whatever the file, its numbers mean the same few
// matrices; formats differ in names, in the order of rows, and in how many bits a number has:
//
//   ours   blocks.3.attention.qkv.weight          =  q rows, then k rows, then v rows
//   theirs model.layers.3.self_attn.q_proj.weight, …k_proj.weight, …v_proj.weight
//
// A layout says which tensors of a file make which parameter; one and the same layout reads and writes.
//
// Reading order: byteSource.ts (bytes by ranges), place.ts (where files lie), tensorFile.ts (what is in them), layout.ts,
// huggingFaceConfig.ts, ggufConfig.ts, llama2c.ts, vocabularies/, fillWeights.ts, loadModel.ts; and back: exportModel.ts.
export { type GgufHeader, type GgufTensor, type GgufTensorInfo, parseGguf, writeGguf } from '../formats/gguf.ts';
export type { GgufArray, GgufItems, GgufType, GgufValue } from '../formats/ggufValue.ts';
export { type ByteSource, blobSource, bytesSource, urlSource } from './byteSource.ts';
export { exportGguf, exportHuggingFace, exportLlama2c, type ExportedFiles, type ExportOptions, exportTypes, type ExportType } from './exportModel.ts';
export { architectures } from './huggingFaceConfig.ts';
export { ForeignTokenizer } from '../tokenizer/foreign/foreignTokenizer.ts';
export { parseAnyTokenizer } from '../tokenizer/foreign/parseAnyTokenizer.ts';
export { type LoadedModel, loadModel, readTokenizer, type LoadModelOptions, type ModelSource } from './loadModel.ts';
export { describeFile, type FileDescription } from './describeFile.ts';
export { parseLlama2cTokenizer, writeLlama2cTokenizer } from './vocabularies/llama2cVocabulary.ts';
export { parseSentencePiece } from './vocabularies/sentencePiece.ts';
export { ggufTokenizer, ggufTokenizerMetadata } from './vocabularies/ggufVocabulary.ts';
