// The studio's page: chapters on the left, one of them in the middle, the Inspector on the right. What is seen is in the address.
import { type Address, formatAddress, parseAddress, preferredLanguage, type Theme, themes } from './address.ts';
import type { Page, View } from './chapter.ts';
import { chapters } from './chapters.ts';
import { Client } from './client.ts';
import { button, h, set } from './dom.ts';
import { Inspector } from './inspector.ts';
import { type Language, languages } from './language.ts';
import type { WorkerDescription } from '../worker.ts';
import { simplified } from './parts.ts';

/** `simd` of https://github.com/WebAssembly/simd: a module with one function that needs it. */
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** The sentence that chapters 2 to 6 share. */
const SHARED = 'text';
const FINISHED = 'inkling.finished', THEME = 'inkling.theme';
// a browser in private mode may refuse to remember
const remembered = (name: string): string | null => { try { return localStorage.getItem(name); } catch { return null; } };
const remember = (name: string, value: string): void => { try { localStorage.setItem(name, value); } catch { /* then it is forgotten */ } };

let address = parseAddress(location.search, location.hash, preferredLanguage(navigator.languages));
if (address.theme === 'auto') address = { ...address, theme: themes.find((name) => name === remembered(THEME)) ?? 'auto' };
const memories = new Map<number, Map<string, unknown>>(), finished = new Set((remembered(FINISHED) ?? '').split(',').filter(Boolean).map(Number));
let view: View | null = null, description: WorkerDescription | null = null, shared = address.values.get(SHARED) ?? null, inspecting = false;

const simd = WebAssembly.validate(SIMD);
const client = simd ? new Client(() => new Worker(new URL('studioWorker.js', import.meta.url), { type: 'module' }), (why) => {
  console.info(`The worker was replaced: ${why}.`);
  draw();
  note(languages[address.language].crashed);
  void badge();
}) : null;

const announcer = h('div', { class: 'announcer', 'aria-live': 'polite' }), notes = h('div', { class: 'notes', role: 'status' });
let timer: ReturnType<typeof setTimeout> | undefined;
function note(text: string): void {
  notes.replaceChildren(h('p', {}, text));
  clearTimeout(timer);
  timer = setTimeout(() => notes.replaceChildren(), 6000);
}

async function badge(): Promise<void> {
  description = client ? await client.request('describe', {}).catch(() => null) : null;
  drawBadge();
}
const badgeElement = h('span', { class: 'badge' });
function drawBadge(): void {
  const words = languages[address.language];
  badgeElement.textContent = description?.engine ?? words.starting;
  set(badgeElement, { title: description && (description.threads > 1 ? words.threadsShared : words.threadsAlone) });
}

let pending: ReturnType<typeof setTimeout> | undefined;
function write(next: Address): void {
  address = next;
  clearTimeout(pending);
  history.replaceState(null, '', formatAddress(next));
}
/** While something is dragged the address waits: browsers refuse to write it a hundred times. */
function writeSoon(next: Address): void {
  address = next;
  clearTimeout(pending);
  pending = setTimeout(() => write(address), 200);
}

function draw(): void {
  view?.close();
  view = null;
  const { language } = address, words = languages[language], chapter = chapters.find(({ number }) => number === address.chapter) ?? chapters[0]!;
  // hundreds of numbers are written in each frame; making a format takes longer than using it
  const formats = new Map<number | undefined, Intl.NumberFormat>();
  const format = (x: number, digits?: number): string => {
    let there = formats.get(digits);
    if (!there) formats.set(digits, there = new Intl.NumberFormat(language, digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }));
    return there.format(x);
  };
  set(document.documentElement, { lang: language === 'zh' ? 'zh-CN' : 'en', 'data-theme': address.theme });
  document.title = `${chapter.number}. ${chapter.words[language].title} · ${words.title}`;

  const inspectorButton = button(words.inspector, () => inspect(!inspecting), { class: 'plain', 'aria-expanded': String(inspecting), 'aria-controls': 'inspector' });
  const inspect = (wanted: boolean): void => {
    inspecting = wanted;
    inspector.toggle(wanted);
    document.body.classList.toggle('inspecting', wanted);
    set(inspectorButton, { 'aria-expanded': String(wanted) });
    if (wanted) inspector.element.querySelector('select')?.focus();
    else inspectorButton.focus();
  };
  const inspector = new Inspector(words, format, () => inspect(false));
  const problem = h('div', { class: 'problem', role: 'alert', hidden: true });

  const themeSelect = h('select', { 'aria-label': words.theme }, ...themes.map((name) => h('option', { value: name, selected: name === address.theme }, words.themes[name])));
  themeSelect.addEventListener('change', () => {
    write({ ...address, theme: themeSelect.value as Theme });
    remember(THEME, themeSelect.value);
    set(document.documentElement, { 'data-theme': address.theme });
  });
  const languageSelect = h('select', { 'aria-label': words.language }, ...Object.entries(languages).map(([name, { name: called }]) => h('option', { value: name, selected: name === language, lang: name }, called)));
  languageSelect.addEventListener('change', () => {
    write({ ...address, language: languageSelect.value as Language });
    draw();
    document.querySelector<HTMLElement>('.language select')?.focus();
  });
  const share = button(words.share, () => {
    write(address);
    const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error());
    copied.then(() => note(words.shared), () => note(words.notShared));
  }, { class: 'plain' });

  const links = chapters.map(({ number, words: each }) => {
    const link = h('a', { href: `#${number}`, 'aria-current': number === chapter.number ? 'page' : null }, h('span', { class: 'n' }, number), h('span', {}, each[language].title), h('span', { class: 'tick' }));
    if (finished.has(number)) markDone(link, words.done);
    return link;
  });

  const main = h('main', { id: 'chapter', tabindex: -1 },
    h('header', { class: 'claim' }, h('p', { class: 'eyebrow' }, `${chapter.number} · ${chapter.words[language].title}`), h('h1', {}, chapter.words[language].claim)), problem);
  document.body.replaceChildren(
    h('a', { class: 'skip', href: '#chapter', onclick: ((event: Event) => {
      event.preventDefault();
      main.focus();
    }) }, words.skip),
    h('header', { class: 'top' }, h('p', { class: 'brand' }, h('strong', {}, 'Inkling'), h('span', {}, words.tagline)), badgeElement,
      h('div', { class: 'tools' }, h('span', { class: 'language' }, languageSelect), themeSelect, share, inspectorButton)),
    h('nav', { 'aria-label': words.chapters }, h('ol', {}, ...links.map((link) => h('li', {}, link)))),
    main, inspector.element, announcer, notes);
  drawBadge();
  document.body.classList.toggle('inspecting', inspecting);

  if (!client) {
    problem.hidden = false;
    problem.replaceChildren(h('p', {}, words.noSimd));
    main.append(simplified({ words } as Page, chapter.words[language].simplified));
    return;
  }
  let memory = memories.get(chapter.number);
  if (!memory) memories.set(chapter.number, memory = new Map());
  view = chapter.open({
    language, words, client, inspector, memory, number: format,
    get: (name) => (name === SHARED ? shared : address.values.get(name) ?? null),
    put(name, value) {
      const values = new Map(address.values);
      if (value === null) values.delete(name);
      else values.set(name, value);
      if (name === SHARED) shared = value;
      writeSoon({ ...address, values });
    },
    finish() {
      if (finished.has(chapter.number)) return;
      finished.add(chapter.number);
      remember(FINISHED, [...finished].join(','));
      markDone(links[chapters.indexOf(chapter)]!, words.done);
    },
    announce(text) {
      announcer.textContent = text;
    },
    fail(error) {
      problem.hidden = false;
      problem.replaceChildren(h('p', {}, h('strong', {}, `${words.failed}. `), error instanceof Error ? error.message : String(error)), button(words.tryAgain, draw));
    },
  });
  main.append(view.element);
  if (inspecting) inspector.toggle(true);
}

function markDone(link: HTMLElement, done: string): void {
  link.classList.add('done');
  link.querySelector('.tick')!.replaceChildren(h('span', { 'aria-hidden': 'true' }, '✓'), h('span', { class: 'hidden' }, ` (${done})`));
}

// a link to a chapter, or back and forth in the history
addEventListener('hashchange', () => {
  const { chapter, values } = parseAddress(location.search, location.hash, address.language);
  const moved = chapter !== address.chapter;
  if (values.has(SHARED)) shared = values.get(SHARED)!;
  else if (shared !== null && chapter >= 2 && chapter <= 6) (values as Map<string, string>).set(SHARED, shared);
  write({ ...address, chapter, values });
  draw();
  if (moved) {
    scrollTo(0, 0);
    document.getElementById('chapter')?.focus({ preventScroll: true });
  }
});

draw();
void badge();
