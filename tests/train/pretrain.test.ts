import { expect, test } from 'vitest';
import { buildDataset, createWorld, type Dataset, type Document, type Source } from '../../src/data/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import { createLanguageModel } from '../../src/models/index.ts';
import { DEFAULT_SPECIALS, renderChat, trainBpe } from '../../src/tokenizer/index.ts';
import { finetune, plainRecipe, pretrain, rowsOf, train, type TrainEvent } from '../../src/train/index.ts';

const world = createWorld({ seed: 3 });
const documents = Array.from({ length: 120 }, (_, i) => ({ text: world.document(i).text }));
const talks = Array.from({ length: 120 }, (_, i) => ({ messages: world.conversation(i).messages }));
const tokenizer = trainBpe([...documents.map(({ text }) => text), ...talks.flatMap(({ messages }) => messages.map(({ content }) => content))], { vocab: 400, specials: DEFAULT_SPECIALS });
const source = (name: string, list: readonly Document[]): Source => ({ name, documents: () => list });
const options = { seed: 1, bos: tokenizer.specials.get('<|bos|>')!, validation: 0.1 };
const text = (): Promise<Dataset> => buildDataset(source('texts', documents), (d) => ({ ids: tokenizer.encode('text' in d ? d.text : '') }), options);
const talk = (masked: boolean): Promise<Dataset> => buildDataset(source('talks', talks), (d) => {
  const { ids, learned } = renderChat(tokenizer, 'messages' in d ? d.messages : []);
  return masked ? { ids, learned } : { ids };
}, options);

const recipe = { ...plainRecipe, rows: 4, context: 32, rate: 1e-2, steps: 80, rowsFrom: 'packed' as const };
const newModel = async () => createLanguageModel(await createEngine({ threads: 1 }), tokenizer, { layers: 1, heads: 2, channels: 16, context: 32, seed: 5 });

async function losses(events: AsyncGenerator<TrainEvent>): Promise<number[]> {
  const found: number[] = [];
  for await (const event of events) if (event.kind === 'step') found.push(event.loss);
  return found;
}

test('pretrain learns texts and conversations together, with the bits of train and its loader', async () => {
  const one = await newModel(), two = await newModel(), { train: tokens } = await text(), { train: conversations } = await talk(false);
  const first = await losses(pretrain({ model: one, recipe, steps: 80, seed: 7, text: tokens, talk: conversations }));
  await losses(train({ model: two, recipe, steps: 80, seed: 7, loader: rowsOf(tokens, 'packed', { rows: 4, context: 32, seed: 7 }, conversations) }));
  expect(first.length).toBeGreaterThan(25);
  expect(first.at(-1)).toBeLessThan(first[0]! - 0.5);
  expect(await one.weights.hash()).toBe(await two.weights.hash());
});

test('finetune learns what the assistant says, and refuses tokens without that mask', async () => {
  const model = await newModel(), { train: conversations } = await talk(true), { train: plain } = await talk(false);
  const found = await losses(finetune({ model, recipe, steps: 80, seed: 7, conversations }));
  expect(found.at(-1)).toBeLessThan(found[0]! - 0.5);
  expect(() => finetune({ model, recipe, steps: 5, seed: 7, conversations: plain })).toThrow('no mask of what the assistant says');
});
