// llama.cpp itself reads a .gguf of ours: its logits, its tokens, its greedy text. Without flash attention and with an f32
// cache it computes a Llama to some millionths of float64.
import { pathToFileURL } from 'node:url';
import { oraclePathOrNull } from './oracle.ts';

const path = oraclePathOrNull('node-llama-cpp/dist/index.js', 'llama.cpp');
export const llamaCppIsThere = path !== null && oraclePathOrNull('@node-llama-cpp/linux-x64/package.json', 'llama.cpp') !== null;

export interface LlamaModel {
  /** Logits behind every token, one row (V) each. */
  logits(ids: readonly number[], vocab: number): Promise<Float32Array[]>;
  /** Ids of a text; special tokens only where they are allowed. */
  tokenize(text: string, specials?: boolean): number[];
  detokenize(ids: readonly number[]): string;
  free(): Promise<void>;
}

interface Llama {
  loadModel(options: object): Promise<{
    createContext(options: object): Promise<{ getSequence(): { controlledEvaluate(input: unknown[]): Promise<({ next: { logits?: Map<number, number> } } | undefined)[]>; clearHistory(): Promise<void> }; dispose(): Promise<void> }>;
    tokenize(text: string, specials?: boolean, trim?: 'trimLeadingSpace'): number[];
    detokenize(ids: readonly number[], specials?: boolean): string;
    dispose(): Promise<void>;
  }>;
}

let llama: Promise<Llama> | undefined;
const start = async (): Promise<Llama> => {
  const { getLlama } = await import(/* @vite-ignore */ pathToFileURL(path!).href) as { getLlama(options: object): Promise<Llama> };
  return getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error', maxThreads: 1 });
};

/** Loads a .gguf. */
export async function openLlama(file: string, context: number): Promise<LlamaModel> {
  const model = await (await (llama ??= start())).loadModel({ modelPath: file, useMmap: false });
  const room = await model.createContext({ contextSize: context, batchSize: context, flashAttention: false, experimentalKvCacheKeyType: 'F32', experimentalKvCacheValueType: 'F32', threads: { ideal: 1, min: 1 } });
  const sequence = room.getSequence();
  return {
    async logits(ids, vocab) {
      await sequence.clearHistory();
      const found = await sequence.controlledEvaluate(ids.map((id) => [id, { generateNext: { logits: true } }]));
      return found.map((one) => {
        const row = new Float32Array(vocab).fill(NaN);
        for (const [id, logit] of one!.next.logits!) row[id] = logit;
        return row;
      });
    },
    tokenize: (text, specials = false) => [...model.tokenize(text, specials)],
    detokenize: (ids) => model.detokenize(ids, true),
    async free() {
      await room.dispose();
      await model.dispose();
    },
  };
}
