import { formatDataReport } from '../../data/index.ts';
import { createEngine } from '../../engine/index.ts';
import { count, bytes as showBytes } from '../../errors.ts';
import type { Store } from '../../formats/index.ts';
import { createLanguageModel } from '../../models/index.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { checkRecipe, type PretrainRecipe } from '../../train/index.ts';
import { chooseModel, modelOptions, presetFor } from '../chooseModel.ts';
import { chooseSteps } from '../chooseSteps.ts';
import { defineCommand, type SharedOptions } from '../command.ts';
import { type AtEnd, conductRun } from '../conductRun.ts';
import { isKind, loadTokenizer, trainTokenizer } from '../makeTokenizer.ts';
import { chooseData, type DataChoice, dataOptions, openData } from '../openData.ts';
import { text, type Values, whole } from '../options.ts';
import { resumeRun } from '../resumeRun.ts';
import { requireNoRun, type RunSettings } from '../runSettings.ts';
import { tokensFolder } from '../tokensFolder.ts';
import type { Terminal } from '../terminal.ts';
import { showEncoding } from '../showEncoding.ts';
import { openTrainingData } from '../trainingData.ts';
import { checkTime, chosenBy, trainingOptions } from '../trainingOptions.ts';
import { beginRun, type Run } from '../trainRun.ts';
import { UsageError } from '../usageError.ts';

const options = {
  data: text(dataOptions.data.value!, `${dataOptions.data.summary} (required, unless --resume)`),
  mb: dataOptions.mb,
  language: dataOptions.language,
  tokenizer: text('chars|words|bpe|FILE', 'trained on the data, or read from a tokenizer.json (default: that of the preset)'),
  vocab: whole(1, 1 << 20, 'tokens of words and bpe (default: those of the preset)'),
  ...modelOptions,
  ...trainingOptions,
};

type PretrainValues = Values<typeof options & SharedOptions>;

export const pretrain = defineCommand({
  name: 'pretrain',
  summary: 'trains a new model on much text',
  options,
  example: [
    'inkling pretrain --data book.txt --tokenizer bpe --vocab 2048 --minutes 5 --out runs/book',
    'inkling pretrain --data tinyshakespeare.txt --preset nanogpt-cpu --seed 1337 --out runs/shakespeare',
    'inkling pretrain --out runs/book --resume',
  ].join('\n'),
  details: [
    'Ctrl-C saves a checkpoint; --resume goes on from it with the same bits. A folder that holds a run is never written over.',
    'The folder then holds model.safetensors, config.json, tokenizer.json, tokenizer.vocab, receipt.json, log.jsonl, run.json, checkpoints/.',
  ],
  async run(values, terminal) {
    await conductRun(values.out, 'inkling pretrain', (store, atEnd) => (
      values.resume ? resumeRun('pretrain', values, store, terminal, atEnd) : newRun(values, store, terminal, atEnd)), terminal);
  },
});

async function newRun(values: PretrainValues, store: Store, terminal: Terminal, atEnd: AtEnd): Promise<Run> {
  const { out, threads, minutes, seed = 1 } = values;
  if (values.data === undefined) throw new UsageError(`--data ${options.data.value} is missing: ${dataOptions.data.summary}.`);
  checkTime(values);
  const choice = chooseModel({ ...values, preset: values.preset ?? (minutes !== undefined && values.depth === undefined ? presetFor(minutes) : undefined) });
  const wished: PretrainRecipe = {
    ...choice.recipe, rows: values.batch ?? choice.recipe.rows, accumulate: values.accumulate ?? 1, recompute: values.recompute, rate: values.lr ?? choice.recipe.rate,
  };
  checkRecipe(wished);
  await requireNoRun(store, out);

  const dataChoice = chooseData(values.data, { megabytes: values.mb, language: values.language, seed });
  const kind = values.tokenizer ?? choice.tokenizer.kind;
  const tokenizer = await makeTokenizer(kind, values.vocab ?? (choice.tokenizer.vocab || 2048), dataChoice, terminal);
  const config = choice.config(tokenizer.size);
  const data = await openTrainingData({
    kind: 'pretrain', data: dataChoice, tokenizer, context: wished.context, seed, validation: values.validation ?? 0.1, rowsFrom: wished.rowsFrom, folder: tokensFolder(out), threads, onProgress: showEncoding(terminal),
  });
  atEnd(() => data.close());
  for (const report of data.reports) {
    terminal.say(...formatDataReport(report, (ids) => tokenizer.decode(ids)));
    terminal.record({ kind: 'data', ...report });
  }
  // a loader refuses a context that the data has not; nothing has been written yet
  data.loader({ rows: 1, context: wished.context, seed });
  const recipe = { ...wished, rowsFrom: data.rowsFrom }, steps = await chooseSteps(values, { config, recipe, data, terminal });

  const engine = await createEngine({ build: values.build ?? 'exact', ...(threads !== undefined && { threads }) });
  atEnd(() => engine.stop());
  const model = createLanguageModel(engine, tokenizer, { ...config, seed });
  const settings: RunSettings = {
    format: 'inkling-run-1', kind: 'pretrain', data: dataChoice, tokenizer: { kind: tokenizer.kind, vocab: tokenizer.size, trained: isKind(kind) }, base: null,
    config, recipe: { ...recipe, steps }, dataHash: data.hash, given: values, ...chosenBy(values, steps, recipe),
  };
  const parameters = model.weights.parameters.reduce((sum, { tensor }) => sum + tensor.shape.reduce((a, b) => a * b, 1), 0);
  const several = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  terminal.say(`model       ${choice.form}: ${several(config.layers, 'layer')}, ${config.channels} channels, ${several(config.heads, 'head')}, context ${config.context}, `
    + `${count(parameters)} parameters (${showBytes(parameters * 4)}), ${engine.describe()}`);
  await beginRun(store, settings, model);
  return { settings, model, data, store, out, resume: false };
}

async function makeTokenizer(kind: string, vocab: number, data: DataChoice, terminal: Terminal): Promise<Tokenizer> {
  if (!isKind(kind)) return loadTokenizer(kind);
  const { texts, conversations } = openData(data), began = performance.now();
  const tokenizer = await trainTokenizer([texts, ...(conversations ? [conversations] : [])], { kind, vocab });
  terminal.say(`tokenizer   ${kind} of ${count(tokenizer.size)} tokens, trained in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return tokenizer;
}
