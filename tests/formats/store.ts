import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/formats/store.ts';

/** What every store must do, whatever it is made of. */
export function describeStore(kind: string, create: () => Store): void {
  describe(`a ${kind} store`, () => {
    test('keeps what is written, replaces it, and removes it', async () => {
      const store = create();
      expect(await store.read('a/b.txt')).toBeNull();
      await store.write('a/b.txt', 'één');
      await store.write('c', new Uint8Array([0, 255]));
      expect(new TextDecoder().decode((await store.read('a/b.txt'))!)).toBe('één');
      await store.write('a/b.txt', new Uint8Array([1]));
      expect([...(await store.read('a/b.txt'))!]).toEqual([1]);
      expect([...(await store.read('c'))!]).toEqual([0, 255]);
      await store.remove('c');
      await store.remove('c');
      expect(await store.list()).toEqual(['a/b.txt']);
    });

    test('appends', async () => {
      const store = create();
      await store.append('runs/log.jsonl', '1\n');
      await store.append('runs/log.jsonl', '2\n');
      expect(new TextDecoder().decode((await store.read('runs/log.jsonl'))!)).toBe('1\n2\n');
    });

    test('lists names in order, by prefix', async () => {
      const store = create();
      for (const name of ['b/2', 'b/10', 'a', 'c/d/e']) await store.write(name, name);
      expect(await store.list()).toEqual(['a', 'b/10', 'b/2', 'c/d/e']);
      expect(await store.list('b/')).toEqual(['b/10', 'b/2']);
      expect(await store.list('nothing')).toEqual([]);
    });

    test('reads parts at once', async () => {
      const store = create();
      await store.write('x', Uint8Array.from({ length: 10 }, (_, i) => i));
      const reader = store.open!('x'), part = new Uint8Array(4);
      expect(reader.size).toBe(10);
      expect(reader.read(part, 3)).toBe(4);
      expect([...part]).toEqual([3, 4, 5, 6]);
      expect(reader.read(part, 8)).toBe(2);
      reader.close();
      expect(() => store.open!('y')).toThrow(/There is no y|no such file/);
    });

    test('refuses names that lead out of it', async () => {
      const store = create();
      for (const name of ['', '/x', '../x', 'a/../../x', 'a\\b', 'a//b', './x', 'c:x']) {
        await expect(store.write(name, '')).rejects.toThrow(RangeError);
      }
    });
  });
}
