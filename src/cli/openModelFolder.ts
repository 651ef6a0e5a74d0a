import { statSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { memoryStore, type Store } from '../formats/index.ts';
import { folderStore } from '../node/index.ts';

/**
 * What lies beside the weights of a model that is a folder; nothing beside one that is a single file.
 *
 * @throws {DataError} when there is no such folder or file.
 */
export function openModelFolder(path: string): Store {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new DataError(`There is no file or folder ${path}. --model is the folder that pretrain or finetune wrote by --out, or a model of other people.`);
  return found.isDirectory() ? folderStore(path) : memoryStore();
}
