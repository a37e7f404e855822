import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Exit, type Guarded, startGuarded } from './guard';
import { lastLines } from './logs';

const ROOT = join(__dirname, '..');
/** Both are to be ready within 90 s of their start. */
const READY_MS = 90_000;

export interface ProgramOptions {
  name: string;
  /** `api/main.ts` or `worker/main.ts`. */
  entry: string;
  /** Where its `/readyz` answers. */
  port: number;
  /** The folder of the build that runs. Default: this one. */
  root?: string | undefined;
  /** Nothing else reaches it. */
  env: Record<string, string>;
  logFolder: string;
}

/** One of our two programs as an operator runs it. It is killed, asked to stop, and started again in the same place. */
export class Program {
  private running: Guarded | undefined;

  constructor(private readonly options: ProgramOptions) {}

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  get port(): number {
    return this.options.port;
  }

  get log(): string {
    return join(this.options.logFolder, `${this.options.name}.log`);
  }

  /** The process id. @throws while it does not run */
  get pid(): number {
    if (!this.running) throw new Error(`${this.options.name} does not run`);
    return this.running.pid;
  }

  /** Whether it runs; false also while it is only just being ended. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Starts it, and comes back when it says that it is ready; how long that took, in milliseconds. */
  async start(): Promise<number> {
    const began = performance.now();
    const { name, entry, root = ROOT, env } = this.options;
    const { PATH = '', HOME = '' } = process.env;
    const part = await startGuarded(process.execPath, ['--require', 'tsx/cjs', entry], {
      log: this.log,
      cwd: root,
      env: { PATH, HOME, ...env },
    });
    this.running = part;
    let ended = false;
    void part.exited.then(() => {
      ended = true;
    });
    while (!(await this.isReady())) {
      if (ended) throw new Error(`${name} did not start:\n${lastLines(this.log)}`);
      if (performance.now() > began + READY_MS)
        throw new Error(`${name} was not ready after ${READY_MS / 1000} s:\n${lastLines(this.log)}`);
      await pause(50);
    }
    return performance.now() - began;
  }

  async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    return answer?.status === 200;
  }

  /** `kill -9`, and nothing of it is left. */
  async kill9(): Promise<void> {
    await this.signal('SIGKILL').exited;
  }

  /** Asks it to stop, as often as told, and waits: how it ended, and after how many milliseconds. */
  async terminate(times = 1): Promise<Exit & { ms: number }> {
    const began = performance.now();
    const asked = this.signal('SIGTERM');
    for (let more = 1; more < times; more++) process.kill(asked.pid, 'SIGTERM');
    const exit = await asked.exited;
    return { ...exit, ms: performance.now() - began };
  }

  private signal(signal: NodeJS.Signals): Guarded {
    const { running } = this;
    if (!running) throw new Error(`${this.options.name} does not run`);
    this.running = undefined;
    process.kill(running.pid, signal);
    return running;
  }
}
