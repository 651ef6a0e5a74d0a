import { StoreError, checkName, type Store } from './store.ts';

/**
 * A store that lives as long as the program: for tests, and for pages without a file system.
 *
 * @example
 * const store = memoryStore();
 * await store.append('log.jsonl', '{"step":1}\n');
 * await store.list(); // ['log.jsonl']
 */
export function memoryStore(): Store {
  const files = new Map<string, Uint8Array>();
  const encoder = new TextEncoder();
  return {
    async read(name) {
      return files.get(name)?.slice() ?? null;
    },
    async write(name, content) {
      checkName(name);
      files.set(name, typeof content === 'string' ? encoder.encode(content) : new Uint8Array(content));
    },
    async append(name, text) {
      checkName(name);
      const before = files.get(name) ?? new Uint8Array(0), added = encoder.encode(text);
      const after = new Uint8Array(before.length + added.length);
      after.set(before);
      after.set(added, before.length);
      files.set(name, after);
    },
    async list(prefix = '') {
      return [...files.keys()].filter((name) => name.startsWith(prefix)).sort();
    },
    async remove(name) {
      files.delete(name);
    },
    open(name) {
      const file = files.get(name);
      if (!file) throw new StoreError('missing', `There is no ${name} in this store.`);
      return {
        size: file.length,
        read(into, position) {
          const part = file.subarray(position, position + into.length);
          into.set(part);
          return part.length;
        },
        close() {},
      };
    },
  };
}
