import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { freePort } from '../../platform/ports';
import { type Guarded, startGuarded } from '../../sandbox/guard';
import { newFolder } from '../support/folder';

/** The whole system, as `npm start` runs it, with its own data folder and ports. */
export interface WholeSystem {
  /** The variables in `services.env`. */
  env: Record<string, string>;
  /** Where it keeps its data. */
  folder: string;
  /** Stops everything, as Ctrl-C does. @returns the launcher's exit code */
  stop(): Promise<number | null>;
  /** Sends a command to the sandbox's control API. */
  atStripe(path: string, body?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Sends a request as staff. */
  staff(
    method: string,
    path: string,
    body?: Record<string, unknown>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** The mails in the outbox to this address. */
  mailsTo(address: string): Promise<SentMail[]>;
}

/** As the outbox shows it. */
export interface SentMail {
  id: string;
  subject: string;
  html: string;
  /** `template` and `order`. */
  tags: Record<string, string>;
}

export async function startWholeSystem(overrides: Record<string, string> = {}): Promise<WholeSystem> {
  const folder = newFolder('whole');
  const log = join(folder, 'launcher.log');
  const [port, workerPort] = [await freePort(), await freePort()];
  const launcher: Guarded = await startGuarded(process.execPath, ['--import', 'tsx', 'sandbox/launcher.ts'], {
    log,
    stopSignal: 'SIGINT',
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: join(folder, 'data'),
      PORT: String(port),
      WORKER_PORT: String(workerPort),
      CHECKOUT_RATE_LIMIT: '0',
      CHECKOUT_OPEN_LIMIT: '0',
      ...overrides,
    },
  });
  const output = () => readFileSync(log, 'utf8');
  let ended = false;
  void launcher.exited.then(() => {
    ended = true;
  });
  while (!output().includes('Ready in')) {
    if (ended) throw new Error(`npm start ended:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const env = parseEnv(readFileSync(join(folder, 'data', 'services.env'), 'utf8')) as Record<string, string>;
  const json = async (answer: Response) => (await answer.json()) as Record<string, unknown>;
  return {
    env,
    folder: join(folder, 'data'),
    async stop() {
      await launcher.stop(30_000);
      const { code } = await launcher.exited;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
    atStripe: async (path, body = {}) =>
      json(
        await fetch(`${env.SANDBOX_CONTROL_URL}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    async staff(method, path, body) {
      const answer = await fetch(`${env.PUBLIC_URL}${path}`, {
        method,
        headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: await json(answer) };
    },
    async mailsTo(address) {
      const { data } = (await json(await fetch(`${env.OUTBOX_URL}/api/mails?to=${encodeURIComponent(address)}`))) as {
        data: SentMail[];
      };
      return data;
    },
  };
}
