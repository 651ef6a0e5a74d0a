// Weights from a file into the engine, in pieces of a few megabytes: whatever the size of a file, it is never in memory twice.
import { widen } from '../formats/dtype.ts';
import {
  dequantize, type Engine, FormatError, type GgufDtype, isQuantizedType, OptionError, quantize, type QuantizeDtype, ShapeError, type Transformer, Weights,
} from '../index.ts';
import { halfRow, type Layout, type Piece, shapeOf } from './layout.ts';
import { StoredWeights } from './storedWeights.ts';
import { isWeightType, type TensorEntries, type TensorEntry } from './tensorFile.ts';

export interface FillOptions {
  /** Is told how many bytes were read, of how many. */
  readonly onProgress?: ((progress: { readonly bytes: number; readonly total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A piece, where it goes and where it comes from. */
interface Found {
  readonly parameter: string;
  /** First row in the parameter. */
  readonly row: number;
  readonly piece: Piece;
  readonly entry: TensorEntry & { readonly dtype: GgufDtype };
}

const CHUNK = 2 ** 22;

/** Tensors that some files hold besides the weights. */
const NOT_WEIGHTS = /(rotary_emb\.inv_freq|\.attn\.(bias|masked_bias)|rope_freqs\.weight|rope_factors_\w+\.weight)$/;
const WRAPPINGS = ['', 'transformer.', 'model.'];

/**
 * Finds every piece of a layout in a file.
 *
 * @throws {FormatError} naming a tensor that is missing, of another shape or type, or that nobody asks for.
 */
export function findPieces(layout: Layout, entries: TensorEntries, from: string): Found[] {
  // torch.compile and DataParallel put their own name before all others
  const bare = new Map([...entries].map(([name, entry]) => [name.replace(/^(_orig_mod\.|module\.)+/, ''), entry])), used = new Set<TensorEntry>();
  const found = [...layout].flatMap(([parameter, pieces]) => {
    let row = 0;
    return pieces.map((piece): Found => {
      const names = [piece.name, ...WRAPPINGS.filter((prefix) => prefix !== '' && piece.name.startsWith(prefix)).map((prefix) => piece.name.slice(prefix.length))];
      const entry = names.map((name) => bare.get(name)).find((one) => one !== undefined), shape = shapeOf(piece);
      if (!entry) throw new FormatError(`${from} has no tensor ${piece.name} (${shape.join(', ')}), which its configuration asks for. It has ${entries.size} tensors: do weights and configuration belong together?`);
      if (entry.shape.join() !== shape.join()) throw new FormatError(`${from}: ${entry.name} is (${entry.shape.join(', ')}), but the configuration asks for (${shape.join(', ')}). Weights and configuration do not belong together.`);
      if (!isWeightType(entry.dtype)) throw new FormatError(`${from}: ${entry.name} holds ${entry.dtype} elements, which cannot be used as weights.`);
      used.add(entry);
      row += piece.rows;
      return { parameter, row: row - piece.rows, piece, entry: entry as Found['entry'] };
    });
  });
  const extra = [...bare].filter(([name, entry]) => !used.has(entry) && !NOT_WEIGHTS.test(name) && !(name === 'lm_head.weight' && !layout.has('head.weight'))).map(([name]) => name);
  if (extra.length > 0) throw new FormatError(`${from} has ${extra.length === 1 ? 'a tensor' : `${extra.length} tensors`} that its configuration does not know: ${extra.slice(0, 3).join(', ')}${extra.length > 3 ? ', …' : ''}. The model has parts that are not supported.`);
  return found.sort((a, b) => (a.entry.source === b.entry.source ? a.entry.begin - b.entry.begin : a.entry.source.name < b.entry.source.name ? -1 : 1));
}

/** Calls `each` with the rows of a tensor as the file has them, some at a time. `place`: where rows are to be read to, if not to memory of their own. */
async function readRows({ entry, piece }: Found, each: (bytes: Uint8Array, row: number) => void, told: (bytes: number) => void, signal?: AbortSignal, place?: (row: number, bytes: number) => Uint8Array): Promise<void> {
  const rows = entry.shape.length > 1 ? entry.shape[0]! : 1, rowBytes = (entry.end - entry.begin) / rows;
  // whole heads at a time where their rows change places
  const unit = piece.interleaved && piece.columns > 0 ? piece.rows / piece.interleaved : 1, step = Math.max(unit, Math.floor(CHUNK / rowBytes / unit) * unit);
  const buffer = place ? null : new Uint8Array(Math.min(step, rows) * rowBytes);
  for (let row = 0; row < rows; row += step) {
    signal?.throwIfAborted();
    const length = Math.min(step, rows - row) * rowBytes, bytes = buffer ? buffer.subarray(0, length) : place!(row, length);
    await entry.source.read(bytes, entry.begin + row * rowBytes, signal);
    each(bytes, row);
    told(bytes.length);
  }
}

/** Rows (or numbers of a vector) of whole interleaved heads in the order that they have here. */
function untangled<A extends Uint8Array | Float32Array>(data: A, width: number, hs: number): A {
  const out = new (data.constructor as new (length: number) => A)(data.length), rows = data.length / width;
  for (let r = 0; r < rows; r++) out.set(data.subarray(r * width, (r + 1) * width), (r - (r % hs) + halfRow(r % hs, hs)) * width);
  return out;
}

/** The same the other way round: rows of ours in the order of an interleaved file. */
export function tangled(data: Float32Array, width: number, hs: number): Float32Array {
  const out = new Float32Array(data.length), rows = data.length / width;
  for (let r = 0; r < rows; r++) {
    const from = r - (r % hs) + halfRow(r % hs, hs);
    out.set(data.subarray(from * width, (from + 1) * width), r * width);
  }
  return out;
}

export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}

const headRows = ({ rows, interleaved = 1 }: Piece): number => rows / interleaved;

function progressOf(found: readonly Found[], { onProgress }: FillOptions): (bytes: number) => void {
  const total = found.reduce((sum, { entry }) => sum + entry.end - entry.begin, 0);
  let bytes = 0;
  return (more) => onProgress?.({ bytes: (bytes += more), total });
}

/**
 * Weights as 32-bit floats, which can also be trained.
 *
 * @throws {MemoryError} before anything is read, when they do not fit.
 */
export async function fillFloats(engine: Engine, model: Transformer, found: readonly Found[], options: FillOptions = {}): Promise<Weights> {
  const weights = new Weights(engine, model), told = progressOf(found, options);
  try {
    for (const one of found) {
      const { parameter, piece, row, entry } = one, tensor = model.parameters.get(parameter), width = Math.max(1, piece.columns), address = weights.places.get(tensor)! + row * width * 4;
      const moves = piece.transposed || piece.interleaved;
      // memory that is not shared may move while a file is being read
      const place = entry.dtype === 'F32' && !moves && engine.shared ? (at: number, bytes: number): Uint8Array => engine.u8(address + at * width * 4, bytes) : undefined;
      await readRows(one, (bytes, at) => {
        if (place) return;
        if (!moves && (entry.dtype === 'F16' || entry.dtype === 'BF16')) {
          widen(entry.dtype, bytes, new Uint32Array(engine.memory.wasm.buffer, address + at * width * 4, bytes.length / 2));
          return;
        }
        const numbers = dequantize(entry.dtype, bytes);
        if (piece.transposed) {
          const to = engine.f32(address, piece.rows * width), { rows } = piece;
          for (let i = 0, column = at; i < numbers.length; i += rows, column++) for (let r = 0; r < rows; r++) to[r * width + column] = numbers[i + r]!;
        } else {
          engine.f32(address + at * width * 4, numbers.length).set(piece.interleaved ? untangled(numbers, width, headRows(piece)) : numbers);
        }
      }, told, options.signal, place);
    }
  } catch (error) {
    weights.free();
    throw error;
  }
  return weights;
}

/**
 * Weights that stay as a file stores them, where they can be multiplied like that.
 *
 * @param round the type that matrices of floats are rounded to, but for rows that are no whole blocks; null to keep them.
 * @throws {OptionError} when the width of the model is no multiple of 32.
 * @throws {MemoryError} before anything is read, when they do not fit.
 */
export async function fillStored(engine: Engine, model: Transformer, found: readonly Found[], { round = null, from, ...options }: FillOptions & { readonly round?: QuantizeDtype | null; readonly from: string }): Promise<StoredWeights> {
  const groups = new Map(model.parameters.list.map(({ tensor, group }) => [tensor.name, group]));
  const keep = ({ parameter, piece, entry }: Found): GgufDtype => {
    if (isQuantizedType(entry.dtype)) {
      if (entry.dtype !== 'F32') return entry.dtype;
    } else if (!['F16', 'BF16', 'F64'].includes(entry.dtype)) return 'F32';
    const group = groups.get(parameter), rounds = group === 'matrix' || group === 'head' || (parameter === 'embedding.weight' && model.config.tied);
    return round && rounds && piece.columns % (round.endsWith('_K') ? 256 : 32) === 0 ? round : 'F32';
  };
  if (round && model.config.channels % 32 !== 0) {
    throw new OptionError('quantize', `This model cannot be quantized to ${round.toLowerCase()}: nearly all of it has rows of ${model.config.channels} numbers, but ${round} needs a multiple of 32. Use it as it is.`);
  }
  const pieces = new Map<string, { row: number; piece: Piece & { keep: GgufDtype } }[]>();
  for (const one of found) pieces.set(one.parameter, [...pieces.get(one.parameter) ?? [], { row: one.row, piece: { ...one.piece, keep: keep(one) } }]);
  const weights = new StoredWeights(engine, model, [...pieces].map(([name, list]) => ({ name, pieces: list.sort((a, b) => a.row - b.row).map(({ piece }) => piece) })), from);
  const told = progressOf(found, options);
  try {
    for (const one of found) {
      const { parameter, piece, row, entry } = one, to = keep(one), width = Math.max(1, piece.columns);
      const put = (numbers: Float32Array, at: number): void => named(`${from}: ${entry.name}`, () => weights.put(parameter, to === 'Q8_0' || to === 'Q4_0' || to === 'F32' ? numbers : quantize(to as QuantizeDtype, numbers), at));
      if (piece.transposed) {
        const whole = new Float32Array(piece.rows * width);
        await readRows(one, (bytes, at) => whole.set(dequantize(entry.dtype, bytes), at * piece.rows), told, options.signal);
        put(transposed(whole, width, piece.rows), row);
      } else {
        await readRows(one, (bytes, at) => {
          if (to === entry.dtype && to !== 'F32') {
            const rowBytes = (entry.end - entry.begin) / piece.rows;
            named(`${from}: ${entry.name}`, () => weights.put(parameter, piece.interleaved ? untangled(bytes, rowBytes, headRows(piece)) : bytes, row + at));
          } else {
            const numbers = dequantize(entry.dtype, bytes);
            put(piece.interleaved ? untangled(numbers, width, headRows(piece)) : numbers, row + at);
          }
        }, told, options.signal);
      }
    }
  } catch (error) {
    weights.free();
    throw error;
  }
  return weights;
}

/** Adds the name of a tensor to what is wrong with its numbers. */
function named<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof FormatError || error instanceof ShapeError) throw new FormatError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}
