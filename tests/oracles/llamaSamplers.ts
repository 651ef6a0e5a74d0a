// llama.cpp's samplers, called in its shared library.
import { oraclePathOrNull, requireOracle } from './oracle.ts';

const library = process.platform === 'linux' && process.arch === 'x64'
  ? oraclePathOrNull('@node-llama-cpp/linux-x64/bins/linux-x64/libllama.v0.5.0.so', "llama.cpp's samplers") : null;
/** Whether it can be asked. */
export const llamaIsThere = library !== null && oraclePathOrNull('@koromix/koffi-linux-x64/package.json', "llama.cpp's samplers") !== null;

type Pointer = object;
type Call = (...values: unknown[]) => unknown;
interface Koffi {
  load(path: string): { func(prototype: string): Call };
  struct(name: string, members: object): object;
  array(type: object | string, length: number): object;
  decode(pointer: Pointer, type: object): unknown;
  pointer(type: string): object;
}

/** What a sampler of llama.cpp left of some logits. */
export interface Left {
  /** By token: its logit afterwards, -Infinity if it was removed. */
  readonly logits: Float64Array;
  /** By token: its probability among those that were left. */
  readonly probabilities: Float64Array;
  /** The token that was drawn, if the sampler draws. */
  readonly selected: number | null;
}

export interface LlamaSampler {
  apply(logits: Float32Array): Left;
  accept(token: number): void;
  free(): void;
}

const signatures = {
  logit_bias: 'int32_t n_vocab, int32_t n, const llama_logit_bias *biases',
  penalties: 'int32_t n_vocab, int32_t last_n, float repeat, float frequency, float presence',
  dry: 'const void *vocab, float multiplier, float base, int32_t allowed, int32_t last_n, const void *breakers, size_t n',
  temp: 'float t', temp_ext: 'float t, float range, float exponent',
  top_k: 'int32_t k', top_p: 'float p, size_t keep', min_p: 'float p, size_t keep', typical: 'float p, size_t keep', top_n_sigma: 'float n',
  xtc: 'float probability, float threshold, size_t keep, uint32_t seed',
  mirostat: 'int32_t n_vocab, uint32_t seed, float tau, float eta, int32_t m', mirostat_v2: 'uint32_t seed, float tau, float eta',
  dist: 'uint32_t seed',
};
export type LlamaName = keyof typeof signatures;

/** Longest list of tokens. */
const MOST = 4096;

function open(): (name: LlamaName, values: readonly unknown[]) => LlamaSampler {
  const koffi = requireOracle('koffi') as Koffi, lib = koffi.load(library!);
  const item = koffi.struct('llama_token_data', { id: 'int32_t', logit: 'float', p: 'float' });
  koffi.struct('llama_token_data_array', { data: 'void *', size: 'size_t', selected: 'int64_t', sorted: 'bool' });
  koffi.struct('llama_logit_bias', { token: 'int32_t', bias: 'float' });
  const apply = lib.func('void llama_sampler_apply(void *s, _Inout_ llama_token_data_array *tokens)');
  const accept = lib.func('void llama_sampler_accept(void *s, int32_t token)'), free = lib.func('void llama_sampler_free(void *s)');
  const makers = new Map(Object.entries(signatures).map(([name, values]) => [name, lib.func(`void *llama_sampler_init_${name}(${values})`)]));
  const dist = makers.get('dist')!(1);
  // the library keeps pointers into it between calls, so it must not move or go
  const list = new Uint8Array(12 * MOST), bytes = new DataView(list.buffer);
  return (name, values) => {
    const sampler = makers.get(name)!(...values);
    return {
      apply(logits) {
        const V = logits.length;
        if (V > MOST) throw new Error(`At most ${MOST} tokens.`);
        let n = 0;
        for (let i = 0; i < V; i++) {
          if (logits[i] === -Infinity) continue; // llama.cpp takes what is not there from the list
          bytes.setInt32(12 * n, i, true);
          bytes.setFloat32(12 * n++ + 4, logits[i]!, true);
        }
        const tokens = { data: list as unknown as Pointer, size: n, selected: -1, sorted: false };
        apply(sampler, tokens);
        const selected = tokens.selected < 0 ? null : (koffi.decode(tokens.data, koffi.array(item, Number(tokens.size))) as { id: number }[])[tokens.selected]!.id;
        apply(dist, tokens); // fills in probabilities
        const left = { logits: new Float64Array(V).fill(-Infinity), probabilities: new Float64Array(V), selected };
        for (const { id, logit, p } of koffi.decode(tokens.data, koffi.array(item, Number(tokens.size))) as { id: number; logit: number; p: number }[]) {
          left.logits[id] = logit;
          left.probabilities[id] = p;
        }
        return left;
      },
      accept: (token) => void accept(sampler, token),
      free: () => void free(sampler),
    };
  };
}

let opened: ReturnType<typeof open> | undefined;
/** A sampler of llama.cpp with the values of its `llama_sampler_init_` function. */
export const llamaSampler = (name: LlamaName, ...values: readonly unknown[]): LlamaSampler => (opened ??= open())(name, values);
