// A plan is the whole program of one step, laid out flat in linear memory.
// Every thread walks the same plan and does its share of each instruction. Threads wait for each other only where an
// instruction says so: before one that needs what others have just computed.
//
//   instruction = kernel (u32 table index, 0 ends the plan) | bytes to the next instruction (u32) and MEET | kernel arguments
import { setUnrolled } from "./tile";
import { setWide } from "./wide";

/** In the second word of an instruction: meet at the barrier afterwards. After the last one of a plan threads always do. */
const MEET: u32 = 1;

/** The low bits of a job: threads that walk its plan. */
const WALKERS: i32 = 127;

/** Shared by all threads, placed by the engine. */
@unmanaged export class Team {
  arrived: i32;      // threads waiting at the current barrier
  round: i32;        // barriers passed so far
  job: i32;          // changed by the engine to start a plan: its number, and in the low bits how many threads walk it
  plan: usize;       // the plan to run; 0 sends the threads home
  scratch: usize;    // working memory of the kernels, one piece per thread
  scratchBytes: i32; // size of one piece
  unrolled: i32;     // 1 where the machine compiles unrolled loops well, see tile.ts
  wide: i32;         // 1 where wide tiles are faster, see wide.ts
  begun: i32;        // helpers that have begun to walk the plan
  failed: i32;       // 1 + the number of a thread that trapped, or GONE; whoever writes it then moves `round` on
}

/** This thread's own working memory. Every thread has its own instance of the module, so this global is its own too. */
export let scratch: usize = 0;

// A few microseconds: most barriers open before a thread needs to sleep.
const SPINS: i32 = 2000;

/**
 * A helper can be ended from outside while it sleeps, and would then be waited for for ever. So thread 0 looks up every
 * second, and gives up when a helper has not begun for the fifth time. One that has begun may take as long as it needs.
 */
const SECOND: i64 = 1_000_000_000, PATIENCE: i32 = 5, TIMED_OUT: i32 = 2;
/** In `failed`. */
const GONE: i32 = -1;

function barrier(team: usize, thread: i32, threads: i32): void {
  const round = atomic.load<i32>(team, offsetof<Team>("round"));
  if (atomic.add<i32>(team, 1, offsetof<Team>("arrived")) == threads - 1) {
    atomic.store<i32>(team, 0, offsetof<Team>("arrived"));
    atomic.add<i32>(team, 1, offsetof<Team>("round"));
    atomic.notify(team + offsetof<Team>("round"), -1);
    return;
  }
  for (let i = 0; i < SPINS; i++) {
    if (atomic.load<i32>(team, offsetof<Team>("round")) != round) return;
  }
  // `failed` is written before `round` moves on: whoever sees the one too early sees the other in time
  let patience = PATIENCE;
  while (atomic.load<i32>(team, offsetof<Team>("round")) == round && !failed(team)) {
    const woken = atomic.wait<i32>(team + offsetof<Team>("round"), round, thread == 0 ? SECOND : -1);
    if (woken == TIMED_OUT && atomic.load<i32>(team, offsetof<Team>("begun")) < threads - 1 && --patience == 0) giveUp(team);
  }
}

function giveUp(team: usize): void {
  atomic.store<i32>(team, GONE, offsetof<Team>("failed"));
  atomic.add<i32>(team, 1, offsetof<Team>("round"));
  atomic.notify(team + offsetof<Team>("round"), -1);
}

/** Whether some thread has trapped or is gone. It will never arrive, so everybody leaves the plan. */
// @ts-ignore: decorator
@inline function failed(team: usize): bool {
  return atomic.load<i32>(team, offsetof<Team>("failed")) != 0;
}

/**
 * Walks `plan` as thread number `thread` of `threads`. A plan for one thread meets no barriers.
 * The next instruction is read before the barrier: behind the last one the plan may be gone.
 * Where a thread has failed, nobody waits any more and the barrier lets everybody through.
 */
export function run(team: Team, plan: usize, thread: i32, threads: i32): void {
  setUnrolled(team.unrolled != 0);
  setWide(team.wide != 0);
  scratch = team.scratch + <usize>thread * <usize>team.scratchBytes;
  const base = changetype<usize>(team);
  // in here and not before the call: V8 ends a thread where it enters a function, and then it must not have begun
  if (thread > 0) atomic.add<i32>(base, 1, offsetof<Team>("begun"));
  let at = plan, kernel = load<u32>(at);
  while (kernel != 0) {
    call_indirect<void>(kernel, at + 8, thread, threads);
    const step = load<u32>(at, 4);
    at += step & ~MEET;
    kernel = load<u32>(at);
    if (threads == 1 || (kernel != 0 && !(step & MEET))) continue;
    barrier(base, thread, threads);
    if (failed(base)) return;
  }
}

/**
 * The life of a helper thread: sleep until the next job, walk its plan, repeat. Of a job for fewer threads the others
 * see nothing but its word: only those who walk a plan are waited for, so only they may look at it.
 * The plan is read atomically: an ordinary load may be moved before the wait.
 */
export function serve(team: Team, thread: i32, job: i32): void {
  const base = changetype<usize>(team);
  for (;;) {
    const next = atomic.load<i32>(base, offsetof<Team>("job")), threads = next & WALKERS;
    if (next == job) {
      atomic.wait<i32>(base + offsetof<Team>("job"), job, -1);
      continue;
    }
    job = next;
    if (thread >= threads) continue;
    const plan = atomic.load<usize>(base, offsetof<Team>("plan"));
    if (plan == 0) return;
    run(team, plan, thread, threads);
    if (failed(base)) return;
  }
}
