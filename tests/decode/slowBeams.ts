// Beam search by its definition: every continuation of every beam is a whole list of tokens, the model reads each list anew
// and without caches, stages are made anew and told every token, and everything is sorted. For small vocabularies.
import { beamSettings, type BeamOptions, prepareStages } from '../../src/decode/index.ts';
import type { Stage } from '../../src/decode/index.ts';
import { type LanguageModel } from '../../src/models/index.ts';
import { Random, stream } from '../../src/random.ts';
import { wholeLogits } from './models.ts';

export interface SlowSequence { readonly tokens: readonly number[]; readonly text: string; readonly reason: string; readonly score: number; readonly sum: number; readonly added: readonly number[]; readonly group: number }

interface Slow { readonly drawn: readonly number[]; readonly added: readonly number[]; readonly sum: number }
interface Done extends Slow { readonly reason: string; readonly score: number; readonly group: number; readonly order: number }
interface Candidate extends Slow { readonly parent: number; readonly token: number }
interface SlowGroup { beams: Slow[]; done: Done[]; over: boolean }

/** Log-probabilities behind the last of some tokens, remembered by the tokens. */
export function slowModel(model: LanguageModel): (tokens: readonly number[]) => number[] {
  const known = new Map<string, number[]>(), { size } = model.tokenizer;
  return (tokens) => {
    const key = tokens.join();
    let found = known.get(key);
    if (!found) {
      const logits = [...wholeLogits(model, tokens).at(-1)!.subarray(0, size)], most = Math.max(...logits);
      const all = most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
      known.set(key, (found = logits.map((logit) => logit - all)));
    }
    return found;
  };
}

export function slowBeams(model: LanguageModel, prompt: readonly number[], options: BeamOptions, logprobs = slowModel(model)): SlowSequence[] {
  const settings = beamSettings(options), { beams, groups: parts, lengthPenalty, lengthOf, earlyStopping, tokens: wanted, stop, diversityPenalty, sample, returned } = settings;
  const { tokenizer, transformer: { config } } = model, size = beams / parts, special = new Set(tokenizer.specials.values());
  const most = Math.min(wanted, config.context - prompt.length + 1), random = new Random(settings.seed, stream('beams', settings.index));
  const scoreOf = (sum: number, length: number): number => sum / length ** lengthPenalty;
  const replayed = (drawn: readonly number[]): Stage[] => {
    const stages = prepareStages(settings, tokenizer)(settings.index);
    // a stage that throws dice throws them once for each token
    drawn.forEach((token, i) => stages.forEach((stage) => {
      if (stage.name === 'xtc') stage.apply(new Float32Array(tokenizer.size), { tokens: [], prompt: 0, left: most - i });
      stage.accept?.(token);
    }));
    return stages;
  };
  const groups: SlowGroup[] = Array.from({ length: parts }, () => ({ beams: [{ drawn: [], added: [], sum: 0 }], done: [], over: false }));
  let order = 0;
  const finish = (group: SlowGroup, index: number, one: Slow, reason: string, length: number): void => {
    group.done.push({ ...one, reason, score: scoreOf(one.sum, length), group: index, order: order++ });
    group.done.sort((a, b) => b.score - a.score || a.order - b.order);
    group.done.splice(size);
  };

  for (let step = 1; step <= most; step++) {
    const taken: number[] = [];
    groups.forEach((group, index) => {
      if (group.over) return;
      const all = group.beams.flatMap(({ drawn, added, sum }, parent): Candidate[] => {
        const model = logprobs([...prompt, ...drawn]), changed = Float32Array.from(model, (p, token) => p - diversityPenalty * taken.filter((t) => t === token).length);
        for (const stage of replayed(drawn)) stage.apply(changed, { tokens: [...prompt, ...drawn], prompt: prompt.length, left: most - drawn.length });
        return [...changed].flatMap((p, token) => (p === -Infinity ? [] : [{ parent, token, drawn: [...drawn, token], added: [...added, p], sum: sum + p }]));
      });
      const byRank = (a: Candidate, b: Candidate): number => b.sum - a.sum || a.parent - b.parent || a.token - b.token;
      const lots = [...all];
      const draw = (): Candidate[] => {
        const most = Math.max(...lots.map(({ sum }) => sum)), weights = lots.map(({ sum }) => Math.exp(sum - most));
        let left = random.float() * weights.reduce((a, b) => a + b, 0);
        const at = weights.findIndex((weight) => (left -= weight) < 0);
        return lots.splice(at, 1);
      };
      const ranked: Candidate[] = sample ? Array.from({ length: Math.min(2 * size, lots.length) }, () => draw()[0]!).sort(byRank) : all.sort(byRank);
      const next: Candidate[] = [];
      for (let rank = 0; next.length < size; rank++) {
        if (rank >= ranked.length && sample && lots.length > 0) ranked.push(...draw());
        const candidate = ranked[rank];
        if (!candidate) break;
        const text = tokenizer.decode(candidate.drawn.filter((t) => !special.has(t))), isStop = !special.has(candidate.token) && stop.some((one) => text.includes(one));
        const isDone = !special.has(candidate.token) && !isStop && replayed(candidate.drawn).some((stage) => stage.done?.({ tokens: [...prompt, ...candidate.drawn], prompt: prompt.length, left: most - step }));
        if (!special.has(candidate.token) && !isStop && !isDone) {
          next.push(candidate);
        } else if (rank < size) {
          const length = lengthOf === 'generated' ? step : prompt.length + step - (special.has(candidate.token) ? 1 : 0);
          finish(group, index, candidate, isStop ? 'stop' : 'end', length);
        }
      }
      group.beams = next;
      taken.push(...next.map(({ token }) => token));
      if (next.length === 0) group.over = true;
      else if (group.done.length === size) {
        const long = earlyStopping === 'never' && lengthPenalty > 0;
        const length = lengthOf === 'generated' ? (long ? most : step) : prompt.length + (long ? most : step - 1);
        group.over = earlyStopping === true || group.done.at(-1)!.score >= scoreOf(ranked[0]!.sum, Math.max(1, length));
      }
      if (step === most && !group.over) {
        for (const beam of group.beams) finish(group, index, beam, wanted > most ? 'context' : 'length', lengthOf === 'generated' ? step : prompt.length + step);
      }
    });
  }
  const found = groups.flatMap(({ done }) => done).sort((a, b) => b.score - a.score);
  return found.slice(0, returned).map(({ drawn, reason, score, sum, added, group }) => {
    const tokens = drawn.filter((token) => !special.has(token)), text = tokenizer.decode(tokens);
    const ends = stop.filter((one) => text.includes(one)).map((one) => [text.indexOf(one) + one.length, -one.length] as const).sort(([a, b], [c, d]) => a - c || b - d);
    return { tokens, reason, score, sum, added, group, text: ends.length > 0 ? text.slice(0, ends[0]![0] + ends[0]![1]) : text };
  });
}
