// Every option of generate with values that cannot work: each is refused by name, with what to do.
import { beforeAll, describe, expect, test } from 'vitest';
import { Chat, createSampler, Decoder, generate, type GenerateOptions } from '../../src/decode/index.ts';
import { OptionError } from '../../src/errors.ts';
import type { LanguageModel } from '../../src/models/index.ts';
import { collect, oneThread, randomModel } from './models.ts';

const noNumbers = ['1', null, true, [], {}, NaN, Infinity, -Infinity, 1n] as const;
const counts = [...noNumbers, 1.5] as const, shares = [...noNumbers, -0.1, 1.1] as const, flags = ['yes', 1, null, []] as const;

/** By option: what it must not be. A new option needs a line here. */
const wrong = {
  tokens: [...counts, 0, -1], temperature: [...noNumbers, -0.1], dynatempRange: [...noNumbers, -1], dynatempExponent: [...noNumbers, 0], topK: [...counts, -1], topP: [...shares, 0], minP: shares, typicalP: [...shares, 0], topNSigma: [...noNumbers, -1],
  epsilonCutoff: [...shares, 1], etaCutoff: [...shares, 1], xtcProbability: shares, xtcThreshold: [...shares, 0, 0.6], dryMultiplier: [...noNumbers, -1], dryBase: [...noNumbers, 0.9], dryAllowedLength: [...counts, -1], dryPenaltyLastN: [...counts, 0, -2],
  dryBreakers: ['\n', null, [''], [1]], mirostat: [...counts, 3], mirostatTau: [...noNumbers, 0], mirostatEta: [...shares, 0], repeatPenalty: [...noNumbers, 0, -1], frequencyPenalty: noNumbers, presencePenalty: noNumbers, penaltyLastN: [...counts, 0, -2],
  noRepeatNgram: [...counts, -1], logitBias: [null, 'a', [['a']], [['', 1]], [['a', NaN]], [['a', Infinity]], [['a', '1']], [[-1, 1]], [[1e6, 1]], { a: 1 }], badWords: [null, 'a', [''], [[]], [[-1]], [[1e6]], [7]], minTokens: [...counts, -1, 101],
  forcedTokens: ['', null, 7, [1.5], [1e6]], stages: [null, 'topK', ['topk'], ['temperature', 'temperature'], [7], []], logprobs: [...counts, -1], explain: flags, seed: [...counts, -1], index: [...counts, -1], stop: [null, 'a', [''], [7]],
  signal: [null, {}, true], addBos: flags, promptLogprobs: flags, cache: [null, 'f64', 7], constraint: [null, 'a|b', {}, /a/], filter: [null, 'words.txt', {}, ['bad']], decoder: [null, {}, 'new'], whenFull: [null, 'stop', true],
} as const satisfies Record<keyof GenerateOptions, readonly unknown[]>;

/** What other options an option needs, so that it alone is wrong. */
const company: Partial<Record<keyof GenerateOptions, GenerateOptions>> = {
  dynatempExponent: { dynatempRange: 0.5 }, xtcThreshold: { xtcProbability: 0.5 }, dryBase: { dryMultiplier: 1 }, dryAllowedLength: { dryMultiplier: 1 }, dryPenaltyLastN: { dryMultiplier: 1 }, dryBreakers: { dryMultiplier: 1 }, mirostatTau: { mirostat: 2 },
  mirostatEta: { mirostat: 2 }, penaltyLastN: { repeatPenalty: 1.2 },
};
/** Together they cannot work, or one of them would do nothing. */
const together: readonly (readonly [options: GenerateOptions, name: string, remedy: RegExp])[] = [
  [{ dynatempExponent: 2 }, 'dynatempExponent', /Set dynatempRange above 0/], [{ temperature: 0, dynatempRange: 0.2 }, 'dynatempRange', /Set temperature above 0/], [{ temperature: 0, mirostat: 1 }, 'mirostat', /Set temperature above 0/],
  [{ xtcThreshold: 0.2 }, 'xtcThreshold', /Set xtcProbability above 0/], [{ dryAllowedLength: 3 }, 'dryAllowedLength', /Set dryMultiplier above 0/], [{ dryPenaltyLastN: 3 }, 'dryPenaltyLastN', /Set dryMultiplier above 0/], [{ dryBreakers: ['a'] }, 'dryBreakers', /Set dryMultiplier above 0/],
  [{ mirostatTau: 3 }, 'mirostatTau', /Set mirostat to 1 or 2/], [{ mirostatEta: 0.2 }, 'mirostatEta', /Set mirostat to 1 or 2/], [{ penaltyLastN: 8 }, 'penaltyLastN', /Set repeatPenalty/], [{ tokens: 5, minTokens: 6 }, 'minTokens', /Raise tokens, or lower minTokens/],
  [{ topK: 3, stages: ['temperature'] }, 'stages', /Add "topK"/], [{ mirostat: 2, stages: ['mirostat', 'temperature'] }, 'stages', /must be the last/], [{ forcedTokens: [1], badWords: [[1]], stages: ['temperature', 'forcedTokens', 'badWords'] }, 'stages', /Use fewer stages/],
];

let model: LanguageModel;
beforeAll(async () => {
  model = randomModel(await oneThread(), 'gpt2');
});
const own = ['addBos', 'decoder', 'whenFull', 'signal'];
const refused = async (work: () => Promise<unknown>): Promise<OptionError> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return error as OptionError;
  }
  throw new Error('It was not refused.');
};
const both: Record<string, (options: GenerateOptions) => Promise<unknown>> = {
  generate: (options) => collect(generate(model, 'a', options)),
  Chat: async (options) => {
    const chat = new Chat(model, options);
    try {
      return await collect(chat.send('a'));
    } finally {
      chat.free();
    }
  },
};

for (const [way, use] of Object.entries(both)) {
  describe(way, () => {
    test.each(Object.keys(wrong) as (keyof typeof wrong)[])('%s', async (name) => {
      for (const value of wrong[name]) {
        const error = await refused(() => use({ ...company[name], [name]: value } as GenerateOptions));
        expect([error.option, error.message], String(value)).toEqual([name, expect.stringContaining(name)]);
        // the message says what would be right
        expect(error.message).toMatch(/must be|names token|which is no stage|lists|Raise|Leave it out|does not list/);
      }
    });

    test.each(together)('%j', async (options, name, remedy) => {
      const error = await refused(() => use(options));
      expect([error.option, error.message]).toEqual([name, expect.stringMatching(remedy)]);
    });

    test('a name that is no option', async () => {
      expect((await refused(() => use({ topk: 3 } as GenerateOptions))).message).toBe('There is no option "topk". Did you mean "topK"?');
      await refused(() => use(null as unknown as GenerateOptions).catch((error: unknown) => {
        throw way === 'Chat' && error instanceof TypeError ? new OptionError('options', '') : error;
      }));
    });
  });
}

test('a conversation refuses what it sees to itself, also where the value is right', async () => {
  const decoder = new Decoder(model);
  for (const options of [{ addBos: true }, { decoder }, { whenFull: 'slide' }, { signal: new AbortController().signal }] as GenerateOptions[]) {
    const error = await refused(() => both['Chat']!(options));
    expect(own).toContain(error.option);
    expect(error.message).toMatch(/^A conversation has no option .*Leave it out\.$/);
  }
  decoder.free();
});

test('addBos is refused where no prompt is a text', async () => {
  for (const prompt of [Uint32Array.of(1, 2), [{ role: 'user', content: 'a' }] as const]) {
    expect((await refused(() => collect(generate(model, prompt, { addBos: false })))).message).toMatch(/^addBos concerns prompts that are texts/);
  }
});

test('undefined is the default, for every option', async () => {
  const all = Object.fromEntries(Object.keys(wrong).map((name) => [name, undefined]));
  expect((await collect(generate(model, 'a', all))).result.tokens).toEqual((await collect(generate(model, 'a'))).result.tokens);
  expect(() => createSampler(all)).not.toThrow();
});
