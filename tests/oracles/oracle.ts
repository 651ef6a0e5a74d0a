// Other people's programs whose answers ours are compared with. They are too large for devDependencies: `npm run oracles`
// installs them into .oracles/. A test that needs one is skipped where it is absent, and says so.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const folder = new URL('../../.oracles/', import.meta.url).pathname;

/** Path of a file in an installed package, or null, with a printed reason. */
export function oraclePathOrNull(path: string, what: string): string | null {
  const file = `${folder}node_modules/${path}`;
  if (existsSync(file)) return file;
  console.log(`Not compared with ${what}: .oracles/node_modules/${path} is absent. Get it: npm run oracles`);
  return null;
}

/** Loads an installed package. */
export const requireOracle = (name: string): unknown => createRequire(`${folder}package.json`)(name);
