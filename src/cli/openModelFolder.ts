import { statSync } from 'node:fs';
import { DataError } from '../errors.ts';
import type { Store } from '../formats/index.ts';
import { folderStore } from '../node/index.ts';

/** @throws {DataError} when there is no such folder. */
export function openModelFolder(path: string): Store {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new DataError(`There is no folder ${path}. --model is the folder that pretrain or finetune wrote by --out.`);
  if (!found.isDirectory()) throw new DataError(`${path} is a file. --model is the folder that pretrain or finetune wrote by --out.`);
  return folderStore(path);
}
