import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A part that runs under the guard and cannot outlive this process. */
export interface Guarded {
  readonly pid: number;
  /** Settles when the part has ended, however it came to it; never rejects. */
  readonly exited: Promise<Exit>;
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

/**
 * Starts a command that is stopped with certainty when this process ends, even by `kill -9`, and that a Ctrl-C at the terminal does not
 * reach: whoever starts it decides when it stops.
 *
 * @throws when the command cannot be started
 */
export async function startGuarded(command: string, args: string[], options: GuardedOptions): Promise<Guarded> {
  const { log, stopSignal = 'SIGTERM', ...spawnOptions } = options;
  mkdirSync(dirname(log), { recursive: true });
  guard ??= startGuard();
  const { process: keeper, parts } = guard;
  const id = ++lastId;
  const part = newPart();
  parts.set(id, part);
  send(keeper, { run: { id, command, args, options: { env: process.env, ...spawnOptions }, log, stopSignal } });
  const pid = await part.started;
  return {
    pid,
    exited: part.exited,
    stop: (graceMs = 15_000) => {
      if (parts.has(id)) send(keeper, { stop: { id, graceMs } });
      return part.exited;
    },
  };
}

/** The pid of the guard, while it guards anything. It outlives a killed starter for the moment that it needs to stop the parts. */
export const guardPid = (): number | undefined => guard?.process.pid;

/** The end of a log file, for a message about the part that wrote it. */
export function lastLines(file: string, count = 15): string {
  try {
    const { size } = statSync(file);
    const start = Math.max(0, size - 16_384);
    const buffer = Buffer.alloc(size - start);
    const descriptor = openSync(file, 'r');
    readSync(descriptor, buffer, 0, buffer.length, start);
    closeSync(descriptor);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

interface Part {
  started: Promise<number>;
  exited: Promise<Exit>;
  onStarted(pid: number): void;
  onFailed(error: Error): void;
  onExited(exit: Exit): void;
  pid?: number;
}

type FromGuard = {
  started?: { id: number; pid: number };
  failed?: { id: number; message: string };
  exited?: { id: number } & Exit;
};

let guard: { process: ChildProcess; parts: Map<number, Part> } | undefined;
let lastId = 0;

function startGuard(): NonNullable<typeof guard> {
  const parts = new Map<number, Part>();
  const keeper = fork(join(__dirname, 'guard-process.js'), [], {
    detached: true,
    stdio: 'ignore',
    execArgv: [],
    env: {},
  });
  const started = { process: keeper, parts };
  const forget = (id: number) => {
    parts.delete(id);
    if (parts.size > 0) return;
    // Nothing left to guard: let it go, so that neither it nor its channel keeps anything alive.
    if (guard === started) guard = undefined;
    if (keeper.connected) keeper.disconnect();
  };
  keeper.on('message', ({ started, failed, exited }: FromGuard) => {
    if (started) parts.get(started.id)?.onStarted(started.pid);
    if (failed) {
      parts.get(failed.id)?.onFailed(new Error(failed.message));
      forget(failed.id);
    }
    if (exited) {
      parts.get(exited.id)?.onExited({ code: exited.code, signal: exited.signal });
      forget(exited.id);
    }
  });
  keeper.on('exit', () => {
    // Somebody killed the guard itself: its parts have lost their parent, so none may stay.
    for (const [id, part] of parts) {
      if (part.pid !== undefined) killGroup(part.pid);
      part.onFailed(new Error('The guard process was killed.'));
      part.onExited({ code: null, signal: 'SIGKILL' });
      forget(id);
    }
  });
  return started;
}

function newPart(): Part {
  let onStarted!: (pid: number) => void;
  let onFailed!: (error: Error) => void;
  let onExited!: (exit: Exit) => void;
  const started = new Promise<number>((resolve, reject) => {
    onStarted = resolve;
    onFailed = reject;
  });
  const exited = new Promise<Exit>((resolve) => {
    onExited = resolve;
  });
  const part: Part = {
    started,
    exited,
    onStarted: (pid) => {
      part.pid = pid;
      onStarted(pid);
    },
    onFailed,
    onExited,
  };
  return part;
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
