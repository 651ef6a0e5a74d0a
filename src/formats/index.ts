// Formats: how numbers lie in files.
//
// A model is worth what can be read back. Tensors go into safetensors, a format made so that a file from a stranger
// can be opened without harm: 8 bytes of length, a JSON header, the numbers.
//   file = N | header of N bytes | tensor | tensor | ...
// A checkpoint is the same file with the state of the run and a seal (SHA-256) in its metadata; a single array for
// numpy is an .npy file. Where files live is the business of a Store: a folder, memory, or the browser's own disk.
//
// Reading order: dtype, safetensors (and safetensorsHeader, the careful part), npy, sha256, store, memoryStore, checkpoint.
// For llama.cpp: ggufDtype, quantize; gguf (and ggufReader, the careful part), which come with `inkling/foreign`.

export { dtypeBytes, type Dtype } from './dtype.ts';
export {
  parseSafetensors, parseSafetensorsHeader, readTensorF32, writeSafetensors,
  type NamedTensor, type Safetensors, type SafetensorsEntry, type StoredTensor,
} from './safetensors.ts';
export { parseNpy, writeNpy, type Npy, type NpyData } from './npy.ts';
export { sha256 } from './sha256.ts';
export { StoreError, type Store, type StoreReader } from './store.ts';
export { memoryStore } from './memoryStore.ts';
export {
  latestCheckpoint, parseCheckpoint, saveCheckpoint, writeCheckpoint,
  type Checkpoint, type FoundCheckpoint,
} from './checkpoint.ts';
export { ggufBytes, ggufDtypes, type GgufDtype } from './ggufDtype.ts';
export { dequantize, quantize, type QuantizeDtype } from './quantize.ts';
