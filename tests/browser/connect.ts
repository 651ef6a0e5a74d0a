// A page's end of the protocol, for a worker that is no worker: the receiver in this process.
import { createReceiver, type WorkerProtocol, type WorkerReply, type WorkerRequest } from '../../src/worker.ts';

export type Kind = keyof WorkerProtocol;
/** A request without its number. */
export type Ask = { [K in Kind]: { readonly kind: K } & WorkerProtocol[K]['asks'] }[Kind];
export interface Answer<K extends Kind> {
  readonly events: readonly WorkerProtocol[K]['event'][];
  readonly result: WorkerProtocol[K]['answer'];
}
export type Failure = Pick<Extract<WorkerReply, { kind: 'error' }>, 'error'>;

export interface Connection {
  readonly lastId: number;
  ask(request: Ask, listen?: (reply: WorkerReply) => void): Promise<Answer<Kind> | Failure>;
  abort(id: number): void;
}

export function connect(): Connection {
  const listeners = new Map<number, (reply: WorkerReply) => void>();
  const receive = createReceiver((reply) => listeners.get(reply.id)?.(reply));
  let lastId = 0;
  return {
    get lastId() {
      return lastId;
    },
    abort: (id) => receive({ kind: 'abort', id }),
    ask: (request, listen) => new Promise((resolve) => {
      const id = ++lastId, events: WorkerProtocol[Kind]['event'][] = [];
      listeners.set(id, (reply) => {
        listen?.(reply);
        if (reply.kind === 'event') events.push(reply.event);
        else if (reply.kind === 'result') resolve({ events, result: reply.result });
        else resolve({ error: reply.error });
      });
      receive({ id, ...request } as WorkerRequest);
    }),
  };
}
