// The gradient of attention. Probabilities are computed again from the scores and the log of their sum. With
// D[i] = dO[i]·O[i] (Dao 2023, https://arxiv.org/abs/2307.08691):
//
//   dP = dO Vᵀ,   dS = scale P (dP - D),   dQ = dS K,   dK = dSᵀ Q,   dV = Pᵀ dO
//
// The gradients of keys and values are summed up turned round, channel by key: so the scores are the right side of
// both products just as they lie. One thread does all queries of one head of keys and values, block by block, head by
// head, so the sums over queries keep their order.
import { along4, one, packA, packB } from "./pack";
import { scratch } from "./plan";
import { dotRow } from "./row";
import { LINE, PANEL, panelOf, panelScores, ROWS, slopeLines, weigh } from "./scores";
import { first, last } from "./slice";
import { MR, NR, tile } from "./tile";
import { touch } from "./touch";

@unmanaged class AttentionGrad {
  q: usize; k: usize; v: usize; out: usize; lse: usize; dout: usize;
  dq: usize; dk: usize; dv: usize;     // strides as q, k, v
  S: i32; T: i32; sq: i32; skv: i32; nh: i32; nkv: i32; hs: i32; window: i32; scale: f32;
}

/** to[channel, key] = add + sum over k queries of left[query, channel] right[query, key], for one panel of keys. */
function panelSum(hs: i32, k: i32, left: usize, step: usize, right: usize, to: usize, add: bool): void {
  for (let c = 0; c < hs; c += MR, left += step, to += <usize>MR * LINE) tile(k, left, right, to, LINE, add ? to : 0, LINE);
}

/** Writes a panel [channel][NR] as rows of channels, of which there are n. */
function turnBack(hs: i32, n: i32, from: usize, to: usize, stride: usize): void {
  let c = 0;
  for (; c + 4 <= hs; c += 4) along4(to + (<usize>c << 2), stride, from + <usize>c * LINE, LINE, n);
  for (; c < hs; c++) one(to + (<usize>c << 2), stride, from + <usize>c * LINE, n);
}

export function attentionGrad(p: AttentionGrad, thread: i32, threads: i32): void {
  const T = p.T, nh = p.nh, nkv = p.nkv, hs = p.hs, scale = p.scale, share = nh / nkv, window = p.window;
  const sq = <usize>p.sq << 2, skv = <usize>p.skv << 2, so = <usize>(nh * hs) << 2, head = <usize>hs << 2;
  const panels = <usize>((T + NR - 1) / NR), tall = <usize>((hs + MR - 1) / MR * MR), wide = <usize>((hs + NR - 1) / NR), turned = tall * LINE;
  // scratch: an edge tile | lse and D of each query | of a block: scores, slopes, q and dO in lines and turned |
  // of all keys: keys and values in lines, keys turned, dK and dV turned
  const edge = scratch, lse = edge + 1024, d = lse + 512, scores = d + 512, slopes = scores + panels * PANEL, q = slopes + panels * PANEL;
  const o = q + <usize>ROWS * head, qTurned = o + <usize>ROWS * head, oTurned = qTurned + tall * <usize>(ROWS << 2);
  const keys = oTurned + tall * <usize>(ROWS << 2), values = keys + panels * <usize>NR * head;
  const across = values + panels * <usize>NR * head, dk = across + wide * <usize>T * LINE, dv = dk + panels * turned;
  const jobs = p.S * nkv;
  for (let job = first(jobs, thread, threads), end = last(jobs, thread, threads); job < end; job++) {
    const g = job % nkv, s = job / nkv, kv = <usize>s * <usize>T * skv + <usize>g * head;
    touch(p.k + kv, skv, T, head, edge);
    touch(p.v + kv, skv, T, head, edge);
    for (let j = 0; j < T; j += NR) {
      packB(keys + <usize>j * head, p.k + kv + <usize>j * skv, skv, true, min(NR, T - j), hs);
      packB(values + <usize>j * head, p.v + kv + <usize>j * skv, skv, true, min(NR, T - j), hs);
    }
    for (let c = 0; c < hs; c += NR) packB(across + <usize>(c / NR * T) * LINE, p.k + kv + (<usize>c << 2), skv, false, min(NR, hs - c), T);
    for (let h = g * share; h < (g + 1) * share; h++) {
      for (let t0 = 0; t0 < T; t0 += ROWS) {
        const n = min(ROWS, T - t0), seen = t0 + n, row = <usize>(s * T + t0), from = max(0, t0 + 1 - window) / NR * NR;
        const qRow = p.q + row * sq + <usize>h * head, dqRow = p.dq + row * sq + <usize>h * head;
        const oRow = p.out + row * so + <usize>h * head, doRow = p.dout + row * so + <usize>h * head;
        touch(qRow, sq, n, head, edge);
        touch(doRow, so, n, head, edge);
        touch(oRow, so, n, head, edge);
        touch(dqRow, sq, n, head, edge);
        packA(q, qRow, sq, true, n, hs);
        packA(o, doRow, so, true, n, hs);
        packA(qTurned, qRow, sq, false, hs, n);
        packA(oTurned, doRow, so, false, hs, n);
        memory.copy(lse, p.lse + (<usize>((s * nh + h) * T + t0) << 2), <usize>n << 2);
        for (let i = 0; i < n; i++) store<f32>(d + (<usize>i << 2), dotRow(doRow + <usize>i * so, oRow + <usize>i * so, hs));
        for (let j = from; j < seen; j += NR) {
          const i = max(0, j - t0) / MR * MR, behind = min(n, j + NR - 1 + window - t0);
          panelScores(i, behind, hs, q, keys + <usize>j * head, panelOf(scores, j));
          panelScores(i, behind, hs, o, values + <usize>j * head, panelOf(slopes, j));
        }
        for (let i = 0; i < n; i += MR) {
          const m = min(MR, n - i), stop = t0 + i + m, lo = max(0, t0 + i + 1 - window) / NR * NR, line = <usize>i * LINE, at = <usize>i << 2;
          slopeLines(scores + line, slopes + line, lo, stop, t0 + i + 1, window, scale, lse + at, d + at);
          weigh(m, hs, T, lo, stop, slopes + line, across, dqRow + <usize>i * sq, sq, edge);
        }
        const step = <usize>(n * MR) << 2;
        for (let j = from; j < seen; j += NR) {
          // the first to see a panel's first key is its own query
          const i = max(0, j - t0), k = min(n, j + NR - 1 + window - t0) - i, add = h > g * share || j < t0;
          const line = <usize>i * LINE, left = <usize>(i * MR) << 2, to = <usize>(j / NR) * turned;
          panelSum(hs, k, qTurned + left, step, panelOf(slopes, j) + line, dk + to, add);
          panelSum(hs, k, oTurned + left, step, panelOf(scores, j) + line, dv + to, add);
        }
      }
    }
    touch(p.dk + kv, skv, T, head, edge);
    touch(p.dv + kv, skv, T, head, edge);
    for (let j = 0; j < T; j += NR) {
      const at = kv + <usize>j * skv, panel = <usize>(j / NR) * turned;
      turnBack(hs, min(NR, T - j), dk + panel, p.dk + at, skv);
      turnBack(hs, min(NR, T - j), dv + panel, p.dv + at, skv);
    }
  }
}
