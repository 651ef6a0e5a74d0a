// The page's side of the worker. All computing happens there; here are only promises for it. A worker that ends, throws
// outside of a request or does not answer for a while is replaced by a new one, and whoever waited is told.
import type { WorkerProtocol, WorkerReply, WorkerRequest } from '../worker.ts';
import type { Services } from './services.ts';

/** The methods of a service as they look from the page. */
export type Remote<S> = { readonly [M in keyof S]: S[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never };

/** A call of a service, beside the requests of the library's own worker. */
export interface ServiceCall {
  readonly id: number;
  readonly kind: 'call';
  readonly service: string;
  readonly method: string;
  readonly args: readonly unknown[];
}
export interface Ping {
  readonly id: number;
  readonly kind: 'ping';
}

/** The worker that was asked is gone; a new one is there. */
export class WorkerLost extends Error {
  override name = 'WorkerLost';
}

/** What the library refused, with its own words. */
export class RequestFailed extends Error {
  readonly option: string | undefined;
  constructor({ name, message, option }: { readonly name: string; readonly message: string; readonly option?: string }) {
    super(message);
    this.name = name;
    this.option = option;
  }
}

interface Waiting {
  listen(event: unknown): void;
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Silence of a worker that is taken for its end, and how often it is asked. Long work in it lets messages through between steps. */
const PATIENCE = 10_000, EVERY = 2_000;

export class Client {
  readonly #open: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #lost: (why: string) => void;
  #worker!: Worker;
  #lastId = 0;
  #heard = 0;

  /** @param lost is called when a new worker has taken the place of one that is gone. */
  constructor(open: () => Worker, lost: (why: string) => void) {
    this.#open = open;
    this.#lost = lost;
    this.#start();
    setInterval(() => this.#check(), EVERY);
  }

  /** A service of a chapter. */
  service<K extends keyof Services>(service: K): Remote<Services[K]> {
    return new Proxy({}, {
      get: (_, method) => (...args: readonly unknown[]) => this.#send((id) => ({ id, kind: 'call', service, method: String(method), args })),
    }) as Remote<Services[K]>;
  }

  /** A request to the library's own worker: training, generating, loading. */
  request<K extends keyof WorkerProtocol>(kind: K, asks: WorkerProtocol[K]['asks'], listen: (event: WorkerProtocol[K]['event']) => void = () => {}, signal?: AbortSignal): Promise<WorkerProtocol[K]['answer']> {
    return this.#send((id) => {
      signal?.addEventListener('abort', () => this.#worker.postMessage({ id, kind: 'abort' }));
      return { id, kind, ...asks } as unknown as WorkerRequest;
    }, listen as (event: unknown) => void);
  }

  #send<R>(message: (id: number) => WorkerRequest | ServiceCall | Ping, listen: (event: unknown) => void = () => {}): Promise<R> {
    const id = ++this.#lastId;
    return new Promise<R>((resolve, reject) => {
      this.#waiting.set(id, { listen, resolve, reject });
      this.#worker.postMessage(message(id));
    });
  }

  #start(): void {
    const worker = this.#open();
    this.#worker = worker;
    this.#heard = performance.now();
    worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
      this.#heard = performance.now();
      const waiting = this.#waiting.get(data.id);
      if (data.kind === 'event') return waiting?.listen(data.event);
      this.#waiting.delete(data.id);
      if (data.kind === 'result') waiting?.resolve(data.result as never);
      else waiting?.reject(new RequestFailed(data.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#replace(event.message);
    };
  }

  #check(): void {
    // a hidden tab may be put to sleep, and the worker with it
    if (document.hidden || this.#waiting.size === 0) this.#heard = performance.now();
    else if (performance.now() - this.#heard > PATIENCE) return this.#replace('it does not answer');
    this.#send((id) => ({ id, kind: 'ping' })).catch(() => {});
  }

  #replace(why: string): void {
    this.#worker.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#start();
    for (const { reject } of waiting) reject(new WorkerLost(why));
    this.#lost(why);
  }
}
