import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['tests/**/*.test.ts'],
    testTimeout: 120_000,
    // the tests bring their own threads
    maxWorkers: 2,
    pool: 'forks',
  },
});
