// Recomputation: memory for time. Gradients need what the forward pass has computed, so all of it would have to wait for
// its turn. Instead only some tensors are kept, and what lies between two of them is computed again when the way back
// comes through there (Chen et al. 2016, https://arxiv.org/abs/1604.06174).
//
// In the graph that is a copy of the stretch between them. It runs late because it is made late: plans follow the order
// of creation. What of it nobody asks for is in no plan.
import { newTensor, type Tensor } from './tensor.ts';

/**
 * For each tensor of `order` (inputs first) the one that gradients shall read: itself, or a second one with the same
 * numbers. A stretch is copied when its first tensor is asked for, which must not be before gradients have come there.
 *
 * @param kept tensors of `order`; with fewer than two everything is kept.
 */
export function recomputed(order: readonly Tensor[], kept: readonly Tensor[]): (t: Tensor) => Tensor {
  const ends = kept.map(({ id }) => id).sort((a, b) => a - b), fixed = new Set(kept), copies = new Map<Tensor, Tensor>();
  const copy = (t: Tensor): Tensor => copies.get(t) ?? t;
  return (t) => {
    const end = ends.find((id) => id > t.id);
    if (!t.from || fixed.has(t) || end === undefined || end === ends[0]) return t;
    if (!copies.has(t)) {
      const begin = ends[ends.indexOf(end) - 1]!;
      for (const x of order) {
        if (x.id <= begin || x.id >= end || !x.from) continue;
        copies.set(x, newTensor(x.name, x.shape, { ...x.from, inputs: x.from.inputs.map(copy) }));
      }
    }
    return copy(t);
  };
}
