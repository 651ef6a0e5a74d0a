import type { Terminal } from './terminal.ts';

/** Three lines of a picture, two characters for a pixel; without colors black is `██` and white `··`. */
export function drawPixels(drawing: string, { colors }: Pick<Terminal, 'colors'>): string[] {
  return [0, 3, 6].map((from) => Array.from(drawing.slice(from, from + 3), (pixel) => (pixel === '#' ? colors.bold('██') : colors.dim('··'))).join(''));
}

/** Three lines of the nine weights of a neuron: red for a weight below 0 (black speaks for it), blue above, with one decimal. */
export function drawWeights(weights: readonly number[], { colors }: Pick<Terminal, 'colors'>): string[] {
  return [0, 3, 6].map((from) => weights.slice(from, from + 3).map((w) => {
    const shown = w.toFixed(1).padStart(6);
    return Math.abs(w) < 0.5 ? colors.dim(shown) : w < 0 ? colors.red(shown) : colors.blue(shown);
  }).join(''));
}

/** Pictures side by side, with a title over each. */
export function sideBySide(pictures: readonly { readonly title: string; readonly lines: readonly string[]; readonly width: number }[]): string[] {
  const height = Math.max(0, ...pictures.map(({ lines }) => lines.length)), gap = '   ';
  const widthOf = ({ title, width }: { readonly title: string; readonly width: number }): number => Math.max(title.length, width);
  return [
    pictures.map((picture) => picture.title.padEnd(widthOf(picture))).join(gap).trimEnd(),
    ...Array.from({ length: height }, (_, row) => pictures.map((picture) => `${picture.lines[row] ?? ' '.repeat(picture.width)}${' '.repeat(widthOf(picture) - picture.width)}`).join(gap).trimEnd()),
  ];
}
