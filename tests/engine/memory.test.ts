import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aligned, Memory } from '../../src/engine/index.ts';
import { MemoryError } from '../../src/errors.ts';

const create = (): Memory => new Memory(new WebAssembly.Memory({ initial: 1, maximum: 65536 }), 1000);

test('pieces never overlap, begin at multiples of 64, are zeroed, and can be used again', () => {
  // a command takes a piece of some size, or gives the i-th of those in use back
  const take = fc.record({ bytes: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 200_000 })) });
  const give = fc.record({ free: fc.nat({ max: 30 }) });
  fc.assert(fc.property(fc.array(fc.oneof(take, give), { maxLength: 80 }), (commands) => {
    const memory = create(), pieces: { address: number; bytes: number; mark: number }[] = [];
    let mark = 0;
    for (const command of commands) {
      if ('bytes' in command) {
        const bytes = Math.max(64, aligned(command.bytes)), address = memory.allocate(command.bytes);
        const piece = new Uint8Array(memory.wasm.buffer, address, bytes);
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThanOrEqual(1000);
        expect(piece.every((byte) => byte === 0)).toBe(true);
        mark = (mark % 255) + 1;
        piece.fill(mark);
        pieces.push({ address, bytes, mark });
      } else if (pieces.length > 0) {
        const { address } = pieces.splice(command.free % pieces.length, 1)[0]!;
        memory.free(address);
        expect(() => memory.free(address)).toThrow('is not the start of a piece of memory in use');
      }
      expect(memory.used).toBe(pieces.reduce((sum, { bytes }) => sum + bytes, 0));
    }
    // had two of them overlapped, one would have lost its mark
    for (const { address, bytes, mark: own } of pieces) expect(new Uint8Array(memory.wasm.buffer, address, bytes).every((byte) => byte === own)).toBe(true);
    for (const { address } of pieces) memory.free(address);
    expect(memory.used).toBe(0);
    expect(memory.allocate(1), 'all gaps have joined').toBe(aligned(1000));
    expect(memory.allocate(3_000_000)).toBe(aligned(1000) + 64);
  }), { numRuns: 150, seed: 11 });
});

test('a piece goes into the first gap that holds it', () => {
  const memory = create(), [a, b, c] = [256, 512, 128].map((bytes) => memory.allocate(bytes)) as [number, number, number];
  memory.allocate(64);
  memory.free(b);
  expect(memory.allocate(513)).toBeGreaterThan(c);
  expect(memory.allocate(128)).toBe(b);
  memory.free(a);
  expect(memory.allocate(200)).toBe(a);
  expect(memory.allocate(384)).toBe(b + 128);
});

test('what does not fit into 4 GiB is refused by name, and nothing is taken', () => {
  const memory = create();
  memory.allocate(1000);
  const { used } = memory, { byteLength } = memory.wasm.buffer;
  const parts = [['blocks.0.mlp.up (65536, 12000)', 3_145_728_000], ['logits (65536, 4096)', 1_073_741_824], ['x', 3], ['y', 2], ['z', 1]] as const;
  expect(() => memory.allocate(2 ** 32, parts)).toThrow(MemoryError);
  expect(() => memory.allocate(2 ** 32, parts)).toThrow('Not enough memory: 4.29 GB wanted on top of 1.0 kB in use, but WebAssembly ends at 4 GiB. '
    + 'Largest parts: blocks.0.mlp.up (65536, 12000) 3.15 GB, logits (65536, 4096) 1.07 GB, x 3 bytes, y 2 bytes. Make the batch, the context or the model smaller.');
  expect(memory.used).toBe(used);
  expect(memory.wasm.buffer.byteLength).toBe(byteLength);
});

test('what the machine refuses is an error too, and nothing is taken', () => {
  const memory = new Memory(new WebAssembly.Memory({ initial: 1, maximum: 3 }), 0);
  expect(() => memory.allocate(200_000, [['logits (50, 1000)', 200_000]])).toThrow('but the machine gives no more. Largest parts: logits (50, 1000) 200.0 kB.');
  expect(memory.used).toBe(0);
  expect(memory.allocate(190_000)).toBe(0);
});
