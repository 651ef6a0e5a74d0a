// A small server of static files for this machine only: correct types, compression, cross-origin isolation, and no way
// out of its folder, because it serves nothing but what it has listed.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { OptionError } from '../errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.json': 'application/json', '.wasm': 'application/wasm', '.safetensors': 'application/octet-stream',
};

export interface FolderServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder on 127.0.0.1.
 *
 * @param isolated whether the headers COOP and COEP are sent, which let threads share memory.
 * @throws {OptionError} when the port is taken or may not be used.
 * @example
 * const { url, close } = await serveFolder('dist/web', 0); // http://127.0.0.1:41234/
 */
export async function serveFolder(folder: string, port: number, isolated = true): Promise<FolderServer> {
  const files = new Map(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
    const path = `${entry.parentPath}/${entry.name}`;
    return [path.slice(folder.length).replace(/^\/*/, '/'), path] as const;
  }));
  const squeezed = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const pathname = (request.url ?? '/').replace(/[?#].*$/, ''), name = pathname.endsWith('/') ? `${pathname}index.html` : pathname, file = files.get(name);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Cache-Control', 'no-cache');
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    if (!file) return void response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`There is no ${name}.\n`);
    try {
      let body: Buffer = readFileSync(file);
      response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.setHeader('Vary', 'Accept-Encoding');
      if (/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
        response.setHeader('Content-Encoding', 'gzip');
        body = squeezed.get(file) ?? gzipSync(body);
        squeezed.set(file, body);
      }
      response.setHeader('Content-Length', body.length);
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new OptionError('port', `Port ${port} cannot be used: ${error.code === 'EADDRINUSE' ? 'something else listens there' : error.message}. Give another one with --port, or 0 for any free one.`)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}
