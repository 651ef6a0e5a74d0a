import { readFile } from 'node:fs/promises';
import type { Engine } from '../engine/index.ts';
import { DataError } from '../errors.ts';
import { parseSymbolFile, type SymbolNetwork } from '../inspect/index.ts';

/**
 * Reads a file that `inkling symbols train --out` wrote.
 *
 * @throws {DataError} when it cannot be read.
 * @throws {FormatError} when it holds something else.
 */
export async function openSymbolFile(path: string, engine: Engine): Promise<SymbolNetwork> {
  const json = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DataError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}. Make one with: inkling symbols train --out symbols.json`);
  });
  return parseSymbolFile(engine, json, path);
}
