import { beamOptions, beamsFrom } from '../beamOptions.ts';
import { defineCommand } from '../command.ts';
import { type Continued, continueText } from '../continueText.ts';
import { filterDetails, filterFrom, filterOptions } from '../filterOptions.ts';
import { list, requiredText, text, whole } from '../options.ts';
import { samplingFrom, samplingOptions } from '../samplingOptions.ts';
import { searchText } from '../searchText.ts';
import { logprobRecord, showPiece, tellDecisions, traceRecord } from '../tellToken.ts';
import { UsageError } from '../usageError.ts';
import { cacheOption, modelSummary, quantizeOption, withModel } from '../withModel.ts';

const why: Readonly<Record<Continued['reason'], string>> = {
  length: 'as many tokens as were asked for',
  stop: 'a stop string came',
  end: 'the model ended the text',
  context: 'the context was full',
  blocked: 'a filter ended the text',
};

export const generateText = defineCommand({
  name: 'generate',
  summary: 'goes on with a text',
  options: {
    model: requiredText('PATH', modelSummary),
    prompt: text('TEXT', 'the beginning (default: none; the model begins a document)'),
    tokens: whole(1, 1e9, 'at most so many new tokens (default 100)'),
    ...samplingOptions,
    ...filterOptions,
    ...beamOptions,
    ...quantizeOption,
    ...cacheOption,
    stop: list('TEXT', 'end before this text; may be given several times'),
    count: whole(1, 10_000, 'so many texts, each with random numbers of its own (default 1)'),
  },
  example: 'inkling generate --model runs/book --prompt "Once upon a time" --tokens 100 --temperature 0.8 --top-p 0.95',
  details: [
    'When the context is full, the model goes on from the later half of what it sees.',
    '--json: one object for each text, when it is complete, with text (without the prompt), tokens and tokens_per_second.',
    '--beams N searches for the likeliest text; penalties, biases, stop strings and the like count then too. --explain shows the tree.',
    'A stage of the drawing is off unless its option is given. --explain shows for each token what the stages removed.',
    ...filterDetails,
  ],
  async run(values, terminal) {
    const { model: path, prompt = '', tokens = 100, count = 1, seed = 1, stop, threads, build, quantize, tokenizer, cache } = values;
    const search = beamsFrom(values);
    if (search && count > 1 && !search.sample) throw new UsageError('--count with --beams would find the same text every time. For several texts of one search give --returned; for several searches --sample-beams.');
    if (search && values.logprobs !== undefined) throw new UsageError('--logprobs is not for a search with beams, whose --json tells the log-probability of every token. Leave it out.');
    const filter = await filterFrom(values);
    await withModel(path, { threads, build, quantize, tokenizer }, async (model) => {
      const options = { ...samplingFrom(values), tokens, seed, stop, cache, filter }, { tokenizer } = model;
      const { colors } = terminal;
      for (let index = 0; index < count; index++) {
        if (count > 1) terminal.say(colors.dim(`--- ${index + 1}`));
        if (search) {
          const { explain = false, logprobs: _, ...drawing } = options;
          await searchText(model, prompt, { ...drawing, ...search, index }, { explain, why, terminal });
          continue;
        }
        const pieces = continueText(model, prompt, { ...options, index });
        let next = await pieces.next();
        // what is told of each token has lines of its own; the text follows as a whole then
        const aside = options.explain || (options.logprobs !== undefined && !terminal.json), begin = terminal.quiet ? '' : colors.dim(prompt);
        if (!aside) terminal.stream(begin);
        const traces: object[] = [];
        for (let place = 1; !next.done; next = await pieces.next(), place++) {
          if (next.value.trace) traces.push(traceRecord(next.value, tokenizer));
          if (aside) terminal.tell(...showPiece(next.value, place, tokenizer));
          else terminal.stream(next.value.text);
        }
        terminal.stream(aside ? `${begin}${next.value.text}\n` : '\n');
        const { text: generated, tokens: { length: made }, tokensPerSecond, reason, slides, logprobs, decisions } = next.value;
        if (decisions) tellDecisions(decisions, terminal);
        const forgot = slides > 0 ? `; the context of ${model.transformer.config.context} was full ${slides === 1 ? 'once' : `${slides} times`}` : '';
        terminal.say(colors.dim(`(${made} tokens, ${tokensPerSecond.toFixed(0)} per second; ${why[reason]}${forgot})`));
        terminal.record({
          text: generated, tokens: made, tokens_per_second: tokensPerSecond, reason, ...(count > 1 && { index }),
          ...(decisions && { filtered: decisions }),
          ...(logprobs && { logprobs: logprobs.map((one) => logprobRecord(one, tokenizer)) }), ...(options.explain && { explain: traces }),
        });
      }
    });
  },
});
