import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const assembly = new URL('../../assembly/', import.meta.url);

/** Compiles an entry of a test's own around functions of assembly/ that have no exports; optimized as the kernels are. */
export async function compileEntry(source: string): Promise<WebAssembly.Exports & { memory: WebAssembly.Memory }> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(['entry.ts', '--outFile', 'out.wasm', '--runtime', 'stub', '--enable', 'simd', '--optimizeLevel', '2', '--initialMemory', '32'], {
    readFile: (name) => {
      if (name === 'entry.ts') return source;
      try {
        return readFileSync(new URL(name, assembly), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => void (wasm = contents as Uint8Array),
    listFiles: () => [],
  });
  if (error) throw new Error(stderr.toString());
  return new WebAssembly.Instance(new WebAssembly.Module(wasm! as Uint8Array<ArrayBuffer>)).exports as WebAssembly.Exports & { memory: WebAssembly.Memory };
}
