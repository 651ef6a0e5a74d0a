import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

const op = defineOp<[written: Tensor, writer: Tensor]>({
  name: 'writtenBy',
  shape: ([written]) => written.shape,
  kernel: () => null,
  inPlace: 0,
});

/** The numbers of a buffer that the kernel of `writer` writes besides its own output. */
export const writtenBy = (written: Tensor, writer: Tensor): Tensor => op([written, writer], {});
