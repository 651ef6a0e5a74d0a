import { buildDataset } from '../../data/index.ts';
import { count, bytes as showBytes } from '../../errors.ts';
import { Evaluator } from '../../train/index.ts';
import { defineCommand } from '../command.ts';
import { requiredText } from '../options.ts';
import { wholeFile } from '../wholeFile.ts';
import { modelSummary, quantizeOption, withModel } from '../withModel.ts';

export const evaluate = defineCommand({
  name: 'evaluate',
  summary: 'how well does a model predict a text that it has not seen?',
  options: {
    model: requiredText('PATH', modelSummary),
    data: requiredText('FILE', 'a text'),
    ...quantizeOption,
  },
  example: 'inkling evaluate --model runs/shakespeare --data validation.txt --json',
  details: [
    'The whole file is one stream of tokens, cut into windows of the context of the model that do not overlap; every token but the',
    'first is predicted once. bits_per_byte compares models with different tokenizers: nats of all tokens / ln 2 / bytes of the file.',
  ],
  async run({ model: path, data: file, threads, build, quantize, tokenizer }, terminal) {
    const source = wholeFile(file);
    await withModel(path, { threads, build, quantize, tokenizer }, async (model) => {
      const { train: set } = await buildDataset(source, (document) => ({ ids: 'text' in document ? model.tokenizer.encode(document.text) : new Uint32Array(0) }), { seed: 0, validation: 0 });
      const { context } = model.transformer.config, windows = Math.ceil((set.length - 1) / context);
      const { natsPerToken, bitsPerByte, tokens } = new Evaluator(model, { rows: Math.min(8, windows) }).scoreAll(set);
      const perplexity = Math.exp(natsPerToken);
      terminal.tell(
        `nats_per_token   ${natsPerToken.toFixed(4)}`, `bits_per_byte    ${bitsPerByte?.toFixed(4)}`, `perplexity       ${perplexity.toFixed(2)}`,
        `tokens           ${count(tokens)} predicted, in ${count(windows)} windows of ${count(context)}`, `bytes            ${count(set.bytes)} (${showBytes(set.bytes)})`,
      );
      terminal.record({ nats_per_token: natsPerToken, bits_per_byte: bitsPerByte, tokens, bytes: set.bytes, perplexity });
    });
  },
});
