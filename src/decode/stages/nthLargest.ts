/**
 * The n-th largest of some numbers, without sorting them all. Rearranges them.
 *
 * @param n from 1 to the count of the numbers.
 * @see Hoare 1961, "Algorithm 65: Find", https://doi.org/10.1145/366622.366647
 * @example
 * nthLargest(new Float32Array([3, 1, 2]), 2); // 2
 */
export function nthLargest(numbers: Float32Array, n: number): number {
  const wanted = numbers.length - n; // its place, if they were sorted upwards
  let low = 0, high = numbers.length - 1;
  while (low < high) {
    const pivot = numbers[(low + high) >> 1]!;
    let i = low, j = high;
    while (i <= j) {
      while (numbers[i]! < pivot) i++;
      while (numbers[j]! > pivot) j--;
      if (i > j) break;
      const kept = numbers[i]!;
      numbers[i++] = numbers[j]!;
      numbers[j--] = kept;
    }
    // low .. j are at most the pivot, i .. high at least; what lies between equals it
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return numbers[wanted]!;
}
