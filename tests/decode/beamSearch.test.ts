import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BeamOptions, type BeamResult, beamSearch, type BeamStep, Chat, type ChatOptions, type Constraint, containing, Decoder, generate, type GenerateOptions, oneOf, type Prompt, regex, type Stage } from '../../src/decode/index.ts';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { createLanguageModel, type LanguageModel } from '../../src/models/index.ts';
import { Random } from '../../src/random.ts';
import { createChars } from '../../src/tokenizer/index.ts';
import { collect, FORMS, oneThread, randomModel, tokenizer as manyTokens } from './models.ts';
import { slowBeams, slowModel } from './slowBeams.ts';

/** Few tokens, so that everything can be tried. */
const few = createChars('abcde', { specials: ['<|bos|>', '<|end|>'] });
const [bos, end] = [few.specials.get('<|bos|>')!, few.specials.get('<|end|>')!];

function smallModel(engine: Engine, { context = 24, spread = 0.5, seed = 3, specials = true } = {}): LanguageModel {
  const tokenizer = specials ? few : createChars('abcd');
  const model = createLanguageModel(engine, tokenizer, { ...FORMS.inkling, context, layers: 2, heads: 2, kvHeads: 1, channels: 16, hidden: 24 });
  const random = new Random(seed, 1), weights = engine.f32(model.weights.address, model.weights.length);
  for (let i = 0; i < weights.length; i++) weights[i] = (random.float() + random.float() + random.float() - 1.5) * 2 * spread;
  return model;
}

let model: LanguageModel, logprobs: ReturnType<typeof slowModel>;
beforeAll(async () => {
  model = smallModel(await oneThread());
  logprobs = slowModel(model);
});
const search = (prompt: Prompt, options: BeamOptions): Promise<{ pieces: BeamStep[]; result: BeamResult }> => collect(beamSearch(model, prompt, options));
const promptOf = (...tokens: number[]): Uint32Array => Uint32Array.of(bos, ...tokens);

/** The search finds what the definition finds; every step of it is whole. */
async function expectSlow(options: BeamOptions, prompt = promptOf(0, 1), of = model, known = logprobs): Promise<BeamResult> {
  const { pieces, result } = await collect(beamSearch(of, prompt, options)), slow = slowBeams(of, [...prompt], options, known), what = JSON.stringify(options);
  expect(result.sequences.map(({ tokens, reason, text, group }) => ({ tokens, reason, text, group })), what).toEqual(slow.map(({ tokens, reason, text, group }) => ({ tokens, reason, text, group })));
  result.sequences.forEach(({ score, sum, nodes }, i) => {
    expect(Math.abs(score - slow[i]!.score), what).toBeLessThan(1e-5);
    expect(Math.abs(sum - slow[i]!.sum), what).toBeLessThan(1e-5);
    expect(Math.abs(sum - nodes.reduce((all, { added }) => all + added, 0)), 'the sum of what is reported').toBeLessThan(1e-12);
    nodes.forEach(({ added, logprob, token }, n) => {
      expect(Math.abs(added - slow[i]!.added[n]!), what).toBeLessThan(1e-5);
      const before = known([...prompt, ...nodes.slice(0, n).map((node) => node.token)]);
      expect(Math.abs(logprob - before[token]!), what).toBeLessThan(1e-9);
    });
  });
  expectWhole(pieces, result);
  return result;
}

/** Every node has a parent that was kept, and whatever was kept or finished goes on, is returned, or was pruned for a reason. */
function expectWhole(steps: readonly BeamStep[], { sequences, steps: n }: BeamResult): void {
  expect(steps.map(({ step, last }) => [step, last])).toEqual(Array.from({ length: n }, (_, i) => [i + 1, i === n - 1]));
  const nodes = steps.flatMap((step) => step.nodes), byId = new Map(nodes.map((node) => [node.id, node]));
  expect(nodes.map(({ id }) => id)).toEqual(nodes.map((_, i) => i));
  for (const { parent, sum, added } of nodes) {
    if (parent !== null) expect(byId.get(parent)!.fate).toBe('kept');
    expect(sum).toBeCloseTo((parent === null ? 0 : byId.get(parent)!.sum) + added, 10);
  }
  const pruned = steps.flatMap((step) => step.pruned.map(({ id }) => id)), parents = new Set(nodes.filter(({ fate }) => fate === 'kept' || fate === 'finished').map(({ parent }) => parent));
  expect(new Set(pruned).size, 'pruned once').toBe(pruned.length);
  for (const { id, fate } of nodes) {
    if (fate !== 'kept' && fate !== 'finished') expect(pruned).not.toContain(id);
    else if (parents.has(id)) expect(pruned).not.toContain(id);
  }
  for (const { nodes: way } of sequences) {
    expect(way.map(({ parent }) => parent)).toEqual([null, ...way.slice(0, -1).map(({ id }) => id)]);
    expect(pruned).not.toContain(way.at(-1)!.id);
  }
}

describe('equal to the definition', () => {
  const cases: Record<string, BeamOptions> = {
    'four beams': {},
    'one beam': { beams: 1, returned: 1 },
    'more beams than tokens': { beams: 9, returned: 9 },
    'several returned': { beams: 5, returned: 5 },
    'a penalty for short texts': { lengthPenalty: 2.5, returned: 4 },
    'a penalty for long texts': { lengthPenalty: -1.5, returned: 4 },
    'no length penalty': { lengthPenalty: 0, returned: 4 },
    'length of prompt and text': { lengthOf: 'whole', lengthPenalty: 1.3, returned: 4 },
    'stopping early': { earlyStopping: true, returned: 4 },
    'stopping never': { earlyStopping: 'never', returned: 4 },
    'stopping never, length of prompt and text': { earlyStopping: 'never', lengthOf: 'whole', lengthPenalty: 0.6, returned: 4 },
    'two groups': { beams: 6, groups: 2, diversityPenalty: 0.7, returned: 6 },
    'groups of one': { beams: 3, groups: 3, diversityPenalty: 2, returned: 3 },
    'drawn': { sample: true, temperature: 1, returned: 4, seed: 5 },
    'drawn, another seed and sequence': { sample: true, temperature: 1.4, returned: 4, seed: 6, index: 3 },
    'drawn from the likeliest': { sample: true, temperature: 0.8, topK: 4, topP: 0.9, minP: 0.02, returned: 3, seed: 7 },
    'drawn with dice of a stage': { sample: true, xtcProbability: 0.5, xtcThreshold: 0.2, returned: 3, seed: 8 },
    'stop strings': { stop: ['ab', 'dd', 'cde'], returned: 4 },
    'a minimum of tokens': { minTokens: 4, returned: 4 },
    'no run of two twice': { noRepeatNgram: 2, returned: 4 },
    'penalties': { repeatPenalty: 1.4, frequencyPenalty: 0.2, presencePenalty: 0.1, returned: 4 },
    'a bias': { logitBias: [['c', 1.5], [end, -2], [1, -Infinity]], returned: 4 },
    'bad words': { badWords: ['aa', 'cd', 'e'], returned: 4 },
    'a forced beginning': { forcedTokens: 'dad', returned: 4 },
    'no repetition': { dryMultiplier: 1, dryAllowedLength: 1, returned: 4 },
    'an order of stages': { stages: ['penalties', 'logitBias'], repeatPenalty: 1.3, logitBias: [['b', 1]], returned: 4 },
    'one token': { tokens: 1, returned: 4 },
    'a stage that remembers': { stages: [() => spelling('abcdeabc')], returned: 4 },
    'a stage that ends the text': { stages: [() => spelling('cab', true)], returned: 2 },
    'a full context': { tokens: 99, returned: 4, logitBias: [[end, -2], [bos, -2]] },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, async () => {
      const far = options.tokens === 99 ? promptOf(...Array.from({ length: 18 }, (_, i) => (i * 7) % 5)) : promptOf(0, 1);
      const result = await expectSlow({ tokens: 7, ...options }, far);
      if (options.tokens === 99) expect(new Set(result.sequences.map(({ reason }) => reason))).toContain('context');
    });
  }

  test('two hundred random combinations', async () => {
    const random = new Random(21), pick = <T>(...items: T[]): T => random.pick(items), maybe = (options: BeamOptions): BeamOptions => (random.chance(0.25) ? options : {});
    let finished = 0, open = 0;
    for (let n = 0; n < 200; n++) {
      const groups = random.chance(0.3) ? 2 : 1, beams = groups * (1 + random.below(3)), sample = groups === 1 && random.chance(0.3);
      const options: BeamOptions = {
        beams, tokens: 1 + random.below(9), lengthPenalty: pick(-1, 0, 0.6, 1, 2), lengthOf: pick('generated', 'whole'), earlyStopping: pick<boolean | 'never'>(true, false, 'never'), returned: 1 + random.below(beams),
        ...(groups > 1 && { groups, diversityPenalty: 0.1 + 2 * random.float() }),
        ...(sample && { sample, seed: n, temperature: 0.5 + random.float(), ...maybe({ topK: 3 }), ...maybe({ topP: 0.8 }), ...maybe({ typicalP: 0.9 }) }),
        ...maybe({ stop: ['ab', 'ca'] }), ...maybe({ stop: ['d'] }), ...maybe({ minTokens: 3 }), ...maybe({ noRepeatNgram: 2 }), ...maybe({ repeatPenalty: 1.2 }), ...maybe({ badWords: ['bb', 'ad'] }), ...maybe({ logitBias: [[end, 1.5]] }),
      };
      const { sequences } = await expectSlow(options, promptOf(...Array.from({ length: random.below(12) }, () => random.below(5))));
      for (const { reason } of sequences) reason === 'end' || reason === 'stop' ? finished++ : open++;
    }
    expect(Math.min(finished, open), 'texts of both kinds were found').toBeGreaterThan(60);
  }, 120_000);

  test('every form of model', async () => {
    for (const form of Object.keys(FORMS) as (keyof typeof FORMS)[]) {
      const large = randomModel(await oneThread(), form), prompt = Uint32Array.of(manyTokens.specials.get('<|bos|>')!, ...manyTokens.encode('a你b'));
      await expectSlow({ beams: 3, tokens: 5, returned: 3 }, prompt, large, slowModel(large));
      large.weights.free();
    }
  });
});

/** Only the letters of a word may be said, in their order; it remembers how far it is. Complete, it ends the text if it shall. */
function spelling(word: string, ends = false, at = 0): Stage & { done(): boolean } {
  const ids = [...few.encode(word)];
  return {
    name: 'spelling',
    apply(logits) {
      for (let i = 0; i < logits.length; i++) if (i !== ids[at] && i !== (ids[at]! + 1) % 5 && i !== end) logits[i] = -Infinity;
    },
    accept: () => void at++,
    done: () => ends && at >= ids.length,
    fork: () => spelling(word, ends, at),
  };
}

test('with as many beams as there are texts, the true optimum is found', async () => {
  const engine = await oneThread();
  for (const seed of [1, 2, 3]) {
    const free = smallModel(engine, { specials: false, seed }), known = slowModel(free), prompt = [0, 1, 2], steps = 4, V = 4;
    const all = Array.from({ length: V ** steps }, (_, i) => Array.from({ length: steps }, (_, t) => Math.floor(i / V ** t) % V));
    const sums = all.map((text) => text.reduce((sum, token, t) => sum + known([...prompt, ...text.slice(0, t)])[token]!, 0)), most = Math.max(...sums);
    const { result } = await collect(beamSearch(free, Uint32Array.from(prompt), { beams: V ** steps, tokens: steps, returned: 3 }));
    expect(result.sequences[0]!.tokens).toEqual(all[sums.indexOf(most)]);
    expect(Math.abs(result.sequences[0]!.sum - most)).toBeLessThan(1e-9);
    const ranked = [...sums].sort((a, b) => b - a);
    result.sequences.forEach(({ sum, score }, i) => {
      expect(Math.abs(sum - ranked[i]!)).toBeLessThan(1e-9);
      expect(score).toBe(sum / steps);
    });
    free.weights.free();
  }
});

test('one beam says what greedy decoding says', async () => {
  for (const prompt of ['a', 'bad', 'cade', '']) {
    const greedy = (await collect(generate(model, prompt, { temperature: 0, tokens: 12 }))).result, { sequences: [one] } = (await search(prompt, { beams: 1, tokens: 12 })).result;
    expect({ tokens: one!.tokens, text: one!.text, reason: one!.reason }).toEqual({ tokens: greedy.tokens, text: greedy.text, reason: greedy.reason });
  }
});

test('more beams never find a worse sum', async () => {
  // without ends: with them the best beam may be displaced by one that ends badly
  const found: number[] = [];
  for (const beams of [1, 7, 49, 343]) found.push((await search('ab', { beams, tokens: 4, logitBias: [[end, -Infinity], [bos, -Infinity]] })).result.sequences[0]!.sum);
  expect(found[3]).toBe(Math.max(...found));
});

test('of equal candidates that of the better parent comes first, then the lower token; of equal texts the first', async () => {
  const same = smallModel(await oneThread(), { spread: 0 });
  const { pieces, result } = await collect(beamSearch(same, 'a', { beams: 3, tokens: 2, returned: 3, logitBias: [[end, -Infinity], [bos, -Infinity]] }));
  expect(pieces[0]!.nodes.map(({ token, fate }) => [token, fate])).toEqual([[0, 'kept'], [1, 'kept'], [2, 'kept'], [3, 'outranked'], [4, 'outranked']]);
  expect(pieces[1]!.nodes.map(({ parent, token }) => [parent, token])).toEqual([[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [1, 0]]);
  expect(result.sequences.map(({ text }) => text)).toEqual(['aa', 'ab', 'ac']);
  same.weights.free();
});

test('groups avoid the tokens of earlier ones, and drawing follows its seed', async () => {
  const options = { beams: 4, tokens: 6, returned: 4 };
  const { sequences } = (await search('ab', { ...options, groups: 4, diversityPenalty: 50 })).result;
  expect(new Set(sequences.map(({ tokens }) => tokens[0])).size, 'four groups, four first tokens').toBe(4);
  const drawn = async (seed: number, index = 0): Promise<string> => JSON.stringify((await search('ab', { ...options, sample: true, temperature: 1.3, seed, index })).result.sequences);
  expect(await drawn(1)).toBe(await drawn(1));
  expect(new Set(await Promise.all([drawn(1), drawn(2), drawn(1, 1)])).size).toBe(3);
});

test('a stop string that several tokens spell ends a text, and nothing of it is shown', async () => {
  const word = 'bead';
  const { sequences } = (await search('ab', { beams: 6, returned: 6, tokens: 8, stop: ['ea', 'd'], logitBias: [['e', 1], ['a', 1]], stages: [() => spelling(word), 'logitBias'] })).result;
  const stopped = sequences.filter(({ reason }) => reason === 'stop');
  expect(stopped.length).toBeGreaterThan(1);
  for (const { text, tokens } of sequences) {
    expect(text).not.toMatch(/ea|d/);
    expect(few.decode(tokens).startsWith(text)).toBe(true);
  }
});

test('where the stages allow nothing more, the beam is pruned; where nothing else is, it is what there is', async () => {
  const nothing = (after: number, blocks = true): (() => Stage) => () => ({ name: 'nothing', blocks, apply: (logits, { tokens, prompt }) => void (tokens.length - prompt >= after && logits.fill(-Infinity)) });
  const { pieces, result } = await search('ab', { beams: 3, tokens: 9, returned: 3, minTokens: 9, stages: ['minTokens', nothing(2)] });
  expect(result.sequences.map(({ reason, tokens }) => [reason, tokens.length])).toEqual(Array.from({ length: 3 }, () => ['blocked', 2]));
  expect(pieces.at(-1)!.pruned.map(({ why }) => why)).toEqual(['blocked', 'blocked', 'blocked']);
  const none = (await search('ab', { beams: 2, tokens: 9, stages: [nothing(0)] })).result.sequences;
  expect(none).toMatchObject([{ reason: 'blocked', tokens: [], text: '', sum: 0, nodes: [] }]);
  expect(none[0]!.score).toBe(0);
  await expect(search('ab', { tokens: 9, stages: [nothing(0, false)] })).rejects.toThrow('No continuation is left: nothing removed all tokens.');
  const complete = await search('ab', { stages: [() => ({ name: 'complete', apply: () => {}, done: () => true })] });
  expect(complete).toMatchObject({ pieces: [], result: { sequences: [{ reason: 'end', tokens: [] }], steps: 0 } });
});

test('two threads find the bits of one', async () => {
  const two = await createEngine({ threads: 2 });
  const found = await Promise.all([await oneThread(), two].map(async (engine) => {
    const large = randomModel(engine, 'inkling', { channels: 96, hidden: 160, layers: 3 });
    const both = [await collect(beamSearch(large, 'good', { beams: 4, returned: 4, tokens: 12 })), await collect(beamSearch(large, 'good', { beams: 4, tokens: 12, sample: true }))];
    large.weights.free();
    return both.map(({ pieces, result }) => ({ pieces, sequences: result.sequences }));
  }));
  expect(found[1]).toEqual(found[0]);
  two.stop();
});

describe('the decoder', () => {
  test('beams copy only what they do not share', async () => {
    const prompt = promptOf(...Array.from({ length: 12 }, (_, i) => i % 5)), decoder = new Decoder(model, { slots: 4 });
    const options = { beams: 4, tokens: 8, decoder, logitBias: [[end, -9], [bos, -9]] } as const;
    const first = await search(prompt, options), again = await search(prompt, options);
    expect(again.pieces).toEqual(first.pieces);
    expect(first.result.copied).toBeGreaterThanOrEqual(3 * 13);
    // the second time all slots hold the prompt; what branched off since is the rest of the tree
    expect(again.result.copied).toBeLessThan(first.result.copied - 3 * 12);
    expect(first.result.copied - 39, 'at most what three slots hold besides the prompt, at every step').toBeLessThanOrEqual(3 * (1 + 2 + 3 + 4 + 5 + 6 + 7));
    decoder.free();
  });

  test('its memory is stated and given back, also after a break', async () => {
    const { memory } = model.engine, { used } = memory;
    const decoder = new Decoder(model, { slots: 5, positions: 2 + 9 }), { bytes } = decoder;
    decoder.free();
    expect((await search(promptOf(1), { beams: 5, tokens: 10 })).result.bytes).toBe(bytes);
    for await (const { step } of beamSearch(model, 'a', {})) if (step === 2) break;
    expect(memory.used).toBe(used);
  });

  test('one that is there may be used, with slots to spare', async () => {
    const decoder = new Decoder(model, { slots: 7 }), options = { beams: 4, tokens: 9, returned: 4 };
    const { pieces, result } = await search('abc', options), same = await search('abc', { ...options, decoder });
    expect(same.pieces).toEqual(pieces);
    expect(same.result.sequences).toEqual(result.sequences);
    for await (const { step } of beamSearch(model, 'abc', { decoder })) {
      await expect(search('abc', { decoder }), `in step ${step}`).rejects.toThrow('This decoder is busy');
      break;
    }
    decoder.free();
  });
});

test('an AbortSignal ends it', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(new Error('enough')), 5);
  const forever = async (): Promise<void> => {
    for (;;) await search('a', { signal: abort.signal });
  };
  await expect(forever()).rejects.toThrow('enough');
});

describe('constraints', () => {
  const all: Record<string, Constraint> = { 'an expression': regex('(ab|cd)+e'), answers: oneOf(['bad', 'badd', 'ace', 'dead']), words: containing(['bed', 'cab']) };
  for (const [name, constraint] of Object.entries(all)) {
    test(`${name}: every text of a search keeps to it, and the search is that of the definition`, async () => {
      const tokens = constraint.compile(few).needed + 3;
      for (const options of [{ beams: 5, returned: 5 }, { beams: 4, groups: 2, diversityPenalty: 1, returned: 4 }, { beams: 3, sample: true, temperature: 2, seed: 3, returned: 3 }]) {
        const { sequences } = await expectSlow({ ...options, tokens, constraint });
        expect(sequences.length).toBeGreaterThan(0);
        for (const { text } of sequences) expect(constraint.accepts(text), text).toBe(true);
      }
    });
  }

  test('one that needs more tokens than there are is refused before the first step', async () => {
    await expect(search('ab', { constraint: regex('[ab]{9}'), tokens: 5 })).rejects.toThrow('Raise tokens to at least 9');
    await expect(search('abcdeabcdeabcdeabcde', { constraint: regex('[ab]{9}'), tokens: 50 })).rejects.toThrow('there is room for 4');
  });
});

test('a conversation may search for its replies', async () => {
  const talker = randomModel(await oneThread(), 'inkling'), chat = new Chat(talker, { beams: 3, tokens: 6, lengthPenalty: 0.5, system: 'ab' });
  const said: string[] = [];
  for (const message of ['good', 'mad']) {
    const before = chat.messages, { pieces, result } = await collect(chat.send(message));
    const { sequences: [best] } = (await collect(beamSearch(talker, [...before, { role: 'user', content: message }], { beams: 3, tokens: 6, lengthPenalty: 0.5 }))).result;
    expect(result).toMatchObject({ text: best!.text, tokens: best!.tokens, reason: best!.reason, dropped: 0 });
    expect(pieces.map(({ text }) => text)).toEqual([best!.text]);
    said.push(result.text);
  }
  expect(chat.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual(said);
  expect(() => new Chat(talker, { beams: 3, topK: 4 })).toThrow('topK shapes how tokens are drawn');
  expect(() => new Chat(talker, { beams: 3, returned: 2 } as ChatOptions)).toThrow('it goes on with one reply');
  expect(() => new Chat(talker, { lengthPenalty: 1 })).toThrow('There is no option "lengthPenalty" without a search.');
  chat.free();
  talker.weights.free();
});

describe('what cannot work is refused by name', () => {
  const cases: [object, string][] = [
    [{ beams: 0 }, 'beams must be a whole number from 1 to 1024, but it is 0.'],
    [{ beams: 2.5 }, 'but it is 2.5.'],
    [{ beams: '4' }, 'but it is "4".'],
    [{ lengthPenalty: NaN }, 'lengthPenalty must be a number (0 is off), but it is NaN.'],
    [{ lengthOf: 'all' }, 'lengthOf must be "generated" or "whole", but it is "all".'],
    [{ earlyStopping: 'always' }, 'earlyStopping must be true, false or "never", but it is "always".'],
    [{ returned: 0 }, 'returned must be a whole number of at least 1, but it is 0.'],
    [{ returned: 5 }, '5 sequences are to be returned, but there are only 4 beams.'],
    [{ groups: 3, diversityPenalty: 1 }, '4 beams cannot be divided into 3 groups of equal size.'],
    [{ groups: 2 }, 'Groups without a diversityPenalty would all find the same.'],
    [{ diversityPenalty: 1 }, 'diversityPenalty does nothing with one group.'],
    [{ groups: 2, diversityPenalty: -1 }, 'diversityPenalty must be 0 (off) or more, but it is -1.'],
    [{ groups: 2, diversityPenalty: 1, sample: true }, 'Groups keep apart by their penalty, not by chance.'],
    [{ sample: 1 }, 'sample must be true or false, but it is 1.'],
    [{ sample: true, temperature: 0 }, 'A temperature of 0 draws nothing.'],
    [{ temperature: 0.7 }, 'temperature shapes how tokens are drawn, but this search takes the best ones. Set sample: true'],
    [{ temperature: 0.8 }, 'temperature shapes how tokens are drawn'],
    [{ topK: 5 }, 'topK shapes how tokens are drawn'],
    [{ mirostat: 2, sample: true }, 'mirostat does not go together with beams'],
    [{ logprobs: 3 }, 'logprobs does not go together with beams: the nodes of every search tell them. Leave it out.'],
    [{ explain: true }, 'explain does not go together with beams'],
    [{ whenFull: 'slide' }, 'whenFull does not go together with beams: a search ends when the context is full.'],
    [{ lenghtPenalty: 1 }, 'There is no option "lenghtPenalty". Did you mean "lengthPenalty"?'],
    [{ temprature: 1 }, 'Did you mean "temperature"?'],
    [{ tokens: 0 }, 'tokens must be a whole number of at least 1, but it is 0.'],
  ];
  test.each(cases)('%j', async (options, message) => {
    await expect(search('a', options as BeamOptions)).rejects.toThrow(message);
  });

  test('prompts and decoders too', async () => {
    const decoder = new Decoder(model, { slots: 2 }), other = smallModel(await oneThread());
    await expect(search('a', { decoder })).rejects.toThrow('4 beams need as many slots, but this decoder has 2.');
    await expect(collect(beamSearch(other, 'a', { decoder }))).rejects.toThrow('This decoder belongs to another model.');
    await expect(search('a'.repeat(40), {})).rejects.toThrow('The prompt has 41 tokens, but only 24 fit.');
    await expect(search('', { addBos: false })).rejects.toThrow('The prompt is empty');
    await expect(collect(generate(model, 'a', { beams: 2 } as GenerateOptions))).rejects.toThrow('There is no option "beams" without a search. Use beamSearch');
    other.weights.read(other.transformer.parameters.get('embedding.weight')).fill(NaN);
    await expect(collect(beamSearch(other, 'a', {}))).rejects.toThrow('The logits of the model are no numbers.');
    decoder.free();
    other.weights.free();
  });
});

afterAll(() => model.weights.free());
