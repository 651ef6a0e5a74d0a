// Parts that chapters are made of: a mark that says where numbers come from, a guess before the answer, bars, a line.
import { button, h, s, set } from './dom.ts';
import type { Page } from './chapter.ts';

/** REAL or DERIVED, with what that means. */
export const mark = ({ words }: Page, kind: 'real' | 'derived'): HTMLElement => h('abbr', { class: 'mark', title: kind === 'real' ? words.realMeans : words.derivedMeans }, words[kind]);

/** A heading with a mark behind it. */
export const heading = (page: Page, text: string, kind: 'real' | 'derived' = 'real'): HTMLElement => h('h2', {}, `${text} `, mark(page, kind));

/** A question that is answered before it is looked up. `right` is the index of the right answer. */
export function guess(page: Page, question: string, answers: readonly string[], right: number, because: string): HTMLElement {
  const verdict = h('p', { class: 'verdict', role: 'status' });
  const buttons: HTMLButtonElement[] = answers.map((answer, i) => button(answer, () => {
    buttons.forEach((each, j) => set(each, { 'aria-pressed': String(i === j) }));
    verdict.replaceChildren(h('strong', {}, i === right ? page.words.right : page.words.wrong), ` ${because}`);
  }, { 'aria-pressed': 'false' }));
  return h('section', { class: 'guess', 'aria-label': page.words.guess }, h('p', {}, h('span', { class: 'eyebrow' }, page.words.guess), question), h('div', { class: 'row' }, ...buttons), verdict);
}

/** A slider with its name and value. */
export function slider(label: string, { least, most, step, value, show, change }: { readonly least: number; readonly most: number; readonly step: number; readonly value: number; show(x: number): string; change(x: number): void }): HTMLElement {
  const output = h('output', {}, show(value));
  const input = h('input', { type: 'range', min: least, max: most, step, value, 'aria-valuetext': show(value) });
  input.addEventListener('input', () => {
    output.textContent = show(input.valueAsNumber);
    set(input, { 'aria-valuetext': show(input.valueAsNumber) });
    change(input.valueAsNumber);
  });
  return h('label', { class: 'slider' }, h('span', {}, label), input, output);
}

/** A line of numbers over time, oldest first. `say` tells it in words. */
export function line(label: string): { readonly element: SVGSVGElement; draw(numbers: readonly number[], said: string): void } {
  const W = 320, H = 72, path = s('path', { class: 'line' }), title = s('title', {}, label);
  const element = s('svg', { class: 'chart', viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: 'none', role: 'img' }, title, s('path', { class: 'axis', d: `M0 ${H - 0.5}H${W}` }), path);
  return {
    element,
    draw(numbers, said) {
      title.textContent = `${label}: ${said}`;
      const most = Math.max(...numbers, 1e-9), every = Math.max(1, Math.ceil(numbers.length / W)), shown = numbers.filter((_, i) => i % every === 0 || i === numbers.length - 1);
      set(path, { d: shown.map((y, i) => `${i ? 'L' : 'M'}${((i / Math.max(1, shown.length - 1)) * W).toFixed(1)} ${(H - 2 - (y / most) * (H - 6)).toFixed(1)}`).join('') });
    },
  };
}

/** What "simplified here" says, folded away. */
export const simplified = ({ words }: Page, points: readonly string[]): HTMLElement =>
  h('details', { class: 'simplified' }, h('summary', {}, words.simplified), h('ul', {}, ...points.map((point) => h('li', {}, point))));
