// llama.cpp's samplers in its shared library, as sides of `alternate`. `npm run oracles` brings them.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:process';

const folder = new URL('../../.oracles/', import.meta.url).pathname, library = `${folder}node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libllama.v0.5.0.so`;
const signatures = {
  greedy: '', dist: 'uint32_t seed', temp: 'float t', temp_ext: 'float t, float range, float exponent', top_k: 'int32_t k', top_p: 'float p, size_t keep', min_p: 'float p, size_t keep',
  typical: 'float p, size_t keep', top_n_sigma: 'float n', xtc: 'float probability, float threshold, size_t keep, uint32_t seed',
  penalties: 'int32_t n_vocab, int32_t last_n, float repeat, float frequency, float presence',
  dry: 'const void *vocab, float multiplier, float base, int32_t allowed, int32_t last_n, const void *breakers, size_t n',
  mirostat: 'int32_t n_vocab, uint32_t seed, float tau, float eta, int32_t m', mirostat_v2: 'uint32_t seed, float tau, float eta',
};

/**
 * What makes sides: `(logits, [[name, ...values], ...], said) => side`. One turn lists the logits anew, as llama.cpp does for
 * every token, and applies the samplers one after the other. Null where the library is not there.
 */
export function openLlamaSamplers() {
  if (platform !== 'linux' || arch !== 'x64' || !existsSync(library)) return null;
  const koffi = createRequire(`${folder}package.json`)('koffi'), lib = koffi.load(library);
  koffi.struct('llama_token_data_array', { data: 'void *', size: 'size_t', selected: 'int64_t', sorted: 'bool' });
  const apply = lib.func('void llama_sampler_apply(void *s, _Inout_ llama_token_data_array *tokens)'), accept = lib.func('void llama_sampler_accept(void *s, int32_t token)');
  const makers = Object.fromEntries(Object.entries(signatures).map(([name, values]) => [name, lib.func(`void *llama_sampler_init_${name}(${values})`)]));
  return (logits, chain, said) => {
    const V = logits.length, list = new Uint8Array(12 * V), bytes = new DataView(list.buffer), fresh = new Uint8Array(12 * V);
    for (let i = 0; i < V; i++) {
      bytes.setInt32(12 * i, i, true);
      bytes.setFloat32(12 * i + 4, logits[i], true);
    }
    fresh.set(list);
    const samplers = chain.map(([name, ...values]) => makers[name](...values));
    for (const sampler of samplers) for (const token of said) accept(sampler, token);
    return (times) => {
      const began = performance.now();
      for (let i = 0; i < times; i++) {
        list.set(fresh);
        const tokens = { data: list, size: V, selected: -1, sorted: false };
        for (const sampler of samplers) apply(sampler, tokens);
      }
      return (performance.now() - began) / 1000;
    };
  };
}
