// Reading and speaking with a memory. What a token leaves behind for later ones (keys, values, convolution inputs) is
// kept in caches, so a new token costs one row and not the whole conversation again:
//
//   logits[t] = model(token[t], caches of token[0 .. t-1])
//
// S conversations lie side by side in slots. Every kernel computes a row from its own conversation alone, with sums in
// an order that depends on nothing else. So the logits have the same bits with and without caches, alone and in
// company, and however a prompt was cut. Caches of fewer bits round keys and values, each row for itself: the logits are
// a little off then, but still the same alone and in company and however a prompt was cut.
import type { Address, Engine } from '../engine/index.ts';
import { OptionError } from '../errors.ts';
import { type CacheType, cacheTypes, compile, embedding, input, type Plan, type Shape, size, softcap, type Tensor } from '../graph/index.ts';
import type { SpeakingModel, Transformer, WeightReader } from '../models/index.ts';
import { Caches, cachedSequence, nameOnly, type Tap } from '../nn/index.ts';
import { nextPiece, usualPieces } from './promptPieces.ts';

export interface DecoderOptions {
  /** Conversations side by side, S. Default 1. */
  readonly slots?: number;
  /** Tokens that fit in a conversation, at most the model's context, which is the default. */
  readonly positions?: number;
  /** Sizes of the pieces in which prompts are read, each compiled once. Default 256, 64 and 8, as far as `positions` can use them. */
  readonly chunks?: readonly number[];
  /**
   * How keys and values are kept. `f16` halves and `int8` quarters the memory of a conversation; keys and values are
   * rounded then, to 11 bits, or to 127 steps of the largest number of a head. Default `f32`.
   */
  readonly cache?: CacheType;
  /** Whether prefill can also give the logits behind every token of a prompt. Takes memory for 32 rows of them. Default false. */
  readonly everyRow?: boolean;
  /** Is called at each named point while the passes are built: what it returns is what the model goes on with. */
  readonly tap?: Tap;
  /** Names of tensors whose numbers shall still be there after a pass, to be read with {@link Decoder.watched}. Watching changes no bit. */
  readonly watch?: (name: string) => boolean;
}

/** Rows for which logits are kept at once where every row of a prompt has them. */
const ROWS = 32;

/** What a decoder needs of a language model. */
export type Decodable = Omit<SpeakingModel, 'tokenizer'>;

/** A compiled forward pass: T new tokens for each conversation, and the logits of one of them. */
interface Pass {
  readonly T: number;
  readonly plan: Plan;
  /** (S·T) i32 */
  readonly tokens: Address;
  /** (S) i32: position of the first of the T tokens. */
  readonly start: Address;
  /** (S) i32: which of the S·T rows gets logits; 0 where every row does. */
  readonly chosen: Address;
  readonly watched: ReadonlyMap<string, Tensor>;
}

export class Decoder {
  readonly slots: number;
  readonly positions: number;
  readonly transformer: Transformer;
  /** How keys and values are kept. */
  readonly cache: CacheType;
  /** Whether prefill can give the logits behind every token. */
  readonly everyRow: boolean;
  /** Memory that this decoder holds: caches, logits and plans. The weights are not its own. */
  readonly bytes: number;
  readonly #engine: Engine;
  readonly #caches: Caches;
  readonly #places: Map<Tensor, Address>;
  readonly #reader: WeightReader;
  readonly #tap: Tap;
  readonly #watch: (name: string) => boolean;
  /** (S,V): the logits of each slot's last token. */
  readonly #logits: Address;
  readonly #step: Pass;
  /** One conversation, T tokens at once. With one slot they work in its caches, else in caches of their own. */
  readonly #prompt: readonly Pass[];
  /** Their T, the largest first. */
  readonly #sizes: readonly number[];
  readonly #promptCaches: Caches;
  readonly #promptLogits: Address;
  /** A pass that gives every row logits, and where they are. */
  readonly #rows: Pass | null = null;
  readonly #rowLogits: Address = 0;
  /** The tokens that each slot holds, and how many. */
  readonly #said: readonly Int32Array[];
  readonly #lengths: Int32Array;
  readonly #plans: Plan[] = [];
  readonly #owned: Address[] = [];
  #memory: ArrayBufferLike | null = null;
  #stepTokens: Int32Array = new Int32Array(0);
  #stepStart: Int32Array = new Int32Array(0);
  #views: readonly Float32Array[] = [];
  #last: Pass | null = null;
  #freed = false;
  #reserved = false;

  /**
   * Takes all memory that it will ever need.
   *
   * @throws {OptionError} for fewer than one slot or position, more positions than the model's context, or a cache of another kind.
   * @throws {MemoryError} when the caches do not fit.
   * @example
   * const decoder = new Decoder(model);
   * decoder.prefill(0, model.tokenizer.encode('Once upon a'));
   * const logits = decoder.logits(0); // one number for every token that could come next
   */
  constructor({ engine, transformer, weights }: Decodable, { slots = 1, positions = transformer.config.context, chunks, cache = 'f32', everyRow = false, tap = nameOnly, watch = () => false }: DecoderOptions = {}) {
    const { vocab, context } = transformer.config;
    requireWhole('slots', slots, 1024);
    requireWhole('positions', positions, context, `the model's context of ${context}`);
    if (chunks?.length === 0) throw new OptionError('chunks', 'chunks needs at least one size, for example [64, 8].');
    for (const T of chunks ?? []) requireWhole('chunks', T, 4096);
    if (!cacheTypes.includes(cache)) throw new OptionError('cache', `cache must be ${cacheTypes.join(', ')}, but it is ${JSON.stringify(cache)}.`);
    this.slots = slots;
    this.positions = positions;
    this.transformer = transformer;
    this.cache = cache;
    this.everyRow = everyRow;
    this.#engine = engine;
    this.#tap = tap;
    this.#watch = watch;
    this.#said = Array.from({ length: slots }, () => new Int32Array(positions));
    this.#lengths = new Int32Array(slots);

    const before = engine.memory.used, alone = slots === 1;
    this.#places = new Map(weights.places);
    this.#reader = weights;
    this.#caches = new Caches(slots, positions, cache);
    this.#promptCaches = alone ? this.#caches : new Caches(1, positions, cache);
    try {
      this.#logits = this.#allocate('logits', [slots, vocab]);
      this.#promptLogits = alone ? this.#logits : this.#allocate('logits of a prompt', [1, vocab]);
      this.#step = this.#compile(this.#caches, 1, this.#logits);
      const sizes = [...new Set(chunks ?? usualPieces(positions))].filter((T) => !alone || T > 1).sort((a, b) => b - a);
      this.#prompt = [...sizes.map((T) => this.#compile(this.#promptCaches, T, this.#promptLogits)), ...(alone ? [this.#step] : [])];
      this.#sizes = this.#prompt.map(({ T }) => T);
      if (everyRow) {
        this.#rowLogits = this.#allocate('logits of every row', [ROWS, vocab]);
        this.#rows = this.#compile(this.#promptCaches, ROWS, this.#rowLogits, true);
      }
    } catch (error) {
      this.free();
      throw error;
    }
    this.bytes = engine.memory.used - before;
  }

  /**
   * Makes `tokens` what slot `slot` holds, and computes the logits behind the last of them. What the slot holds
   * already is kept as far as it agrees: a conversation that goes on is not read again.
   *
   * @param each is called for every token in turn with its position and the logits (V) behind it, a view that is valid
   *   during the call alone. All tokens are computed then. Needs a decoder made with `everyRow`.
   * @returns how many tokens had to be computed, at least 1.
   * @throws {OptionError} for no tokens, more than fit, or one that is not in the vocabulary; the slot stays as it was.
   */
  prefill(slot: number, tokens: ArrayLike<number>, each?: (position: number, logits: Float32Array) => void): number {
    this.#requireSlot(slot);
    const n = tokens.length, said = this.#said[slot]!;
    if (n < 1) throw new OptionError('tokens', 'A conversation begins with at least one token, but there is none. Give a prompt, or let it begin with the special token <|bos|>.');
    if (n > this.positions) throw new OptionError('tokens', `${n} tokens do not fit: a conversation holds ${this.positions}. Shorten the prompt, or use a model with a longer context.`);
    for (let i = 0; i < n; i++) this.#requireToken(tokens[i]!);
    if (each && !this.#rows) throw new OptionError('each', 'This decoder gives no logits in the middle of a prompt. Make it with new Decoder(model, { everyRow: true }).');
    // the last token is always computed, because its logits are wanted
    let kept = 0;
    while (!each && kept < Math.min(n - 1, this.#lengths[slot]!) && said[kept] === tokens[kept]) kept++;
    for (let i = kept; i < n; i++) said[i] = tokens[i]!;
    this.#lengths[slot] = n;
    const alone = this.#promptCaches === this.#caches;
    if (!alone) this.#copyRows(this.#caches, slot, this.#promptCaches, 0, 0, kept);
    for (let at = kept; at < n;) {
      const pass = each ? this.#rows! : this.#prompt[nextPiece(n - at, this.#sizes)]!, length = Math.min(pass.T, n - at);
      // rows behind the last token are without a token; later tokens overwrite what they leave in the caches
      this.#engine.i32(pass.tokens, pass.T).fill(-1).set(said.subarray(at, at + length));
      this.#engine.i32(pass.start, 1)[0] = at;
      if (pass.chosen) this.#engine.i32(pass.chosen, 1)[0] = length - 1;
      pass.plan.run();
      this.#last = pass;
      const { vocab } = this.transformer.config;
      for (let row = 0; each && row < length; row++) {
        const logits = this.#engine.f32(this.#rowLogits + row * vocab * 4, vocab);
        if (at + row === n - 1) this.#engine.f32(this.#promptLogits, vocab).set(logits);
        each(at + row, logits);
      }
      at += length;
    }
    if (!alone) {
      this.#copyRows(this.#promptCaches, 0, this.#caches, slot, kept, n);
      const { vocab } = this.transformer.config;
      this.logits(slot).set(this.#engine.f32(this.#promptLogits, vocab));
    }
    return n - kept;
  }

  /**
   * Adds one token to each conversation. Allocates nothing.
   *
   * @param tokens (S): -1 for a slot that rests; its logits stay as they are.
   * @throws {OptionError} when a conversation is full or a token is not in the vocabulary; nothing has changed then.
   */
  step(tokens: Int32Array): void {
    this.#requireUse();
    if (tokens.length !== this.slots) throw new OptionError('tokens', `step needs one token for each of the ${this.slots} slots (-1 to rest), but it got ${tokens.length}.`);
    for (let slot = 0; slot < this.slots; slot++) {
      if (tokens[slot] === -1) continue;
      this.#requireToken(tokens[slot]!);
      if (this.#lengths[slot]! >= this.positions) throw new OptionError('tokens', `Slot ${slot} is full: it holds ${this.positions} tokens. Truncate it, or begin a new conversation.`);
    }
    this.#look();
    for (let slot = 0; slot < this.slots; slot++) {
      const said = this.#said[slot]!, length = this.#lengths[slot]!;
      if (tokens[slot]! >= 0) {
        said[length] = this.#stepTokens[slot] = tokens[slot]!;
        this.#stepStart[slot] = length;
        this.#lengths[slot] = length + 1;
      } else {
        // a resting slot says its last token once more: everything that this writes has the same bits as before
        this.#stepTokens[slot] = length > 0 ? said[length - 1]! : -1;
        this.#stepStart[slot] = Math.max(0, length - 1);
      }
    }
    this.#step.plan.run();
    this.#last = this.#step;
  }

  /**
   * The logits (V) behind the last token of a slot, capped as in training: a view, overwritten by the next prefill or
   * step. Ask again after memory was allocated. After {@link truncate} they are out of date until the next one.
   */
  logits(slot: number): Float32Array {
    this.#requireSlot(slot);
    this.#look();
    return this.#views[slot]!;
  }

  /**
   * Copies of what is watched, by name, as the last pass has left it: after a step a row for each slot, after a prefill
   * the rows of the last piece of the prompt (of which those behind its end mean nothing). In `blocks.N.attention.probs`
   * (slots, heads, rows, positions) a row sees all that the caches hold.
   */
  watched(): Map<string, { readonly name: string; readonly shape: Shape; readonly numbers: Float32Array }> {
    this.#requireUse();
    const { plan, watched } = this.#last ?? this.#step;
    return new Map([...watched].map(([name, t]) => [name, { name, shape: t.shape, numbers: plan.read(t).slice() }]));
  }

  /** How many tokens a slot holds. */
  position(slot: number): number {
    this.#requireSlot(slot);
    return this.#lengths[slot]!;
  }

  /** Forgets all tokens of a slot from `length` on. */
  truncate(slot: number, length: number): void {
    const now = this.position(slot);
    if (!Number.isInteger(length) || length < 0 || length > now) throw new OptionError('length', `Slot ${slot} holds ${now} tokens; it can be cut to 0 to ${now} of them, but not to ${length}.`);
    this.#lengths[slot] = length;
  }

  /** How many tokens two slots begin with in common. */
  shared(a: number, b: number): number {
    const most = Math.min(this.position(a), this.position(b)), one = this.#said[a]!, other = this.#said[b]!;
    let n = 0;
    while (n < most && one[n] === other[n]) n++;
    return n;
  }

  /**
   * Makes slot `to` hold what slot `from` holds, so that the conversation can go on in two ways. What both begin with in
   * common stays; only the cache rows behind it are copied. The logits of `to` are out of date until the next prefill or step.
   *
   * @returns how many positions were copied.
   * @example
   * decoder.fork(0, 1);
   * decoder.step(Int32Array.of(yes, no)); // two continuations of one text
   */
  fork(from: number, to: number): number {
    const common = this.shared(from, to), length = this.#lengths[from]!;
    this.#copyRows(this.#caches, from, this.#caches, to, common, length);
    this.#said[to]!.set(this.#said[from]!.subarray(common, length), common);
    this.#lengths[to] = length;
    return length - common;
  }

  /**
   * Keeps others from using the decoder half way through a text.
   *
   * @returns call it when the text is finished.
   * @throws {OptionError} when somebody else is not yet finished.
   */
  reserve(): () => void {
    this.#requireUse();
    if (this.#reserved) throw new OptionError('decoder', 'This decoder is busy with another text. Wait for its end, or make another decoder.');
    this.#reserved = true;
    return () => void (this.#reserved = false);
  }

  /** Gives the memory back. The decoder cannot be used any more. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    for (const plan of this.#plans) plan.free();
    for (const address of this.#owned) this.#engine.memory.free(address);
  }

  #allocate(name: string, shape: readonly number[]): Address {
    const bytes = size({ shape }) * 4;
    const address = this.#engine.memory.allocate(bytes, [[`${name} (${shape.join(', ')})`, bytes]]);
    this.#owned.push(address);
    return address;
  }

  #compile(caches: Caches, T: number, logitsAt: Address, every = false): Pass {
    const { transformer } = this, S = caches.S, places = this.#places, { product, rows } = this.#reader;
    const sequence = cachedSequence(caches, T);
    const watched = new Map<string, Tensor>(), tap: Tap = (name, x) => {
      const found = this.#tap(name, x);
      if (this.#watch(name)) watched.set(name, found);
      return found;
    };
    const hidden = transformer.hidden(sequence, { product, rows, tap, watchAttention: (layer) => this.#watch(`blocks.${layer}.attention.probs`) });
    // an embedding reads rows of a table by their number; here the table is the hidden state
    const chosen = T > 1 && !every ? input('chosen', [S]) : null;
    const uncapped = transformer.logits(chosen ? embedding(chosen, hidden) : hidden, { product, tap });
    const logits = transformer.config.softcap > 0 ? softcap(uncapped, transformer.config.softcap) : uncapped;
    for (const cache of caches.tensors.values()) {
      if (!places.has(cache)) places.set(cache, this.#allocate(cache.name, cache.shape));
    }
    const plan = compile(this.#engine, [logits], { places: new Map([...places, [logits, logitsAt]]), keep: [...watched.values()] });
    this.#plans.push(plan);
    return { T, plan, tokens: plan.at(sequence.tokens), start: plan.at(sequence.start), chosen: chosen ? plan.at(chosen) : 0, watched };
  }

  /** Rows `from` to `to` of every cache, from a slot of one set of caches to a slot of another. */
  #copyRows(source: Caches, sourceSlot: number, target: Caches, targetSlot: number, from: number, to: number): void {
    for (const [name, cache] of source.tensors) {
      const row = cache.shape[2]! * 4, slotBytes = this.positions * row;
      const read = this.#places.get(cache)! + sourceSlot * slotBytes + from * row;
      const write = this.#places.get(target.tensors.get(name)!)! + targetSlot * slotBytes + from * row;
      this.#engine.u8(write, (to - from) * row).set(this.#engine.u8(read, (to - from) * row));
    }
  }

  /** Renews the views when the memory has moved. */
  #look(): void {
    const memory = this.#engine.memory.wasm.buffer;
    if (memory === this.#memory) return;
    const { vocab } = this.transformer.config;
    this.#memory = memory;
    this.#stepTokens = this.#engine.i32(this.#step.tokens, this.slots);
    this.#stepStart = this.#engine.i32(this.#step.start, this.slots);
    this.#views = Array.from({ length: this.slots }, (_, slot) => this.#engine.f32(this.#logits + slot * vocab * 4, vocab));
  }

  #requireSlot(slot: number): void {
    this.#requireUse();
    if (!(Number.isInteger(slot) && slot >= 0 && slot < this.slots)) throw new OptionError('slot', `slot must be 0 to ${this.slots - 1}, but it is ${slot}.`);
  }

  #requireUse(): void {
    if (this.#freed) throw new Error('This decoder was freed. Make a new one.');
  }

  #requireToken(token: number): void {
    const { vocab } = this.transformer.config;
    if (!(Number.isInteger(token) && token >= 0 && token < vocab)) throw new OptionError('tokens', `${token} is no token of this model: its vocabulary goes from 0 to ${vocab - 1}. Was another tokenizer used?`);
  }
}

function requireWhole(option: string, value: number, most: number, why = String(most)): void {
  if (!Number.isInteger(value) || value < 1 || value > most) throw new OptionError(option, `${option} must be a whole number from 1 to ${why}, but it is ${value}.`);
}
