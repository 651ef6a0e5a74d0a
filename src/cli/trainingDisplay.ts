// What people see while a model learns: a bar that moves where somebody watches, plain lines where nobody does, and the
// curve of the losses at the end.
import asciichart from 'asciichart';
import { bytes as showBytes, count } from '../errors.ts';
import type { TrainEvent } from '../train/index.ts';
import type { Terminal } from './terminal.ts';

type StepEvent = Extract<TrainEvent, { kind: 'step' }>;

const LINE_SECONDS = 10;
const CURVE = { width: 64, height: 10 };

export class TrainingDisplay {
  readonly #terminal: Terminal;
  /** Losses of the steps told of, and the steps. */
  readonly #losses: { step: number; loss: number }[] = [];
  readonly #validations: { step: number; loss: number }[] = [];
  #steps = 0;
  #began = { step: 0, at: 0 };
  #memory = 0;
  #told = 0;
  #smooth = NaN;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The last training losses, evened out. */
  get loss(): number {
    return this.#smooth;
  }

  /** A step of an earlier session, for the curve. */
  remember(step: number, loss: number): void {
    this.#losses.push({ step, loss });
  }

  event(event: TrainEvent): void {
    switch (event.kind) {
      case 'start':
        this.#steps = event.steps;
        this.#memory = event.bytes;
        this.#began = { step: event.step, at: performance.now() };
        this.#told = performance.now();
        if (event.resumed) this.#terminal.say(`going on from ${event.resumed}, step ${count(event.step)} of ${count(event.steps)}`);
        for (const message of event.damaged) this.#terminal.say(`passed over a damaged checkpoint: ${message}`);
        this.#terminal.say(`training    ${count(event.steps)} steps of ${(event.flopsPerStep / 1e9).toFixed(2)} GFLOP, ${showBytes(event.bytes)} of memory`);
        break;
      case 'step':
        this.#losses.push({ step: event.step, loss: event.loss });
        this.#smooth = Number.isNaN(this.#smooth) ? event.loss : 0.9 * this.#smooth + 0.1 * event.loss;
        this.#showStep(event);
        break;
      case 'evaluation':
        this.#validations.push({ step: event.step, loss: event.loss });
        break;
      case 'checkpoint':
      case 'hash':
      case 'end':
        break;
    }
  }

  #showStep(event: StepEvent): void {
    const { step } = event, terminal = this.#terminal;
    if (terminal.live) {
      const width = Math.max(10, Math.min(40, terminal.width - 40)), done = Math.round((step / this.#steps) * width);
      terminal.show(`${terminal.colors.cyan('█'.repeat(done))}${terminal.colors.dim('░'.repeat(width - done))} ${Math.floor((100 * step) / this.#steps)}%`, ...this.#line(event));
    } else if (step === 1 || step === this.#steps || performance.now() - this.#told > LINE_SECONDS * 1000) {
      this.#told = performance.now();
      terminal.say(this.#line(event).join('  '));
    }
  }

  #line({ step, tokensPerSecond, gflops }: StepEvent): string[] {
    const validation = this.#validations.at(-1), { step: first, at } = this.#began;
    const left = ((performance.now() - at) / 1000 / Math.max(1, step - first)) * (this.#steps - step);
    return [
      `step ${count(step)}/${count(this.#steps)}  loss ${this.#smooth.toFixed(3)}${validation ? `  validation ${validation.loss.toFixed(3)}` : ''}  ${clock(left)} left`,
      `${count(Math.round(tokensPerSecond))} tokens/s  ${gflops.toFixed(1)} GFLOP/s  ${showBytes(this.#memory)}`,
    ];
  }

  /** The losses from the beginning to the end, as a drawing. */
  curve(): string[] {
    const losses = this.#losses, first = losses[0], last = losses.at(-1);
    if (!first || !last || losses.length < 8) return [];
    const width = Math.max(8, Math.min(CURVE.width, this.#terminal.width - 16, losses.length));
    const columns = Array.from({ length: width }, () => ({ sum: 0, count: 0 }));
    for (const { step, loss } of losses) {
      const column = columns[Math.min(width - 1, Math.floor(((step - first.step) / Math.max(1, last.step - first.step)) * width))]!;
      column.sum += loss;
      column.count++;
    }
    let before = first.loss;
    const series = columns.map(({ sum, count: n }) => (before = n > 0 ? sum / n : before));
    const axis = `${count(first.step)}`.padEnd(width - count(last.step).length) + count(last.step);
    return ['', 'loss', ...asciichart.plot(series, { height: CURVE.height, format: (x) => x.toFixed(2).padStart(8) }).split('\n'), `${' '.repeat(10)}${axis} steps`];
  }
}

/** Seconds as minutes and seconds, or hours, minutes and seconds: 4:07, 1:02:30. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.round(seconds)), pad = (n: number): string => String(n).padStart(2, '0');
  return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}
