// Chapter 2: text becomes numbers. Bytes are merged into ever longer tokens, as many as the vocabulary has room for.
import type { Chapter, Page, View } from '../chapter.ts';
import { WorkerLost } from '../client.ts';
import { button, h, set } from '../dom.ts';
import { guess, heading, simplified, slider } from '../parts.ts';
import type { Chip, Cut, Learned } from './tokensService.ts';

const en = {
  title: 'Tokens',
  claim: 'A model never sees letters. It sees numbers, one for each piece of text that occurred often enough to earn one.',
  sentence: 'The little girl walked to the river bank and waved to her grandmother.',
  twin: '小女孩走到河岸边,向奶奶挥手。',
  question: 'How many numbers does a fresh byte-level tokenizer need for one Chinese character?',
  answers: ['One', 'Two', 'Three'],
  because: 'Most Chinese characters are three bytes in UTF-8, so three numbers, until merges join them. Drag the vocabulary below to its left end and count.',
  text: 'Your text',
  other: 'The same in another language',
  vocabulary: 'Vocabulary',
  bytesOnly: '256: bytes only',
  chips: 'As the model sees it',
  chip: (name: string, id: string, bytes: string): string => `${name} ${id}, bytes ${bytes}`,
  counted: (tokens: string, bytes: string, ratio: string): string => `${tokens} tokens for ${bytes} bytes: ${ratio} bytes per token.`,
  hint: 'A dot is a space. Choose a token to see how its word came about.',
  merges: 'Merge by merge',
  stepOf: (i: string, n: string): string => `Step ${i} of ${n}`,
  bytesFirst: 'It begins as bytes.',
  merged: (left: string, right: string, rank: string): string => `Joined ${left} and ${right}, merge number ${rank} of the list.`,
  noMerges: 'Nothing to join: it is one byte, or no two neighbours are in the list.',
  back: 'Back', next: 'Next',
  learnedTitle: 'What it learned first',
  learnedFrom: (merges: string, bytes: string, ms: string): string => `${merges} merges, learned from ${bytes} bytes of text in ${ms} ms, just now.`,
  few: 'The text ran out: no pair of neighbours occurs twice any more.',
  source: 'Learn from your own text',
  sourceHint: 'Paste a few paragraphs, in any language. Without any, it learns from stories of our small world, in English and Chinese.',
  learn: 'Learn from this', world: 'Learn from the small world',
  simplified: [
    'Vocabularies of large models have 50,000 to 250,000 tokens, learned from gigabytes; the rule is the same: join the most frequent pair, again and again.',
    'Text is first cut into words by the pattern of GPT-2; no token crosses such a cut.',
    'Special tokens, which mark turns of a conversation, are left out here. Text that you type can never become one.',
  ],
};
const zh: typeof en = {
  title: '词元',
  claim: '模型看不见字,只看见数字:一段文字出现得够多,才有一个自己的编号。',
  sentence: '小女孩走到河岸边,向奶奶挥手。',
  twin: 'The little girl walked to the river bank and waved to her grandmother.',
  question: '一个刚开始、只认字节的分词器,要用几个数字表示一个汉字?',
  answers: ['一个', '两个', '三个'],
  because: '大多数汉字在 UTF-8 里占三个字节,所以是三个数字,直到合并把它们连起来。把下面的词表拖到最左边数一数。',
  text: '你的文字',
  other: '同一句话,另一种语言',
  vocabulary: '词表大小',
  bytesOnly: '256:只有字节',
  chips: '模型眼中的样子',
  chip: (name, id, bytes) => `${name} ${id},字节 ${bytes}`,
  counted: (tokens, bytes, ratio) => `${bytes} 个字节用了 ${tokens} 个词元:每个词元 ${ratio} 个字节。`,
  hint: '圆点是空格。点一个词元,看它所在的词是怎么合成的。',
  merges: '一步一步合并',
  stepOf: (i, n) => `第 ${i} 步,共 ${n} 步`,
  bytesFirst: '一开始只是字节。',
  merged: (left, right, rank) => `把 ${left} 和 ${right} 连起来,这是表里的第 ${rank} 条合并。`,
  noMerges: '没有可连的:它只有一个字节,或者相邻的都不在表里。',
  back: '上一步', next: '下一步',
  learnedTitle: '它最先学到的',
  learnedFrom: (merges, bytes, ms) => `刚刚用 ${ms} 毫秒从 ${bytes} 字节的文字里学到 ${merges} 条合并。`,
  few: '文字用完了:再没有出现过两次的相邻对。',
  source: '用你自己的文字来学',
  sourceHint: '贴上几段文字,什么语言都行。不贴的话,就用我们小世界里的中英文故事。',
  learn: '用这段文字学', world: '用小世界学',
  simplified: [
    '大模型的词表有五万到二十五万个词元,从几十亿字节里学来;规则相同:反复把最常见的相邻对连起来。',
    '文字先按 GPT-2 的模式切成词,词元不会跨过切口;中文句子里没有空格,所以整段连着。',
    '标记对话轮次的特殊词元这里不显示。你打的字永远不会变成特殊词元。',
  ],
};

const MOST_TEXT = 2000, MOST_SOURCE = 400_000;
const HUES = 5;

function open(page: Page): View {
  const words = { en, zh }[page.language], service = page.client.service('tokens'), { number } = page;
  const given = Number(page.get('vocab'));
  let vocab = Number.isInteger(given) && given >= 256 && given <= 2256 ? given : 1256, source = (page.memory.get('source') as string | undefined) ?? '';
  let closed = false, learned: Learned | undefined, found: Cut[][] = [], side = 0, chosen = 0, step = Infinity, busy = false, again = false, relearn = true;

  const input = h('textarea', { id: 'text', rows: 2, maxlength: MOST_TEXT, spellcheck: 'false' });
  input.value = page.get('text') ?? words.sentence;
  input.addEventListener('input', () => {
    page.put('text', input.value === words.sentence ? null : input.value);
    side = 0;
    chosen = 0;
    step = Infinity;
    refresh(false);
  });
  const chipsOf = [h('div', { class: 'chips', role: 'group', 'aria-label': words.chips }), h('div', { class: 'chips twin', role: 'group', 'aria-label': words.other })];
  const counts = [h('p', { class: 'counted', role: 'status' }), h('p', { class: 'counted' })];
  const stage = h('div', { class: 'chips large' }), said = h('p', { role: 'status' }), ofSteps = h('p', { class: 'label' });
  const back = button(words.back, () => move(-1)), next = button(words.next, () => move(1));
  const list = h('ol', { class: 'learned' }), summary = h('p', { class: 'quiet', role: 'status' });
  const paste = h('textarea', { rows: 5, maxlength: MOST_SOURCE, 'aria-label': words.source, spellcheck: 'false' });
  paste.value = source;

  /** One question at a time; what comes meanwhile is asked once, at the end. */
  function refresh(learnAgain: boolean): void {
    relearn ||= learnAgain;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const learn = relearn;
    relearn = false;
    void (async () => {
      try {
        if (learn || !learned) learned = await service.learn(source, vocab);
        found = await service.cut([input.value, words.twin]);
        if (!closed) show();
      } catch (error) {
        if (!(error instanceof WorkerLost) && !closed) page.fail(error);
      } finally {
        busy = false;
        if (again && !closed) {
          again = false;
          refresh(false);
        }
      }
    })();
  }

  const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
  function chip({ id, name, bytes }: Chip, press: (() => void) | null, hue: number, fresh = false, pressed = false): HTMLElement {
    const inside = [h('span', { class: 'chip-name' }, name), ' ', h('span', { class: 'chip-id' }, String(id)), press ? null : h('span', { class: 'chip-bytes' }, hex(bytes))];
    const classes = `chip hue${hue % HUES}${fresh ? ' fresh' : ''}`;
    return press ? h('button', { type: 'button', class: classes, title: hex(bytes), 'aria-label': words.chip(name, String(id), hex(bytes)), 'aria-pressed': String(pressed), onclick: press }, ...inside) : h('span', { class: classes }, ...inside);
  }

  function show(): void {
    found.forEach((cuts, which) => {
      let n = 0, bytes = 0;
      const focused = chipsOf[which]!.contains(document.activeElement) ? [...chipsOf[which]!.children].indexOf(document.activeElement!) : -1;
      chipsOf[which]!.replaceChildren(...cuts.flatMap(({ states }, piece) => states.at(-1)!.map((each) => {
        n++;
        bytes += each.bytes.length;
        return chip(each, () => choose(which, piece), piece, false, which === side && piece === chosen);
      })));
      (chipsOf[which]!.children[focused] as HTMLElement | undefined)?.focus();
      counts[which]!.textContent = n ? words.counted(number(n), number(bytes), number(bytes / n, 2)) : '';
    });
    const { merges, bytes, milliseconds, first } = learned!;
    summary.textContent = words.learnedFrom(number(merges), number(bytes), number(milliseconds, 0)) + (learned!.vocab < vocab ? ` ${words.few}` : '');
    list.replaceChildren(...first.map(({ left, right, made }) => h('li', {}, h('code', {}, left), ' + ', h('code', {}, right), ' → ', h('code', { class: 'made' }, made))));
    showSteps();
    page.inspector.show([{
      name: 'tokens', shape: [found[0]!.flatMap(({ states }) => states.at(-1)!).length], numbers: found[0]!.flatMap(({ states }) => states.at(-1)!.map(({ id }) => id)),
      explain: (i: number) => { const one = found[0]!.flatMap(({ states }) => states.at(-1)!)[i]!; return words.chip(one.name, String(one.id), hex(one.bytes)); },
    }].filter(({ numbers }) => numbers.length > 0));
  }

  function choose(from: number, piece: number): void {
    side = from;
    chosen = piece;
    step = 0;
    show();
  }
  function move(by: number): void {
    const { merges } = found[side]![chosen]!;
    step = Math.max(0, Math.min(merges.length, Math.min(step, merges.length) + by));
    if (by > 0 && step === merges.length && merges.length > 1) page.finish();
    showSteps();
  }
  function showSteps(): void {
    const cut = found[side]?.[chosen];
    if (!cut) {
      stage.replaceChildren();
      said.textContent = ofSteps.textContent = '';
      set(back, { disabled: true });
      set(next, { disabled: true });
      return;
    }
    const at = Math.min(step, cut.merges.length), merge = cut.merges[at - 1], before = cut.states[at - 1];
    stage.replaceChildren(...cut.states[at]!.map((each, i) => chip(each, null, i, merge?.at === i)));
    ofSteps.textContent = words.stepOf(number(at), number(cut.merges.length));
    said.textContent = cut.merges.length === 0 ? words.noMerges : merge && before ? words.merged(before[merge.at]!.name, before[merge.at + 1]!.name, number(merge.index + 1)) : words.bytesFirst;
    set(back, { disabled: at === 0 });
    set(next, { disabled: at === cut.merges.length });
  }
  function learnFrom(text: string): void {
    source = text;
    page.memory.set('source', text);
    refresh(true);
  }

  const element = h('div', { class: 'tokens' },
    guess(page, words.question, words.answers, 2, words.because),
    h('section', { class: 'wide' },
      h('label', { class: 'field', for: 'text' }, h('span', { class: 'label' }, words.text)), input,
      slider(words.vocabulary, { least: 256, most: 2256, step: 10, value: vocab, show: (x) => (x === 256 ? words.bytesOnly : number(x)), change: (x) => {
        vocab = x;
        page.put('vocab', String(x));
        refresh(true);
      } }),
      heading(page, words.chips), h('p', { class: 'quiet' }, words.hint), chipsOf[0]!, counts[0]!,
      h('p', { class: 'label' }, words.other), chipsOf[1]!, counts[1]!),
    h('div', { class: 'columns' },
      h('section', {}, heading(page, words.merges), ofSteps, stage, said, h('div', { class: 'row' }, back, next)),
      h('section', {}, heading(page, words.learnedTitle), summary, list),
      h('section', {}, h('h2', {}, words.source), h('p', { class: 'quiet' }, words.sourceHint), paste,
        h('div', { class: 'row' }, button(words.learn, () => { if (paste.value.trim() !== '') learnFrom(paste.value); }, { class: 'primary' }), button(words.world, () => {
          paste.value = '';
          learnFrom('');
        })))),
    simplified(page, words.simplified));

  refresh(true);
  return {
    element,
    close() {
      closed = true;
    },
  };
}

export const tokens: Chapter = { number: 2, words: { en, zh }, open };
