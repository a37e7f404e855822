import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { writeAtOnce } from './kept';
import { isAlive, startedAt } from './processes';

/** The data folder belongs to this process until `release`. */
export interface Lock {
  /** Records the guard, so that the next start waits for it if this process is killed. */
  guardedBy(pid: number | undefined): void;
  release(): void;
}

interface Holder {
  pid: number;
  startedAt: string;
  guard?: { pid: number; startedAt: string } | undefined;
}

/**
 * Takes a data folder. A lock whose process is gone does not count; if that process was killed, this waits until its
 * parts have stopped.
 *
 * @throws when the folder is in use
 */
export async function lock(dataDir: string, log: (line: string) => void): Promise<Lock> {
  const file = join(dataDir, 'holdfast.lock');
  const us: Holder = { pid: process.pid, startedAt: startedAt(process.pid) };
  while (!created(file, us)) {
    const stale = read(file);
    if (stale === undefined) continue;
    if (lives(stale)) throw inUse(dataDir, stale.pid);
    if (stale.guard && lives(stale.guard)) await stopped(stale.guard, log);
    takeAway(file, stale);
  }
  return {
    guardedBy: (pid) => {
      writeAtOnce(file, JSON.stringify({ ...us, ...(pid && { guard: { pid, startedAt: startedAt(pid) } }) }));
    },
    release: () => rmSync(file, { force: true }),
  };
}

const inUse = (dataDir: string, pid: number) =>
  new Error(
    `Holdfast is already running with the data in ${dataDir} (process ${pid}).\n` +
      `Stop it first (Ctrl-C, or kill ${pid}), or start this one with other data: DATA_DIR=.data-2 PORT=3001 npm start`,
  );

/** By a hard link, so that the file appears with its content or not at all. */
function created(file: string, us: Holder): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(us), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** @returns undefined if the lock has gone meanwhile */
function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { pid: 0, startedAt: '' };
  }
}

/** Process ids are reused: it is the same process only if it also started at that time. */
const lives = ({ pid, startedAt: then }: { pid: number; startedAt: string }) =>
  pid > 0 && isAlive(pid) && startedAt(pid) === then;

async function stopped(guard: { pid: number; startedAt: string }, log: (line: string) => void): Promise<void> {
  log('An earlier run was killed; waiting for its parts to stop');
  for (const deadline = Date.now() + 60_000; lives(guard) && Date.now() < deadline; ) await setTimeout(50);
}

/**
 * By renaming: of two processes that find the same stale lock only one removes it, and neither removes the other's
 * new lock.
 */
function takeAway(file: string, stale: Holder): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (taken?.pid === stale.pid && taken.startedAt === stale.startedAt) rmSync(aside);
  else renameSync(aside, file);
}
