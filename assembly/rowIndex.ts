// Which rows of a table have a gradient: a list of row numbers, and a hash table that finds a row's place in it.
//
//   count | rows that found no place | ... 64 bytes | list of row numbers | places + 1 by hash (0 is empty)
//
// It costs as much as the batch is long; the table may be a thousand times longer.

/** How many rows are listed. */
export function rowCount(index: usize): i32 {
  return load<i32>(index);
}

export function setRowCount(index: usize, count: i32): void {
  store<i32>(index, count);
}

/**
 * Rows that found no place, because more were added than the index was made for. There is no honest gradient then:
 * whoever uses the list makes it NaN.
 */
export function lostRows(index: usize): i32 {
  return load<i32>(index, 4);
}

export function setLostRows(index: usize, lost: i32): void {
  store<i32>(index, lost, 4);
}

/** Address of the row number in place `slot`. */
export function rowAt(index: usize, slot: i32): usize {
  return index + 64 + (<usize>slot << 2);
}

/** Address of the hash table, which begins behind the list. */
export function bucketsOf(index: usize, capacity: i32): usize {
  return rowAt(index, capacity);
}
