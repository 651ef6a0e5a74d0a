// The page makes its elements itself: a tag, what it is like, what is in it. Text is always text, never HTML.
type Child = Node | string | number | null | undefined | false;
type Listener = (event: never) => void;
/** Attributes by name; `on…` listens; true stands for an empty attribute; false, null and undefined leave it out. */
export type Props = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

function fill<E extends Element>(element: E, props: Props, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as unknown as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(typeof child === 'number' ? String(child) : child);
  return element;
}

/**
 * An element of HTML.
 *
 * @example
 * h('button', { type: 'button', onclick: () => step() }, 'Step')
 */
export const h = <K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] => fill(document.createElement(tag), props, children);

/** An element of SVG. */
export const s = <K extends keyof SVGElementTagNameMap>(tag: K, props: Props = {}, ...children: readonly Child[]): SVGElementTagNameMap[K] => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);

/** Sets attributes of an element that is there; false, null and undefined take one away. Styles go through `element.style`, because the page allows no inline styles. */
export function set(element: Element, props: Readonly<Record<string, string | number | boolean | null | undefined>>): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** How far an arrow key goes among things in rows of so many; undefined for other keys. */
export function arrow({ key }: KeyboardEvent, columns: number): number | undefined {
  const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  return steps[key];
}

/** A button that says what it does. */
export const button = (label: string, press: () => void, props: Props = {}): HTMLButtonElement => h('button', { type: 'button', onclick: press, ...props }, label);
