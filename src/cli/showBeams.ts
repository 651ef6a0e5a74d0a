// The tree of a search, for people and for programs.
import type { BeamNode, BeamSequence, BeamStep } from '../decode/index.ts';
import type { Tokenizer } from '../tokenizer/index.ts';

/** So many characters are shown of what stands before a token. */
const BEFORE = 24;
const FATES: Readonly<Record<BeamNode['fate'], string>> = {
  kept: 'goes on', finished: 'ends', worse: 'ends, too badly', late: 'ends, too late', outranked: 'outranked',
};

/** What the columns of {@link BeamTeller.show} are. */
export const beamColumns = (groups: boolean): string => `step ${groups ? 'group    ' : ''}what becomes         sum     this  token`;

/** Shows the steps of one search, one after the other. */
export class BeamTeller {
  readonly #tokenizer: Tokenizer;
  readonly #texts = new Map<number, readonly number[]>();
  readonly #groups: boolean;

  /** @param groups whether there are several, which are told apart then. */
  constructor(tokenizer: Tokenizer, groups: boolean) {
    this.#tokenizer = tokenizer;
    this.#groups = groups;
  }

  /**
   * One step as lines: each candidate with what became of it, its sum, what its token added, the token and what stands
   * before; then what is out of the search, and why.
   *
   * @example
   * //    3 goes on           -4.211  -0.402  "·sat"  behind "The cat"
   * //      outranked         -6.120  -2.311  "·dog"  behind "The cat"
   * //      out: "The dog" (outranked)
   */
  show({ step, nodes, pruned }: BeamStep): string[] {
    for (const { id, parent, token } of nodes) this.#texts.set(id, [...(parent === null ? [] : this.#texts.get(parent)!), token]);
    const width = Math.max(0, ...nodes.map(({ token }) => this.#name(token).length));
    const lines = nodes.map(({ parent, group, token, sum, added, fate }, i) => {
      const place = i === 0 ? String(step).padStart(4) : '    ', which = this.#groups ? `group ${group + 1}  ` : '';
      return `${place} ${which}${FATES[fate].padEnd(15)} ${sum.toFixed(3).padStart(8)} ${added.toFixed(3).padStart(8)}  ${this.#name(token).padEnd(width)}${parent === null ? '' : `  behind ${this.#text(parent)}`}`;
    });
    return [...lines, ...pruned.map(({ id, why }) => `     out: ${this.#text(id)} (${why})`)];
  }

  #name(token: number): string {
    return `"${this.#tokenizer.nameOf(token)}"`;
  }

  #text(id: number): string {
    const text = this.#tokenizer.decode(this.#texts.get(id)!);
    return JSON.stringify(text.length > BEFORE ? `…${text.slice(-BEFORE)}` : text);
  }
}

/** The tokens of a sequence as --json gives them. */
export const sequenceRecord = ({ nodes }: BeamSequence, tokenizer: Tokenizer): object[] => nodes.map((node) => nodeRecord(node, tokenizer));

/** A step as --json gives it. */
export const stepRecord = ({ step, nodes, pruned }: BeamStep, tokenizer: Tokenizer): object => ({ step, nodes: nodes.map((node) => nodeRecord(node, tokenizer)), pruned });

const nodeRecord = ({ id, parent, group, token, logprob, added, sum, fate }: BeamNode, tokenizer: Tokenizer): object => (
  { node: id, parent, group, token: tokenizer.nameOf(token), id: token, logprob, added, sum, fate });
