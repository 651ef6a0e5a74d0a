import { type DoubtMeter, doubtOf, DoubtReader, parseDoubtMeter } from '../inspect/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import type { Message } from '../tokenizer/index.ts';
import { openModelFolder } from './openModelFolder.ts';
import { UsageError } from './usageError.ts';

/** What `inspect doubt --save` writes beside a model. */
export const doubtFile = 'doubt.json';

/** Decides for a chat whether a question is answered. */
export class ChatDoubt {
  readonly #meter: DoubtMeter;
  readonly #reader: DoubtReader;

  private constructor(model: SpeakingModel, meter: DoubtMeter) {
    this.#meter = meter;
    this.#reader = new DoubtReader(model, meter);
  }

  /**
   * @throws {UsageError} when no doubt was measured of this model.
   * @throws {FormatError} when doubt.json is damaged.
   */
  static async open(model: SpeakingModel, path: string): Promise<ChatDoubt> {
    const bytes = await openModelFolder(path).read(doubtFile);
    if (!bytes) throw new UsageError(`--doubt needs ${doubtFile} beside the model, but ${path} has none. Measure it: inkling inspect doubt --model ${path} --save`);
    return new ChatDoubt(model, parseDoubtMeter(new TextDecoder().decode(bytes), `${path}: ${doubtFile}`));
  }

  /** @returns the doubt, and what to say instead of an answer where it is too great. */
  async of(before: readonly Message[], question: string): Promise<{ readonly value: number; readonly refusal?: string }> {
    const signs = await this.#reader.read([...before, { role: 'user', content: question }]), value = doubtOf(this.#meter, signs);
    return { value, ...(value >= this.#meter.threshold && { refusal: signs.refusing }) };
  }

  free(): void {
    this.#reader.free();
  }
}
