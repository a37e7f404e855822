import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A part that runs under the guard and cannot outlive this process. */
export interface Guarded {
  readonly pid: number;
  /** Settles when the part has ended, however it came to it; never rejects. */
  readonly exited: Promise<Exit>;
  /** Where its output goes. */
  readonly log: string;
  /** Asks the part to stop and waits until it has; after `graceMs` it is killed with all that it started. Safe to repeat. */
  stop(graceMs?: number): Promise<Exit>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface GuardedOptions {
  /** Where its output goes, appended. */
  log: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** What makes it stop in good order. Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

const GRACE_MS = 15_000;

/**
 * Starts a command that is stopped with certainty when this process ends, even by `kill -9`, and that a Ctrl-C at the terminal does not
 * reach: whoever starts it decides when it stops. Several share one guard process.
 *
 * @throws when the command cannot be started
 */
export async function startGuarded(command: string, args: string[], options: GuardedOptions): Promise<Guarded> {
  const { log, stopSignal = 'SIGTERM', ...spawnOptions } = options;
  mkdirSync(dirname(log), { recursive: true });
  guard ??= startGuard();
  const { keeper, parts } = guard;
  const id = ++lastId;
  const part: Part = { started: deferred(), exited: deferred() };
  parts.set(id, part);
  send(keeper, { run: { id, command, args, options: { env: process.env, ...spawnOptions }, log, stopSignal } });
  const pid = await part.started.promise;
  return {
    pid,
    exited: part.exited.promise,
    log,
    stop: (graceMs = GRACE_MS) => {
      if (parts.has(id)) send(keeper, { stop: { id, graceMs } });
      return part.exited.promise;
    },
  };
}

/** Stops every part, the youngest first, each within `graceMs`, also those that are only just being started. */
export async function stopAllGuarded(graceMs = GRACE_MS): Promise<void> {
  if (!guard) return;
  const exits = [...guard.parts.values()].map(({ exited }) => exited.promise);
  send(guard.keeper, { stopAll: { graceMs } });
  await Promise.all(exits);
}

/** Has the guard remove a file as soon as it stops everything; for a file that is true only while the parts run. */
export function removeWhenStopped(file: string): void {
  if (guard) send(guard.keeper, { remove: file });
}

/** The pid of the guard, while it guards anything. It outlives a killed starter for the moment that it needs to stop the parts. */
export const guardPid = (): number | undefined => guard?.keeper.pid;

interface Part {
  started: Deferred<number>;
  exited: Deferred<Exit>;
  pid?: number;
}

interface Guard {
  keeper: ChildProcess;
  parts: Map<number, Part>;
}

/** What the guard process says; see guard-process.js. */
interface Message {
  started?: { id: number; pid: number };
  failed?: { id: number; message: string };
  exited?: { id: number; code: number | null; signal: NodeJS.Signals | null };
}

let guard: Guard | undefined;
let lastId = 0;

function startGuard(): Guard {
  const parts = new Map<number, Part>();
  const file = join(__dirname, 'guard-process.js');
  const keeper = fork(file, [], { detached: true, stdio: 'ignore', execArgv: [], env: {} });
  const started: Guard = { keeper, parts };

  const end = (id: number, exit: Exit, why: string) => {
    const part = parts.get(id);
    part?.started.reject(new Error(why));
    part?.exited.resolve(exit);
    parts.delete(id);
    if (parts.size > 0) return;
    // Nothing left to guard: let it go, so that neither it nor its channel keeps anything alive.
    if (guard === started) guard = undefined;
    if (keeper.connected) keeper.disconnect();
  };

  keeper.on('message', ({ started, failed, exited }: Message) => {
    const part = started && parts.get(started.id);
    if (part) {
      part.pid = started.pid;
      part.started.resolve(started.pid);
    }
    if (failed) end(failed.id, { code: null, signal: null }, failed.message);
    if (exited) end(exited.id, { code: exited.code, signal: exited.signal }, 'It ended at once.');
  });
  keeper.on('exit', () => {
    // Somebody killed the guard itself: its parts have lost their parent, so none may stay.
    for (const [id, part] of parts) {
      if (part.pid !== undefined) killGroup(part.pid);
      end(id, { code: null, signal: 'SIGKILL' }, 'The guard process was killed.');
    }
  });
  return started;
}

function send(keeper: ChildProcess, message: object): void {
  // A guard that is already gone is dealt with by its exit event.
  keeper.send(message, () => {});
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((...callbacks) => {
    [resolve, reject] = callbacks;
  });
  return { promise, resolve, reject };
}
