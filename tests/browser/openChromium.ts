import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** Why these tests cannot run here, or null. */
export const noChromium: string | null = existsSync(EXECUTABLE) ? null : `there is no ${EXECUTABLE}; apt-get install chromium brings it`;

export const openChromium = (): Promise<Browser> => chromium.launch({
  executablePath: EXECUTABLE,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});
