// A classifier reads whole sentences: a sentence waits until it is over, and is shown if nothing speaks against it.
import { OptionError } from '../../errors.ts';
import type { Finding, TextGate } from './textGate.ts';

/** Says what a text is about, or how it is meant. */
export interface TextClassifier {
  /** All labels that it may give. */
  readonly labels: readonly string[];
  /** The likeliest label, and its probability from 0 to 1. */
  classify(text: string): { readonly label: string; readonly probability: number };
}

/** A sentence that is longer is read in parts. */
const LONGEST = 400;
const END = /[.!?。！？\n]+["'”’)\s]*/g;

/** @throws {OptionError} for a classifier without labels to refuse, or labels that it does not give. */
export function requireClassifier(classifier: TextClassifier | undefined, refuse: readonly string[] | undefined, least: number | undefined): { classifier: TextClassifier; refuse: ReadonlySet<string>; least: number } | null {
  if (!classifier) {
    if (refuse !== undefined || least !== undefined) throw new OptionError(refuse ? 'refuse' : 'least', `${refuse ? 'refuse' : 'least'} does nothing without a classifier. Give one, or leave it out.`);
    return null;
  }
  if (typeof classifier.classify !== 'function' || !Array.isArray(classifier.labels)) throw new OptionError('classifier', 'A classifier has labels and a function classify(text) that gives { label, probability }.');
  if (!refuse || refuse.length === 0) throw new OptionError('refuse', `A classifier needs labels that are refused: some of ${classifier.labels.join(', ')}.`);
  const unknown = refuse.find((label) => !classifier.labels.includes(label));
  if (unknown !== undefined) throw new OptionError('refuse', `The classifier has no label "${unknown}". It has ${classifier.labels.join(', ')}.`);
  if (least !== undefined && !(least > 0 && least <= 1)) throw new OptionError('least', `least must be above 0 and at most 1, but it is ${least}.`);
  return { classifier, refuse: new Set(refuse), least: least ?? 0.5 };
}

export class ClassifierGate implements TextGate {
  found: Finding | null = null;
  readonly #rule: { readonly classifier: TextClassifier; readonly refuse: ReadonlySet<string>; readonly least: number };
  #waiting = '';
  #shown = 0;

  constructor(rule: { readonly classifier: TextClassifier; readonly refuse: ReadonlySet<string>; readonly least: number }) {
    this.#rule = rule;
  }

  push(text: string): string {
    if (this.found) return '';
    this.#waiting += text;
    let shown = '';
    for (;;) {
      END.lastIndex = 0;
      const end = END.exec(this.#waiting);
      // marks at the very end may go on
      const length = end && END.lastIndex < this.#waiting.length ? END.lastIndex : this.#waiting.length > LONGEST ? LONGEST : 0;
      if (length === 0 || this.found) return shown;
      shown += this.#read(length);
    }
  }

  end(): string {
    return this.found || this.#waiting === '' ? '' : this.#read(this.#waiting.length);
  }

  #read(length: number): string {
    const sentence = this.#waiting.slice(0, length), { classifier, refuse, least } = this.#rule;
    if (sentence.trim() !== '') {
      const { label, probability } = classifier.classify(sentence.trim());
      if (refuse.has(label) && probability >= least) {
        this.found = { stage: 'classifier', rule: label, source: `probability ${probability.toFixed(3)}`, from: this.#shown };
        this.#waiting = '';
        return '';
      }
    }
    this.#waiting = this.#waiting.slice(length);
    this.#shown += length;
    return sentence;
  }
}
