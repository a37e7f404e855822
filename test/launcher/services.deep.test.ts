import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../platform/ports';
import { descendantsOf, type Launched, launch, newDataDir, published, survivors, until } from '../support/launched';

/** Replaces every embedded part but the outbox, which starts fastest. */
const OUTBOX_ONLY = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  STRIPE_SECRET_KEY: 'sk_test_elsewhere',
};

let dataDir: string;
const running: Launched[] = [];

function services(variables: Record<string, string> = {}): Launched {
  const launched = launch('sandbox/services.ts', dataDir, variables);
  running.push(launched);
  return launched;
}

async function stopped(launched: Launched, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  launched.signal(signal);
  return launched.exited;
}

beforeEach(() => {
  dataDir = newDataDir();
});
afterEach(async () => {
  for (const launched of running.splice(0)) {
    try {
      await stopped(launched, 'SIGTERM');
    } catch {
      // It has already ended, as in most tests.
    }
  }
  rmSync(dataDir, { recursive: true, force: true });
});

test('services.env has exactly the variables of all parts, Ctrl-C stops them, a second start keeps data and addresses', async () => {
  const first = services();
  const variables = await published(first);
  expect(Object.keys(variables)).toEqual([
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'TEMPORAL_UI_URL',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
    'STRIPE_API_BASE',
    'SANDBOX_CONTROL_URL',
    'RESEND_API_KEY',
    'RESEND_BASE_URL',
    'OUTBOX_URL',
    'RESEND_WEBHOOK_SECRET',
  ]);
  expect(statSync(join(dataDir, 'services.env')).mode & 0o777).toBe(0o600);
  for (const name of ['TEMPORAL_UI_URL', 'STRIPE_API_BASE', 'OUTBOX_URL']) await fetch(variables[name] ?? '');
  await query(variables.DATABASE_URL, 'CREATE TABLE kept AS SELECT 42 AS answer');

  const everything = descendantsOf(first.pid);
  expect(everything.length).toBeGreaterThanOrEqual(5);
  first.signal('SIGINT'); // npm forwards a terminal's Ctrl-C, so it arrives twice
  expect(await stopped(first)).toBe(0);
  expect(survivors(everything)).toEqual([]);
  expect(existsSync(join(dataDir, 'services.env'))).toBe(false);

  const second = services();
  expect(await published(second)).toEqual(variables);
  expect(await query(variables.DATABASE_URL, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a configured part is neither started nor listed in services.env', async () => {
  const only = services(OUTBOX_ONLY);
  expect(Object.keys(await published(only))).toEqual([
    ...['RESEND_API_KEY', 'RESEND_BASE_URL', 'OUTBOX_URL', 'RESEND_WEBHOOK_SECRET'],
  ]);
  expect(readdirSync(join(dataDir, 'logs'))).toEqual(['outbox.log']);
  await stopped(only);

  const none = services({ ...OUTBOX_ONLY, SMTP_URL: 'smtp://127.0.0.1:1' });
  expect(await published(none)).toEqual({});
  await stopped(none);
  expect(existsSync(join(dataDir, 'services.env'))).toBe(false);
});

test('nothing outlives a killed starter, and its data folder is free again', async () => {
  const killed = services();
  await published(killed);
  const everything = descendantsOf(killed.pid);
  await stopped(killed, 'SIGKILL');
  const again = services(OUTBOX_ONLY);
  await published(again);
  expect(survivors(everything)).toEqual([]);
});

test('the next start waits until the slowest part of a killed run has stopped', async () => {
  const killed = services(OUTBOX_ONLY);
  await published(killed);
  const [guard] = descendantsOf(killed.pid);
  const [outbox] = descendantsOf(guard as number);
  process.kill(outbox as number, 'SIGSTOP'); // so that it cannot react to the request to stop
  await stopped(killed, 'SIGKILL');
  await until('the guard noticed', () => !existsSync(join(dataDir, 'services.env')));

  const again = services(OUTBOX_ONLY);
  await published(again);
  expect(again.output()).toContain('An earlier run was killed');
  expect(survivors([outbox as number])).toEqual([]);
});

test('a data folder serves one run at a time, and the refused run does not disturb the first', async () => {
  const first = services(OUTBOX_ONLY);
  const { OUTBOX_URL } = await published(first);
  const second = services(OUTBOX_ONLY);
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain(`is already running with the data in ${dataDir} (process ${first.pid})`);
  expect((await fetch(`${OUTBOX_URL}/api/mails`)).status).toBe(200);
  expect(existsSync(join(dataDir, 'services.env'))).toBe(true);
});

test('a port that another program has taken meanwhile is left alone', async () => {
  const first = services(OUTBOX_ONLY);
  const { OUTBOX_URL } = await published(first);
  await stopped(first);
  const squatter = createServer().listen(Number(new URL(OUTBOX_URL ?? '').port), '127.0.0.1');
  try {
    const second = await published(services(OUTBOX_ONLY));
    expect(second.OUTBOX_URL).not.toBe(OUTBOX_URL);
  } finally {
    squatter.close();
  }
});

test('when one part ends the whole run ends, and the message names that part', async () => {
  const broken = services(OUTBOX_ONLY);
  await published(broken);
  const [guard] = descendantsOf(broken.pid);
  const [outbox] = descendantsOf(guard as number);
  process.kill(outbox as number, 'SIGKILL');
  expect(await broken.exited).toBe(1);
  expect(broken.output()).toContain('The outbox was killed (SIGKILL)');
  expect(broken.output()).toContain('"ready":true');
  expect(existsSync(join(dataDir, 'services.env'))).toBe(false);
});

test('Ctrl-C during the start stops everything started so far', async () => {
  const early = services();
  const everything = await until('a part', () => {
    const below = descendantsOf(early.pid);
    return below.length >= 3 ? below : undefined;
  });
  expect(await stopped(early)).toBe(0);
  expect(survivors(everything)).toEqual([]);
  expect(existsSync(join(dataDir, 'holdfast.lock'))).toBe(false);
});

test('a data folder from an earlier layout is refused with one sentence, by npm run services and by npm start', async () => {
  const postgresOnly = {
    ...{ TEMPORAL_ADDRESS: '127.0.0.1:1', STRIPE_SECRET_KEY: 'sk_test_elsewhere', STRIPE_WEBHOOK_SECRET: 'whsec_x' },
    ...{ SMTP_URL: 'smtp://127.0.0.1:1', EMAIL_FROM: 'shop@holdfast.example', STAFF_EMAIL: 'staff@holdfast.example' },
    STOREFRONT_URL: 'https://shop.example',
  };
  const first = services(postgresOnly);
  const { DATABASE_URL } = await published(first);
  await query(
    DATABASE_URL,
    `CREATE TABLE _prisma_migrations AS
     SELECT '20261101000000_tables' AS migration_name, 'x' AS checksum, now() AS finished_at, null::timestamptz AS rolled_back_at`,
  );
  await stopped(first);

  const ports = { PORT: String(await freePort()), WORKER_PORT: String(await freePort()) };
  for (const entry of ['sandbox/services.ts', 'sandbox/launcher.ts']) {
    const refused = launch(entry, dataDir, { ...postgresOnly, ...ports });
    running.push(refused);
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toContain(
      `\nThe data in ${dataDir} has an earlier layout of Holdfast, which this version cannot read. ` +
        'Choose another folder with DATA_DIR, or delete this one.\n',
    );
    expect(refused.output()).not.toMatch(/^ +at /m);
    expect(existsSync(join(dataDir, 'holdfast.lock'))).toBe(false);
  }
});

async function query(url: string | undefined, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}
