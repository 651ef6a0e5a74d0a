import { type LanguageModel, type SpeakingModel, Weights } from '../models/index.ts';
import { requiredText } from './options.ts';
import { UsageError } from './usageError.ts';
import { modelSummary, quantizeOption } from './withModel.ts';

/** What every `inspect` of a text takes. */
export const inspectOptions = { model: requiredText('PATH', modelSummary), tokenizer: quantizeOption.tokenizer };

/** The text that is a command's only word. */
export const textWord = { name: 'TEXT', summary: 'what the model reads', most: 1 } as const;

/** @throws {UsageError} when there is none. */
export function requireText(text: string | undefined, command: string): string {
  if (text === undefined || text === '') throw new UsageError(`inspect ${command} needs a text for the model to read: inkling inspect ${command} --model runs/quickstart/chat "One day, a dog".`);
  return text;
}

/** A model that was loaded with `floats`: reasons need gradients and the weights themselves. */
export function asFloats({ weights, ...model }: SpeakingModel): LanguageModel {
  if (weights instanceof Weights) return { ...model, weights };
  throw new Error('Weights that are to be taken apart must be floats. Please report this.');
}
