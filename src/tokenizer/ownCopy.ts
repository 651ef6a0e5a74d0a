/**
 * The same string in memory of its own. Engines let a long slice point into the string it was cut from, so one rare
 * word kept in a table would keep its whole document alive. Shorter slices are copied anyway.
 */
export const ownCopy = (piece: string): string => (piece.length < 13 ? piece : `.${piece}`.slice(1));
