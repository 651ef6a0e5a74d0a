/** What a filter found in a text. */
export interface Finding {
  /** Which kind of filter. */
  readonly stage: 'words' | 'patterns' | 'classifier';
  /** The phrase, the pattern or the label. */
  readonly rule: string;
  /** The list that it comes from, or what else is known of it. */
  readonly source: string;
  /** The text from here on is hidden, in characters (UTF-16) from the beginning. */
  readonly from: number;
}

/**
 * A text passes piece by piece; what may still become something that must not be shown waits. What was given out never
 * has to be taken back.
 */
export interface TextGate {
  /** @returns what can be shown now; nothing any more when something was found. */
  push(text: string): string;
  /** The text is over. @returns what was still waiting, up to what was found. */
  end(): string;
  /** Why nothing more is shown, or null. */
  readonly found: Finding | null;
}

/** Gates one behind the other. */
export class GateChain implements TextGate {
  readonly #gates: readonly TextGate[];

  constructor(gates: readonly TextGate[]) {
    this.#gates = gates;
  }

  get found(): Finding | null {
    // what a later gate found stands before what an earlier one found: it has not been given more
    return this.#gates.findLast(({ found }) => found)?.found ?? null;
  }

  push(text: string): string {
    return this.#pass(text, 0);
  }

  end(): string {
    let shown = '';
    for (let i = 0; i < this.#gates.length; i++) shown += this.#pass(this.#gates[i]!.end(), i + 1);
    return shown;
  }

  /** Through the gates from number `first` on; behind one that found something, the others get the end of what there is. */
  #pass(text: string, first: number): string {
    let passed = text;
    for (let i = first; i < this.#gates.length; i++) {
      const gate = this.#gates[i]!, before = gate.found;
      passed = gate.push(passed);
      if (!before && gate.found && i + 1 < this.#gates.length) return this.#pass(passed, i + 1) + this.#endFrom(i + 1);
    }
    return passed;
  }

  #endFrom(first: number): string {
    let shown = '';
    for (let i = first; i < this.#gates.length; i++) shown += this.#pass(this.#gates[i]!.end(), i + 1);
    return shown;
  }
}
