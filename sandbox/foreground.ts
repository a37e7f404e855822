import { mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Guarded, guardPid, removeWhenStopped, stopAllGuarded } from './guard';
import { writeAtOnce } from './kept';
import { type Lock, lock } from './lock';
import { lastLines } from './logs';

/** A run at a terminal: it owns a data folder, watches the parts it started, and stops them all at the end. */
export interface Foreground {
  dataDir: string;
  log(line: string): void;
  logFile(part: string): string;
  /** Waits for slow work, and logs every few seconds that it is still waiting. */
  step<T>(what: string, work: Promise<T>): Promise<T>;
  /** From now on the whole run ends when this part ends. */
  watch(name: string, part: Guarded): void;
  /** Writes `services.env`, which exists exactly as long as everything answers. */
  publish(variables: Record<string, string>): void;
}

/**
 * Runs until it is asked to stop (Ctrl-C, SIGTERM, a closed terminal, a killed npm), a part ends by itself, or
 * something fails to start. Then it stops everything it started, youngest first, and exits: with 0 if it was asked to
 * stop, otherwise with 1.
 */
export async function inForeground(dataDir: string, start: (run: Foreground) => Promise<void>): Promise<never> {
  const ending = new Ending();
  let code = 1;
  let run: Run | undefined;
  try {
    run = await Run.open(resolve(dataDir), ending);
    await Promise.race([start(run), ending.requested]);
    await ending.requested;
    console.log('\nStopping everything');
    code = 0;
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
  }
  if (run) await run.close();
  process.exit(code);
}

/** `requested` resolves when the run is asked to stop, and rejects when it fails. */
class Ending {
  readonly requested: Promise<void>;
  fail!: (why: Error) => void;

  constructor() {
    this.requested = new Promise((resolve, reject) => {
      this.fail = reject;
      // npm forwards the terminal's Ctrl-C a second time; only the first signal counts.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
      onOrphaned(resolve);
    });
    // Avoids an unhandled rejection while something else is awaited; `inForeground` awaits it at the end.
    this.requested.catch(() => {});
  }
}

/** A killed npm forwards no signal to the process it started; without this check nothing would ever stop the run. */
function onOrphaned(stop: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm) stop();
  }, 500).unref();
}

class Run implements Foreground {
  private readonly pending = new Map<string, number>();
  private closing = false;

  private constructor(
    readonly dataDir: string,
    private readonly ending: Ending,
    private readonly folder: Lock,
  ) {
    // The interval also keeps the process alive when there is nothing to watch.
    setInterval(() => this.logPending(), PATIENCE_MS);
  }

  static async open(dataDir: string, ending: Ending): Promise<Run> {
    mkdirSync(dataDir, { recursive: true });
    const run = new Run(dataDir, ending, await lock(dataDir, console.log));
    rmSync(run.envFile, { force: true });
    return run;
  }

  log(line: string): void {
    if (!this.closing) console.log(line);
  }

  logFile(part: string): string {
    return join(this.dataDir, 'logs', `${part}.log`);
  }

  async step<T>(what: string, work: Promise<T>): Promise<T> {
    this.pending.set(what, Date.now());
    try {
      return await work;
    } finally {
      this.pending.delete(what);
      if (!this.closing) this.folder.guardedBy(guardPid());
    }
  }

  watch(name: string, part: Guarded): void {
    void part.exited.then(({ code, signal }) => {
      if (this.closing) return;
      const how = signal ? `was killed (${signal})` : `ended unexpectedly (exit code ${code})`;
      const where = relative(process.cwd(), part.log);
      this.ending.fail(
        new Error(`${name} ${how}. The last lines of ${where}:\n${lastLines(part.log)}\n\nStopping everything else.`),
      );
    });
  }

  publish(variables: Record<string, string>): void {
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    // Also if this process is killed: a program that waits for the next start must not read this start's file.
    removeWhenStopped(this.envFile);
    writeAtOnce(this.envFile, lines.join(''));
  }

  async close(): Promise<void> {
    this.closing = true;
    rmSync(this.envFile, { force: true });
    await stopAllGuarded();
    this.folder.release();
  }

  private get envFile(): string {
    return join(this.dataDir, 'services.env');
  }

  private logPending(): void {
    for (const [what, since] of this.pending) this.log(`  … ${what} (${Math.round((Date.now() - since) / 1000)} s)`);
  }
}

const PATIENCE_MS = 5_000;
