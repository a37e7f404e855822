import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A part that runs under the guard and cannot outlive this process. */
export interface Guarded {
  readonly pid: number;
  /** Resolves when the part has ended, for whatever reason; never rejects. */
  readonly exited: Promise<Exit>;
  /** The file its output goes to. */
  readonly log: string;
  /**
   * Asks the part to stop and waits. After `graceMs` the part is killed, along with everything it started. Safe to
   * repeat.
   */
  stop(graceMs?: number): Promise<Exit>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface GuardedOptions {
  /** The file its output is appended to. */
  log: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** The signal for a clean stop. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

const GRACE_MS = 15_000;

/**
 * Starts a command that is certain to be stopped when this process ends, even by `kill -9`. A Ctrl-C at the terminal
 * does not reach it: this process decides when it stops. All commands share one guard process.
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

/** Stops every part, youngest first, each within `graceMs`, including those still being started. */
export async function stopAllGuarded(graceMs = GRACE_MS): Promise<void> {
  if (!guard) return;
  const exits = [...guard.parts.values()].map(({ exited }) => exited.promise);
  send(guard.keeper, { stopAll: { graceMs } });
  await Promise.all(exits);
}

/** Has the guard delete a file when it stops everything: for a file that is valid only while the parts run. */
export function removeWhenStopped(file: string): void {
  if (guard) send(guard.keeper, { remove: file });
}

/**
 * The process id of the guard while it guards anything. It outlives a killed starter for as long as stopping the
 * parts takes.
 */
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

/** A message from the guard process; see guard-process.js. */
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
    // Nothing is left to guard: disconnect, so that neither the guard nor its channel keeps a process alive.
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
    // The guard itself was killed. Its parts have lost their parent, so none may go on running.
    for (const [id, part] of parts) {
      if (part.pid !== undefined) killGroup(part.pid);
      end(id, { code: null, signal: 'SIGKILL' }, 'The guard process was killed.');
    }
  });
  return started;
}

function send(keeper: ChildProcess, message: object): void {
  // If the guard is already gone, its exit event handles that.
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
