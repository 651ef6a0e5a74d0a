// A chart of small panels with logarithmic axes, written as SVG. It brings its own background, light or dark as the
// reader's system is, so it can stand on any page.
const WIDTH = 250, HEIGHT = 230, LEFT = 46, RIGHT = 14, TOP = 34, BOTTOM = 52, COLUMNS = 3, HEAD = 62, FOOT = 34;

const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const n = (value) => value.toFixed(1);
const short = (value) => (value >= 1024 && value % 1024 === 0 ? `${value / 1024}k` : String(value));

/** 1, 2 and 5 of every power of ten that lies inside; only powers where those are many. */
function ticks(from, to) {
  const all = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const digit of [1, 2, 5]) all.push(Number(`${digit}e${power}`));
  }
  const inside = all.filter((value) => value >= from * 0.999 && value <= to * 1.001);
  return inside.length > 6 ? inside.filter((value) => Number.isInteger(Math.log10(value) + 1e-12) || /^(0\.0*)?10*$/.test(String(value))) : inside;
}

function panel({ name, sizes, predicted, series, note }, left, top) {
  // what is predicted is a number of operations: it is drawn through the middle of the first series
  const middle = (sizes.length - 1) >> 1, scale = series[0].values[middle] / predicted[middle], expected = predicted.map((value) => value * scale);
  const all = [...series.flatMap(({ values }) => values), ...expected], low = Math.min(...all) / 1.15, high = Math.max(...all) * 1.15;
  const x = (size) => left + LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(size / sizes[0])) / Math.log(sizes.at(-1) / sizes[0]);
  const y = (value) => top + HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * Math.log(value / low)) / Math.log(high / low);
  const line = (values) => sizes.map((size, i) => `${n(x(size))},${n(y(values[i]))}`).join(' ');
  return [
    `<text class="name" x="${left + LEFT}" y="${top + 20}">${escape(name)}</text>`,
    `<text class="note" text-anchor="end" x="${left + WIDTH - RIGHT}" y="${top + 20}">${escape(note)}</text>`,
    ...ticks(low, high).flatMap((value) => [
      `<path class="grid" d="M${n(left + LEFT)} ${n(y(value))}H${n(left + WIDTH - RIGHT)}"/>`,
      `<text class="tick" text-anchor="end" x="${left + LEFT - 6}" y="${n(y(value) + 3.5)}">${value}</text>`,
    ]),
    ...sizes.flatMap((size) => [
      `<path class="grid" d="M${n(x(size))} ${top + TOP}V${top + HEIGHT - BOTTOM}"/>`,
      `<text class="tick" text-anchor="middle" x="${n(x(size))}" y="${top + HEIGHT - BOTTOM + 15}">${short(size)}</text>`,
    ]),
    `<polyline class="formula" points="${line(expected)}"/>`,
    ...series.flatMap(({ values }, i) => [
      `<polyline class="line s${i}" points="${line(values)}"/>`,
      ...sizes.map((size, k) => `<circle class="dot s${i}" cx="${n(x(size))}" cy="${n(y(values[k]))}" r="3"/>`),
    ]),
    `<text class="note" x="${left + LEFT}" y="${top + HEIGHT - BOTTOM + 33}">${escape(series.map((each) => each.note).join(', '))}</text>`,
  ].join('\n');
}

/**
 * @param panels each { name, sizes, predicted, note, series: [{ name, values, note }] }; at most four series.
 * @returns the text of an SVG file.
 */
export function chart({ title, note, panels }) {
  const columns = Math.min(COLUMNS, panels.length), width = columns * WIDTH + 20, height = HEAD + Math.ceil(panels.length / columns) * HEIGHT + FOOT;
  const names = panels[0].series.map(({ name }) => name);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<style>
svg{font:12px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;--back:#fff;--text:#1d2733;--soft:#5b6875;--grid:#e3e8ed;--s0:#0f6cbd;--s1:#c2410c;--s2:#15803d;--s3:#7e22ce}
@media (prefers-color-scheme:dark){svg{--back:#14191d;--text:#e6ebf0;--soft:#9aa7b3;--grid:#2b343c;--s0:#6cb6ff;--s1:#f0a35e;--s2:#7fd59b;--s3:#d2a8ff}}
text{fill:var(--text)}.title{font-size:15px;font-weight:600}.name{font-weight:600}.tick,.note,.under{fill:var(--soft);font-size:11px}
.grid{stroke:var(--grid);stroke-width:1;fill:none}.line{fill:none;stroke-width:2}.formula{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4}
${[0, 1, 2, 3].map((i) => `.line.s${i}{stroke:var(--s${i})}.dot.s${i}{fill:var(--s${i})}`).join('')}
</style>
<rect width="100%" height="100%" rx="8" style="fill:var(--back)"/>
<text class="title" x="20" y="28">${escape(title)}</text>
${names.map((name, i) => `<circle class="dot s${i}" cx="${26 + i * 90}" cy="46" r="4"/><text x="${36 + i * 90}" y="50">${escape(name)} build</text>`).join('\n')}
<path class="formula" d="M${20 + names.length * 100} 46h28"/><text x="${56 + names.length * 100}" y="50">formula</text>
${panels.map((each, i) => panel(each, 10 + (i % columns) * WIDTH, HEAD + Math.floor(i / columns) * HEIGHT)).join('\n')}
<text class="under" x="20" y="${height - 14}">${escape(note)}</text>
</svg>
`;
}
