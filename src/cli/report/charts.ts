// Charts as SVG, drawn as text: no script, no network, sharp on paper. Colors are told apart by lightness and by dashes
// too, so a black-and-white printer loses nothing.

/** Text that is safe between tags and in attributes. */
export const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)};`);

const W = 640, PLOT = { left: 56, right: 16, top: 12, bottom: 40 };
/** Dark enough for small text on white; the second is dashed. */
const INK = ['#1d4f91', '#a8410f', '#4a4a4a'] as const;

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LinesOptions {
  /** What is seen, for those who cannot see it. */
  readonly label: string;
  readonly x: string;
  readonly y: string;
  readonly height?: number;
  /** Fixed ends of the axes; else they follow the numbers. */
  readonly from?: readonly [x: number, y: number];
  readonly to?: readonly [x: number, y: number];
  /** A thin line from corner to corner. */
  readonly diagonal?: boolean;
  readonly dots?: boolean;
}

/** Lines over two axes. */
export function drawLines(lines: readonly Line[], { label, x, y, height = 260, from, to, diagonal = false, dots = false }: LinesOptions): string {
  const all = lines.flatMap(({ points }) => points), x0 = from?.[0] ?? least(all, 0), y0 = from?.[1] ?? least(all, 1);
  const xs = ticks(x0, to?.[0] ?? most(all, 0)), ys = ticks(y0, to?.[1] ?? most(all, 1));
  const [left, right, low, high] = [Math.min(x0, xs[0]!), Math.max(to?.[0] ?? most(all, 0), xs.at(-1)!), Math.min(y0, ys[0]!), Math.max(to?.[1] ?? most(all, 1), ys.at(-1)!)];
  const px = (value: number): string => (PLOT.left + ((value - left) / (right - left || 1)) * (W - PLOT.left - PLOT.right)).toFixed(1);
  const py = (value: number): string => (height - PLOT.bottom - ((value - low) / (high - low || 1)) * (height - PLOT.top - PLOT.bottom)).toFixed(1);
  return svg(label, height, [
    ...ys.flatMap((value) => [`<line x1="${PLOT.left}" x2="${W - PLOT.right}" y1="${py(value)}" y2="${py(value)}" stroke="#ddd"/>`, note(PLOT.left - 6, Number(py(value)) + 4, show(value), 'end')]),
    ...xs.map((value) => note(Number(px(value)), height - PLOT.bottom + 16, show(value), 'middle')),
    note(W - PLOT.right, height - 6, x, 'end'), note(PLOT.left, height - 6, y, 'start'),
    ...(diagonal ? [`<line x1="${px(left)}" y1="${py(low)}" x2="${px(right)}" y2="${py(high)}" stroke="#999" stroke-dasharray="2 4"/>`] : []),
    ...lines.flatMap(({ points }, i) => [
      `<polyline fill="none" stroke="${INK[i % 3]}" stroke-width="1.8"${i > 0 ? ' stroke-dasharray="6 3"' : ''} points="${points.map(([a, b]) => `${px(a)},${py(b)}`).join(' ')}"/>`,
      ...(dots ? points.map(([a, b]) => `<circle cx="${px(a)}" cy="${py(b)}" r="3.5" fill="${i > 0 ? '#fff' : INK[0]}" stroke="${INK[i % 3]}"/>`) : []),
    ]),
    ...(lines.length > 1 ? lines.map(({ name }, i) => `<line x1="${W - 190}" x2="${W - 166}" y1="${22 + 18 * i}" y2="${22 + 18 * i}" stroke="${INK[i % 3]}" stroke-width="1.8"${i > 0 ? ' stroke-dasharray="6 3"' : ''}/>${note(W - 160, 26 + 18 * i, name, 'start')}`) : []),
  ]);
}

export interface ShareRow {
  readonly name: string;
  readonly share: number;
  /** Stands behind the figure. */
  readonly detail?: string;
}

/** Shares from 0 to 1 as bars with their names; `mark` draws a line across at a share. */
export function drawShares(rows: readonly ShareRow[], { label, mark }: { readonly label: string; readonly mark?: number }): string {
  const height = 26 * rows.length + 8, from = 260, width = W - from - 120;
  return svg(label, height, [
    ...rows.flatMap(({ name, share, detail = '' }, i) => [
      note(from - 10, 26 * i + 20, name, 'end'), `<rect x="${from}" y="${26 * i + 6}" width="${width}" height="18" fill="#eee"/>`,
      `<rect x="${from}" y="${26 * i + 6}" width="${(width * share).toFixed(1)}" height="18" fill="${INK[0]}"/>`, note(from + width + 8, 26 * i + 20, `${percent(share)} ${detail}`.trim(), 'start'),
    ]),
    ...(mark === undefined ? [] : [`<line x1="${(from + width * mark).toFixed(1)}" x2="${(from + width * mark).toFixed(1)}" y1="0" y2="${height}" stroke="${INK[1]}" stroke-width="2" stroke-dasharray="6 3"/>`]),
  ]);
}

/** Means with their intervals, around 0. */
export function drawIntervals(rows: readonly { readonly name: string; readonly mean: number; readonly low: number; readonly high: number }[], { label }: { readonly label: string }): string {
  const reach = 1.1 * Math.max(0.1, ...rows.flatMap(({ mean, low, high }) => [mean, low, high].map(Math.abs))), height = 34 * rows.length + 30, from = 200, width = W - from - 20;
  const px = (value: number): string => (from + ((value + reach) / (2 * reach)) * width).toFixed(1);
  return svg(label, height, [
    `<line x1="${px(0)}" x2="${px(0)}" y1="0" y2="${height - 22}" stroke="#666" stroke-dasharray="2 4"/>`,
    ...ticks(-reach, reach).filter((value) => Math.abs(value) <= reach).map((value) => note(Number(px(value)), height - 6, show(value), 'middle')),
    ...rows.flatMap(({ name, mean, low, high }, i) => {
      const y = 34 * i + 18;
      return [
        note(from - 10, y + 4, name, 'end'), `<line x1="${px(low)}" x2="${px(high)}" y1="${y}" y2="${y}" stroke="${INK[0]}" stroke-width="2"/>`,
        ...[low, high].map((end) => `<line x1="${px(end)}" x2="${px(end)}" y1="${y - 6}" y2="${y + 6}" stroke="${INK[0]}" stroke-width="2"/>`), `<circle cx="${px(mean)}" cy="${y}" r="5" fill="${INK[0]}"/>`,
      ];
    }),
  ]);
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const svg = (label: string, height: number, parts: readonly string[]): string =>
  `<svg role="img" aria-label="${escape(label)}" viewBox="0 0 ${W} ${height}" xmlns="http://www.w3.org/2000/svg">${parts.join('')}</svg>`;

const note = (x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escape(text)}</text>`;

const least = (points: Line['points'], axis: 0 | 1): number => points.reduce((min, point) => Math.min(min, point[axis]), points[0]?.[axis] ?? 0);
const most = (points: Line['points'], axis: 0 | 1): number => points.reduce((max, point) => Math.max(max, point[axis]), points[0]?.[axis] ?? 1);

/** Round numbers from about `from` to about `to`, four to eight of them. */
function ticks(from: number, to: number): number[] {
  const span = to - from || 1, rough = span / 5, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= rough)!;
  const found: number[] = [];
  for (let k = Math.floor(from / step + 1e-9); k * step <= to + step * 1e-9; k++) found.push(k * step);
  return found;
}

const show = (value: number): string => (Math.abs(value) >= 10_000 ? `${Number((value / 1000).toPrecision(6))}k` : String(Number(value.toPrecision(6))));
