// `generate --beams`: a search instead of a draw. The text is told when the search is over.
import { type BeamOptions, beamSearch, type BeamStep } from '../decode/index.ts';
import { bytes } from '../errors.ts';
import type { SpeakingModel } from '../models/index.ts';
import { beamColumns, BeamTeller, sequenceRecord, stepRecord } from './showBeams.ts';
import { tellDecisions } from './tellToken.ts';
import type { Terminal } from './terminal.ts';

/**
 * Searches once and tells what was found.
 *
 * @param explain tell every step as well.
 * @param why by reason: how people are told why a text ended.
 */
export async function searchText(model: SpeakingModel, prompt: string, options: BeamOptions, { explain, why, terminal }: {
  readonly explain: boolean;
  readonly why: Readonly<Record<string, string>>;
  readonly terminal: Terminal;
}): Promise<void> {
  const { tokenizer } = model, { colors } = terminal, teller = new BeamTeller(tokenizer, (options.groups ?? 1) > 1), steps: BeamStep[] = [];
  const search = beamSearch(model, prompt, options);
  if (explain) terminal.tell(colors.dim(beamColumns((options.groups ?? 1) > 1)));
  let next = await search.next();
  for (; !next.done; next = await search.next()) {
    if (!explain) continue;
    terminal.tell(...teller.show(next.value));
    steps.push(next.value);
  }
  const { sequences, steps: made, stepsPerSecond, bytes: held, copied } = next.value;
  for (const [i, sequence] of sequences.entries()) {
    const { text, tokens, reason, score, sum, decisions } = sequence;
    if (sequences.length > 1) terminal.say(colors.dim(`--- ${i + 1}`));
    if (!terminal.quiet) terminal.stream(colors.dim(prompt));
    terminal.stream(`${text}\n`);
    if (decisions) tellDecisions(decisions, terminal);
    terminal.say(colors.dim(`(score ${score.toFixed(3)}, log-probability ${sum.toFixed(3)}; ${tokens.length} tokens; ${why[reason]})`));
    terminal.record({
      text, tokens: tokens.length, reason, score, sum, rank: i + 1, ...(decisions && { filtered: decisions }), ...((options.groups ?? 1) > 1 && { group: sequence.group }),
      ...(i === 0 && { steps: made, steps_per_second: stepsPerSecond, cache_bytes: held, copied }), logprobs: sequenceRecord(sequence, tokenizer),
      ...(i === 0 && explain && { explain: steps.map((step) => stepRecord(step, tokenizer)) }),
    });
  }
  if (sequences.length < (options.returned ?? 1)) terminal.say(colors.dim(`(no more than ${sequences.length} of ${options.returned} texts were found)`));
  terminal.say(colors.dim(`(${made} steps, ${stepsPerSecond.toFixed(0)} per second, ${bytes(held)} of memory for ${options.beams} beams)`));
}
