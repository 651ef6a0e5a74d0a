// Which loop the tile takes is decided by the machine's compiler, so the two must give the same bits.
import { expect, test } from 'vitest';
import { compileEntry } from './compileEntry.ts';

type Gemm = (M: number, N: number, K: number, a: number, lda: number, ta: number, b: number, ldb: number, tb: number, c: number, ldc: number, add: number, ldadd: number, scratch: number) => void;

test('the unrolled loop of the tile gives the same bits as the other', async () => {
  const { memory, gemm, setUnrolled } = await compileEntry('export { gemm } from "./gemm"; export { setUnrolled } from "./tile";');
  const numbers = new Float32Array(memory.buffer), [a, b, c, scratch] = [1 << 17, 1 << 18, 3 << 17, 1 << 19] as const;
  numbers.forEach((_, i) => { numbers[i] = ((i * 2654435761) % 1009) / 500 - 1; });
  for (const [M, N, K] of [[11, 17, 1], [9, 8, 3], [10, 16, 64], [13, 9, 391]] as const) {
    for (const [ta, tb] of [[0, 0], [0, 1], [1, 0]] as const) {
      const bits = [0, 1].map((on) => {
        (setUnrolled as (on: number) => void)(on);
        (gemm as Gemm)(M, N, K, a, (ta ? M : K) * 4, ta, b, (tb ? K : N) * 4, tb, c, N * 4, 0, 0, scratch);
        return new Uint32Array(memory.buffer, c, M * N).join();
      });
      expect(bits[1]).toBe(bits[0]);
      expect(new Float32Array(memory.buffer, c, M * N).every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
    }
  }
}, 60_000);
