// Every stage by its definition in float64, with all that chance can do: not one draw, but the probability of each. Slow, and
// written without a look at src/decode/stages.
import { type GenerateSettings, STAGE_NAMES, type StageName } from '../../src/decode/index.ts';

/** Logits, and how probable it is that chance inside the stages led to them. */
interface Branch { readonly share: number; readonly logits: readonly number[] }
interface Said { readonly tokens: readonly number[]; readonly prompt: number; readonly specials: readonly number[] }
type Slow = (logits: readonly number[], settings: GenerateSettings, said: Said) => readonly number[] | readonly Branch[];

const none = -Infinity;
export const softmax = (logits: readonly number[]): number[] => {
  const most = Math.max(...logits), weights = logits.map((logit) => Math.exp(logit - most)), total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
};
const entropy = (p: readonly number[]): number => -p.reduce((sum, x) => sum + (x > 0 ? x * Math.log(x) : 0), 0);
const only = (logits: readonly number[], keep: (i: number) => boolean): number[] => logits.map((logit, i) => (keep(i) ? logit : none));
/** Ids in order of a key, the smallest first. */
const sorted = (keys: readonly number[]): number[] => keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
/** The first ids whose probabilities reach a sum. */
function reaching(order: readonly number[], p: readonly number[], goal: number): Set<number> {
  const kept = new Set<number>();
  for (let sum = 0, n = 0; n < order.length && (n === 0 || sum < goal); n++) {
    kept.add(order[n]!);
    sum += p[order[n]!]!;
  }
  return kept;
}

const SLOW: Partial<Record<StageName, Slow>> = {
  logitBias: (logits, { logitBias }) => logits.map((logit, i) => logitBias.reduce((sum, [id, bias]) => sum + (id === i ? bias : 0), logit)),
  penalties(logits, { repeatPenalty, frequencyPenalty, presencePenalty, penaltyLastN }, { tokens }) {
    const window = penaltyLastN < 0 ? tokens : tokens.slice(-penaltyLastN);
    return logits.map((logit, i) => {
      const count = window.filter((token) => token === i).length;
      return count === 0 ? logit : (logit > 0 ? logit / repeatPenalty : logit * repeatPenalty) - count * frequencyPenalty - presencePenalty;
    });
  },
  dry: (logits, { dryMultiplier, dryBase, dryAllowedLength }, { tokens }) => dryMultiplier === 0 ? logits : logits.map((logit, next) => {
    let longest = -1;
    for (let at = 1; at < tokens.length; at++) {
      if (tokens[at] !== next) continue;
      let length = 0;
      while (length < at && tokens[at - 1 - length] === tokens[tokens.length - 1 - length]) length++;
      longest = Math.max(longest, length);
    }
    return longest < dryAllowedLength ? logit : logit - dryMultiplier * dryBase ** (longest - dryAllowedLength);
  }),
  noRepeatNgram: (logits, { noRepeatNgram: n }, { tokens }) => n === 0 ? logits : only(logits, (i) => {
    const run = [...tokens, i].slice(-n).join();
    return run.split(',').length < n || !tokens.some((_, at) => at + n <= tokens.length && tokens.slice(at, at + n).join() === run);
  }),
  badWords: (logits, { badWords }, { tokens }) => only(logits, (i) => !badWords.some((word) => [...tokens, i].slice(-word.length).join() === (word as number[]).join())),
  minTokens: (logits, { minTokens }, { tokens, prompt, specials }) => only(logits, (i) => tokens.length - prompt >= minTokens || !specials.includes(i)),
  forcedTokens(logits, { forcedTokens }, { tokens, prompt }) {
    const forced = (forcedTokens as number[])[tokens.length - prompt];
    return forced === undefined ? logits : logits.map((_, i) => (i === forced ? 0 : none));
  },
  temperature(logits, { temperature, dynatempRange, dynatempExponent }) {
    const n = logits.filter((logit) => logit > none).length, low = Math.max(0, temperature - dynatempRange), high = temperature + dynatempRange;
    const T = dynatempRange === 0 || n < 2 ? temperature : low + (high - low) * (entropy(softmax(logits)) / Math.log(n)) ** dynatempExponent;
    return logits.map((logit) => logit / T);
  },
  topK(logits, { topK }) {
    const kept = new Set(sorted(logits.map((logit) => -logit)).slice(0, topK || logits.length));
    return only(logits, (i) => kept.has(i));
  },
  topP(logits, { topP }) {
    const p = softmax(logits), kept = reaching(sorted(p.map((x) => -x)), p, topP);
    return topP === 1 ? logits : only(logits, (i) => kept.has(i));
  },
  minP(logits, { minP }) {
    const p = softmax(logits);
    return only(logits, (i) => p[i]! >= minP * Math.max(...p));
  },
  typicalP(logits, { typicalP }) {
    const p = softmax(logits), H = entropy(p), kept = reaching(sorted(p.map((x) => Math.abs(-Math.log(x) - H))), p, typicalP);
    return typicalP === 1 ? logits : only(logits, (i) => kept.has(i));
  },
  topNSigma(logits, { topNSigma }) {
    if (topNSigma === 0) return logits;
    const finite = logits.filter((logit) => logit > none), mean = finite.reduce((a, b) => a + b) / finite.length;
    const deviation = Math.sqrt(finite.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / finite.length);
    return only(logits, (i) => logits[i]! >= Math.max(...finite) - topNSigma * deviation);
  },
  epsilonCutoff(logits, { epsilonCutoff }) {
    const p = softmax(logits);
    return only(logits, (i) => p[i]! >= epsilonCutoff || p[i] === Math.max(...p));
  },
  etaCutoff(logits, { etaCutoff }) {
    const p = softmax(logits), eta = Math.min(etaCutoff, Math.sqrt(etaCutoff) * Math.exp(-entropy(p)));
    return only(logits, (i) => p[i]! >= eta || p[i] === Math.max(...p));
  },
  xtc(logits, { xtcProbability, xtcThreshold }) {
    const p = softmax(logits), likely = sorted(p.map((x) => -x)).filter((i) => p[i]! >= xtcThreshold).slice(0, -1);
    return [{ share: 1 - xtcProbability, logits }, { share: xtcProbability, logits: only(logits, (i) => !likely.includes(i)) }].filter(({ share }) => share > 0);
  },
};

/** The stages of which it knows; others (constraints) have tests of their own. */
export const SLOW_NAMES: readonly string[] = [...Object.keys(SLOW), 'mirostat'];

/** What mirostat leaves, and its new mu for each token. */
function mirostat(logits: readonly number[], { mirostat: version, mirostatTau, mirostatEta }: GenerateSettings, mu: number): { logits: readonly number[]; after(token: number): number } {
  if (version === 0) return { logits, after: () => mu };
  const p = softmax(logits), order = sorted(p.map((x) => -x)).filter((i) => p[i]! > 0);
  let kept: number[];
  if (version === 2) {
    kept = order.filter((i, rank) => rank === 0 || -Math.log2(p[i]!) <= mu);
  } else {
    const m = Math.min(100, order.length);
    let products = 0, squares = 0;
    for (let i = 0; i < m - 1; i++) {
      const t = Math.log((i + 2) / (i + 1)), b = Math.log(p[order[i]!]! / p[order[i + 1]!]!);
      products += t * b;
      squares += t * t;
    }
    const s = products / squares, epsilon = s - 1, k = ((epsilon * 2 ** mu) / (1 - logits.length ** -epsilon)) ** (1 / s);
    kept = order.slice(0, Math.max(1, Math.floor(k)));
  }
  const left = only(logits, (i) => kept.includes(i)), q = softmax(left);
  return { logits: left, after: (token) => mu - mirostatEta * (-Math.log2(q[token]!) - mirostatTau) };
}

/** What the stages make of logits: every branch of chance inside them. */
function branchesOf(logits: readonly number[], settings: GenerateSettings, said: Said): readonly Branch[] {
  let branches: readonly Branch[] = [{ share: 1, logits }];
  for (const name of settings.stages ?? STAGE_NAMES) {
    if (name === 'mirostat' || typeof name === 'function') continue; // mirostat is the last one, with a memory
    branches = branches.flatMap(({ share, logits: before }) => {
      const after = SLOW[name]?.(before, settings, said) ?? before;
      return typeof after[0] === 'number' ? [{ share, logits: after as readonly number[] }] : (after as readonly Branch[]).map((one) => ({ ...one, share: share * one.share }));
    });
  }
  return branches;
}

/** The distributions from which the first token may be drawn, one for each branch. */
export const firstDistributions = (logits: readonly number[], settings: GenerateSettings, said: Said): number[][] =>
  branchesOf(logits, settings, said).map((branch) => softmax(mirostat(branch.logits, settings, 2 * settings.mirostatTau).logits));

/** Probability of every text of as many tokens as there are rows of logits; text (a, b) has number a V + b. */
export function textDistribution(rows: readonly (readonly number[])[], settings: GenerateSettings, { tokens: prompt, specials }: { tokens: readonly number[]; specials: readonly number[] }): number[] {
  const V = rows[0]!.length, found = Array.from({ length: V ** rows.length }, () => 0);
  const walk = (step: number, tokens: readonly number[], share: number, mu: number, number: number): void => {
    if (step === rows.length) return void (found[number]! += share);
    for (const branch of branchesOf(rows[step]!, settings, { tokens, prompt: prompt.length, specials })) {
      const { logits, after } = mirostat(branch.logits, settings, mu);
      for (const [token, p] of softmax(logits).entries()) if (p > 0) walk(step + 1, [...tokens, token], share * branch.share * p, after(token), number * V + token);
    }
  };
  walk(0, prompt, 1, 2 * settings.mirostatTau, 0);
  return found;
}
