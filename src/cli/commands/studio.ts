import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DataError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { whole } from '../options.ts';
import { serveFolder } from '../serveFolder.ts';

/** Where the built page lies: beside this bundle, or, from source, in dist/. */
function findPage(): string {
  const places = ['./web/', '../web/', '../../../dist/web/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((place) => existsSync(`${place}index.html`));
  if (!found) throw new DataError('The studio is not built: there is no dist/web/index.html. Run npm run build.');
  return found;
}

export const studio = defineCommand({
  name: 'studio',
  summary: 'opens the studio: a page where a model is seen at work, served to this machine only',
  details: ['The page computes everything itself, in the browser. It is served with the headers that let its threads share memory.'],
  options: { port: whole(0, 65_535, 'where it listens on this machine; 0 takes any free one (default 7007)') },
  example: 'inkling studio --port 7007',
  async run({ port = 7007 }, terminal) {
    const server = await serveFolder(findPage(), port);
    terminal.tell(`The studio is at ${server.url}`);
    terminal.say(terminal.colors.dim('Ctrl-C ends it.'));
    terminal.record({ kind: 'studio', url: server.url });
    await new Promise((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    await server.close();
  },
});
