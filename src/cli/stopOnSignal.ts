import type { Terminal } from './terminal.ts';

/**
 * Ctrl-C (SIGINT) and SIGTERM become an AbortSignal, so that work can be saved. The second Ctrl-C quits at once.
 * `release` gives the signals back to the process.
 */
export function stopOnSignal(terminal: Terminal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    terminal.say('stopping after this step; once more to quit without saving');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
