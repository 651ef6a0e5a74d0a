import { attentionSteps, headSummaries } from '../../inspect/index.ts';
import { defineCommand } from '../command.ts';
import { inspectOptions, requireText, textWord } from '../inspectOptions.ts';
import { whole } from '../options.ts';
import { UsageError } from '../usageError.ts';
import { withModel } from '../withModel.ts';

/** From nothing to all. */
const SHADES = [' ', '░', '▒', '▓', '█'];

export const inspectAttention = defineCommand({
  name: 'inspect attention',
  summary: 'what heads look at: all of them in a table, or one as a picture',
  options: {
    ...inspectOptions,
    layer: whole(0, 10_000, 'the layer of one head, from 0'),
    head: whole(0, 10_000, 'the head, from 0'),
  },
  words: textWord,
  details: ['In the picture a row is a token that looks, a column one that is looked at. --json gives all steps: scores, scaled, masked, probs, out.'],
  example: 'inkling inspect attention --model runs/book "One day, a dog saw a cat"\ninkling inspect attention --model runs/book --layer 1 --head 0 "One day, a dog saw a cat"',
  async run({ model: path, tokenizer: words, layer, head, threads, build }, terminal, [word]) {
    const read = requireText(word, 'attention');
    if ((layer === undefined) !== (head === undefined)) throw new UsageError('--layer and --head go together: give both for one head, or neither for all.');
    await withModel(path, { threads, build, tokenizer: words }, (model) => {
      const { tokenizer } = model;
      if (layer === undefined || head === undefined) {
        terminal.tell('Shares of attention, averaged over the tokens that look; induction on random tokens that come twice', '',
          `  layer  head${['entropy', 'previous', 'first', 'itself', 'induction'].map((title) => title.padStart(11)).join('')}`);
        for (const summary of headSummaries(model, read)) {
          const { entropy, previous, first, self, induction } = summary;
          terminal.tell(`  ${String(summary.layer).padStart(5)} ${String(summary.head).padStart(5)}${entropy.toFixed(2).padStart(11)}${[previous, first, self, induction].map((share) => `${(100 * share).toFixed(1)}%`.padStart(11)).join('')}`);
          terminal.record({ kind: 'head', ...summary });
        }
        return Promise.resolve();
      }
      const { ids, heads } = attentionSteps(model, read, layer), steps = heads[head], T = ids.length;
      if (!steps) throw new UsageError(`--head must be from 0 to ${heads.length - 1}, but it is ${head}.`);
      const names = [...ids].map((id) => tokenizer.nameOf(id)), width = Math.max(...names.map(({ length }) => length));
      names.forEach((name, t) => {
        const row = [...steps.probs.subarray(t * T, (t + 1) * T)], most = row.indexOf(Math.max(...row));
        terminal.tell(`  ${name.padStart(width)} ${row.map((p) => SHADES[Math.min(4, Math.ceil(p * 4 - 0.2))]!.repeat(2)).join('')}  ${names[most]} ${(100 * row[most]!).toFixed(0)}%`);
      });
      const list = (numbers: Float32Array): (number | null)[][] => names.map((_, t) => [...numbers.subarray((t * numbers.length) / T, ((t + 1) * numbers.length) / T)].map((x) => (Number.isFinite(x) ? x : null)));
      terminal.record({ kind: 'attention', layer, head, tokens: names, ...Object.fromEntries((['queries', 'keys', 'values', 'scores', 'scaled', 'masked', 'probs', 'out'] as const).map((step) => [step, list(steps[step])])) });
      return Promise.resolve();
    });
  },
});
