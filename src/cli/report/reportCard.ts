import type { WorldReport } from '../../data/index.ts';
import type { AnalogyScore, BankReport, BiasReport, Copied, DoubtReport } from '../../inspect/index.ts';

/** All that a report card tells, as plain data. What could not be measured is null. */
export interface ReportCard {
  readonly format: 'inkling-report-1';
  readonly language: 'en' | 'zh';
  readonly model: string;
  readonly parameters: number;
  readonly config: { readonly layers: number; readonly heads: number; readonly channels: number; readonly context: number; readonly vocab: number };
  /** Of the run, as its receipt and its log have it. */
  readonly run: { readonly data: string; readonly seed: number; readonly steps: number; readonly build: string; readonly hash: string | null } | null;
  readonly learning: readonly Learning[];
  readonly world: WorldReport | null;
  readonly analogies: readonly Pick<AnalogyScore, 'name' | 'questions' | 'covered' | 'first'>[];
  readonly bank: BankReport | null;
  readonly bias: { readonly biased: BiasReport; readonly even: BiasReport } | null;
  readonly doubt: DoubtReport | null;
  readonly copying: { readonly share: number; readonly unseen: number | null; readonly longest: Copied | null } | null;
  readonly speed: { readonly writing: number; readonly training: number | null };
  readonly samples: readonly { readonly prompt: string; readonly text: string }[];
}

/** One stage of training. */
export interface Learning {
  readonly stage: 'pretrain' | 'finetune';
  readonly losses: readonly (readonly [step: number, loss: number])[];
  readonly bitsPerByte: number | null;
  readonly tokensPerSecond: number | null;
}

/** Points of a curve, no more than this. */
const POINTS = 240;

/** Reads a log.jsonl; lines that are none of ours are passed over. */
export function readLearning(stage: Learning['stage'], log: string): Learning | null {
  const losses: [number, number][] = [], speeds: number[] = [];
  let bitsPerByte: number | null = null;
  for (const line of log.split('\n')) {
    if (line === '') continue;
    let entry: Record<string, unknown>;
    try {
      entry = JSON.parse(line) as Record<string, unknown>;
    } catch {
      continue; // the last line of a run that was killed
    }
    const { kind, step, loss, tokensPerSecond, bitsPerByte: bits } = entry;
    if (kind === 'step' && typeof step === 'number' && typeof loss === 'number') {
      losses.push([step, loss]);
      if (typeof tokensPerSecond === 'number') speeds.push(tokensPerSecond);
    }
    if (kind === 'evaluation' && typeof bits === 'number') bitsPerByte = bits;
  }
  if (losses.length === 0) return null;
  const each = Math.ceil(losses.length / POINTS), curve: [number, number][] = [];
  for (let i = 0; i < losses.length; i += each) {
    const some = losses.slice(i, i + each);
    curve.push([some.at(-1)![0], some.reduce((sum, [, loss]) => sum + loss, 0) / some.length]);
  }
  speeds.sort((a, b) => a - b);
  return { stage, losses: curve, bitsPerByte, tokensPerSecond: speeds[speeds.length >> 1] ?? null };
}
