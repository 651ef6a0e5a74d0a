// The part that pretraining and fine-tuning share: train, tell, save, and leave a receipt.
import { isExact } from '../engine/index.ts';
import { count } from '../errors.ts';
import { latestCheckpoint, sha256, type Store, StoreError } from '../formats/index.ts';
import { type LanguageModel, saveLanguageModel } from '../models/index.ts';
import { train, type TrainEvent } from '../train/index.ts';
import { writeReceipt } from '../train/receipt.ts';
import { Expectation } from './expectation.ts';
import { checkedAtTheEnd, checkedTokens } from './measureSpeed.ts';
import { dataName } from './openData.ts';
import { RunLog } from './runLog.ts';
import { type RunSettings, writeSettings } from './runSettings.ts';
import { stopOnSignal } from './stopOnSignal.ts';
import type { Terminal } from './terminal.ts';
import type { TrainingData } from './trainingData.ts';
import { clock, TrainingDisplay } from './trainingDisplay.ts';
import { Validator } from './validator.ts';
import { version } from './version.ts';

export interface Run {
  readonly settings: RunSettings;
  readonly model: LanguageModel;
  readonly data: TrainingData;
  readonly store: Store;
  /** The folder of the store, as the user wrote it. */
  readonly out: string;
  readonly resume: boolean;
}

type EndEvent = Extract<TrainEvent, { kind: 'end' }>;

/** Everything that someone needs to go on with a run, before its first step. */
export async function beginRun(store: Store, settings: RunSettings, { transformer, tokenizer }: LanguageModel): Promise<void> {
  await store.write('tokenizer.json', tokenizerFile(tokenizer));
  await store.write('tokenizer.vocab', tokenizer.toVocab());
  await store.write('config.json', `${JSON.stringify({ model_type: 'inkling', ...transformer.config }, null, 2)}\n`);
  // last, because it makes the folder a run
  await writeSettings(store, settings);
}

const tokenizerFile = (tokenizer: LanguageModel['tokenizer']): string => `${JSON.stringify(tokenizer.toJSON(), null, 1)}\n`;

/** Trains to the end, or until the user stops it. */
export async function trainRun(run: Run, terminal: Terminal): Promise<void> {
  const { settings, model, data, store, out } = run, { recipe, steps } = settings;
  const tokens = steps * recipe.rows * recipe.context;
  const validator = data.validation && new Validator(model, data.validation, {
    context: recipe.context, each: checkedTokens(tokens, steps / settings.evaluateEvery), last: checkedAtTheEnd(tokens, settings.minutes !== null),
  });
  const display = new TrainingDisplay(terminal), log = new RunLog(store), expectation = new Expectation(settings);
  const command = `inkling ${settings.kind} --out ${quoted(out)} --resume`;
  try {
    const end = await follow(run, { terminal, validator, display, log, expectation });
    terminal.clear();
    if (end.reason === 'stopped') terminal.tell(`Stopped at step ${count(end.step)} of ${count(steps)}; the checkpoint is saved. To go on: ${command}`);
    else await finish(run, end, { terminal, validator, display, expectation });
  } catch (error) {
    terminal.clear();
    if (error instanceof StoreError && await latestCheckpoint(store).catch(() => null)) terminal.tell(`The last checkpoint is whole. To go on from it: ${command}`);
    throw error;
  } finally {
    validator?.free();
  }
}

interface Listeners {
  readonly terminal: Terminal;
  readonly validator: Validator | null;
  readonly display: TrainingDisplay;
  readonly expectation: Expectation;
}

/** Goes through the steps and hands every event to all who want to know. */
async function follow({ settings, model, data, store, resume }: Run, { terminal, validator, display, log, expectation }: Listeners & { readonly log: RunLog }): Promise<EndEvent> {
  const { recipe, steps, seed } = settings, stop = stopOnSignal(terminal);
  let end: EndEvent | null = null;
  try {
    const events = train({
      model, recipe, steps, seed, loader: data.loader({ rows: recipe.rows / recipe.accumulate, context: recipe.context, seed }),
      store, resume, checkpointSeconds: settings.checkpointSeconds, hashEvery: settings.hashEvery, evaluateEvery: settings.evaluateEvery, patience: settings.patience,
      signal: stop.signal, ...(validator && { validate: () => validator.check() }),
    });
    for await (const event of events) {
      display.event(event);
      if (event.kind === 'start') {
        for (const { step, loss } of await log.cutAfter(event.step)) {
          display.remember(step, loss);
          expectation.see(step, loss);
        }
      }
      terminal.record(event);
      await log.add(event);
      if (event.kind === 'step') {
        const told = expectation.see(event.step, event.loss);
        if (told) terminal.say(told);
      }
      if (event.kind === 'end') end = event;
    }
  } finally {
    stop.release();
  }
  if (!end) throw new Error('The training ended without saying so.');
  return end;
}

/** Evaluates on everything, saves the model and writes the receipt: the last file, which says that the run is finished. */
async function finish({ settings, model, data, store, out }: Run, end: EndEvent, { terminal, validator, display, expectation }: Listeners): Promise<void> {
  if (end.reason === 'overfit') {
    const best = await latestCheckpoint(store, 'checkpoints/best');
    if (best) model.weights.load(best.tensors, { from: best.name });
    terminal.say(`stopped early: ${settings.patience} evaluations in a row were no better. The best weights are kept.`);
  }
  const found = validator?.last() ?? null;
  await saveLanguageModel(store, model);
  await store.write('receipt.json', writeReceipt({
    version, build: isExact(settings.build) ? 'exact' : settings.build, kind: settings.kind, config: settings.config, recipe: settings.recipe,
    tokenizer: { ...settings.tokenizer, sha256: await sha256(new TextEncoder().encode(tokenizerFile(model.tokenizer))) },
    data: {
      name: dataName(settings.data), hash: data.hash, validation: settings.validation,
      ...(settings.data.name === 'world' && { megabytes: settings.data.megabytes, language: settings.data.language }),
    },
    base: settings.base && { name: settings.base.path.split(/[\\/]/).at(-1)!, sha256: settings.base.sha256 },
    seed: settings.seed, steps: settings.steps, hashes: end.hashes,
    result: { step: end.step, reason: end.reason, natsPerToken: found?.natsPerToken ?? null, bitsPerByte: found?.bitsPerByte ?? null, seconds: end.seconds },
  }));
  terminal.say(...display.curve(), '');
  const bits = found?.bitsPerByte === undefined ? '' : `, ${found.bitsPerByte.toFixed(4)} bits per byte`;
  terminal.tell(`${found ? `validation  ${found.natsPerToken.toFixed(4)} nats per token${bits} (${count(found.tokens)} ${found.tokens < data.validation!.length - 1 ? `of ${count(data.validation!.length)} ` : ''}tokens)` : `training loss ${display.loss.toFixed(4)}`}`);
  terminal.say(`time        ${clock(end.seconds)}${settings.minutes === null ? '' : ` of ${clock(settings.minutes * 60)} asked for`}`);
  const outcome = expectation.outcome(found?.natsPerToken ?? display.loss);
  if (outcome) terminal.say(outcome);
  terminal.say(`saved       ${out}`, `try it      inkling ${settings.kind === 'finetune' ? `chat --model ${quoted(out)}` : `generate --model ${quoted(out)} --prompt "..."`}`);
  terminal.record({
    kind: 'result', out, step: end.step, steps: settings.steps, reason: end.reason, seconds: end.seconds, nats_per_token: found?.natsPerToken ?? null, bits_per_byte: found?.bitsPerByte ?? null,
    expected_loss: expectation.told.map(({ share, loss }) => ({ share, loss })), weights: end.hashes.at(-1)?.sha256 ?? null,
  });
}

/** A word of a command that can be copied into a shell. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

