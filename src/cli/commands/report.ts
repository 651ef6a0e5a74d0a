import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createWorld, worldBiasPairs } from '../../data/index.ts';
import { type Generated, generateBatch } from '../../decode/index.ts';
import { bankTest, type Copied, CopyIndex, examine, measureBias, measureDoubt, scoreAnalogies, senseContexts, tokenVectors, worldAnalogies } from '../../inspect/index.ts';
import type { SpeakingModel } from '../../models/index.ts';
import { defineCommand } from '../command.ts';
import { openModelFolder } from '../openModelFolder.ts';
import { choice, requiredText, text, whole } from '../options.ts';
import { type Learning, readLearning, type ReportCard } from '../report/reportCard.ts';
import { reportPage } from '../report/reportPage.ts';
import { readSettings, type RunSettings, settingsFile } from '../runSettings.ts';
import type { Terminal } from '../terminal.ts';
import { trainingTexts } from '../trainingTexts.ts';
import { UsageError } from '../usageError.ts';
import { modelSummary, withModel } from '../withModel.ts';

export const report = defineCommand({
  name: 'report',
  summary: 'a report card of a model, as one page: what it learned, what it knows, its bias, its doubt, what it copies',
  options: {
    model: requiredText('PATH', modelSummary),
    out: requiredText('FILE', 'report.html, or report.json for the figures alone'),
    language: choice(['en', 'zh'], 'of the report (default en)'),
    size: whole(4, 10_000, 'questions of each kind (default 60)'),
    prompt: text('TEXT', 'how its samples begin'),
  },
  details: ['What the world asks is measured of models that learned from the world. The page opens from disk, without network.'],
  example: 'inkling report --model runs/quickstart/chat --out report.html',
  async run({ model: path, out, language = 'en', size = 60, prompt, seed = 1, threads, build }, terminal) {
    const kind = /\.(html?|json)$/i.exec(out)?.[1]?.toLowerCase();
    if (!kind) throw new UsageError(`--out must end in .html or .json, but it is ${out}.`);
    if (!existsSync(dirname(resolve(out)))) throw new UsageError(`There is no folder ${dirname(resolve(out))} to write --out into. Make it first.`);
    const card = await withModel(path, { threads, build }, (model) => collect(model, path, { language, size, seed, ...(prompt !== undefined && { prompt }) }, terminal));
    terminal.clear();
    await writeFile(out, kind === 'json' ? `${JSON.stringify(card, null, 1)}\n` : reportPage(card));
    terminal.tell(`${out}  ${kind === 'json' ? 'the figures' : 'open it in a browser, or print it'}`);
    terminal.record({ kind: 'report', ...card });
  },
});

interface Wishes {
  readonly language: 'en' | 'zh';
  readonly size: number;
  readonly seed: number;
  readonly prompt?: string;
}

/** Texts that it writes freely, to see how it writes and what it copies. */
const TEXTS = 12, SHOWN = 3, TOKENS = 100;

async function collect(model: SpeakingModel, path: string, { language, size, seed, prompt }: Wishes, terminal: Terminal): Promise<ReportCard> {
  const store = openModelFolder(path), run = await store.read(settingsFile) ? await readSettings(store, path) : null, { transformer: { config, parameters } } = model;
  const tell = (what: string): void => terminal.show(`${what} …`);
  const isWorld = run?.data.name === 'world', world = isWorld ? createWorld({ seed: run.data.seed, language: run.data.language === 'zh' ? 'zh' : 'en' }) : null;
  const talks = world !== null && run?.kind === 'finetune';

  tell('samples');
  const texts = run ? await trainingTexts(run.data) : [], begin = prompt ?? (world ? (world.language.id === 'zh' ? '从前' : 'Once upon a time') : texts[0]?.slice(0, 12) ?? 'The');
  const drawn = await finish(generateBatch(model, Array.from({ length: TEXTS }, () => begin), { tokens: TOKENS, temperature: 0.8, seed }));
  const [alone] = await finish(generateBatch(model, [begin], { tokens: TOKENS, temperature: 0.8, seed, minTokens: Math.min(TOKENS, 50) }));

  let copying: ReportCard['copying'] = null;
  if (texts.length > 0) {
    tell('copying');
    const index = new CopyIndex(texts), own = drawn.map(({ text: one }) => index.search(begin + one)), share = (all: typeof own): number => all.reduce((sum, { copied }) => sum + copied, 0) / Math.max(1, all.reduce((sum, { characters }) => sum + characters, 0));
    const longest = own.flatMap((one) => one.longest ?? []).reduce<Copied | null>((best, match) => (best === null || match.text.length > best.text.length ? match : best), null);
    copying = { share: share(own), unseen: world ? share(Array.from({ length: 4 * TEXTS }, (_, i) => index.search(world.heldOutDocument(i).text))) : null, longest };
  }
  tell('examination');
  const exam = talks ? await examine(model, world, { size }) : null;
  if (world) tell('analogies');
  const sections = world ? worldAnalogies(world) : [], words = [...new Set(sections.flatMap(({ questions }) => questions.flat()))];
  const analogies = world ? scoreAnalogies(tokenVectors(model, words), sections, { lower: true }).map(({ name, questions, covered, first }) => ({ name, questions, covered, first })) : [];
  if (world) tell('bank test');
  const bank = world ? bankTest(model, senseContexts(world, { each: Math.max(10, size) })) : null;
  if (world) tell('bias');
  const bias = world ? { biased: measureBias(model, worldBiasPairs(world, 'biased'), { seed }), even: measureBias(model, worldBiasPairs(world, 'even'), { seed }) } : null;
  const doubt = talks ? await measureDoubt(model, world, { seed, size, onProgress: (done, of) => { if (done % 10 === 0) tell(`doubt: ${done} of ${of}`); } }) : null;

  const learning = await readStages(path, run), { layers, heads, channels, context, vocab } = config;
  const receipt = parse(await store.read('receipt.json')) as { hashes?: { sha256: string }[] } | null;
  return {
    format: 'inkling-report-1', language, model: basename(resolve(path)), parameters: parameters.list.reduce((sum, { tensor: { shape } }) => sum + shape.reduce((a, b) => a * b, 1), 0), config: { layers, heads, channels, context, vocab },
    run: run && { data: isWorld ? `world, ${run.data.megabytes} MB, ${run.data.language}` : basename(run.data.name), seed: run.seed, steps: run.steps, build: run.build, hash: receipt?.hashes?.at(-1)?.sha256 ?? null },
    learning, world: exam, analogies, bank, bias, doubt, copying,
    speed: { writing: alone!.tokensPerSecond, training: learning.at(-1)?.tokensPerSecond ?? null },
    samples: drawn.slice(0, SHOWN).map(({ text: one }) => ({ prompt: begin, text: one })),
  };
}

/** The base model's log, if it is still there, and its own. */
async function readStages(path: string, run: RunSettings | null): Promise<Learning[]> {
  const found: Learning[] = [];
  for (const [stage, folder] of [...(run?.base ? [['pretrain', run.base.path] as const] : []), ...(run ? [[run.kind, path] as const] : [])]) {
    if (!existsSync(join(folder, 'log.jsonl'))) continue;
    const log = await openModelFolder(folder).read('log.jsonl'), one = log && readLearning(stage, new TextDecoder().decode(log));
    if (one) found.push(one);
  }
  return found;
}

function parse(bytes: Uint8Array | null): unknown {
  try {
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

async function finish(drawing: ReturnType<typeof generateBatch>): Promise<Generated[]> {
  for (;;) {
    const next = await drawing.next();
    if (next.done) return next.value;
  }
}
