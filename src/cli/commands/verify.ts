import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createEngine, isExact } from '../../engine/index.ts';
import { count, DataError, FormatError } from '../../errors.ts';
import { sha256 } from '../../formats/index.ts';
import { createLanguageModel, type LanguageModel } from '../../models/index.ts';
import { folderStore } from '../../node/index.ts';
import { parseAnyTokenizer } from '../../tokenizer/foreign/parseAnyTokenizer.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { train } from '../../train/index.ts';
import { parseReceipt, type Receipt } from '../../train/receipt.ts';
import { defineCommand } from '../command.ts';
import { loadBase } from '../loadBase.ts';
import { isKind, trainTokenizer } from '../makeTokenizer.ts';
import { chooseData, type DataChoice, isCorpus, openData } from '../openData.ts';
import { text } from '../options.ts';
import { readSettings, type RunSettings, settingsFile } from '../runSettings.ts';
import { openTrainingData, type TrainingData } from '../trainingData.ts';
import { UsageError } from '../usageError.ts';
import { version } from '../version.ts';

export const verify = defineCommand({
  name: 'verify',
  summary: 'replays a run from its receipt and compares the weights at every step that it lists',
  options: {
    data: text('FILE|FOLDER', 'where the data lies (default: where the run found it)'),
    model: text('DIR', 'of fine-tuning: the model that it began with (default: where the run found it)'),
  },
  words: { name: 'RECEIPT|DIR', summary: 'a receipt.json, or the folder of a run', most: 1 },
  example: 'inkling verify runs/book\ninkling verify receipt.json --data book.txt',
  details: ['Only the exact build promises the same bits on every machine.'],
  async run({ data: dataPath, model: modelPath, threads, build }, terminal, [path]) {
    if (path === undefined) throw new UsageError('verify needs a receipt: inkling verify RECEIPT|DIR');
    const { receipt, folder, settings } = await openReceipt(path);
    const last = receipt.hashes.at(-1);
    if (!last) throw new DataError(`${path} lists no hashes: there is nothing to compare.`);
    if (receipt.version !== version) terminal.say(`The receipt was written by version ${receipt.version}, this is ${version}: a difference may come from that.`);
    const used = build ?? receipt.build, loose = [receipt.build, used].find((one) => !isExact(one));
    if (loose) terminal.say(`The run used the ${receipt.build} build, and this is the ${used} build; ${loose} gives the same bits only on the same kind of machine.`);

    const data = dataOf(receipt, settings, dataPath), { kind, recipe, seed, steps } = receipt;
    const base = kind === 'finetune' ? baseOf(settings, modelPath) : null;
    const engine = await createEngine({ build: used, ...(threads !== undefined && { threads }) });
    let opened: TrainingData | null = null;
    try {
      const began = base === null ? null : await loadBase(base, engine, receipt.base?.sha256);
      const tokenizer = began?.tokenizer ?? await tokenizerOf(receipt, folder, data);
      opened = await openTrainingData({ kind, data, tokenizer, context: recipe.context, seed, validation: receipt.data.validation, rowsFrom: recipe.rowsFrom, threads });
      if (opened.hash !== receipt.data.hash) throw new DataError(`These are not the data of the receipt: ${receipt.data.name} had the hash ${receipt.data.hash.slice(0, 16)}..., but here it is ${opened.hash.slice(0, 16)}....`);
      const model: LanguageModel = began ?? createLanguageModel(engine, tokenizer, { ...receipt.config, seed });
      const loader = opened.loader({ rows: recipe.rows / recipe.accumulate, context: recipe.context, seed });
      const hashes = new Map(receipt.hashes.map(({ step, sha256: hash }) => [step, hash]));
      // the run may have been told to hash every so many steps; the first of them is that number
      const hashEvery = receipt.hashes[0]!.step;
      for await (const event of train({ model, recipe, steps, seed, loader, hashEvery })) {
        if (event.kind === 'step') terminal.show(`step ${count(event.step)} of ${count(last.step)}`);
        if (event.kind !== 'hash' || !hashes.has(event.step)) continue;
        const same = hashes.get(event.step) === event.sha256;
        terminal.record({ kind: 'verified', step: event.step, same, sha256: event.sha256, expected: hashes.get(event.step) });
        if (!same) {
          throw new DataError(`The weights differ at step ${count(event.step)}, the first one that does: the receipt has ${hashes.get(event.step)!.slice(0, 16)}..., `
            + `here they are ${event.sha256.slice(0, 16)}.... The receipt was changed, or the run was made with other code.`);
        }
        terminal.say(`step ${count(event.step).padStart(9)}  ${event.sha256.slice(0, 16)}  the same`);
        hashes.delete(event.step);
        if (event.step >= last.step) break;
      }
      const missed = [...hashes.keys()][0];
      if (missed !== undefined) throw new DataError(`The receipt lists step ${count(missed)}, which this run never hashes. It was changed.`);
      terminal.clear();
      terminal.tell(`verified: all ${receipt.hashes.length} hashes are the same, the last one at step ${count(last.step)}`);
      terminal.record({ kind: 'result', verified: true, steps: last.step, hashes: receipt.hashes.length });
    } finally {
      engine.stop();
      await opened?.close();
    }
  },
});

async function openReceipt(path: string): Promise<{ receipt: Receipt; folder: string; settings: RunSettings | null }> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new DataError(`There is no ${path}. Name a receipt.json, or the folder of a run.`);
  const [folder, file] = found.isDirectory() ? [path, 'receipt.json'] : [dirname(path), basename(path)];
  const json = await readFile(join(folder, file), 'utf8').catch(() => null);
  if (json === null) throw new DataError(`${folder} has no receipt.json: it is written when a run is finished. Go on with it by --resume.`);
  const receipt = parseReceipt(json, join(folder, file)), store = folderStore(folder);
  // the settings beside a receipt say where the data lay; they may be those of another run
  const settings = await store.read(settingsFile) ? await readSettings(store, folder) : null;
  return { receipt, folder, settings: settings?.dataHash === receipt.data.hash ? settings : null };
}

function dataOf(receipt: Receipt, settings: RunSettings | null, path: string | undefined): DataChoice {
  const { name, megabytes, language } = receipt.data;
  const how = { megabytes, language: language as DataChoice['language'] | undefined, seed: receipt.seed };
  if (path !== undefined) return chooseData(path, how);
  if (isCorpus(name)) return chooseData(name, how);
  if (settings) return settings.data;
  throw new UsageError(`The receipt is of a run on ${name}. Say where that lies: --data FILE`);
}

function baseOf(settings: RunSettings | null, path: string | undefined): string {
  const base = path ?? settings?.base?.path;
  if (base === undefined) throw new UsageError('The receipt is of a fine-tuning. Say which model it began with: --model DIR');
  return base;
}

/** The tokenizer beside the receipt if it is the right one, else the same one trained again. */
async function tokenizerOf({ tokenizer: { sha256: hash, kind, vocab, trained } }: Receipt, folder: string, data: DataChoice): Promise<Tokenizer> {
  const file = await readFile(join(folder, 'tokenizer.json')).catch(() => null);
  if (file && (await sha256(file)) === hash) return parseAnyTokenizer(file.toString('utf8'));
  if (!trained || !isKind(kind)) throw new FormatError(`The run took its tokenizer from a file, which must lie beside the receipt as tokenizer.json with the hash ${hash.slice(0, 16)}....`);
  const { texts, conversations } = openData(data);
  return trainTokenizer([texts, ...(conversations ? [conversations] : [])], { kind, vocab });
}
