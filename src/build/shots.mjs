// Pictures of every chapter of the studio in three widths, both languages, light and dark: build/shots/, to leaf through.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname, folder = `${root}build/shots`;
const wanted = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const server = spawn(process.execPath, [`${root}dist/cli.js`, 'studio', '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((resolve, reject) => {
  server.stdout.once('data', (line) => resolve(JSON.parse(line).url));
  server.once('exit', () => reject(new Error('The studio did not start. Is it built? npm run build')));
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
/** What is done in a chapter before the picture is taken. */
const acts = {
  1: async (page) => {
    await page.locator('button.primary').first().click();
    await page.waitForTimeout(4000);
    if (page.viewportSize().width > 1200) await page.locator('.tools button').last().click();
  },
  2: async (page) => {
    await page.locator('.chips .chip').nth(6).click();
    for (let i = 0; i < 2; i++) await page.locator('.columns .row button:enabled').nth(i ? 1 : 0).click().catch(() => {});
  },
};
try {
  for (const width of [1440, 1024, 390]) {
    for (const [language, theme] of [['en', 'light'], ['zh', 'dark']]) {
      const page = await browser.newPage({ viewport: { width, height: 1000 } });
      await page.goto(`${url}?lang=${language}&theme=${theme}`);
      const numbers = await page.locator('nav .n').allTextContents();
      for (const number of numbers) {
        const name = `${number}-${width}-${language}`;
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        await page.goto('about:blank');
        await page.goto(`${url}?lang=${language}&theme=${theme}#${number}`);
        await page.waitForTimeout(1500);
        await acts[number]?.(page);
        await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
        console.log(`${folder}/${name}.png`);
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
  server.kill('SIGINT');
}
