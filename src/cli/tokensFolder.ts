import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the tokens of a run lie that memory has no room for, or that would take long to encode again. Small data have none. */
export const tokensFolder = (out: string): string => join(out, 'encoded-tokens');

/** When a run is finished nobody needs them any more. */
export const removeTokens = (out: string): Promise<void> => rm(tokensFolder(out), { recursive: true, force: true });
