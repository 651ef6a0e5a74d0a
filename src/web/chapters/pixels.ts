// Chapter 1: nine pixels in, four answers out, and every number between them in view.
import type { Chapter, Page, View } from '../chapter.ts';
import { arrow, button, h, s, set } from '../dom.ts';
import type { Seen } from '../inspector.ts';
import { guess, heading, line, simplified, slider } from '../parts.ts';
import { WorkerLost } from '../client.ts';
import type { Snapshot } from './pixelsService.ts';

const en = {
  title: 'Nine pixels',
  claim: 'A neural network is sums of weighted numbers, bent a little, and nothing else. Here is one small enough to see whole.',
  symbols: ['horizontal bar', 'vertical bar', 'cross', 'ring'],
  question: 'Before it has learned anything, how many of all 512 possible pictures will the network name rightly?',
  answers: ['None', 'About a quarter', 'About half'],
  because: 'Its weights are random numbers, so it guesses, and with four names about one guess in four is right, a little more or less with each new network. Its score stands below, under “of all 512 right”.',
  draw: 'Draw',
  pixel: (row: number, column: number, black: boolean): string => `row ${row}, column ${column}, ${black ? 'black' : 'white'}`,
  says: 'It says',
  rule: (name: string, noise: string): string => `The written rule says ${name}: ${noise}.`,
  noise: (n: number): string => (n === 0 ? 'no pixel differs' : n === 1 ? 'one pixel differs' : `${n} pixels differ`),
  network: 'The network',
  networkHint: 'Thick is strong. A full line adds, a dashed one takes away. Choose any circle.',
  train: 'Train', pause: 'Pause', step: 'One step', reset: 'New network',
  rate: 'Learning rate',
  loss: 'Loss',
  lossSaid: (steps: string, loss: string): string => `${loss} after ${steps} steps`,
  lossNone: 'before the first step',
  steps: 'steps', lessons: 'lessons', learned: 'lessons right', all: 'of all 512 right',
  teach: 'Teach it',
  teachHint: 'Find a picture that it names wrongly, say what it is, and train on.',
  find: 'Show me a mistake',
  noMistake: 'There is none: it names all 512 as the rule does.',
  thisIs: 'This is a',
  taught: (name: string, n: string): string => `Added as a ${name}. There are ${n} lessons now; train on.`,
  neuron: (layer: number, i: number): string => (layer === 0 ? `Pixel ${i + 1}` : layer === 3 ? `Answer ${i + 1}` : `Neuron ${i + 1} of layer ${layer}`),
  neuronIs: (name: string, value: string): string => `${name}, ${value}`,
  formula: 'How this number came about',
  pixelFormula: 'A pixel is 1 where it is white and -1 where it is black. It is what you drew.',
  weight: (from: string): string => `weight of ${from}`,
  bias: 'bias',
  edit: 'Change a weight and watch.',
  isSum: 'the weighted sum of what comes in, plus the bias:',
  isTanh: 'the same sum, bent into the range from -1 to 1: tanh of ',
  isSigmoid: 'the sum, squeezed between 0 and 1: 1 / (1 + e^-x) of ',
  isWeight: 'is learned: every step moves it a little against its gradient.',
  isGradient: 'how the loss would grow if this weight grew; the step goes the other way.',
  simplified: [
    'Language models have billions of such weights and many more layers; the sum, the bend and the learning are the same.',
    'Answers are squeezed one by one (sigmoid) and the loss is a mean of squared differences. Language models share one certainty among all answers (softmax) and use cross-entropy.',
    'The rule calls a picture what it differs least from; where two are equally near, the first one counts.',
  ],
};
const zh: typeof en = {
  title: '九个像素',
  claim: '神经网络就是把数字加权求和,再稍微弯一弯,此外什么都没有。这里有一个小到可以整个看清的网络。',
  symbols: ['横线', '竖线', '叉', '环'],
  question: '什么都还没学的时候,全部 512 种图案,网络能认对多少?',
  answers: ['一个也不对', '大约四分之一', '大约一半'],
  because: '它的权重是随机数,只能瞎猜;四个名字里大约猜对四分之一,每换一个新网络略有出入。成绩写在下面“512 种里答对”处。',
  draw: '画一画',
  pixel: (row, column, black) => `第 ${row} 行第 ${column} 列,${black ? '黑' : '白'}`,
  says: '它说',
  rule: (name, noise) => `按写明的规则,这是${name}:${noise}。`,
  noise: (n) => (n === 0 ? '一个像素都不差' : `差 ${n} 个像素`),
  network: '网络',
  networkHint: '线越粗,权重越大。实线是加,虚线是减。点任意一个圆。',
  train: '训练', pause: '暂停', step: '走一步', reset: '换个新网络',
  rate: '学习率',
  loss: '损失',
  lossSaid: (steps, loss) => `${steps} 步之后是 ${loss}`,
  lossNone: '还没走第一步',
  steps: '步', lessons: '个例子', learned: '例子答对', all: '512 种里答对',
  teach: '教它',
  teachHint: '找一张它认错的图,告诉它这是什么,再接着训练。',
  find: '给我看一个错误',
  noMistake: '没有错误:512 种都和规则一致。',
  thisIs: '这是',
  taught: (name, n) => `已作为“${name}”加入。现在有 ${n} 个例子,接着训练吧。`,
  neuron: (layer, i) => (layer === 0 ? `像素 ${i + 1}` : layer === 3 ? `答案 ${i + 1}` : `第 ${layer} 层神经元 ${i + 1}`),
  neuronIs: (name, value) => `${name},${value}`,
  formula: '这个数是怎么来的',
  pixelFormula: '白像素是 1,黑像素是 -1。这就是你画的。',
  weight: (from) => `${from}的权重`,
  bias: '偏置',
  edit: '改一个权重,看看会怎样。',
  isSum: '各输入加权求和,再加偏置:',
  isTanh: '同一个和,弯进 -1 到 1 之间:tanh ',
  isSigmoid: '把和压到 0 与 1 之间:1 / (1 + e^-x),x = ',
  isWeight: '是学来的:每一步都逆着梯度挪动一点。',
  isGradient: '这个权重变大时损失会怎样变;每一步都往反方向走。',
  simplified: [
    '语言模型有几十亿个这样的权重和更多的层;求和、弯曲和学习都是一样的。',
    '这里每个答案各自压缩(sigmoid),损失是差的平方的平均。语言模型让所有答案分享同一份把握(softmax),并用交叉熵。',
    '规则把图案叫作和它差得最少的符号;一样近时,排在前面的算数。',
  ],
};

const SYMBOLS = ['...###...', '.#..#..#.', '#.#.#.#.#', '####.####'];
const SIZES = [9, 8, 8, 4];
const W = 640, H = 420;
const place = (layer: number, i: number): readonly [number, number] => [44 + layer * 176, H / 2 + (i - (SIZES[layer]! - 1) / 2) * (layer === 3 ? 76 : 46)];
const tensorOf = (layer: number): string => ['inputs', 'layers.0', 'layers.1', 'output'][layer]!;

interface NetworkNode {
  readonly node: SVGGElement;
  readonly shape: SVGRectElement | SVGCircleElement;
  readonly value: SVGTextElement;
}

/** A symbol in small; decoration beside its name. */
function icon(drawing: string): SVGSVGElement {
  return s('svg', { class: 'icon', viewBox: '0 0 9 9', 'aria-hidden': 'true' }, ...Array.from(drawing, (pixel, i) => s('rect', { x: (i % 3) * 3 + 0.2, y: Math.floor(i / 3) * 3 + 0.2, width: 2.6, height: 2.6, class: pixel === '#' ? 'black' : 'white' })));
}

function open(page: Page): View {
  const words = { en, zh }[page.language], service = page.client.service('pixels'), { number } = page;
  let picture = whole(page.get('p'), 0, 511, 56), exponent = whole(page.get('r'), -20, 10, 0), rate = 10 ** (exponent / 10), snapshot = page.memory.get('snapshot') as Snapshot | undefined;
  let chosen: readonly [layer: number, i: number] = (page.memory.get('chosen') as readonly [number, number] | undefined) ?? [1, 0], running = false, closed = false;

  // the pad
  const pixels: HTMLButtonElement[] = Array.from({ length: 9 }, (_, i) => {
    const cell = h('button', { type: 'button', class: 'pixel' });
    cell.addEventListener('click', () => void draw(picture ^ (1 << i)));
    cell.addEventListener('keydown', (event) => {
      const by = arrow(event, 3), to = by === undefined ? undefined : pixels[i + by];
      if (!to) return;
      event.preventDefault();
      to.focus();
    });
    return cell;
  });
  const rule = h('p', { class: 'quiet' });
  const bars = words.symbols.map((name, i) => {
    const bar = h('span', { class: 'fill' }), value = h('span', { class: 'value' });
    return { row: h('li', {}, icon(SYMBOLS[i]!), h('span', { class: 'name' }, name), h('span', { class: 'track' }, bar), value), bar, value };
  });

  // the network
  const edges = [0, 1, 2].map((l) => Array.from({ length: SIZES[l]! * SIZES[l + 1]! }, (_, k) => {
    const [x1, y1] = place(l, k % SIZES[l]!), [x2, y2] = place(l + 1, Math.floor(k / SIZES[l]!));
    return s('line', { x1, y1, x2, y2, class: 'edge' });
  }));
  const nodes: NetworkNode[][] = SIZES.map((n, l) => Array.from({ length: n }, (_, i) => {
    const [x, y] = place(l, i), shape = l === 0 ? s('rect', { x: x - 19, y: y - 19, width: 38, height: 38, rx: 3 }) : s('circle', { cx: x, cy: y, r: l === 3 ? 24 : 19 });
    const value = s('text', { x, y: y + 4, 'aria-hidden': 'true' });
    const node = s('g', { class: 'node', role: 'button', tabindex: 0 }, shape, value);
    const choose = (): void => {
      chosen = [l, i];
      page.memory.set('chosen', chosen);
      if (snapshot) drawNetwork(snapshot);
      page.inspector.find(tensorOf(l), i);
    };
    node.addEventListener('click', choose);
    node.addEventListener('keydown', (event) => {
      const neighbours: Readonly<Record<string, NetworkNode | undefined>> = { ArrowDown: nodes[l]![i + 1], ArrowUp: nodes[l]![i - 1], ArrowRight: nodes[l + 1]?.[Math.min(i, (SIZES[l + 1] ?? 1) - 1)], ArrowLeft: nodes[l - 1]?.[i] };
      const to = neighbours[event.key];
      if (to) to.node.focus();
      else if (event.key === 'Enter' || event.key === ' ') choose();
      else return;
      event.preventDefault();
    });
    return { node, shape, value };
  }));
  const drawing = s('svg', { class: 'network', viewBox: `0 0 ${W} ${H}`, role: 'group', 'aria-label': words.network },
    s('g', { 'aria-hidden': 'true' }, ...edges.flat()), ...nodes.flat().map(({ node }) => node));

  // the chosen number
  const formula = h('div', { class: 'formula' });
  const weightInputs = h('div', { class: 'weights' });

  // learning
  const loss = line(words.loss), figures = { steps: h('dd'), lessons: h('dd'), learned: h('dd'), all: h('dd') };
  const trainButton = button(words.train, () => (running ? stop() : void train()), { class: 'primary' });
  const told = h('p', { class: 'quiet', role: 'status' });
  const teachButtons = words.symbols.map((name, i) => {
    const made = button(name, () => void work(async () => {
      show(await service.teach(picture, i));
      told.textContent = words.taught(name, number(snapshot!.lessons.length));
    }));
    made.prepend(icon(SYMBOLS[i]!));
    return made;
  });

  async function work(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      stop();
      if (!(error instanceof WorkerLost) && !closed) page.fail(error);
    }
  }
  async function draw(next: number): Promise<void> {
    picture = next;
    page.put('p', String(picture));
    await work(async () => show(await service.look(picture)));
  }
  function stop(): void {
    running = false;
    trainButton.textContent = words.train;
  }
  async function train(): Promise<void> {
    running = true;
    trainButton.textContent = words.pause;
    while (running && !closed) {
      await work(async () => show(await service.learn(picture, 5, rate)));
      if (snapshot && snapshot.learned === 1 && snapshot.losses.slice(-20).every((x) => x < 0.004)) {
        stop();
        page.announce(`${words.loss} ${number(snapshot.losses.at(-1)!, 4)}, ${number(100 * snapshot.all, 1)} % ${words.all}`);
      }
      await new Promise(requestAnimationFrame);
    }
  }

  function show(next: Snapshot): void {
    if (closed) return;
    snapshot = next;
    page.memory.set('snapshot', next);
    const { seen, losses } = next;
    pixels.forEach((cell, i) => {
      const black = ((picture >> i) & 1) === 1;
      set(cell, { 'aria-pressed': String(black), 'aria-label': words.pixel(Math.floor(i / 3) + 1, (i % 3) + 1, black) });
    });
    const distances = SYMBOLS.map((symbol) => Array.from(symbol).filter((pixel, i) => (pixel === '#') !== (((picture >> i) & 1) === 1)).length), noise = Math.min(...distances);
    rule.textContent = words.rule(words.symbols[distances.indexOf(noise)]!, words.noise(noise));
    const best = Math.max(...seen['output']!);
    bars.forEach(({ row, bar, value }, i) => {
      const x = seen['output']![i]!;
      bar.style.width = `${100 * x}%`;
      value.textContent = number(x, 2);
      row.classList.toggle('best', x === best);
    });
    figures.steps.textContent = number(next.steps);
    figures.lessons.textContent = number(next.lessons.length);
    figures.learned.textContent = `${number(100 * next.learned, 0)} %`;
    figures.all.textContent = `${number(100 * next.all, 1)} %`;
    loss.draw(losses, losses.length ? words.lossSaid(number(next.steps), number(losses.at(-1)!, 4)) : words.lossNone);
    if (next.learned === 1) page.finish();
    drawNetwork(next);
    page.inspector.show(tensors(next));
  }

  /** The network and the chosen number. */
  function drawNetwork(next: Snapshot): void {
    const { weights, seen } = next, [layer, index] = chosen;
    edges.forEach((layerEdges, l) => layerEdges.forEach((edge, k) => {
      const w = weights[`layers.${l}.weight`]![k]!, from = k % SIZES[l]!, to = Math.floor(k / SIZES[l]!);
      const near = (layer === l + 1 && index === to) || (layer === l && index === from);
      edge.style.strokeWidth = `${Math.min(5, 0.4 + Math.abs(w) * 1.1)}`;
      edge.style.opacity = near ? '0.95' : `${Math.min(0.34, 0.06 + Math.abs(w) * 0.1)}`;
      edge.classList.toggle('below', w < 0);
      edge.classList.toggle('near', near);
    }));
    nodes.forEach((layerNodes, l) => layerNodes.forEach(({ node, shape, value }, i) => {
      const x = seen[tensorOf(l)]![i]!;
      const shown = l === 0 ? String(x) : number(x, l === 3 ? 2 : 1);
      value.textContent = shown;
      shape.style.setProperty('--much', String(Math.min(1, Math.abs(x))));
      node.classList.toggle('below', x < 0);
      set(node, { 'aria-pressed': String(layer === l && index === i), 'aria-label': words.neuronIs(l === 3 ? words.symbols[i]! : words.neuron(l, i), shown) });
    }));
    tell(next);
  }

  function tell({ seen, weights }: Snapshot): void {
    const [layer, i] = chosen, name = layer === 3 ? words.symbols[i]! : words.neuron(layer, i);
    if (layer === 0) {
      formula.replaceChildren(h('p', {}, h('strong', {}, name)), h('p', { class: 'quiet' }, words.pixelFormula));
      weightInputs.replaceChildren();
      return;
    }
    const l = layer - 1, K = SIZES[l]!, before = seen[tensorOf(l)]!, w = weights[`layers.${l}.weight`]!.slice(i * K, (i + 1) * K), b = weights[`layers.${l}.bias`]![i]!;
    const sum = seen[`layers.${l}.sums`]![i]!, y = seen[tensorOf(layer)]![i]!;
    const terms = before.flatMap((x, k) => [h('span', { class: 'term' }, `${signed(w[k]!, k === 0)} · ${bracket(number(x, 2))}`), ' ']);
    formula.replaceChildren(
      h('p', {}, h('strong', {}, name), ` = ${layer === 3 ? 'sigmoid' : 'tanh'}(${number(sum, 3)}) = `, h('strong', { class: 'accent' }, number(y, 3))),
      h('p', { class: 'sum' }, `${number(sum, 3)} = `, ...terms, h('span', { class: 'term' }, signed(b, false))));
    const names = [...w.map((_, k) => words.weight(words.neuron(l, k))), words.bias], values = [...w, b];
    if (weightInputs.childElementCount !== values.length || weightInputs.dataset['of'] !== String(chosen)) {
      weightInputs.dataset['of'] = String(chosen);
      weightInputs.replaceChildren(...values.map((_, k) => {
        const input = h('input', { type: 'number', step: 0.1, 'aria-label': names[k]!, title: names[k]! });
        input.addEventListener('change', () => {
          const bias = k === K;
          if (Number.isFinite(input.valueAsNumber)) void work(async () => show(await service.change(picture, `layers.${l}.${bias ? 'bias' : 'weight'}`, bias ? i : i * K + k, input.valueAsNumber)));
        });
        return input;
      }));
      weightInputs.classList.toggle('square', K === 9);
    }
    values.forEach((value, k) => {
      const input = weightInputs.children[k] as HTMLInputElement;
      if (input !== document.activeElement || running) input.value = value.toFixed(2);
      input.classList.toggle('below', value < 0);
      input.style.setProperty('--much', String(Math.min(1, Math.abs(value) / 3)));
    });
  }
  const signed = (x: number, first: boolean): string => (first ? number(x, 2) : `${x < 0 ? '−' : '+'} ${number(Math.abs(x), 2)}`);
  const bracket = (x: string): string => (/^[-−]/.test(x) ? `(${x})` : x);

  function tensors({ weights, seen, gradients }: Snapshot): Seen[] {
    const shapeOf = (name: string): number[] => {
      const l = Number(/\d/.exec(name)?.[0] ?? 0);
      return name.endsWith('weight') ? [SIZES[l + 1]!, SIZES[l]!] : [SIZES[l + 1]!];
    };
    const sumOf = (l: number, i: number): string => {
      const K = SIZES[l]!, w = weights[`layers.${l}.weight`]!;
      return `${seen[tensorOf(l)]!.map((x, k) => `${number(w[i * K + k]!, 3)} · ${bracket(number(x, 3))}`).join(' + ')} + ${bracket(number(weights[`layers.${l}.bias`]![i]!, 3))}`;
    };
    return [
      { name: 'inputs', shape: [9], numbers: seen['inputs']!, explain: () => words.pixelFormula },
      ...[0, 1, 2].flatMap((l): Seen[] => [
        ...['weight', 'bias'].map((kind): Seen => ({ name: `layers.${l}.${kind}`, shape: shapeOf(`layers.${l}.${kind}`), numbers: weights[`layers.${l}.${kind}`]!, explain: () => words.isWeight })),
        { name: `layers.${l}.sums`, shape: [SIZES[l + 1]!], numbers: seen[`layers.${l}.sums`]!, explain: (i) => `${words.isSum} ${sumOf(l, i)}` },
        { name: tensorOf(l + 1), shape: [SIZES[l + 1]!], numbers: seen[tensorOf(l + 1)]!, explain: (i) => `${l === 2 ? words.isSigmoid : words.isTanh}${number(seen[`layers.${l}.sums`]![i]!, 4)}` },
      ]),
      ...Object.entries(gradients).map(([name, numbers]): Seen => ({ name: `grad(${name})`, shape: shapeOf(name), numbers, explain: () => words.isGradient })),
    ];
  }

  const element = h('div', { class: 'pixels' },
    guess(page, words.question, words.answers, 1, words.because),
    h('div', { class: 'stage' },
      h('section', { class: 'pad-side' }, heading(page, words.draw), h('div', { class: 'pad', role: 'group', 'aria-label': words.draw }, ...pixels), rule,
        heading(page, words.says), h('ul', { class: 'bars' }, ...bars.map(({ row }) => row))),
      h('section', { class: 'network-side' }, heading(page, words.network), h('p', { class: 'quiet' }, words.networkHint), h('div', { class: 'scroll' }, drawing))),
    h('div', { class: 'columns' },
      h('section', {}, h('div', { class: 'row' }, trainButton, button(words.step, () => void work(async () => show(await service.learn(picture, 1, rate)))), button(words.reset, () => void work(async () => {
        stop();
        show(await service.begin(picture, (snapshot?.seed ?? 0) + 1));
      }))),
      slider(words.rate, { least: -20, most: 10, step: 1, value: exponent, show: (x) => number(10 ** (x / 10), 2), change: (x) => {
        exponent = x;
        rate = 10 ** (x / 10);
        page.put('r', String(exponent));
      } }),
      h('p', { class: 'label' }, words.loss), loss.element,
      h('dl', { class: 'figures' }, ...(['steps', 'lessons', 'learned', 'all'] as const).map((key) => h('div', {}, h('dt', {}, words[key]), figures[key])))),
      h('section', {}, heading(page, words.formula), formula, h('p', { class: 'quiet' }, words.edit), weightInputs),
      h('section', {}, h('h2', {}, words.teach), h('p', { class: 'quiet' }, words.teachHint),
        h('div', { class: 'row' }, button(words.find, () => void work(async () => {
          const next = await service.mistake(picture);
          if (next === null) told.textContent = words.noMistake;
          else await draw(next);
        }))), h('p', { class: 'label' }, words.thisIs), h('div', { class: 'row' }, ...teachButtons), told)),
    simplified(page, words.simplified));

  void work(async () => show(await service.begin(picture, snapshot ?? 1)));
  return {
    element,
    close() {
      closed = true;
    },
  };
}

function whole(text: string | null, least: number, most: number, otherwise: number): number {
  const n = text === null ? NaN : Number(text);
  return Number.isInteger(n) && n >= least && n <= most ? n : otherwise;
}

export const pixels: Chapter = { number: 1, words: { en, zh }, open };
