import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { commandLine } from '../../sandbox/processes';
import { newFolder } from './folder';

const ROOT = join(__dirname, '..', '..');

/** A program started as a person starts it, in a session of its own like that of a terminal. */
export interface Launched {
  pid: number;
  dataDir: string;
  /** What it has said so far. */
  output(): string;
  exited: Promise<number | null>;
  /** To its whole process group, as the terminal sends Ctrl-C. */
  signal(signal: NodeJS.Signals): void;
}

/** A data folder of the test's own. No test needs to remove it. */
export const newDataDir = (): string => newFolder('launched');

/** Starts an entry file (`sandbox/services.ts`) with exactly these variables beside those of the machine. */
export function launch(entry: string, dataDir: string, variables: Record<string, string> = {}): Launched {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', entry], {
    cwd: ROOT,
    env: {
      PATH,
      HOME,
      ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }),
      DATA_DIR: dataDir,
      ...variables,
    } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const pid = child.pid as number;
  return {
    pid,
    dataDir,
    output: () => output,
    exited: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    signal: (signal) => process.kill(-pid, signal),
  };
}

/** Waits for a condition; the message says what never came. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await setTimeout(50)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`${what}: not after ${timeoutMs / 1000} s`);
}

/** The variables of `services.env`, once it is there. */
export async function published({ dataDir, output, exited }: Launched): Promise<Record<string, string>> {
  const file = join(dataDir, 'services.env');
  let code: number | null | undefined;
  void exited.then((exit) => {
    code = exit;
  });
  await until('services.env', () => {
    if (code !== undefined) throw new Error(`It ended with ${code}:\n${output()}`);
    return existsSync(file);
  });
  return environmentOf(readFileSync(file, 'utf8'));
}

export const environmentOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** The processes below one, whoever their parents have become since; all that it must not leave behind. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** None of one that has ended since somebody named it (a connection of PostgreSQL is a process, and comes and goes). */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH')
      return [];
    throw error;
  }
}

/**
 * Those of some processes that still run. One that has ended and waits for its parent to notice has no command line
 * any more.
 */
export const survivors = (pids: number[]): string[] => pids.map(commandLine).filter(Boolean);
