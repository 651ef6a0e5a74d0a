import { expect, test } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { latestCheckpoint, parseCheckpoint, saveCheckpoint, writeCheckpoint } from '../../src/formats/checkpoint.ts';
import { memoryStore } from '../../src/formats/memoryStore.ts';
import { writeSafetensors, type NamedTensor } from '../../src/formats/safetensors.ts';

const tensors = (value: number): NamedTensor[] => [
  { name: 'w', dtype: 'F32', shape: [2], data: new Float32Array([value, -value]) },
  { name: 'm', dtype: 'F32', shape: [1], data: new Float32Array([value / 3]) },
];

test('a checkpoint comes back: step, state and numbers', async () => {
  const state = { loader: { epoch: 2, position: 2 ** 40, name: 'ein Wört' }, best: null };
  const file = await writeCheckpoint({ step: 200, state, tensors: tensors(1.5) });
  const read = await parseCheckpoint(file);
  expect(read.step).toBe(200);
  expect(read.state).toEqual(state);
  expect(read.tensors.get('m')!.data).toEqual(new Uint8Array(new Float32Array([0.5]).buffer));
  expect(await writeCheckpoint({ step: 200, state, tensors: tensors(1.5) })).toEqual(file);
});

test('one changed bit anywhere is noticed', async () => {
  const file = await writeCheckpoint({ step: 7, state: { position: 12 }, tensors: tensors(2) });
  for (let at = 0; at < file.length; at++) {
    const damaged = file.slice();
    damaged[at]! ^= 1;
    await expect(parseCheckpoint(damaged)).rejects.toThrow(FormatError);
  }
});

test('another safetensors file is not taken for a checkpoint', async () => {
  await expect(parseCheckpoint(writeSafetensors(tensors(1)), 'model.safetensors')).rejects.toThrow(/model\.safetensors: .*not a checkpoint/);
});

test('the newest stay, the older go', async () => {
  const store = memoryStore();
  expect(await latestCheckpoint(store)).toBeNull();
  for (const step of [100, 200, 300]) await saveCheckpoint(store, { step, state: null, tensors: tensors(step) });
  expect(await store.list()).toEqual(['checkpoints/00000200.safetensors', 'checkpoints/00000300.safetensors']);
  expect((await latestCheckpoint(store))!.step).toBe(300);
});

test('a truncated checkpoint is passed over with a reason; the one before it is used', async () => {
  const store = memoryStore();
  await saveCheckpoint(store, { step: 1, state: null, tensors: tensors(1) });
  const name = await saveCheckpoint(store, { step: 2, state: null, tensors: tensors(2) });
  await store.write(name, (await store.read(name))!.subarray(0, -5));
  const found = (await latestCheckpoint(store))!;
  expect(found.step).toBe(1);
  expect(found.damaged).toEqual([expect.stringMatching(/00000002\.safetensors: the header promises .* It is probably cut short/)]);

  await store.write('checkpoints/00000001.safetensors', 'nothing');
  await expect(latestCheckpoint(store)).rejects.toThrow(/None of the checkpoints can be read/);
});

test('checkpoints in a folder inside the folder are not taken for its own', async () => {
  const store = memoryStore();
  await saveCheckpoint(store, { step: 5, state: { of: 'run' }, tensors: [] });
  await saveCheckpoint(store, { step: 9, state: { of: 'best' }, tensors: [] }, { folder: 'checkpoints/best' });
  expect((await latestCheckpoint(store))?.state).toEqual({ of: 'run' });
  expect((await latestCheckpoint(store, 'checkpoints/best'))?.state).toEqual({ of: 'best' });
});
