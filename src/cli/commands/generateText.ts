import { generateBatch, type Reason } from '../../decode/index.ts';
import { defineCommand } from '../command.ts';
import { list, requiredText, text, whole } from '../options.ts';
import { samplingOptions } from '../samplingOptions.ts';
import { withModel } from '../withModel.ts';

const why: Readonly<Record<Reason, string>> = {
  length: 'as many tokens as were asked for',
  stop: 'a stop string came',
  end: 'the model ended the text',
  context: 'the context of the model is full',
};

export const generateText = defineCommand({
  name: 'generate',
  summary: 'goes on with a text',
  options: {
    model: requiredText('DIR', 'the folder of a model'),
    prompt: text('TEXT', 'the beginning (default: none; the model begins a document)'),
    tokens: whole(1, 1e9, 'at most so many new tokens (default 100)'),
    ...samplingOptions,
    stop: list('TEXT', 'end before this text; may be given several times'),
    count: whole(1, 10_000, 'so many texts, each with random numbers of its own (default 1)'),
  },
  example: 'inkling generate --model runs/book --prompt "Once upon a time" --tokens 100 --temperature 0.8 --top-p 0.95',
  details: ['--json: one object for each text, when it is complete, with text (without the prompt), tokens and tokens_per_second.'],
  async run(values, terminal) {
    const { model: path, prompt = '', tokens = 100, temperature = 0.8, count = 1, seed = 1, stop, threads, build } = values;
    await withModel(path, { threads, build }, async (model) => {
      const options = { tokens, temperature, topK: values['top-k'] ?? 0, topP: values['top-p'] ?? 1, seed, stop: [...stop] };
      // one text grows before the reader's eyes; several are told one after the other
      const streams = count === 1 && !(terminal.json && terminal.quiet);
      const running = generateBatch(model, Array.from({ length: count }, () => prompt), options);
      if (streams && !terminal.quiet) terminal.stream(terminal.colors.dim(prompt));
      let next = await running.next();
      for (; !next.done; next = await running.next()) if (streams) terminal.stream(next.value.text);
      if (streams) terminal.stream('\n');
      next.value.forEach((generated, index) => {
        if (!streams && !(terminal.json && terminal.quiet)) terminal.tell(terminal.colors.dim(`--- ${index + 1}`), `${terminal.quiet ? '' : terminal.colors.dim(prompt)}${generated.text}`);
        if (count === 1) terminal.say(terminal.colors.dim(`(${generated.tokens.length} tokens, ${generated.tokensPerSecond.toFixed(0)} per second; ${why[generated.reason]})`));
        terminal.record({ text: generated.text, tokens: generated.tokens.length, tokens_per_second: generated.tokensPerSecond, reason: generated.reason, ...(count > 1 && { index }) });
      });
    });
  },
});
