/**
 * Of some items, the fewest with the smallest keys whose weights add up to a goal, without sorting them all: quickselect
 * by weight. Of equal keys the lower id comes first.
 *
 * @param order ids of the items; rearranged, so that the chosen ones stand first.
 * @returns how many are chosen, at least 1.
 * @see Hoare 1961, "Algorithm 65: Find", https://doi.org/10.1145/366622.366647
 * @example
 * fewestReaching(Int32Array.of(0, 1, 2), [5, 1, 3], [0.2, 0.5, 0.3], 0.7); // 2: ids 1 and 2
 */
export function fewestReaching(order: Int32Array, keys: ArrayLike<number>, weights: ArrayLike<number>, goal: number): number {
  // order[0 .. low) is chosen already and weighs `sum`, which is less than the goal; what lies behind `high` is not
  let low = 0, high = order.length - 1, sum = 0;
  while (low < high) {
    const middle = (low + high) >> 1, pivot = order[middle]!, key = keys[pivot]!;
    order[middle] = order[high]!;
    let at = low, smaller = 0;
    for (let i = low; i < high; i++) {
      const id = order[i]!;
      if (keys[id]! < key || (keys[id]! === key && id < pivot)) {
        order[i] = order[at]!;
        order[at++] = id;
        smaller += weights[id]!;
      }
    }
    order[high] = order[at]!;
    order[at] = pivot;
    if (sum + smaller >= goal && at > low) high = at - 1;
    else if ((sum += smaller + weights[pivot]!) >= goal) return at + 1;
    else low = at + 1;
  }
  return Math.min(low + 1, order.length);
}
