// A server for the bundles of dist/, the shared test data and one empty page, with cross-origin isolation or without.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

// `ask` sends one request to the worker and collects its events until the answer
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>inkling</title>
<link rel="icon" href="data:,">
<script type="module">
  let worker, lastId = 0;
  const listeners = new Map();
  window.begin = () => {
    worker?.terminate();
    worker = new Worker('/dist/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => listeners.get(data.id)?.(data);
    worker.onerror = ({ message }) => console.error('worker: ' + message);
  };
  window.ask = (request, abortAt) => new Promise((resolve) => {
    const id = ++lastId, events = [];
    listeners.set(id, (reply) => {
      if (reply.kind === 'event') {
        events.push(reply.event);
        if (reply.event.step >= abortAt) worker.postMessage({ kind: 'abort', id });
      } else resolve(reply.kind === 'result' ? { events, result: reply.result } : { error: reply.error });
    });
    worker.postMessage({ id, ...request });
  });
  window.library = () => import('/dist/index.js');
  window.ready = true;
</script>`;

export async function serve(isolated: boolean): Promise<{ url: string; loaded(bundle: string): number; close(): Promise<void> }> {
  const loads: string[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      if (isolated) {
        response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
        response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
      }
      const bundle = /^\/dist\/(index|worker|foreign)\.js$/.exec(request.url ?? ''), data = /^\/data\/([\w.]+)$/.exec(request.url ?? '')?.[1];
      if (request.url === '/') return response.setHeader('Content-Type', 'text/html').end(PAGE);
      if (data) {
        const file = await readFile(new URL(`../../../shared/data/${data}`, import.meta.url)).catch(() => null), range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
        if (!file) return response.writeHead(404).end();
        if (!range) return response.end(file);
        const [from, to] = [Number(range[1]), Number(range[2])];
        return response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${file.length}` }).end(file.subarray(from, to + 1));
      }
      if (!bundle) return response.writeHead(404).end();
      loads.push(bundle[1]!);
      const code = await readFile(new URL(`../../dist/${bundle[1]}.js`, import.meta.url));
      return response.setHeader('Content-Type', 'text/javascript').end(code);
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** How many times a bundle was loaded. */
    loaded: (bundle) => loads.filter((name) => name === bundle).length,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}
