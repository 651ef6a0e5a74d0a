// A process that is kept running and spoken to in lines, so that it can take turns with others: one line asks, one
// line answers. All sides of a comparison speak the same few words:
//
//   (at start)   a line of JSON: who it is; or {"error": why it cannot}
//   run 3        -> seconds that 3 steps took, and the loss of the last of them
//   memory       -> most bytes that the process ever had in memory at once
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Starts a program and waits for its first line.
 *
 * @returns `hello` is what the first line said, `ask(line)` resolves to the answer, `side` is one for `alternate`
 *   (`side.losses` holds the loss after each turn). Null, and a printed reason, where it does not run.
 */
export async function startLineProcess(name, command, args, env = {}) {
  const child = spawn(command, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const failed = new Promise((resolve) => child.once('error', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const line = await Promise.race([lines.next(), failed.then((error) => { throw error; })]);
    if (line.done) throw new Error('it ended early');
    return line.value;
  };
  const stop = () => new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    child.once('exit', resolve);
    child.stdin.end();
  });
  let hello;
  try {
    hello = JSON.parse(await read());
    if (hello.error) throw new Error(hello.error);
  } catch (error) {
    console.error(`No ${name} in this comparison: ${error.code === 'ENOENT' ? `there is no ${command} here` : error.message.replace(/\.$/, '')}.`);
    await stop();
    return null;
  }
  const ask = (line) => {
    child.stdin.write(`${line}\n`);
    return read();
  };
  const losses = [];
  const side = async (times) => {
    const [seconds, loss] = (await ask(`run ${times}`)).split(' ').map(Number);
    losses.push(loss);
    return seconds;
  };
  return { name, hello, ask, side: Object.assign(side, { losses }), stop };
}
