// The symbol network and its pictures as JSON, for other programs and for lessons: plain lists that need no explanation.
import type { Engine } from '../engine/index.ts';
import { FormatError, OptionError } from '../errors.ts';
import { createSymbolNetwork, type SymbolNetwork } from './symbolNetwork.ts';
import { SYMBOLS, type SymbolDrawing, type SymbolPattern, type SymbolSplit } from './symbolPatterns.ts';

/** What a file of a symbol network holds. */
export interface SymbolFile {
  readonly kind: 'symbol network';
  readonly symbols: readonly SymbolDrawing[];
  readonly hidden: readonly number[];
  readonly output: 'sigmoid' | 'softmax';
  /** Weights by name, row by row: `layers.0.weight` has a row for each neuron, a number for each pixel. */
  readonly weights: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** The pictures that it learned from and was tested on. */
  readonly data?: { readonly train: readonly SymbolPattern[]; readonly test: readonly SymbolPattern[] };
}

const parameters = (network: SymbolNetwork): string[] => network.names.filter((name) => /^layers\.\d+\.(weight|bias)$/.test(name));

function rowsOf(network: SymbolNetwork, name: string): number[][] {
  const numbers = [...network.read(name)], shape = network.shapeOf(name), C = shape.at(-1)!;
  return Array.from({ length: numbers.length / C }, (_, r) => numbers.slice(r * C, (r + 1) * C));
}

/**
 * What to hand to JSON.stringify. Every number is a 32-bit float written in full, so reading it back gives the same bits.
 *
 * @param data the pictures, if the file is to hold them too.
 * @example
 * await writeFile('symbols.json', JSON.stringify(symbolFile(network, symbolSplit())));
 */
export function symbolFile(network: SymbolNetwork, data?: SymbolSplit): SymbolFile {
  return {
    kind: 'symbol network', symbols: SYMBOLS, hidden: network.sizes.slice(1, -1), output: network.output,
    weights: Object.fromEntries(parameters(network).map((name) => [name, rowsOf(network, name)])),
    ...(data && { data: { train: data.train, test: data.test } }),
  };
}

/**
 * Reads what {@link symbolFile} made.
 *
 * @param from what messages call the file.
 * @throws {FormatError} when it is damaged or something else.
 * @example
 * const network = parseSymbolFile(engine, await readFile('symbols.json', 'utf8'), 'symbols.json');
 */
export function parseSymbolFile(engine: Engine, json: string, from = 'the file'): SymbolNetwork {
  let file: Partial<SymbolFile> | null;
  try {
    file = JSON.parse(json) as Partial<SymbolFile> | null;
  } catch {
    throw new FormatError(`${from} is not JSON. It may be damaged.`);
  }
  if (typeof file !== 'object' || file?.kind !== 'symbol network') throw new FormatError(`${from} is no symbol network: "kind" should be "symbol network".`);
  const { hidden, output, weights } = file;
  if (!Array.isArray(hidden) || (output !== 'sigmoid' && output !== 'softmax') || typeof weights !== 'object' || weights === null) {
    throw new FormatError(`${from}: a symbol network needs "hidden" (a list of widths), "output" ("sigmoid" or "softmax") and "weights".`);
  }
  let network: SymbolNetwork | undefined;
  try {
    network = createSymbolNetwork(engine, { hidden, output });
    for (const name of parameters(network)) {
      const rows: unknown = weights[name];
      if (!Array.isArray(rows) || !rows.every(Array.isArray)) throw new FormatError(`${from} has no ${name}, or it is no list of rows.`);
      network.write(name, rows.flat() as number[]);
    }
    return network;
  } catch (error) {
    network?.free();
    throw error instanceof OptionError ? new FormatError(`${from}: ${error.message}`) : error;
  }
}
