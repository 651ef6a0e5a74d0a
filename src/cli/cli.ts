#!/usr/bin/env node
// The command line `inkling`. Everything worth reading begins in main.ts.
import { main } from './main.ts';

// whoever reads our output may stop reading (inkling ... | head): no failure
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

process.exitCode = await main(process.argv.slice(2), process);
