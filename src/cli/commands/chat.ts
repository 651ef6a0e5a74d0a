import { createInterface } from 'node:readline/promises';
import { Chat } from '../../decode/index.ts';
import { OptionError } from '../../errors.ts';
import { beamsFrom, chatBeamOptions } from '../beamOptions.ts';
import { ChatDoubt } from '../chatDoubt.ts';
import { defineCommand } from '../command.ts';
import { filterDetails, filterFrom, filterOptions, questionDetails } from '../filterOptions.ts';
import { learnQuestions } from '../learnQuestions.ts';
import { flag, requiredText, text, whole } from '../options.ts';
import { questions } from '../questions.ts';
import { samplingFrom, samplingOptions } from '../samplingOptions.ts';
import type { Terminal } from '../terminal.ts';
import { logprobRecord, showPiece, tellDecisions, traceRecord } from '../tellToken.ts';
import { UsageError } from '../usageError.ts';
import { cacheOption, modelSummary, quantizeOption, withModel } from '../withModel.ts';

export const chat = defineCommand({
  name: 'chat',
  summary: 'talks',
  options: {
    model: requiredText('PATH', modelSummary),
    system: text('TEXT', 'stands before the conversation and is never forgotten'),
    tokens: whole(1, 1e9, 'longest reply (default 200)'),
    doubt: flag('say "I do not know" where that is probable; inkling inspect doubt --save has measured when'),
    ...samplingOptions,
    ...filterOptions,
    ...chatBeamOptions,
    ...quantizeOption,
    ...cacheOption,
  },
  example: 'inkling chat --model runs/chat\necho "Who are you?" | inkling chat --model runs/chat --json',
  details: [
    'With --beams N each reply is searched for, and shown when it is found.',
    'In the chat: /reset begins anew, /quit ends it. Without a terminal every line of the input is a message; if there is none, ten',
    'fixed questions are asked.',
    ...filterDetails,
    ...questionDetails,
  ],
  async run(values, terminal) {
    const { model: path, system, tokens = 200, seed = 1, threads, build, quantize, tokenizer, cache, doubt: asksDoubt } = values, search = beamsFrom(values);
    const filter = await filterFrom(values, (language) => learnQuestions(language, terminal));
    if (asksDoubt && filter) throw new UsageError('--doubt reads a message before the filters do, so the two do not go together yet. Leave one of them out.');
    await withModel(path, { threads, build, quantize, tokenizer }, async (model) => {
      const doubt = asksDoubt ? await ChatDoubt.open(model, path) : undefined, talk = new Chat(model, { system, tokens, ...samplingFrom(values), ...search, filter, seed, cache });
      try {
        if (terminal.streams.stdin.isTTY) await converse(talk, terminal, doubt);
        else await answerLines(talk, terminal, doubt);
      } finally {
        talk.free();
        doubt?.free();
      }
    });
  },
});

/** Talks with whoever sits at the terminal. Also the end of the quickstart. */
export async function converse(talk: Chat, terminal: Terminal, doubt?: ChatDoubt): Promise<void> {
  const { stdin, stdout, stderr } = terminal.streams, { colors } = terminal;
  const reader = createInterface({ input: stdin, output: terminal.json ? stderr : stdout, prompt: colors.bold('> ') });
  // Ctrl-C ends a reply that is being said, and the talk where nothing is being said
  let reply: AbortController | null = null;
  reader.on('SIGINT', () => (reply ? reply.abort() : reader.close()));
  terminal.say(colors.dim('Say something. /reset begins anew, /quit ends.'));
  reader.prompt();
  for await (const line of reader) {
    const said = line.trim();
    if (said === '/quit' || said === '/exit') break;
    if (said === '/reset') {
      talk.reset();
      terminal.say(colors.dim('(everything is forgotten)'));
    } else if (said !== '') {
      reply = new AbortController();
      await answer(talk, said, terminal, { signal: reply.signal, doubt });
      reply = null;
    }
    reader.prompt();
  }
  reader.close();
}

/** Answers every line of the input; without any, the ten questions. */
export async function answerLines(talk: Chat, terminal: Terminal, doubt?: ChatDoubt): Promise<void> {
  const reader = createInterface({ input: terminal.streams.stdin });
  let lines = 0;
  for await (const line of reader) {
    if (line.trim() === '') continue;
    lines++;
    if (line.trim() === '/quit') return;
    if (line.trim() === '/reset') talk.reset();
    else await askAndAnswer(talk, line.trim(), terminal, doubt);
  }
  if (lines === 0) await askTen(talk, terminal, doubt);
}

/** The transcript of the ten fixed questions. */
export async function askTen(talk: Chat, terminal: Terminal, doubt?: ChatDoubt): Promise<void> {
  for (const question of questions) await askAndAnswer(talk, question, terminal, doubt);
}

async function askAndAnswer(talk: Chat, question: string, terminal: Terminal, doubt?: ChatDoubt): Promise<void> {
  terminal.tell(terminal.colors.bold(`> ${question}`));
  await answer(talk, question, terminal, { doubt });
}

/** Says the reply piece by piece. A reply that is broken off counts as far as it came. */
async function answer(talk: Chat, question: string, terminal: Terminal, { signal, doubt: meter }: { readonly signal?: AbortSignal; readonly doubt?: ChatDoubt | undefined }): Promise<void> {
  try {
    const doubt = await meter?.of(talk.messages, question);
    if (doubt?.refusal !== undefined) {
      talk.remember(question, doubt.refusal);
      terminal.stream(`${doubt.refusal}\n`);
      terminal.say(terminal.colors.dim(`(a doubt of ${doubt.value.toFixed(2)}: the question has probably no answer that it knows)`));
      terminal.record({ question, text: doubt.refusal, doubt: doubt.value, refused: true });
      return;
    }
    const pieces = talk.send(question, { signal });
    let next = await pieces.next();
    const traces: object[] = [];
    let aside = false; // what is told of each token has lines of its own; the text follows as a whole then
    for (let place = 1; !next.done && !signal?.aborted; next = await pieces.next(), place++) {
      const { text: shown, trace, logprobs } = next.value;
      if (trace) traces.push(traceRecord(next.value, talk.tokenizer));
      aside ||= trace !== undefined || (logprobs !== undefined && !terminal.json);
      if (aside) terminal.tell(...showPiece(next.value, place, talk.tokenizer));
      else terminal.stream(shown);
    }
    if (next.done && aside) terminal.stream(next.value.text);
    terminal.stream('\n');
    if (!next.done) {
      await pieces.return(undefined as never);
      return;
    }
    const { text: reply, tokens, tokensPerSecond, dropped, logprobs, decisions } = next.value;
    if (decisions) tellDecisions(decisions, terminal);
    if (dropped > 0) terminal.say(terminal.colors.dim(`(the context is full: ${dropped === 1 ? 'the oldest turn was' : `the ${dropped} oldest turns were`} forgotten)`));
    terminal.record({
      question, text: reply, tokens: tokens.length, tokens_per_second: tokensPerSecond, dropped, ...(doubt && { doubt: doubt.value, refused: false }),
      ...(decisions && { filtered: decisions }),
      ...(logprobs && { logprobs: logprobs.map((one) => logprobRecord(one, talk.tokenizer)) }), ...(traces.length > 0 && { explain: traces }),
    });
  } catch (error) {
    // a search is broken off before it has said anything
    if (signal?.aborted) return terminal.stream('\n');
    // a message that is too long ends the message, not the conversation
    if (!(error instanceof OptionError)) throw error;
    terminal.tell(error.message);
    terminal.record({ question, error: error.message });
  }
}
