// One linear memory, handed out in pieces. First fit over a sorted list of gaps; a piece that is given back
// joins its neighbours. Wasm32 ends at 4 GiB, so every request is checked before anything is taken.
import { bytes as size, MemoryError } from '../errors.ts';

/** A byte address in the engine's memory. */
export type Address = number;

const PAGE = 65536;
const LIMIT = 65536 * PAGE;
/** Pieces begin at multiples of this and are as many long; a kernel may read and write its own padding, and read as far again. */
const ALIGN = 64;

/** `n` rounded up to a multiple of `ALIGN`. (Not `& ~63`, which turns negative above 2 GiB.) */
export const aligned = (n: number): number => Math.ceil(n / ALIGN) * ALIGN;

export class Memory {
  readonly wasm: WebAssembly.Memory;
  readonly #sizes = new Map<Address, number>();
  #gaps: { from: number; to: number }[];
  /** What lies behind was never handed out, so it is still zero. */
  #touched: Address;

  constructor(wasm: WebAssembly.Memory, heap: Address) {
    this.wasm = wasm;
    this.#gaps = [{ from: aligned(heap), to: LIMIT - ALIGN }];
    this.#touched = aligned(heap);
  }

  /** Bytes that are handed out. */
  get used(): number {
    let sum = 0;
    for (const n of this.#sizes.values()) sum += n;
    return sum;
  }

  /**
   * Reserves `bytes` bytes, zeroed.
   *
   * @param parts what they are for, largest first: named in the error.
   * @throws {MemoryError} when they do not fit in 4 GiB or the machine refuses them.
   */
  allocate(bytes: number, parts: readonly (readonly [name: string, bytes: number])[] = []): Address {
    const need = Math.max(ALIGN, aligned(bytes));
    const gap = this.#gaps.find(({ from, to }) => to - from >= need);
    if (!gap) throw new MemoryError(this.#refusal(bytes, 'WebAssembly ends at 4 GiB', parts));
    const address = gap.from;
    this.#reach(address + need + ALIGN, bytes, parts); // vectors may look a little past the end
    gap.from += need;
    if (gap.from === gap.to) this.#gaps.splice(this.#gaps.indexOf(gap), 1);
    this.#sizes.set(address, need);
    if (address < this.#touched) new Uint8Array(this.wasm.buffer, address, Math.min(need, this.#touched - address)).fill(0);
    this.#touched = Math.max(this.#touched, address + need);
    return address;
  }

  /** Gives a piece back. Its numbers are gone. */
  free(address: Address): void {
    const bytes = this.#sizes.get(address);
    if (bytes === undefined) throw new Error(`free: ${address} is not the start of a piece of memory in use. Please report this.`);
    this.#sizes.delete(address);
    const gaps = [...this.#gaps, { from: address, to: address + bytes }].sort((a, b) => a.from - b.from);
    this.#gaps = gaps.filter((gap, i) => {
      const next = gaps[i + 1];
      if (!next || next.from !== gap.to) return true;
      next.from = gap.from;
      return false;
    });
  }

  #reach(end: number, bytes: number, parts: readonly (readonly [string, number])[]): void {
    const missing = Math.ceil((end - this.wasm.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.wasm.grow(missing);
    } catch {
      throw new MemoryError(this.#refusal(bytes, 'the machine gives no more', parts));
    }
  }

  #refusal(bytes: number, why: string, parts: readonly (readonly [string, number])[]): string {
    const largest = parts.slice(0, 4).map(([name, n]) => `${name} ${size(n)}`).join(', ');
    return `Not enough memory: ${size(bytes)} wanted on top of ${size(this.used)} in use, but ${why}.`
      + (largest ? ` Largest parts: ${largest}.` : '') + ' Make the batch, the context or the model smaller.';
  }
}
