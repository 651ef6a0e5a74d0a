// What library peers of the matrix product share; see serveProducts.mjs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export { giveUp, numbers, serveProducts as servePeer } from '../serveProducts.mjs';

/** What can be loaded from the folder that the first argument names. */
export const peer = createRequire(process.argv[2]);
export const threads = Number(process.argv[3]);
/** The installed version of a package. */
export const versionOf = (name) => JSON.parse(readFileSync(join(process.argv[2], '..', 'node_modules', name, 'package.json'), 'utf8')).version;
