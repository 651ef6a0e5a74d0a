import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../formats/index.ts';
import { folderStore } from '../node/index.ts';

const folderOf = (out: string): string => join(out, 'tokens');

/** Where tokens of a run lie that memory has no room for. Nothing is written for small data. */
export const spillStore = (out: string): Store => folderStore(folderOf(out));

/** They are made again when they are needed again. */
export const removeSpill = (out: string): Promise<void> => rm(folderOf(out), { recursive: true, force: true });
