// Reverse-mode differentiation: walk the graph from the loss back to the parameters and, at each node,
// ask its op for the gradient. The answer is more graph, not numbers.
//
//   dx = sum over all y computed from x of  (dy/dx)ᵀ dy
import { add } from './ops/add.ts';
import { recomputed } from './recomputed.ts';
import { dependencies, type Tensor } from './tensor.ts';

/**
 * Gradient of `loss` for every trainable tensor it depends on, given the gradient `dloss` of the loss itself.
 * Frozen branches get no gradient nodes at all, so a frozen base model costs nothing backward.
 *
 * @param watch other tensors whose gradient is wanted too (their path names may be watched).
 * @param kept where memory is short: the tensors that divide the way to the loss into stretches, a model's blocks. What
 *   is computed between the first and the last of them is not kept for the gradients, but computed once more from the
 *   one before, with the same bits.
 * @example
 * const grads = backward(loss, fill(loss.shape, 1));
 * grads.get(weight); // dweight, a tensor like any other
 */
export function backward(loss: Tensor, dloss: Tensor, watch: readonly Tensor[] = [], kept: readonly Tensor[] = []): Map<Tensor, Tensor> {
  const order = dependencies([loss]);
  const wanted = new Set<Tensor>([...watch, ...order.filter((t) => t.trainable)]);
  const needed = new Set<Tensor>();
  for (const t of order) if (wanted.has(t) || t.from?.inputs.some((x) => needed.has(x))) needed.add(t);

  const again = recomputed(order, kept);
  const grads = new Map<Tensor, Tensor>([[loss, dloss]]);
  for (const t of [...order].reverse()) {
    const dt = grads.get(t);
    if (!dt || !t.from || !needed.has(t)) continue;
    const { op, inputs, attrs } = t.from;
    if (!op.gradient) throw new Error(`backward: op "${op.name}" has no gradient, but ${t.name} needs one.`);
    const found = op.gradient(dt, inputs.map(again), again(t), attrs as never);
    inputs.forEach((x, i) => {
      const dx = found[i];
      if (!dx || !needed.has(x)) return;
      const sum = grads.get(x);
      grads.set(x, sum ? plus(dx, sum, dt) : dx);
    });
  }
  return new Map([...grads].filter(([t]) => wanted.has(t)));
}

/** `dx + sum`; in one kernel where `dx` is fresh and its op knows how. */
function plus(dx: Tensor, sum: Tensor, dt: Tensor): Tensor {
  const fresh = dx !== dt && dx.id > dt.id && dx.id > sum.id;
  const fused = fresh && dx.from?.op.plus?.(dx, sum, dx.from.inputs, dx.from.attrs as never);
  return fused || add(sum, dx);
}
