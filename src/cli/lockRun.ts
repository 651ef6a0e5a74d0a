// Two processes that write to one folder would destroy each other's run. Whoever trains keeps a file run.lock in the
// folder that names the process. A process that was killed leaves its lock behind; the next one finds nobody alive
// behind it and takes the lock over.
import { link, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StoreError } from '../formats/index.ts';
import { UsageError } from './usageError.ts';

const FILE = 'run.lock';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly since: string;
  /** When the process began, as its system counts: a number is given to another process when the first one has ended. */
  readonly began: string | null;
}

export interface RunLock {
  release(): Promise<void>;
}

/** Folders that this process itself has locked. */
const held = new Set<string>();

/**
 * Locks the folder of a run for this process.
 *
 * @param command as others will be told.
 * @throws {UsageError} when another process, or another run of this one, is writing there.
 * @throws {StoreError} when the folder cannot be written.
 * @example
 * const lock = await lockRun('runs/book', 'inkling pretrain');
 * try { ... } finally { await lock.release(); }
 */
export async function lockRun(out: string, command: string): Promise<RunLock> {
  const folder = resolve(out), file = join(folder, FILE), own = join(folder, `.${FILE}.${process.pid}`);
  if (held.has(folder)) throw inUse(out, `another run of this process`);
  held.add(folder);
  let made: string | undefined;
  const leave = async (): Promise<void> => {
    held.delete(folder);
    // an empty folder that was not there before is not left behind
    if (made === undefined) return;
    for (let empty = folder; ; empty = dirname(empty)) {
      if (!(await rmdir(empty).then(() => true, () => false)) || empty === made) return;
    }
  };
  try {
    made = await mkdir(folder, { recursive: true });
    const me: Holder = { pid: process.pid, host: hostname(), command, since: new Date().toISOString(), began: await beginningOf(process.pid) };
    await writeFile(own, `${JSON.stringify(me)}\n`);
    // a link is made at once, with its content, or not at all
    while (!(await link(own, file).then(() => true, refuseUnlessThere))) await takeOver(file, out);
    await rm(own, { force: true });
  } catch (error) {
    await rm(own, { force: true }).catch(() => {});
    await leave();
    throw explain(error, out);
  }
  return {
    async release() {
      await rm(file, { force: true });
      await leave();
    },
  };
}

/** Takes away the lock of a process that has ended. */
async function takeOver(file: string, out: string): Promise<void> {
  const found = await readFile(file, 'utf8').catch(() => null);
  if (found === null) return; // released this moment
  const holder = parse(found);
  if (holder && await isAlive(holder)) throw inUse(out, `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`} (${holder.command}, since ${holder.since})`);
  const aside = `${file}.${process.pid}`;
  await rename(file, aside).catch(() => {});
  // somebody may have been faster, so that this is a new lock: it goes back
  if ((await readFile(aside, 'utf8').catch(() => found)) !== found) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

/** What is not to be seen from here counts as alive: the user can look. */
async function isAlive({ pid, host, began }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  const now = await beginningOf(pid);
  // a lock with the number of this very process, which holds none, is from before
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return began === null || now === null || now === began;
}

/** Field 22 of /proc/PID/stat, counted behind the name, which may hold anything; null where there is no such file. */
async function beginningOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function parse(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return Number.isSafeInteger(holder?.pid) && typeof holder?.host === 'string' ? holder as Holder : null;
  } catch {
    return null;
  }
}

const inUse = (out: string, who: string): UsageError => new UsageError(
  `${out} is in use by ${who}: two runs would write over each other. Wait for it to end, or choose another --out. If it is gone for certain, remove ${join(out, FILE)}.`);

function refuseUnlessThere(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
  throw error;
}

function explain(error: unknown, out: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new StoreError('permission', `Cannot write to ${out}: permission denied (${code}). Choose another folder, or change its owner or mode.`);
  if (code === 'ENOTDIR' || code === 'EEXIST') return new StoreError('other', `Cannot write to ${out}: a file stands where a folder is needed.`);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StoreError('full', `Cannot write to ${out}: the disk is full.`);
  return error;
}
