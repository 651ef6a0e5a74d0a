// A conversation inside a bounded memory. The model sees only its context; when a conversation outgrows it, the oldest
// turns are dropped, whole, and the user is told.
import { OptionError } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { type Message, renderChat, type Tokenizer } from '../tokenizer/index.ts';
import { type BeamOptions, beamSettings, type Own } from './beams/beamOptions.ts';
import { beamSearch } from './beams/beamSearch.ts';
import { Decoder } from './decoder.ts';
import { generate, type Generated, type Piece } from './generate.ts';
import { type GenerateOptions, generateSettings, requireLength } from './generateOptions.ts';
import { prepareStages } from './prepareStages.ts';

/** With `beams` each reply is searched for, and comes as one piece when it is found. */
export interface ChatOptions extends Omit<GenerateOptions, 'addBos' | 'decoder' | 'signal' | 'whenFull'>, Pick<BeamOptions, Exclude<Own, 'returned'>> {
  /** Stands before the conversation and is never dropped. */
  readonly system?: string | undefined;
}

export interface Reply extends Generated {
  /** Turns (a message and its reply) that the model no longer remembers, dropped to make room for this one. */
  readonly dropped: number;
}

/** Options of generate that a conversation sees to itself. */
const OWN = {
  addBos: 'it always begins with <|bos|>', decoder: 'it has a decoder of its own', whenFull: 'it forgets its oldest turns when the context is full', signal: 'give it to send(text, { signal })', returned: 'it goes on with one reply',
};

/** A conversation with a model, one reply after the other. */
export class Chat {
  readonly #model: SpeakingModel;
  readonly #options: GenerateOptions & BeamOptions;
  readonly #system: readonly Message[];
  readonly #decoder: Decoder;
  /** Longest reply. */
  readonly #tokens: number;
  /** Messages and replies in turn, as far as the model remembers them. */
  #turns: Message[] = [];
  #replies = 0;
  #speaking = false;

  /**
   * Takes the memory for one conversation; {@link free} gives it back.
   *
   * @throws {OptionError} for an option that cannot work, or a tokenizer without the special tokens of conversations.
   * @example
   * const chat = new Chat(model, { seed: 1 });
   * for await (const { text } of chat.send('Who has a red kite?')) process.stdout.write(text);
   */
  constructor(model: SpeakingModel, { system, ...options }: ChatOptions = {}) {
    for (const [name, instead] of Object.entries(OWN)) if (Object.hasOwn(options, name)) throw new OptionError(name, `A conversation has no option ${name}: ${instead}. Leave it out.`);
    const settings = options.beams === undefined ? generateSettings(options) : beamSettings(options);
    requireLength(settings);
    prepareStages(settings, model.tokenizer);
    settings.constraint?.compile(model.tokenizer).requireRoom(settings.tokens);
    if (system !== undefined && typeof system !== 'string') throw new OptionError('system', 'system must be a string.');
    this.#system = system === undefined ? [] : [{ role: 'system', content: system }];
    renderChat(model.tokenizer, this.#system, { reply: true });
    this.#model = model;
    this.#tokens = generateSettings(options.tokens === undefined ? {} : { tokens: options.tokens }).tokens;
    this.#options = options;
    this.#decoder = new Decoder(model, { slots: options.beams ?? 1, everyRow: options.promptLogprobs ?? false, ...(options.cache && { cache: options.cache }) });
  }

  /** What the model remembers, the system message first. */
  get messages(): readonly Message[] {
    return [...this.#system, ...this.#turns];
  }

  /** What turns its tokens into text. */
  get tokenizer(): Tokenizer {
    return this.#model.tokenizer;
  }

  /** Memory that this conversation holds. */
  get bytes(): number {
    return this.#decoder.bytes;
  }

  /**
   * Says something and lets the model answer. Reply number i of a conversation is drawn from random sequence i of the
   * seed. If the caller breaks off, what was said so far counts as the reply.
   *
   * With a filter, a message in which something is found is answered with its refusal, and the model is not asked.
   *
   * @returns behind the last piece: the whole reply, and how many old turns were dropped.
   * @throws {OptionError} when the message alone does not fit in the context; the conversation stays as it was.
   */
  async *send(text: string, { signal }: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<Piece, Reply, undefined> {
    if (typeof text !== 'string') throw new OptionError('text', 'A message must be a string.');
    if (this.#speaking) throw new OptionError('text', 'The last reply is not yet finished. Read it to its end, or break off, before the next message.');
    const message: Message = { role: 'user', content: text }, { filter } = this.#options;
    const against = filter?.input ? filter.inspect(text) : [];
    if (against.length > 0) {
      const refusal = filter!.refusal;
      this.#turns.push(message, { role: 'assistant', content: refusal });
      this.#replies++;
      yield { index: 0, token: -1, text: refusal };
      return { text: refusal, tokens: [], reason: 'blocked', slides: 0, tokensPerSecond: 0, dropped: 0, decisions: against };
    }
    const turns = this.#turns, fitting = this.#fit(message);
    let { dropped } = fitting;
    turns.splice(0, 2 * dropped);
    this.#speaking = true;
    // a long reply pushes further turns out
    const whenFull = (said: readonly number[]): Uint32Array | null => {
      while (turns.length > 0) {
        turns.splice(0, 2);
        dropped++;
        const prompt = this.#render(turns, message);
        if (prompt.length + said.length + this.#decoder.positions / 8 < this.#decoder.positions) return prompt;
      }
      return null;
    };
    const index = (this.#options.index ?? 0) + this.#replies++;
    const options = { ...this.#options, index, signal, decoder: this.#decoder };
    const pieces = options.beams === undefined ? generate(this.#model, fitting.prompt, { ...options, whenFull }) : searched(this.#model, fitting.prompt, options);
    let said = '';
    try {
      for (;;) {
        const next = await pieces.next();
        if (next.done) return { ...next.value, dropped };
        said += next.value.text;
        yield next.value;
      }
    } finally {
      await pieces.return(undefined as never); // after a break: nobody waits for its result
      turns.push(message, { role: 'assistant', content: said });
      this.#speaking = false;
    }
  }

  /**
   * Takes in a turn that somebody else has answered, as if the model had said it.
   *
   * @throws {OptionError} while a reply is being said.
   */
  remember(text: string, reply: string): void {
    if (this.#speaking) throw new OptionError('text', 'The last reply is not yet finished. Read it to its end, or break off, before the next message.');
    this.#turns.push({ role: 'user', content: text }, { role: 'assistant', content: reply });
  }

  /** Begins anew: only the system message is left, and random numbers begin where they began. */
  reset(): void {
    this.#turns = [];
    this.#replies = 0;
  }

  /** Gives the memory back. */
  free(): void {
    this.#decoder.free();
  }

  #render(turns: readonly Message[], message: Message): Uint32Array {
    return renderChat(this.#model.tokenizer, [...this.#system, ...turns, message], { reply: true }).ids;
  }

  /** The conversation with a new message as tokens, after dropping as many old turns as it takes to leave room for a reply. */
  #fit(message: Message): { prompt: Uint32Array; dropped: number } {
    const { positions } = this.#decoder;
    const needed = this.#options.constraint?.compile(this.#model.tokenizer).needed ?? 0, room = Math.min(this.#tokens, Math.max(needed, Math.floor(positions / 4)));
    for (let dropped = 0; ; dropped++) {
      const turns = this.#turns.slice(2 * dropped);
      const prompt = this.#render(turns, message);
      if (prompt.length + room <= positions) return { prompt, dropped };
      if (turns.length > 0) continue;
      if (prompt.length < positions) return { prompt, dropped };
      throw new OptionError('text', `This message${this.#system.length ? ' and the system message' : ''} would be ${prompt.length} tokens, but the model's context holds ${positions}. Shorten it.`);
    }
  }
}

/** The best continuation that a search finds, as one piece. */
async function* searched(model: SpeakingModel, prompt: Uint32Array, options: BeamOptions): AsyncGenerator<Piece, Generated, undefined> {
  const search = beamSearch(model, prompt, options);
  for (;;) {
    const next = await search.next();
    if (!next.done) continue;
    const { sequences: [best], stepsPerSecond } = next.value, { text, tokens, reason, decisions } = best!;
    yield { index: options.index ?? 0, token: tokens.at(-1) ?? -1, text };
    return { text, tokens, reason, tokensPerSecond: stepsPerSecond, slides: 0, ...(decisions && { decisions }) };
  }
}
