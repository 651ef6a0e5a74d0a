import { ShapeError, show } from '../../errors.ts';
import { defineOp } from '../op.ts';
import { columns, rows, size, type Tensor } from '../tensor.ts';

interface Attrs { offset: number }
const common = (x: Tensor, e: Tensor, gate: Tensor, { offset }: Attrs) =>
  ({ gate, R: rows(x), stride: columns(x), offset, heads: size(gate), hs: columns(e) / size(gate) });

const op = defineOp<[x: Tensor, e: Tensor, gate: Tensor], Attrs>({
  name: 'valueMix',
  shape([x, e, gate], { offset }) {
    if (rows(e) !== rows(x) || columns(e) + offset > columns(x) || columns(e) % size(gate)) {
      throw new ShapeError(`valueMix: ${show(e)} does not fit behind column ${offset} of ${show(x)} in ${size(gate)} heads.`);
    }
    return x.shape;
  },
  kernel: (out, [x, e, gate], attrs) => ['valueMix', { x, e, out, ...common(x, e, gate, attrs) }],
  gradient: (dy, [, e, gate], _out, attrs) => [dy, gradE([dy, e, gate], attrs), gradGate([dy, e, gate], attrs)],
  mayOverwrite: () => 0,
});

const gradE = defineOp<[dy: Tensor, e: Tensor, gate: Tensor], Attrs>({
  name: 'valueMixGradE',
  shape: ([, e]) => e.shape,
  kernel: (de, [dy, e, gate], attrs) => ['valueMixGradE', { dy, de, ...common(dy, e, gate, attrs) }],
});

const gradGate = defineOp<[dy: Tensor, e: Tensor, gate: Tensor], Attrs>({
  name: 'valueMixGradGate',
  shape: ([, , gate]) => gate.shape,
  kernel: (dgate, [dy, e, gate], attrs) => ['valueMixGradGate', { dy, e, dgate, ...common(dy, e, gate, attrs) }],
});

/**
 * Adds value embeddings: x[r, offset + h·hs + c] += 2 sigmoid(gate[h]) e[r, h·hs + c].
 *
 * @param x (R, ...) queries, keys and values side by side; the values begin at column `offset`.
 * @param e (R, nkv·hs)
 * @param gate (nkv); 0 lets the embedding through as it is.
 * @see Zhou et al. 2024, https://arxiv.org/abs/2410.17897
 */
export const valueMix = (x: Tensor, e: Tensor, gate: Tensor, offset: number): Tensor => op([x, e, gate], { offset });
