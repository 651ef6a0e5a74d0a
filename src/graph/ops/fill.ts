import { defineOp } from '../op.ts';
import { type Shape, size, type Tensor } from '../tensor.ts';

const fillOp = defineOp<[], { shape: Shape; value: number }>({
  name: 'fill',
  shape: (_inputs, { shape }) => shape,
  kernel: (out, _inputs, { value }) => ['fill', { out, n: size(out), value }],
});

const bufferOp = defineOp<readonly Tensor[], { shape: Shape }>({
  name: 'buffer',
  shape: (_inputs, { shape }) => shape,
  kernel: () => null,
});

const viewOp = defineOp<[x: Tensor], { shape: Shape }>({
  name: 'view',
  shape: (_inputs, { shape }) => shape,
  kernel: () => null,
  gradient: (dy, [x]) => [view(dy, x.shape)],
  inPlace: 0,
});

/** A tensor of one value everywhere. */
export const fill = (shape: Shape, value: number): Tensor => fillOp([], { shape, value });

/** Memory that a kernel writes besides its output, for example what its gradient will need. `after` keeps the order right. */
export const buffer = (shape: Shape, after: readonly Tensor[] = []): Tensor => bufferOp(after, { shape });

/** The same numbers under another shape of the same size. */
export const view = (x: Tensor, shape: Shape): Tensor => viewOp([x], { shape });
