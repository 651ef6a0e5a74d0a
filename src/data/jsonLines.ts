import { FormatError, closest, count } from '../errors.ts';
import { lines } from './lines.ts';
import type { Message } from './message.ts';
import type { Chunks, Document } from './source.ts';
import { textOnly } from './textOnly.ts';

/**
 * JSON Lines: every line one document, `{"text": "..."}` or `{"messages": [{"role": "user", "content": "..."}, ...]}`.
 * A bare list of messages will do too. Other fields are ignored, empty lines skipped.
 *
 * @param name what error messages call the file; they add the number of the line.
 * @throws {FormatError} for a line that is no JSON or no document.
 * @throws {DataError} for a file that is empty or not text.
 * @see https://jsonlines.org
 * @example
 * const file = [new TextEncoder().encode('{"text":"one"}\n{"text":"two"}\n')];
 * for await (const document of jsonLines(file, 'two.jsonl')) console.log(document); // { text: 'one' }, { text: 'two' }
 */
export async function* jsonLines(chunks: Chunks, name: string): AsyncGenerator<Document> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  for await (const bytes of lines(textOnly(chunks, name), name)) {
    const where = `${name} line ${count(++number)}`;
    let line: string;
    try {
      line = decoder.decode(bytes);
    } catch {
      throw new FormatError(`${where} is not valid UTF-8.`);
    }
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new FormatError(`${where} is not JSON: ${error instanceof Error ? error.message : String(error)}. Every line must hold one whole JSON object.`);
    }
    yield parseDocument(value, where);
  }
}

/**
 * Makes a document of a JSON value.
 *
 * @param where what error messages call the place it came from.
 * @throws {FormatError} when it is none.
 */
export function parseDocument(value: unknown, where: string): Document {
  if (Array.isArray(value)) return { messages: parseMessages(value, where) };
  if (typeof value !== 'object' || value === null) {
    throw new FormatError(`${where} should be {"text": ...} or {"messages": [...]}, but it is ${shorten(value)}.`);
  }
  if ('text' in value) {
    if (typeof value.text !== 'string') throw new FormatError(`${where}: "text" should be a string, but it is ${shorten(value.text)}.`);
    return { text: value.text };
  }
  if ('messages' in value) {
    if (!Array.isArray(value.messages)) throw new FormatError(`${where}: "messages" should be a list, but it is ${shorten(value.messages)}.`);
    return { messages: parseMessages(value.messages, where) };
  }
  const keys = Object.keys(value).map((key) => JSON.stringify(key)).join(', ') || 'no fields';
  throw new FormatError(`${where} should have "text" or "messages", but it has ${keys.slice(0, 200)}.`);
}

function parseMessages(list: readonly unknown[], where: string): Message[] {
  if (list.length === 0) throw new FormatError(`${where}: a conversation needs at least one message.`);
  return list.map((item, i) => {
    const { role, content } = (typeof item === 'object' && item !== null ? item : {}) as { role?: unknown; content?: unknown };
    if (typeof role !== 'string' || typeof content !== 'string') {
      throw new FormatError(`${where}, message ${i + 1} should be {"role": ..., "content": ...} with two strings, but it is ${shorten(item)}.`);
    }
    if (!isRole(role)) {
      const near = closest(role, roles);
      throw new FormatError(`${where}, message ${i + 1} has the unknown role ${shorten(role)}. ${near ? `Did you mean "${near}"?` : `Roles are ${roles.join(', ')}.`}`);
    }
    if (role === 'system' && i > 0) throw new FormatError(`${where}, message ${i + 1}: a system message can only stand first.`);
    return { role, content };
  });
}

const roles = ['system', 'user', 'assistant'] as const;

const isRole = (role: string): role is Message['role'] => (roles as readonly string[]).includes(role);

const shorten = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);
