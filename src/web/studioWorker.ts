// The studio's worker: the library's own worker, and beside its requests the services of the chapters.
import type { WorkerReply, WorkerRequest } from '../worker.ts';
import type { Ping, ServiceCall } from './client.ts';
import { services } from './services.ts';

type Method = (...args: readonly unknown[]) => unknown;
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<WorkerRequest | ServiceCall | Ping>) => void;
  postMessage(reply: WorkerReply | { readonly id: number; readonly kind: 'result'; readonly result: unknown }, transfer?: ArrayBuffer[]): void;
};

const made = new Map<string, Promise<Readonly<Record<string, Method>>>>();

/** A service that could not be made is tried anew when it is asked again. */
function serviceOf(name: string): Promise<Readonly<Record<string, Method>>> {
  if (!Object.hasOwn(services, name)) throw new Error(`There is no service "${name}".`);
  const there = made.get(name) ?? (services[name as keyof typeof services]() as unknown as Promise<Readonly<Record<string, Method>>>);
  made.set(name, there);
  there.catch(() => made.delete(name));
  return there;
}

async function call({ id, service, method, args }: ServiceCall): Promise<void> {
  try {
    const methods = await serviceOf(service);
    if (!Object.hasOwn(methods, method)) throw new Error(`The service "${service}" has no method "${method}".`);
    scope.postMessage({ id, kind: 'result', result: await methods[method]!(...args) });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    scope.postMessage({ id, kind: 'error', error: { name: error.name, message: error.message, ...('option' in error && { option: String(error.option) }) } });
  }
}

// the library's worker is fetched when it is first asked for something, after the first chapter is there
let receiver: Promise<(request: WorkerRequest) => void> | undefined;
const library = (): Promise<(request: WorkerRequest) => void> => (receiver ??= import('../worker.ts').then(({ createReceiver }) => {
  scope.onmessage = take; // it has taken the place of this one
  return createReceiver((reply, transfer) => scope.postMessage(reply, transfer));
}));
const take = ({ data }: MessageEvent<WorkerRequest | ServiceCall | Ping>): void => {
  if (data.kind === 'call') void call(data);
  else if (data.kind === 'ping') scope.postMessage({ id: data.id, kind: 'result', result: null });
  else void library().then((receive) => receive(data), (error: unknown) => scope.postMessage({ id: data.id, kind: 'error', error: { name: 'Error', message: String(error) } }));
};
scope.onmessage = take;
