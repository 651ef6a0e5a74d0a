import { request } from 'node:http';
import { mkdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { serveFolder } from '../../src/cli/serveFolder.ts';
import { newFolder, noBundle, startInkling, writeFile } from '../cli/inkling.ts';

/** A request with its path as it is written: fetch would tidy it. */
const get = (url: string, path: string, { method = 'GET', ...headers }: Record<string, string> = {}): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }> => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(url);
  request({ hostname, port, path, method, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }));
  }).on('error', reject).end();
});

test('files have their types, come compressed where that is asked for, and threads may share memory', async () => {
  const folder = newFolder();
  writeFile(folder, 'index.html', '<p>hello');
  mkdirSync(`${folder}/deep`);
  writeFile(folder, 'deep/a.js', 'export {};');
  const { url, close } = await serveFolder(folder, 0);
  const page = await get(url, '/?lang=zh', { 'Accept-Encoding': 'gzip' });
  expect(gunzipSync(page.body).toString()).toBe('<p>hello');
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'x-content-type-options': 'nosniff' });
  const script = await get(url, '/deep/a.js');
  expect([script.body.toString(), script.headers['content-type'], script.headers['content-encoding']]).toEqual(['export {};', 'text/javascript; charset=utf-8', undefined]);
  expect((await get(url, '/', { method: 'POST' })).status).toBe(405);
  expect((await get(url, '/', { method: 'HEAD' })).body).toHaveLength(0);
  await close();
});

test('nothing outside the folder is served', async () => {
  const outside = newFolder(), folder = `${outside}/site`;
  mkdirSync(folder);
  writeFile(outside, 'secret.txt', 'secret');
  writeFile(folder, 'index.html', '');
  const { url, close } = await serveFolder(folder, 0);
  for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '//secret.txt', `${outside}/secret.txt`, '/index.html/../../secret.txt', '/\\..\\secret.txt', '//', '/nothing']) {
    const { status, body } = await get(url, path);
    expect([path, status, body.includes('secret\n') || body.toString() === 'secret']).toEqual([path, 404, false]);
  }
  await close();
});

test('a port that is taken is said so', async () => {
  const folder = newFolder(), { url, close } = await serveFolder(folder, 0);
  await expect(serveFolder(folder, Number(new URL(url).port))).rejects.toThrow('something else listens there');
  await close();
});

test.skipIf(noBundle)('inkling studio tells where the page is, and ends with Ctrl-C', async () => {
  const { process: child, seen, end } = startInkling(['studio', '--port', 0, '--json']);
  while (!seen().includes('\n')) await new Promise((resolve) => setTimeout(resolve, 50));
  const { url } = JSON.parse(seen()) as { url: string };
  expect((await get(url, '/')).body.toString()).toContain('<title>Inkling studio</title>');
  child.kill('SIGINT');
  expect((await end).code).toBe(0);
});
