// A checkpoint is a safetensors file that also carries everything else a run needs to go on with the same bits:
// step, position in the data, state of schedules, as JSON in the metadata. A seal (SHA-256 over step, state and tensors)
// tells a damaged checkpoint from a whole one.

import { FormatError } from '../errors.ts';
import { parseSafetensors, writeSafetensors, type NamedTensor, type StoredTensor } from './safetensors.ts';
import { sha256 } from './sha256.ts';
import type { Store } from './store.ts';

/** What a run was at one moment. `state` is plain JSON of the caller's own shape. */
export interface Checkpoint {
  readonly step: number;
  readonly state: unknown;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The newest readable checkpoint of a store, and why newer ones, if there are any, could not be read. */
export interface FoundCheckpoint extends Checkpoint {
  readonly name: string;
  readonly damaged: readonly string[];
}

const format = 'inkling-checkpoint-1';

/**
 * The bytes of a checkpoint. The same content gives the same bytes.
 *
 * @example
 * const file = await writeCheckpoint({ step: 200, state: { loader: loader.state() }, tensors });
 */
export async function writeCheckpoint(content: { step: number; state: unknown; tensors: Iterable<NamedTensor> }): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = [...content.tensors];
  const state = JSON.stringify(content.state), step = String(content.step);
  // The seal stands first, so that its place is known: it is filled in when the numbers are in theirs.
  const file = writeSafetensors(tensors, { seal: '0'.repeat(64), format, step, state });
  const numbers = tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
  const seal = await sealOf(step, state, tensors, file.subarray(file.length - numbers));
  file.set(new TextEncoder().encode(seal), 8 + '{"__metadata__":{"seal":"'.length);
  return file;
}

/**
 * Reads a checkpoint and proves it whole.
 *
 * @throws {FormatError} when it is cut short, damaged, or another kind of file.
 */
export async function parseCheckpoint(file: Uint8Array, name = 'checkpoint'): Promise<Checkpoint> {
  const { metadata, tensors } = parseSafetensors(file, name);
  const { seal, step = '', state = '' } = metadata;
  if (metadata['format'] !== format) {
    throw new FormatError(`${name}: this is a safetensors file, but not a checkpoint of this library: its format should be "${format}", not ${JSON.stringify(metadata['format'])}.`);
  }
  let numbers = 0;
  for (const { data } of tensors.values()) numbers += data.byteLength;
  if (seal !== (await sealOf(step, state, tensors.values(), file.subarray(file.length - numbers)))) {
    throw new FormatError(`${name}: the content does not match its seal, so something has changed it since it was written. Use an earlier checkpoint.`);
  }
  return { step: Number(step), state: JSON.parse(state) as unknown, tensors };
}

/**
 * Writes `folder/00000200.safetensors` and then removes all but the `keep` newest.
 * The older ones go only when the new one is whole.
 *
 * @returns the name of the new file.
 */
export async function saveCheckpoint(
  store: Store,
  content: { step: number; state: unknown; tensors: Iterable<NamedTensor> },
  { folder = 'checkpoints', keep = 2 }: { folder?: string; keep?: number } = {},
): Promise<string> {
  const name = `${folder}/${String(content.step).padStart(8, '0')}.safetensors`;
  await store.write(name, await writeCheckpoint(content));
  const older = (await checkpointNames(store, folder)).filter((other) => other < name);
  for (const other of older.slice(0, Math.max(0, older.length - (keep - 1)))) await store.remove(other);
  return name;
}

/**
 * The newest checkpoint that is whole.
 *
 * @returns null when the store has none.
 * @throws {FormatError} when there are some but none can be read.
 */
export async function latestCheckpoint(store: Store, folder = 'checkpoints'): Promise<FoundCheckpoint | null> {
  const damaged: string[] = [];
  for (const name of (await checkpointNames(store, folder)).reverse()) {
    const file = await store.read(name);
    if (!file) continue;
    try {
      return { name, damaged, ...(await parseCheckpoint(file, name)) };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      damaged.push(error.message);
    }
  }
  if (damaged.length > 0) throw new FormatError(`None of the checkpoints can be read. ${damaged.join(' ')}`);
  return null;
}

async function checkpointNames(store: Store, folder: string): Promise<string[]> {
  // not those of folders inside it
  return (await store.list(`${folder}/`)).filter((name) => /^\d{8,}\.safetensors$/.test(name.slice(folder.length + 1)));
}

async function sealOf(
  step: string, state: string, tensors: Iterable<Pick<NamedTensor, 'name' | 'dtype' | 'shape'>>, numbers: Uint8Array,
): Promise<string> {
  const shapes = Array.from(tensors, ({ name, dtype, shape }) => [name, dtype, shape]);
  return sha256(new TextEncoder().encode(JSON.stringify([step, state, shapes, await sha256(numbers)])));
}
