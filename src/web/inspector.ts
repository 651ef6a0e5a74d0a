// The Inspector: every number of the open chapter by the name of its tensor, how they are spread, and what made each.
import { arrow, button, h, set } from './dom.ts';
import type { Words } from './language.ts';

/** A tensor as a chapter shows it. */
export interface Seen {
  readonly name: string;
  readonly shape: readonly number[];
  readonly numbers: ArrayLike<number>;
  /** The sum that made a number, in words and figures. */
  explain?(index: number): string;
}

const BARS = 16;
/** More cells than this are not drawn one by one. */
const MOST_CELLS = 2048;

export class Inspector {
  readonly element: HTMLElement;
  readonly #body = h('div', { class: 'inspector-body' });
  #words: Words;
  #number: (x: number, digits?: number) => string;
  #seen: readonly Seen[] = [];
  #name = '';
  #cell = 0;

  constructor(words: Words, number: (x: number, digits?: number) => string, closed: () => void) {
    this.#words = words;
    this.#number = number;
    this.element = h('aside', { class: 'inspector', id: 'inspector', 'aria-label': words.inspector, hidden: true },
      h('header', {}, h('h2', {}, words.inspector), button('×', closed, { class: 'plain', 'aria-label': words.close })), this.#body);
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') closed();
    });
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  toggle(open: boolean): void {
    this.element.hidden = !open;
    if (open) this.#draw();
  }

  /** What there is to see now. Cheap while the drawer is closed. */
  show(seen: readonly Seen[]): void {
    this.#seen = seen;
    if (this.open) this.#draw();
  }

  /** Opens a tensor, and one number of it. */
  find(name: string, cell = 0): void {
    this.#name = name;
    this.#cell = cell;
    if (this.open) this.#draw();
  }

  #draw(): void {
    const words = this.#words, number = this.#number, tensor = this.#seen.find(({ name }) => name === this.#name) ?? this.#seen[0];
    if (!tensor) return this.#body.replaceChildren(h('p', { class: 'quiet' }, words.nothingToInspect));
    // keep what has the focus while numbers change under it
    const focused = document.activeElement instanceof HTMLElement && this.#body.contains(document.activeElement) ? document.activeElement.dataset['keep'] : undefined;
    const numbers = Array.from(tensor.numbers), least = Math.min(...numbers), most = Math.max(...numbers), mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const choose = h('select', { 'data-keep': 'tensor' }, ...this.#seen.map(({ name }) => h('option', { value: name, selected: name === tensor.name }, name)));
    choose.addEventListener('change', () => this.find(choose.value));
    const cell = Math.min(this.#cell, numbers.length - 1);
    this.#body.replaceChildren(
      h('label', { class: 'field' }, h('span', {}, words.tensor), choose),
      h('dl', { class: 'figures' }, ...[[words.shape, tensor.shape.join(' × ')], [words.least, number(least, 3)], [words.mean, number(mean, 3)], [words.most, number(most, 3)]].flatMap(([term, value]) => [h('div', {}, h('dt', {}, term), h('dd', {}, value))])),
      this.#histogram(numbers, least, most),
      this.#cells(tensor, numbers, Math.max(Math.abs(least), Math.abs(most)), cell),
      h('p', { class: 'explain', role: 'status' }, h('code', {}, `${tensor.name}[${indices(tensor.shape, cell).join(', ')}] = ${number(numbers[cell]!, 6)}`), tensor.explain ? h('span', {}, tensor.explain(cell)) : null),
      h('div', { class: 'row' },
        this.#copy(words.copyJson, 'json', () => JSON.stringify({ name: tensor.name, shape: tensor.shape, numbers })),
        this.#copy(words.copyCsv, 'csv', () => rows(tensor.shape, numbers).map((row) => row.join(',')).join('\n'))),
    );
    if (focused) this.#body.querySelector<HTMLElement>(`[data-keep="${focused}"]`)?.focus();
  }

  #histogram(numbers: readonly number[], least: number, most: number): HTMLElement {
    const words = this.#words, bars = Array.from({ length: BARS }, () => 0), width = (most - least || 1) / BARS;
    for (const x of numbers) bars[Math.min(BARS - 1, Math.floor((x - least) / width))]!++;
    const highest = Math.max(...bars), said = bars.flatMap((n, i) => (n ? [words.histogramBar(this.#number(least + i * width, 2), this.#number(least + (i + 1) * width, 2), String(n))] : [])).join('; ');
    return h('div', { class: 'histogram', role: 'img', 'aria-label': `${words.histogram}: ${said}` }, ...bars.map((n) => {
      const bar = h('span');
      bar.style.height = `${(100 * n) / highest}%`;
      return bar;
    }));
  }

  #cells(tensor: Seen, numbers: readonly number[], largest: number, chosen: number): HTMLElement {
    const columns = tensor.shape.at(-1) ?? 1, buttons: HTMLElement[] = [];
    const grid = h('div', { class: 'cells', role: 'group', 'aria-label': this.#words.cells });
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(24px, 1fr))`;
    numbers.slice(0, MOST_CELLS).forEach((x, i) => {
      const cell = h('button', { type: 'button', 'data-keep': `cell${i}`, tabindex: i === chosen ? 0 : -1, 'aria-pressed': String(i === chosen), 'aria-label': `${indices(tensor.shape, i).join(', ')}: ${this.#number(x, 3)}`, class: x < 0 ? 'below' : 'above' });
      cell.style.setProperty('--much', String(largest ? Math.abs(x) / largest : 0));
      cell.addEventListener('click', () => {
        this.#cell = i;
        this.#draw();
      });
      buttons.push(cell);
    });
    grid.addEventListener('keydown', (event) => {
      const by = arrow(event, columns), to = by === undefined ? undefined : buttons[chosen + by];
      if (!to) return;
      event.preventDefault();
      to.focus();
      to.click(); // which draws anew and keeps the focus on the cell
    });
    grid.append(...buttons);
    return h('div', { class: 'cells-frame' }, grid);
  }

  #copy(label: string, keep: string, text: () => string): HTMLButtonElement {
    const made = button(label, () => {
      navigator.clipboard?.writeText(text()).then(() => {
        made.textContent = this.#words.copied;
      }, () => set(made, { disabled: true }));
    }, { 'data-keep': keep });
    return made;
  }
}

function indices(shape: readonly number[], index: number): number[] {
  const at: number[] = [];
  for (let d = shape.length - 1, rest = index; d >= 0; d--) {
    at.unshift(rest % shape[d]!);
    rest = Math.floor(rest / shape[d]!);
  }
  return at;
}

function rows(shape: readonly number[], numbers: readonly number[]): number[][] {
  const columns = shape.at(-1) ?? 1;
  return Array.from({ length: numbers.length / columns }, (_, r) => numbers.slice(r * columns, (r + 1) * columns));
}
