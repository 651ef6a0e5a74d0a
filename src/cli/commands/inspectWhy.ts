import { attribute, contributions, effectOf, intervene } from '../../inspect/index.ts';
import { drawBars, largest } from '../bars.ts';
import { defineCommand } from '../command.ts';
import { asFloats, inspectOptions, requireText, textWord } from '../inspectOptions.ts';
import { oneToken } from '../oneToken.ts';
import { text } from '../options.ts';
import { withModel } from '../withModel.ts';

export const inspectWhy = defineCommand({
  name: 'inspect why',
  summary: 'why a model says a token: which words of the text, which heads and layers speak for it, and what happens without them',
  options: {
    ...inspectOptions,
    token: text('TEXT', 'the token (default: the likeliest one)'),
    against: text('TEXT', 'another token: why the first and not this one?'),
  },
  words: textWord,
  details: [
    'Words: integrated gradients from the mean word to the real one. Parts: what each adds to the logit, behind the last norm as it was measured.',
    'Both add up, and the sum is shown. Without: the part is silenced, and the text is read again.',
  ],
  example: 'inkling inspect why --model runs/book --token " puppy" --against " kitten" "A baby dog is called a"',
  async run({ model: path, tokenizer: words, token: asked, against: other, threads, build }, terminal, [word]) {
    const read = requireText(word, 'why');
    await withModel(path, { threads, build, tokenizer: words, floats: true }, (loaded) => {
      const model = asFloats(loaded), { tokenizer, transformer: { config: { layers, heads } } } = model, name = (id: number): string => tokenizer.nameOf(id);
      const choice = { ...(asked !== undefined && { token: oneToken(tokenizer, asked, 'token') }), ...(other !== undefined && { against: oneToken(tokenizer, other, 'against') }) };
      const { ids, tokens, difference, error, token, logit, gradientTimesInput } = attribute(model, read, choice), { parts, sum } = contributions(model, read, { ...choice, token });
      const what = `"${name(token)}"${choice.against === undefined ? '' : ` rather than "${name(choice.against)}"`}`;
      terminal.tell(`${what}: logit ${logit.toFixed(3)}`, '', `Words of the text: ${difference.toFixed(3)} more than without any (their sum is ${Math.abs(error) < 5e-4 ? 'the same' : `off by ${error.toFixed(4)}`})`,
        ...drawBars([...ids].map((id, t) => ({ name: name(id), value: tokens[t]! })), terminal));
      const main = largest(parts), small = (rest: number, of: string): string[] => (rest > 0 ? [terminal.colors.dim(`  and ${rest} smaller ones${of}`)] : []);
      terminal.tell('', `Parts of the model (their sum is ${sum.toFixed(3)})`, ...drawBars(main.shown.map(({ part, value }) => ({ name: part, value })), terminal), ...small(main.rest, `, together ${main.sum.toFixed(3)}`));
      const score = (logits: readonly number[]): number => logits[0]! - (logits[1] ?? 0), pair = choice.against === undefined ? [token] : [token, choice.against];
      const without = Array.from({ length: layers }, (_, layer) => [
        ...Array.from({ length: heads }, (__, head) => ({ part: `blocks.${layer}.attention.heads.${head}`, change: { tensor: `blocks.${layer}.attention.heads`, heads: [head], to: 'zero' as const } })),
        { part: `blocks.${layer}.mlp`, change: { tensor: `blocks.${layer}.mlp.hidden`, to: 'zero' as const } },
      ]).flat().map(({ part, change }) => {
        const effect = effectOf(intervene(model, ids, [change]), { tokens: pair });
        return { part, divergence: effect.divergence, change: score(effect.tokens.map((one) => one.logit[1])) - score(effect.tokens.map((one) => one.logit[0])) };
      });
      const { shown, rest } = largest(without.map(({ part, divergence, change }) => ({ name: part, value: change, divergence })));
      terminal.tell('', 'Without a part: how the logit changes, and how far the whole answer moves, in nats', ...drawBars(shown, terminal).map((line, i) => `${line}  ${terminal.colors.dim(shown[i]!.divergence.toFixed(3))}`), ...small(rest, ''));
      terminal.record({
        kind: 'why', token: name(token), id: token, ...(choice.against !== undefined && { against: name(choice.against) }), logit, difference, error,
        words: [...ids].map((id, t) => ({ token: name(id), id, attribution: tokens[t], gradient_times_input: gradientTimesInput[t] })), parts, sum, without,
      });
      return Promise.resolve();
    });
  },
});
