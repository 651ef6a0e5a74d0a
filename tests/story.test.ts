// The whole road, once: from text to an answer. Every line is what a user of the library would write.
import { expect, test } from 'vitest';
import {
  buildDataset, Chat, createEngine, createLanguageModel, DEFAULT_SPECIALS, Evaluator, generate, type LanguageModel, loadLanguageModel, memoryStore, type Message, packedRows,
  plainRecipe, renderChat, saveLanguageModel, shuffledWindows, textSource, train, trainBpe,
} from '../src/index.ts';

const STORY = [
  'Once upon a time there was a bear. The bear lived in a wood.', 'Every morning the bear went to the river and washed his face.',
  'One day the bear met a fox. The fox was hungry.', 'The bear gave the fox half of his honey, and the fox said thank you.',
  'Then the bear and the fox went home. The sun went down behind the wood.',
].join(' ');

async function read(pieces: AsyncIterable<{ text: string }>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece.text;
  return text;
}

test('from text to an answer', async () => {
  // 1. Text becomes numbers.
  const text = Array.from({ length: 12 }, () => STORY).join('\n');
  const tokenizer = trainBpe(text, { vocab: 330, specials: DEFAULT_SPECIALS });
  expect(tokenizer.decode(tokenizer.encode('The bear likes honey.'))).toBe('The bear likes honey.');
  expect(tokenizer.encode('the bear').length).toBeLessThan(8);

  // 2. Numbers become batches of examples.
  const data = await buildDataset(textSource('story', text), (document) => ({ ids: tokenizer.encode('text' in document ? document.text : '') }), {
    seed: 1, bos: tokenizer.specials.get('<|bos|>')!,
  });
  expect(data.train.length).toBeGreaterThan(data.validation.length);

  // 3. Numbers become a probability for every possible next token. In the beginning it knows nothing.
  const engine = await createEngine({ threads: 2 });
  const model = createLanguageModel(engine, tokenizer, { context: 48, layers: 2, heads: 2, channels: 48, ngrams: [{ n: 2, size: 4096 }], seed: 1 });
  const evaluator = new Evaluator(model), before = evaluator.scoreAll(data.validation);
  expect(before.natsPerToken).toBeCloseTo(Math.log(tokenizer.size), 1);

  // 6. Predictions get better: what was never seen, the end of the text, becomes less of a surprise.
  const recipe = { ...plainRecipe, rows: 8, context: 48, rate: 6e-3 };
  const losses: number[] = [];
  for await (const event of train({ model, recipe, steps: 150, seed: 1, loader: shuffledWindows(data.train, { rows: 8, context: 48, seed: 1 }) })) {
    if (event.kind === 'step') losses.push(event.loss);
  }
  expect(losses.at(-1)).toBeLessThan(0.3);
  expect(evaluator.scoreAll(data.validation).natsPerToken).toBeLessThan(0.2 * before.natsPerToken);
  evaluator.free();

  // 7. Predictions become text.
  expect(await read(generate(model, 'Once upon a time there was a', { tokens: 12, temperature: 0 }))).toMatch(/^ bear\. The bear lived in a wood/);

  // 6 again: fine-tuned on little and restricted data. Only what the assistant says is learned.
  const chats: Message[][] = [
    [{ role: 'user', content: 'Who are you?' }, { role: 'assistant', content: 'I am the bear.' }],
    [{ role: 'user', content: 'What do you like?' }, { role: 'assistant', content: 'I like honey.' }],
  ];
  const talk = await buildDataset({ name: 'two chats', documents: () => chats.map((messages) => ({ messages })) },
    (document) => ('messages' in document ? renderChat(tokenizer, document.messages) : { ids: tokenizer.encode(document.text) }), { seed: 1, validation: 0 });
  const few = { ...recipe, rows: 2, rate: 3e-3 };
  for await (const event of train({ model, recipe: few, steps: 60, seed: 2, loader: packedRows(talk.train, { rows: 2, context: 48, seed: 1 }) })) {
    if (event.kind === 'end') expect(event.reason).toBe('done');
  }
  const converse = async (with_: LanguageModel): Promise<string[]> => {
    const chat = new Chat(with_, { temperature: 0, tokens: 20 }), replies: string[] = [];
    for (const question of ['Who are you?', 'What do you like?']) {
      chat.reset();
      replies.push(await read(chat.send(question)));
    }
    chat.free();
    return replies;
  };
  expect(await converse(model)).toEqual(['I am the bear.', 'I like honey.']);

  // 9. Models are kept in files, and say the same when they come back.
  const store = memoryStore(), dream = { tokens: 30, temperature: 1, seed: 7 };
  await saveLanguageModel(store, model);
  const again = await loadLanguageModel(store, engine);
  expect(await again.weights.hash()).toBe(await model.weights.hash());
  expect(await converse(again)).toEqual(await converse(model));
  expect(await read(generate(again, 'The fox', dream))).toBe(await read(generate(model, 'The fox', dream)));
  engine.stop();
});
