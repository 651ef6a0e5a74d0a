import { FormatError, count } from '../errors.ts';
import type { Message } from './message.ts';
import type { Chunks, Document } from './source.ts';
import { textOnly } from './textOnly.ts';

/**
 * Comma-separated values with a header line. A column `text` makes text documents; the columns `prompt` and `response`
 * (and, if there is one, `system`) make conversations. Other columns are ignored. Fields in quotes may hold commas,
 * line ends, and quotes written twice.
 *
 * @param name what error messages call the file; they add the number of the line.
 * @throws {FormatError} for a missing column, a row of another length, or an unfinished quote.
 * @throws {DataError} for a file that is empty or not text.
 * @see RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
 * @example
 * const file = [new TextEncoder().encode('prompt,response\n"Hi, you!",Hello.\n')];
 * for await (const document of csv(file, 'chat.csv')) console.log(document); // { messages: [user, assistant] }
 */
export async function* csv(chunks: Chunks, name: string): AsyncGenerator<Document> {
  let columns: string[] | null = null;
  let toDocument: (row: readonly string[]) => Document = () => ({ text: '' });
  for await (const { line, fields } of csvRows(textOnly(chunks, name), name)) {
    if (!columns) {
      columns = fields.map((field) => field.trim().toLowerCase());
      toDocument = readerFor(columns, name);
    } else if (fields.length !== columns.length) {
      throw new FormatError(`${name} line ${count(line)} has ${fields.length} fields, but the header has ${columns.length}. A comma inside a field needs quotes around the field.`);
    } else {
      yield toDocument(fields);
    }
  }
}

function readerFor(columns: readonly string[], name: string): (row: readonly string[]) => Document {
  const [text, prompt, response, system] = ['text', 'prompt', 'response', 'system'].map((column) => columns.indexOf(column));
  if (text! >= 0) return (row) => ({ text: row[text!]! });
  if (prompt! >= 0 && response! >= 0) {
    return (row) => {
      const messages: Message[] = [{ role: 'user', content: row[prompt!]! }, { role: 'assistant', content: row[response!]! }];
      const first = system! >= 0 ? row[system!]! : '';
      return { messages: first ? [{ role: 'system', content: first }, ...messages] : messages };
    };
  }
  throw new FormatError(`${name} needs a column "text", or two columns "prompt" and "response". The first line has ${columns.map((column) => JSON.stringify(column)).join(', ').slice(0, 200)}.`);
}

interface Row {
  readonly line: number;
  readonly fields: string[];
}

/** Rows as they stand; empty lines are skipped. `line` is where the row begins. */
async function* csvRows(chunks: Chunks, name: string): AsyncGenerator<Row> {
  const rows = new RowReader(name), decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new FormatError(`${name}, after line ${count(rows.line)}: this is not valid UTF-8.`);
    }
  };
  for await (const chunk of chunks) {
    rows.push(decode(chunk));
    yield* rows.take();
  }
  rows.push(decode());
  rows.end();
  yield* rows.take();
}

/** Where the reader stands: before a field, in a bare one, in a quoted one, or after a quote that may be one of two. */
type Place = 'start' | 'bare' | 'quoted' | 'quote';

class RowReader {
  readonly name: string;
  line = 1;
  #place: Place = 'start';
  #field = '';
  #fields: string[] = [];
  #rows: Row[] = [];
  #began = 1;
  #quoteAt = 1;

  constructor(name: string) {
    this.name = name;
  }

  take(): Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  push(text: string): void {
    let i = 0;
    while (i < text.length) {
      if (this.#place === 'quoted') {
        // The fast way through a long field: to the next quote at once.
        const quote = text.indexOf('"', i), end = quote < 0 ? text.length : quote;
        const part = text.slice(i, end);
        this.#field += part;
        for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) this.line++;
        if (quote >= 0) this.#place = 'quote';
        i = end + 1;
        continue;
      }
      if (this.#place === 'bare') {
        let end = i;
        while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++;
        this.#field += text.slice(i, end);
        i = end;
        if (i === text.length) return;
      }
      this.#sign(text[i]!);
      i++;
    }
  }

  end(): void {
    if (this.#place === 'quoted') {
      throw new FormatError(`${this.name}: the quote opened in line ${count(this.#quoteAt)} is never closed.`);
    }
    this.#endRow();
  }

  #sign(sign: string): void {
    if (sign === ',') {
      this.#endField();
    } else if (sign === '\n') {
      this.#endRow();
    } else if (sign === '"' && this.#place === 'start') {
      this.#place = 'quoted';
      this.#quoteAt = this.line;
    } else if (sign === '"' && this.#place === 'quote') {
      this.#place = 'quoted';
      this.#field += '"';
    } else if (this.#place === 'quote') {
      if (sign === '\r') return;
      throw new FormatError(`${this.name} line ${count(this.line)}: after a closing quote there should be a comma or a line end, but there is ${JSON.stringify(sign)}. A quote inside a quoted field is written twice.`);
    } else {
      this.#place = 'bare';
      this.#field += sign;
    }
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
    this.#place = 'start';
  }

  #endRow(): void {
    // The other half of \r\n.
    if (this.#place === 'bare' && this.#field.endsWith('\r')) this.#field = this.#field.slice(0, -1);
    const empty = this.#fields.length === 0 && this.#field === '' && this.#place !== 'quote';
    this.#endField();
    if (!empty) this.#rows.push({ line: this.#began, fields: this.#fields });
    this.#fields = [];
    this.#began = ++this.line;
  }
}
