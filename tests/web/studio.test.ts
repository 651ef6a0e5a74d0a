// The built studio in Chromium, used as a person would.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FolderServer, serveFolder } from '../../src/cli/serveFolder.ts';
import { noChromium, openChromium } from '../browser/openChromium.ts';
import { oraclePathOrNull } from '../oracles/oracle.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const missing = noChromium ?? (existsSync(`${dist}/web/index.html`) ? null : 'dist/web is not built: npm run build');
const axe = oraclePathOrNull('axe-core/axe.min.js', 'the accessibility rules of axe-core');
declare const window: { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } };

if (missing) console.log(`The studio is not tested: ${missing}.`);
describe.skipIf(missing)('the studio', () => {
  let browser: Browser, isolated: FolderServer, plain: FolderServer, page: Page, complaints: string[];
  beforeAll(async () => {
    // from the folder above: the page must work under any path
    [browser, isolated, plain] = await Promise.all([openChromium(), serveFolder(dist, 0), serveFolder(dist, 0, false)]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all([isolated?.close(), plain?.close()]);
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' });
    complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1|blob:|data:)/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });
  const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 30_000, interval: 50 });
  const open = (hash: string, query = '?lang=en', from = isolated): Promise<unknown> => page.goto(`${from.url}web/index.html${query}${hash}`);
  const figure = async (i: number): Promise<number> => Number((await page.locator('.pixels .figures dd').nth(i).textContent())!.replace(/[^\d.]/g, ''));
  const outputs = (): Promise<string[]> => page.locator('.bars .value').allTextContents();
  const learned = (): Promise<unknown> => page.locator('.learned li').first().waitFor();

  test('weighs little and is soon there', async () => {
    const gz = ['index.html', 'main.js', 'style.css', 'icon.svg', 'studioWorker.js', ...[...readFileSync(`${dist}/web/studioWorker.js`, 'utf8').matchAll(/(?:from|import)"\.\/([\w-]+\.js)"/g)].map(([, name]) => name!)].reduce((sum, file) => sum + gzipSync(readFileSync(`${dist}/web/${file}`)).length, 0) / 1024;
    await open('#1');
    await soon(outputs).not.toContain('');
    const milliseconds = await page.evaluate(() => performance.now());
    console.log(`first view ${gz.toFixed(1)} KB gz, numbers after ${milliseconds.toFixed(0)} ms`);
    expect(gz).toBeLessThan(200);
  });

  test.each([['en', true], ['en', false], ['zh', true], ['zh', false]] as const)('%s, isolated %s: opens, says what computes it, and every chapter has its numbers', async (language, shared) => {
    await open('#1', `?lang=${language}`, shared ? isolated : plain);
    expect(await page.getAttribute('html', 'lang')).toBe(language === 'zh' ? 'zh-CN' : 'en');
    await soon(() => page.locator('.badge').textContent()).toMatch(shared ? /^exact SIMD, \d+ threads?$/ : /^exact SIMD, 1 thread, unshared memory$/);
    await soon(outputs).not.toContain('');
    await page.locator('nav a').nth(1).click();
    await learned();
    expect(await page.locator('h1').textContent()).toContain(language === 'zh' ? '模型' : 'model');
  });

  test('chapter 1: draw, train, find a mistake, teach it, change a weight; language and reload keep what was done', async () => {
    await open('#1');
    await soon(outputs).not.toContain('');
    const first = await outputs(), untaught = await figure(3);
    await page.locator('.pixel').first().click();
    await soon(outputs).not.toEqual(first);
    await soon(() => page.url()).toContain('p=57');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await soon(() => figure(0)).toBeGreaterThan(200);
    const pause = page.getByRole('button', { name: 'Pause' });
    if (await pause.count()) await pause.click({ timeout: 2000 }).catch(() => {}); // it may have ended by itself
    await soon(() => page.getByRole('button', { name: 'Train', exact: true }).count()).toBe(1);
    expect(await figure(3)).toBeGreaterThan(untaught);
    await page.getByRole('button', { name: 'Show me a mistake' }).click();
    const lessons = await figure(1);
    await page.locator('.columns').getByRole('button', { name: 'ring' }).click();
    await soon(() => figure(1)).toBeGreaterThanOrEqual(lessons);
    await page.locator('.node').last().click();
    const before = await outputs();
    await page.locator('.weights input').last().fill('7');
    await page.locator('.weights input').last().press('Enter');
    await soon(outputs).not.toEqual(before);
    const steps = await figure(0), said = await outputs();
    await page.locator('.language select').selectOption('zh');
    await soon(outputs).toEqual(said);
    expect(await figure(0)).toBe(steps);
    expect(await page.locator('h2').first().textContent()).toContain('画一画');
  });

  test('chapter 2: type, drag the vocabulary, go through the merges, learn from another text', async () => {
    await open('#2');
    await learned();
    const count = (): Promise<number> => page.locator('.chips').first().locator('.chip').count(), words = await count();
    await page.locator('.slider input').fill('256');
    await soon(count).toBe((await page.locator('#text').inputValue()).length);
    await page.locator('.slider input').fill('2256');
    await soon(count).toBeLessThan(words);
    await page.locator('#text').fill(' the 猫');
    await soon(() => page.locator('.chips').first().locator('.chip-name').first().textContent()).toBe('·the');
    await page.locator('.chips').first().locator('.chip').first().click();
    const next = page.getByRole('button', { name: 'Next' });
    expect(await page.locator('.chips.large .chip').count()).toBe(4);
    while (await next.isEnabled()) await next.click();
    expect(await page.locator('.chips.large .chip').count()).toBe(1);
    await page.locator('section textarea').last().fill('zebra zebra zebra zebra');
    await page.getByRole('button', { name: 'Learn from this' }).click();
    await soon(() => page.locator('.learned').textContent()).toContain('zebra');
    await soon(() => page.url()).toContain('vocab=2256');
    await page.reload();
    expect(await page.locator('#text').inputValue()).toBe(' the 猫');
  });

  test('without a mouse: the pad, a neuron, the Inspector', async () => {
    await open('#1');
    await soon(outputs).not.toContain('');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('chapter');
    await page.locator('.pixel').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await soon(() => page.locator('.pixel').nth(3).getAttribute('aria-pressed')).toBe('false');
    await page.locator('.node').nth(9).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.locator('.node').nth(10).getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Inspector' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.inspector select').selectOption('layers.0.sums');
    await page.locator('.cells button').first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.explain').textContent()).toMatch(/layers\.0\.sums\[1\] = .*the weighted sum/);
    await page.keyboard.press('Escape');
    expect(await page.locator('.inspector').isVisible()).toBe(false);
  });

  test('a worker that breaks is replaced, and nothing is lost', async () => {
    await open('#1');
    await soon(outputs).not.toContain('');
    for (let i = 1; i <= 5; i++) {
      await page.getByRole('button', { name: 'One step' }).click();
      await soon(() => figure(0)).toBe(i);
    }
    const said = await outputs(), worker = page.workers().find((each) => each.url().endsWith('studioWorker.js'))!;
    await worker.evaluate(() => void setTimeout(() => { throw new Error('broken on purpose'); }));
    await soon(() => page.locator('.notes').textContent()).toContain('was started again');
    await page.getByRole('button', { name: 'One step' }).click();
    await soon(() => figure(0)).toBe(6);
    expect(said).toHaveLength(4);
    complaints = complaints.filter((text) => !text.includes('broken on purpose'));
  });

  test.each([390, 1024, 1440])('nothing sticks out of a page %i pixels wide', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    for (const query of ['?lang=en', '?lang=zh']) {
      for (const hash of ['#1', '#2']) {
        await open(hash, query);
        await page.reload();
        await (hash === '#1' ? soon(outputs).not.toContain('') : learned());
        expect([query, hash, await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))]).toEqual([query, hash, 0]);
      }
    }
  });

  test.skipIf(axe === null).each(['en', 'zh'].flatMap((language) => ['light', 'dark'].map((theme) => [language, theme] as const)))('axe-core has nothing to say: %s, %s', async (language, theme) => {
    for (const hash of ['#1', '#2']) {
      await open(hash, `?lang=${language}&theme=${theme}`);
      await page.reload();
      await (hash === '#1' ? soon(outputs).not.toContain('') : learned());
      await page.locator('.tools button').last().click();
      await page.evaluate(readFileSync(axe!, 'utf8'));
      const { violations } = await page.evaluate(() => window.axe.run());
      expect(violations.map(({ id, nodes }) => [hash, id, nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`)])).toEqual([]);
    }
  });
});
