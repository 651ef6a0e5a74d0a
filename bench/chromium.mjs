// A page with cross-origin isolation in Chromium, which may read this package, what is in the folder of the peers, and a
// few pages of ours. Null, and a printed reason, where there is no Chromium.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXECUTABLES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const PAGE = '<!doctype html><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,">';

/** @param folders by the first part of an address: the folder whose files it shows. */
async function serve(folders) {
  const server = createServer((request, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/') return response.setHeader('Content-Type', 'text/html').end(PAGE);
    const [, first, ...rest] = normalize(decodeURIComponent(pathname)).split('/');
    const file = folders[first] && join(folders[first], ...rest);
    if (!file || rest.includes('..') || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Content-Length': statSync(file).size });
    return createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.closeAllConnections() || server.close() };
}

/** `{ open(), version, close() }`; `open` gives an empty page of Playwright. */
export async function startChromium(folders = {}) {
  const executablePath = EXECUTABLES.find((path) => path && existsSync(path));
  if (!executablePath) {
    console.error('No Chromium in this comparison: none was found. The variable CHROMIUM may say where it is.');
    return null;
  }
  const { chromium } = await import('playwright-core');
  const root = fileURLToPath(new URL('..', import.meta.url)), server = await serve({ dist: join(root, 'dist'), bench: join(root, 'bench'), ...folders });
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
  return {
    version: browser.version(),
    async open() {
      const page = await browser.newPage();
      page.on('pageerror', (error) => console.error(`Chromium: ${error.message}`));
      await page.goto(server.url);
      return page;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
