// The library inside a Web Worker, for pages: the main thread of a page may not wait, so it sends requests and listens.
// Every request has a number of its own; its events and its one answer carry the same number. Requests are worked on one
// after the other; `abort` is heeded at once. With cross-origin isolation (the headers COOP and COEP) the work is shared
// by as many threads as the machine has, without it there is one.
//
//   const worker = new Worker('worker.js', { type: 'module' });
//   worker.onmessage = ({ data }) => console.log(data);        // { id: 1, kind: 'event', event: { kind: 'step', loss: 4.1, … } }
//   worker.postMessage({ id: 1, kind: 'train', data: { text }, steps: 500 });
//   worker.postMessage({ id: 2, kind: 'generate', prompt: 'Once upon a' });
//   worker.postMessage({ kind: 'abort', id: 1 });              // training ends at the next step, with what it has learned
import {
  buildDataset, createWorld, type Dataset, type Document, documentEncoder, type EncoderReply, type EncoderRequest, type EncoderTeam, joinSources, type Loader,
  type Message, sequentialWindows, serveEncoder, type Source, textSource, webEncoders,
} from './data/index.ts';
import { generate, type GenerateOptions, type Generated, type Piece } from './decode/index.ts';
import { createEngine, type Engine, type EngineOptions } from './engine/index.ts';
import { type LoadedModel, loadModel, parseAnyTokenizer } from './foreign/index.ts';
import { closest, DataError, OptionError } from './errors.ts';
import { memoryStore } from './formats/index.ts';
import {
  createLanguageModel, type LanguageModel, preset as presetOf, type PresetName, saveLanguageModel, type TransformerConfig, transformerConfig,
  type TransformerOptions, tablesFor, Weights,
} from './models/index.ts';
import { createChars, createWords, DEFAULT_SPECIALS, type Tokenizer, trainBpe } from './tokenizer/index.ts';
import { checkRecipe, Evaluator, type PretrainRecipe, recipes, rowsOf, train, type TrainEvent } from './train/index.ts';

/** What is learned from: a text, the generated world (so many megabytes of texts and a fifth of that of conversations), or conversations. */
export type WorkerData =
  | { readonly text: string }
  | { readonly world: { readonly megabytes: number; readonly language?: 'en' | 'zh'; readonly seed?: number } }
  | { readonly conversations: readonly (readonly Message[])[] };

export interface TrainRequest {
  readonly data: WorkerData;
  readonly steps: number;
  /** Sizes, recipe and tokenizer, where nothing else is said. Default nano. */
  readonly preset?: PresetName;
  readonly tokenizer?: { readonly kind: Tokenizer['kind']; readonly vocab?: number };
  readonly model?: Partial<Omit<TransformerOptions, 'vocab'>>;
  readonly recipe?: Partial<PretrainRecipe>;
  /** Decides first weights, order of the data and dropout. Default 1. */
  readonly seed?: number;
  /** Share of the documents that is kept for validation. Default 0.1. */
  readonly validation?: number;
  readonly hashEvery?: number;
  readonly evaluateEvery?: number;
  /** Go on with the model that is there, and learn only what the assistant says. `preset`, `tokenizer` and `model` do not count then. */
  readonly finetune?: boolean;
}

export interface WorkerDescription {
  /** For example `exact SIMD, 2 threads`. */
  readonly engine: string;
  readonly threads: number;
  /** Whether the page is cross-origin isolated; only then there can be several threads. */
  readonly isolated: boolean;
  /** The model that is there, if there is one. */
  readonly model: { readonly config: TransformerConfig; readonly parameters: string } | null;
}

/** Requests by kind: what is asked, which events come before the answer, and the answer. */
export interface WorkerProtocol {
  /** Begins with an engine of another kind; the model is gone then. Without it the first request starts one with the defaults. */
  start: { asks: Pick<EngineOptions, 'threads' | 'build'>; event: never; answer: WorkerDescription };
  describe: { asks: object; event: never; answer: WorkerDescription };
  /** `sha256` is over all weights: the same for the same request, on any machine and any number of threads. */
  train: { asks: TrainRequest; event: TrainEvent; answer: { readonly step: number; readonly reason: string; readonly sha256: string } };
  generate: { asks: { readonly prompt: string | readonly Message[]; readonly options?: Omit<GenerateOptions, 'signal' | 'decoder'> }; event: Piece; answer: Generated };
  /** config.json, tokenizer.json, tokenizer.vocab and model.safetensors. */
  save: { asks: object; event: never; answer: { readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>> } };
  /** The files of a model of any kind that `loadModel` knows, by their names; quantized weights stay quantized, and cannot be trained. */
  load: { asks: { readonly files: Readonly<Record<string, Uint8Array | string | Blob>>; readonly quantize?: 'q8_0' | 'q4_0' }; event: never; answer: WorkerDescription };
}

type Kind = keyof WorkerProtocol;
/** What a page posts to the worker. */
export type WorkerRequest = { [K in Kind]: { readonly id: number; readonly kind: K } & WorkerProtocol[K]['asks'] }[Kind] | { readonly id: number; readonly kind: 'abort' };
/** What the worker posts to the page: any number of events, then one result or error. */
export type WorkerReply =
  | { readonly id: number; readonly kind: 'event'; readonly event: WorkerProtocol[Kind]['event'] }
  | { readonly id: number; readonly kind: 'result'; readonly result: WorkerProtocol[Kind]['answer'] }
  | { readonly id: number; readonly kind: 'error'; readonly error: { readonly name: string; readonly message: string; readonly option?: string } };

/** Where replies go; `transfer` lists memory that is handed over and not copied. */
export type Post = (reply: WorkerReply, transfer: ArrayBuffer[]) => void;

type Handler<K extends Kind> =
  (asks: WorkerProtocol[K]['asks'], emit: (event: WorkerProtocol[K]['event']) => void, signal: AbortSignal) => Promise<WorkerProtocol[K]['answer']>;

/** Tokens that an evaluation during training looks at, at most. */
const EVALUATED_TOKENS = 16_384;
/** So many bytes are encoded before other workers are there. */
const ENCODED_ALONE = 4e6;

/**
 * The worker's side of the protocol: returns the function that takes requests.
 *
 * @example
 * const receive = createReceiver((reply, transfer) => postMessage(reply, transfer));
 * onmessage = ({ data }) => receive(data);
 */
export function createReceiver(post: Post): (request: WorkerRequest) => void {
  let engine: Engine | null = null, model: LanguageModel | LoadedModel | null = null;
  const started = async (): Promise<Engine> => (engine ??= await createEngine());
  const present = (): LanguageModel | LoadedModel => {
    if (!model) throw new OptionError('model', 'There is no model yet. Train one, or load one.');
    return model;
  };
  const trainable = (): LanguageModel => {
    const { weights, ...rest } = present();
    if (!(weights instanceof Weights)) throw new OptionError('model', 'The weights of this model are quantized: it can speak, but it can neither be trained nor saved.');
    return { ...rest, weights };
  };
  const replace = <M extends LanguageModel | LoadedModel>(next: () => M): M => {
    model?.weights.free();
    model = null;
    const made = next();
    model = made;
    return made;
  };
  const describe = async (): Promise<WorkerDescription> => {
    const current = await started();
    return {
      engine: current.describe(), threads: current.threads, isolated: globalThis.crossOriginIsolated === true,
      model: model && { config: model.transformer.config, parameters: model.transformer.parameters.describe() },
    };
  };

  const handlers: { readonly [K in Kind]: Handler<K> } = {
    describe,
    async start(options) {
      const next = await createEngine(options);
      engine?.stop();
      [engine, model] = [next, null];
      return describe();
    },
    async train(asks, emit, signal) {
      const { steps, seed = 1, hashEvery = 0, evaluateEvery } = asks, engine = await started();
      if (!Number.isSafeInteger(steps) || steps < 1) throw new OptionError('steps', `steps must be a whole number of at least 1, but it is ${steps}.`);
      const { source, tokenizer, config, recipe } = await chooseTraining(asks, asks.finetune ? trainable() : null);
      const dataset = await tokensOf(source, tokenizer, { ...asks, seed, context: config.context, signal });
      const loader = loaderOf(dataset, asks.data, { ...recipe, rows: recipe.rows / recipe.accumulate, seed });
      const learner = asks.finetune ? trainable() : replace(() => createLanguageModel(engine, tokenizer, { ...config, seed }));
      const validate = dataset.validation.length > 1 ? createValidation(learner, dataset) : null;
      try {
        let end: Extract<TrainEvent, { kind: 'end' }> | undefined;
        const options = { model: learner, recipe, steps, seed, loader, hashEvery, signal, ...(validate && { validate }), ...(evaluateEvery && { evaluateEvery }) };
        for await (const event of train(options)) {
          emit(event);
          if (event.kind === 'end') end = event;
        }
        return { step: end!.step, reason: end!.reason, sha256: await learner.weights.hash() };
      } finally {
        validate?.free();
      }
    },
    async generate({ prompt, options }, emit, signal) {
      const pieces = generate(present(), prompt, { ...options, signal });
      for (;;) {
        const next = await pieces.next();
        if (next.done) return next.value;
        emit(next.value);
      }
    },
    async save() {
      const store = memoryStore(), files: Record<string, Uint8Array<ArrayBuffer>> = {};
      await saveLanguageModel(store, trainable());
      for (const name of await store.list()) files[name] = new Uint8Array((await store.read(name))!);
      return { files };
    },
    async load({ files, quantize }, _emit, signal) {
      const engine = await started(), named = new Map(Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? new TextEncoder().encode(content) : content]));
      const next = await loadModel(engine, named, { quantize, signal, name: 'the model' });
      replace(() => next);
      return describe();
    },
  };

  const aborts = new Map<number, AbortController>();
  let last = Promise.resolve();
  return (request) => {
    const { id, kind } = request;
    if (kind === 'abort') return aborts.get(id)?.abort();
    const abort = new AbortController();
    aborts.set(id, abort);
    last = last.then(async () => {
      try {
        if (!Object.hasOwn(handlers, kind)) throw unknownKind(String(kind), Object.keys(handlers));
        const result = await (handlers[kind] as Handler<Kind>)(request as never, (event) => post({ id, kind: 'event', event }, []), abort.signal);
        post({ id, kind: 'result', result }, 'files' in result ? Object.values(result.files).map(({ buffer }) => buffer) : []);
      } catch (thrown) {
        const error = thrown instanceof Error || thrown instanceof DOMException ? thrown : new Error(String(thrown));
        post({ id, kind: 'error', error: { name: error.name, message: error.message, ...(error instanceof OptionError && { option: error.option }) } }, []);
      } finally {
        aborts.delete(id);
      }
    });
  };
}

function unknownKind(kind: string, known: readonly string[]): OptionError {
  const meant = closest(kind, known);
  return new OptionError('kind', `There is no request "${kind}". ${meant ? `Did you mean "${meant}"?` : `There are ${known.join(', ')} and abort.`}`);
}

interface Training {
  readonly source: Source;
  readonly tokenizer: Tokenizer;
  readonly config: TransformerConfig;
  readonly recipe: PretrainRecipe;
}

/** Fills in what was not said. Everything that can be refused is refused here, while the old model is still there. */
async function chooseTraining({ data, preset: name = 'nano', tokenizer: wish, model: sizes, recipe: changes, finetune = false }: TrainRequest, base: LanguageModel | null): Promise<Training> {
  const preset = presetOf(name), source = sourceOf(data, finetune);
  const tokenizer = base?.tokenizer ?? await makeTokenizer(source, wish ?? preset.tokenizer, 'text' in data);
  const vocab = tokenizer.size;
  const config = base?.transformer.config ?? transformerConfig({
    form: preset.form, ...preset.model, vocab,
    // a table of size 0 stands for one row for each pair of tokens
    ...(preset.model.ngrams && { ngrams: tablesFor(preset.model.ngrams, vocab) }),
    ...sizes,
  });
  const recipe = { ...recipes[name], ...changes, context: Math.min(changes?.context ?? config.context, config.context) };
  checkRecipe(recipe);
  return { source, tokenizer, config, recipe };
}

function sourceOf(data: WorkerData, finetune: boolean): Source {
  if ('text' in data) return { ...textSource('text', data.text), bytes: data.text.length };
  if ('conversations' in data) return { name: 'conversations', documents: () => data.conversations.map((messages) => ({ messages })) };
  const { megabytes, language = 'en', seed = 1 } = data.world, world = createWorld({ seed, language });
  if (!(megabytes > 0 && megabytes <= 1000)) throw new OptionError('megabytes', `megabytes must be above 0 and at most 1000, but it is ${megabytes}.`);
  const upTo = function* (bytes: number, make: (i: number) => Document): Generator<Document> {
    for (let i = 0, sum = 0; sum < bytes; i++) {
      const document = make(i);
      sum += 'text' in document ? document.text.length : document.messages.reduce((n, { content }) => n + content.length, 0);
      yield document;
    }
  };
  const texts: Source = { name: 'texts', bytes: megabytes * 1e6, documents: () => upTo(megabytes * 1e6, (i) => ({ text: `${world.document(i).text}\n` })) };
  const talks: Source = { name: 'conversations', bytes: megabytes * (finetune ? 1e6 : 2e5), documents: () => upTo(megabytes * (finetune ? 1e6 : 2e5), (i) => ({ messages: world.conversation(i).messages })) };
  return finetune ? talks : joinSources('world', [texts, talks]);
}

async function makeTokenizer(source: Source, { kind, vocab = 2048 }: { kind: Tokenizer['kind']; vocab?: number }, plain: boolean): Promise<Tokenizer> {
  const texts: string[] = [];
  for await (const document of source.documents()) {
    if ('text' in document) texts.push(document.text as string);
    else texts.push(...document.messages.map(({ content }) => content));
  }
  if (!texts.some((text) => text.length > 0)) throw new DataError(`${source.name} is empty: there is nothing to learn from.`);
  // one plain text needs no marks between documents; that is also what nanoGPT does
  if (kind === 'chars') return createChars(texts, { specials: plain ? [] : DEFAULT_SPECIALS });
  return kind === 'words' ? createWords(texts, { vocab }) : trainBpe(texts, { vocab, specials: DEFAULT_SPECIALS });
}

interface TokensOptions {
  readonly seed: number;
  readonly context: number;
  readonly validation?: number;
  readonly finetune?: boolean;
  readonly signal: AbortSignal;
}

async function tokensOf(source: Source, tokenizer: Tokenizer, { seed, context, validation = 0.1, finetune = false, signal }: TokensOptions): Promise<Dataset> {
  const bos = tokenizer.opening?.token, team = await encodersFor(source, tokenizer, finetune);
  try {
    return await buildDataset(source, team ?? documentEncoder(tokenizer, finetune ? 'answers' : 'everything'), { seed, validation, context, signal, ...(bos !== undefined && { bos }) });
  } finally {
    team?.stop();
  }
}

/** Workers of this worker, for much text; null where there can be none: then it encodes by itself. */
async function encodersFor({ bytes = 0 }: Source, tokenizer: Tokenizer, finetune: boolean): Promise<EncoderTeam | null> {
  if (bytes < ENCODED_ALONE || !scope.WorkerGlobalScope || typeof Worker === 'undefined') return null;
  return webEncoders(import.meta.url, tokenizer, { learned: finetune ? 'answers' : 'everything' }).catch(() => null);
}

function loaderOf({ train }: Dataset, data: WorkerData, { rowsFrom, ...sizes }: Pick<PretrainRecipe, 'rows' | 'context' | 'rowsFrom'> & { seed: number }): Loader {
  // one plain text has no documents that could be packed
  return rowsOf(train, rowsFrom === 'packed' && 'text' in data ? 'shuffled' : rowsFrom, sizes);
}

function createValidation(model: LanguageModel, { validation }: Dataset) {
  const context = model.transformer.config.context, windows = Math.ceil((validation.length - 1) / context), rows = Math.min(8, windows);
  const evaluator = new Evaluator(model, { rows, context });
  const validate = () => {
    const loader = sequentialWindows(validation, context, rows);
    return { loss: evaluator.score(loader, Math.min(loader.batches, Math.ceil(EVALUATED_TOKENS / (rows * context)))).natsPerToken };
  };
  return Object.assign(validate, { free: () => evaluator.free() });
}

// in a worker of a page: listen
const scope = globalThis as unknown as {
  readonly WorkerGlobalScope?: unknown;
  onmessage?: (event: MessageEvent<WorkerRequest | EncoderRequest>) => void;
  postMessage(reply: WorkerReply | EncoderReply | 'ready', transfer: ArrayBuffer[]): void;
};
if (scope.WorkerGlobalScope) {
  const receive = createReceiver((reply, transfer) => scope.postMessage(reply, transfer));
  scope.onmessage = ({ data }) => {
    if (data.kind !== 'encoder') return receive(data);
    // another worker of this kind has made this one, to encode for it
    const encode = serveEncoder(data, (reply, transfer) => scope.postMessage(reply, transfer), parseAnyTokenizer);
    scope.onmessage = ({ data: documents }) => encode(documents as never);
  };
}
