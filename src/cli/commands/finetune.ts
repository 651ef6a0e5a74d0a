import { formatDataReport } from '../../data/index.ts';
import { createEngine } from '../../engine/index.ts';
import type { Store } from '../../formats/index.ts';
import { resolve } from 'node:path';
import { checkRecipe, plainRecipe, type PretrainRecipe } from '../../train/index.ts';
import { parseReceipt } from '../../train/receipt.ts';
import { chooseSteps } from '../chooseSteps.ts';
import { defineCommand, type SharedOptions } from '../command.ts';
import { type AtEnd, conductRun } from '../conductRun.ts';
import { loadBase } from '../loadBase.ts';
import { chooseData, dataOptions } from '../openData.ts';
import { openModelFolder } from '../openModelFolder.ts';
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
  model: text('DIR', 'the model to begin with (required, unless --resume)'),
  data: text('FILE.jsonl|FOLDER|world', 'conversations, {"messages": [{"role", "content"}, ...]} in each line (required, unless --resume)'),
  mb: dataOptions.mb,
  language: dataOptions.language,
  context: whole(1, 65_536, 'tokens per row (default: the context of the model)'),
  ...trainingOptions,
};

type FinetuneValues = Values<typeof options & SharedOptions>;

/** Of the steps of pretraining. */
const SHARE_OF_STEPS = 0.18;
/** Of the highest rate of pretraining. */
const SHARE_OF_RATE = 0.5;
/** Where nothing is known of the pretraining. */
const UNKNOWN: PretrainRecipe = { ...plainRecipe, rows: 8, steps: 5000, rowsFrom: 'packed' };

export const finetune = defineCommand({
  name: 'finetune',
  summary: 'teaches a model to answer: goes on with conversations, learning only what the assistant says',
  options,
  example: ['inkling finetune --model runs/book --data chats.jsonl --out runs/chat', 'inkling finetune --out runs/chat --resume'].join('\n'),
  details: ['Without --steps or --minutes: 18% of the steps of pretraining. Without --lr: half of its highest rate.'],
  async run(values, terminal) {
    await conductRun(values.out, 'inkling finetune', (store, atEnd) => (
      values.resume ? resumeRun('finetune', values, store, terminal, atEnd) : newRun(values, store, terminal, atEnd)), terminal);
  },
});

async function newRun(values: FinetuneValues, store: Store, terminal: Terminal, atEnd: AtEnd): Promise<Run> {
  const { out, threads, seed = 1 } = values;
  for (const name of ['model', 'data'] as const) {
    if (values[name] === undefined) throw new UsageError(`--${name} ${options[name].value} is missing: ${options[name].summary}.`);
  }
  const modelPath = values.model!, dataChoice = chooseData(values.data!, { megabytes: values.mb, language: values.language, seed });
  checkTime(values);
  await requireNoRun(store, out);
  const before = await recipeOf(openModelFolder(modelPath), modelPath);

  const engine = await createEngine({ build: values.build ?? 'exact', ...(threads !== undefined && { threads }) });
  atEnd(() => engine.stop());
  const model = await loadBase(modelPath, engine), { config } = model.transformer, { tokenizer } = model;
  const context = values.context ?? config.context;
  if (context > config.context) throw new UsageError(`--context ${context} is longer than the context of the model, which is ${config.context}.`);
  const wished: PretrainRecipe = {
    ...before, context, rows: values.batch ?? before.rows, accumulate: values.accumulate ?? 1, recompute: values.recompute, rate: values.lr ?? before.rate * SHARE_OF_RATE,
    steps: Math.max(1, Math.round(before.steps * SHARE_OF_STEPS)), rowsFrom: 'packed',
  };
  checkRecipe(wished);
  const data = await openTrainingData({ kind: 'finetune', data: dataChoice, tokenizer, context, seed, validation: values.validation ?? 0.1, rowsFrom: 'packed', folder: tokensFolder(out), threads, onProgress: showEncoding(terminal) });
  atEnd(() => data.close());
  for (const report of data.reports) {
    terminal.say(...formatDataReport(report, (ids) => tokenizer.decode(ids)));
    terminal.record({ kind: 'data', ...report });
  }
  data.loader({ rows: 1, context, seed });
  const recipe = { ...wished, rowsFrom: data.rowsFrom }, steps = await chooseSteps(values, { config, recipe, data, terminal });
  const settings: RunSettings = {
    format: 'inkling-run-1', kind: 'finetune', data: dataChoice, tokenizer: { kind: tokenizer.kind, vocab: tokenizer.size, trained: false },
    base: { path: resolve(modelPath), sha256: await model.weights.hash() }, config, recipe: { ...recipe, steps }, dataHash: data.hash, given: values, ...chosenBy(values, steps, recipe),
  };
  await beginRun(store, settings, model);
  return { settings, model, data, store, out, resume: false };
}

/** How the model was trained, if its receipt lies beside it. */
async function recipeOf(store: Store, path: string): Promise<PretrainRecipe> {
  const receipt = await store.read('receipt.json');
  if (!receipt) return UNKNOWN;
  const { recipe, steps } = parseReceipt(new TextDecoder().decode(receipt), `${path}/receipt.json`);
  return { ...recipe, steps };
}
