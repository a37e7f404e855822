import { mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Guarded, guardPid, removeWhenStopped, stopAllGuarded } from './guard';
import { writeAtOnce } from './kept';
import { type Lock, lock } from './lock';
import { lastLines } from './logs';

/** A run at a terminal: it owns a data folder, watches what it has started, and stops all of it in the end. */
export interface Foreground {
  dataDir: string;
  log(line: string): void;
  logFile(part: string): string;
  /** Waits for something that may take a while, and says so every few seconds until it is done. */
  step<T>(what: string, work: Promise<T>): Promise<T>;
  /** From now on the whole run ends when this part does. */
  watch(name: string, part: Guarded): void;
  /** Writes `services.env`, which is there exactly while everything answers. */
  publish(variables: Record<string, string>): void;
}

/**
 * Runs something until it is asked to stop (Ctrl-C, SIGTERM, a closed terminal, a killed npm), a part of it ends by itself, or it fails to
 * start. Then everything that was started is stopped, youngest first, and the process ends: with 0 when it was asked to, else with 1.
 */
export async function inForeground(dataDir: string, start: (run: Foreground) => Promise<void>): Promise<never> {
  const ending = new Ending();
  let code = 1;
  let run: Run | undefined;
  try {
    run = await Run.open(resolve(dataDir), ending);
    await Promise.race([start(run), ending.asked]);
    await ending.asked;
    console.log('\nStopping everything');
    code = 0;
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
  }
  if (run) await run.close();
  process.exit(code);
}

/** Resolves when somebody asks us to stop, rejects when there is a reason that they should hear of. */
class Ending {
  readonly asked: Promise<void>;
  fail!: (why: Error) => void;

  constructor() {
    this.asked = new Promise((resolve, reject) => {
      this.fail = reject;
      // npm passes the terminal's Ctrl-C on once more; what comes after the first changes nothing.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
      onOrphaned(resolve);
    });
    // Not handled while something else is awaited; `inForeground` awaits it in the end.
    this.asked.catch(() => {});
  }
}

/** An npm that is killed passes nothing on to us, whom it started: nobody is left then who could stop us. */
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
    // It also keeps the process alive when there is nothing to watch.
    setInterval(() => this.tellPending(), PATIENCE_MS);
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
      const how = signal ? `was killed (${signal})` : `ended by itself (exit code ${code})`;
      const where = relative(process.cwd(), part.log);
      this.ending.fail(
        new Error(`${name} ${how}. The end of ${where}:\n${lastLines(part.log)}\n\nEverything else is stopped.`),
      );
    });
  }

  publish(variables: Record<string, string>): void {
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    // Also when we are killed: whoever waits for the next start must not take this one's file for the next one's.
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

  private tellPending(): void {
    for (const [what, since] of this.pending) this.log(`  … ${what} (${Math.round((Date.now() - since) / 1000)} s)`);
  }
}

const PATIENCE_MS = 5_000;
