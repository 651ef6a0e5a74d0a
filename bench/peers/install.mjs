// Libraries that we are compared with. They are no part of this package: npm fetches them when they are asked for, into
// a folder outside of it, once for each version.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where peers and their models lie. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'inkling-bench');

/**
 * @param packages with their versions, the one that is meant first: `['jax@1.2.3']`.
 * @param flags for npm.
 * @returns the file name from which `createRequire` finds them; null, and a printed reason, where they cannot be had.
 */
export function installPeer(packages, flags = []) {
  const folder = join(cacheFolder, packages[0].replace(/^@/, '').replaceAll('/', '-')), manifest = join(folder, 'package.json');
  if (existsSync(manifest)) return manifest;
  const part = `${folder}.${process.pid}`;
  console.error(`Fetching ${packages.join(', ')} into ${folder}.`);
  try {
    mkdirSync(part, { recursive: true });
    writeFileSync(join(part, 'package.json'), '{ "private": true }\n');
    // what a package would run on arrival is not needed
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...flags, ...packages], { cwd: part, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: 300_000 });
    renameSync(part, folder); // a folder that is there is whole
    return manifest;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    const reason = String(error.stderr || error.message).trim().split('\n').slice(0, 2).join(' ');
    console.error(`No ${packages[0]} in this comparison: npm could not fetch it (${reason}).`);
    return null;
  }
}
