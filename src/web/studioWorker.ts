// The studio's worker: the library's own worker, and beside its requests the services of the chapters.
import { createReceiver, type WorkerReply, type WorkerRequest } from '../worker.ts';
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

// importing the library's worker has made this one of its kind: what other workers of it ask, it answers by itself
const encode = scope.onmessage, receive = createReceiver((reply, transfer) => scope.postMessage(reply, transfer));
scope.onmessage = (event) => {
  const { data } = event;
  if (data.kind === 'call') void call(data);
  else if (data.kind === 'ping') scope.postMessage({ id: data.id, kind: 'result', result: null });
  else if ((data.kind as string) === 'encoder') encode(event);
  else receive(data);
};
