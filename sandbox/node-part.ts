import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Foreground } from './foreground';
import { type Guarded, startGuarded } from './guard';
import { lastLines } from './logs';

export interface NodePart {
  /** Its name in messages. */
  name: string;
  /** The name of its log file. */
  id: string;
  /** Its entry file, relative to the project's folder. */
  entry: string;
  env: NodeJS.ProcessEnv;
  /** An address that answers 200 when the part is ready. */
  readyUrl: string;
  /** What it waits for itself: its own time to be ready begins once that is there. */
  after?: Promise<unknown>;
  /** The signal for a clean stop. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

const ROOT = join(__dirname, '..');

/** The contract gives both production processes 90 s to be ready; every other part gets the same. */
const READY_TIMEOUT_MS = 90_000;

/** Starts one of the project's own programs and waits until it is ready. The run ends when the program does. */
export async function startNodePart(
  run: Foreground,
  { name, id, entry, env, readyUrl, after = Promise.resolve(), stopSignal = 'SIGTERM' }: NodePart,
): Promise<Guarded> {
  const args = ['--require', 'tsx/cjs', join(ROOT, entry)];
  const part = await startGuarded(process.execPath, args, { log: run.logFile(id), cwd: ROOT, env, stopSignal });
  await ready(name, part, { url: readyUrl, after });
  run.watch(name, part);
  return part;
}

async function ready(
  name: string,
  part: Guarded,
  { url, after }: { url: string; after: Promise<unknown> },
): Promise<void> {
  let deadline = Number.POSITIVE_INFINITY;
  const begin = () => {
    deadline = Date.now() + READY_TIMEOUT_MS;
  };
  after.then(begin, begin); // whoever waits for it hears of its failure
  let ended = false;
  void part.exited.then(() => {
    ended = true;
  });
  for (; ; await setTimeout(100)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (answer?.ok) return;
    if (ended) throw new Error(`${name} did not start:\n${lastLines(part.log)}`);
    if (Date.now() > deadline) throw new Error(`${name} is not ready after 90 s (${url}):\n${lastLines(part.log)}`);
  }
}
