import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { CHECKS, type Report } from '../../commands/doctor/doctor';
import { RECONCILE_SCHEDULE } from '../../messages/reconcile';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { freePort } from '../../platform/ports';
import { connectStripe } from '../../platform/stripe';
import { connectTemporal } from '../../platform/temporal';
import { connectDatabase, type Db } from '../../store/database';
import { type Launched, launch, newDataDir, published } from '../support/launched';
import { type StandIn, standIn } from './stand-in';

/**
 * `npm run doctor` beside `npm start`, as a person runs both: it passes, and names each problem that is planted, one at
 * a time, and no other.
 */

const ROOT = join(__dirname, '..', '..');

let system: Launched;
let services: Record<string, string>;
let db: Db;
let temporal: Client;
const standIns: StandIn[] = [];

beforeAll(async () => {
  const dataDir = newDataDir();
  const [port, workerPort] = [await freePort(), await freePort()];
  system = launch('sandbox/launcher.ts', dataDir, { PORT: String(port), WORKER_PORT: String(workerPort) });
  services = await published(system);
  db = connectDatabase(services.DATABASE_URL as string, 2);
  temporal = connectTemporal(services);
});
afterAll(async () => {
  for (const each of standIns) await each.close();
  await db?.$disconnect();
  await temporal?.connection.close();
  system?.signal('SIGINT');
  await system?.exited;
  rmSync(system.dataDir, { recursive: true, force: true });
});

/** Runs the command with nothing but these variables, and the folder in which `npm start` runs. */
function run(variables: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number; out: string }> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: system.dataDir, ...variables } as NodeJS.ProcessEnv;
  return new Promise((resolve) => {
    const argv = ['--import', 'tsx', 'commands/doctor/main.ts', ...args];
    const child = execFile(process.execPath, argv, { cwd: ROOT, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, out: stdout + stderr }),
    );
  });
}

/** What it says to be wrong, and that it gives no secret away. */
async function problems(variables: NodeJS.ProcessEnv = {}) {
  const { code, out } = await run(variables, '--json');
  const { checks } = JSON.parse(out) as { checks: Report };
  const found = checks.filter(({ status }) => status === 'problem');
  expect(code).toBe(found.length > 0 ? 1 : 0);
  for (const { todo } of found) expect(todo).toMatch(/\w{3}/);
  const given = { ...services, ...variables };
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'RESEND_API_KEY', 'ADMIN_TOKEN', 'SIGNING_SECRET'])
    expect(out).not.toContain(given[name]);
  return { ids: found.map(({ id }) => id), says: found.map(({ says }) => says).join('\n'), checks };
}

const service = (name: string): string => services[name] as string;
const stripe = () =>
  connectStripe({ STRIPE_SECRET_KEY: service('STRIPE_SECRET_KEY'), STRIPE_API_BASE: service('STRIPE_API_BASE') });

async function standingIn(...args: Parameters<typeof standIn>): Promise<string> {
  const made = await standIn(...args);
  standIns.push(made);
  return made.url;
}

test('a fresh installation passes, and every check has looked', async () => {
  const { code, out } = await run({});
  expect(out).toContain(`${CHECKS.length} checks: ${CHECKS.length} ok.`);
  for (const { id } of CHECKS) expect(out).toMatch(new RegExp(`^ {2}\\[x\\] ${id} `, 'm'));
  expect(code).toBe(0);
});

describe('names what the configuration has wrong:', () => {
  test('a secret that is short', async () => {
    const { ids, says } = await problems({ SIGNING_SECRET: 'too-short-to-sign' });
    expect([ids, says]).toEqual([['secrets'], expect.stringContaining('SIGNING_SECRET must have at least 32')]);
  });

  test('a live key beside what belongs to the sandbox', async () => {
    const { ids, says } = await problems({ STRIPE_SECRET_KEY: 'sk_live_ofanothershop' });
    expect(ids).toEqual(expect.arrayContaining(['live-or-test', 'public-url', 'stripe-key']));
    expect(says).toContain('A live Stripe key would be sent to http://127.0.0.1:');
  });

  test('a database in plain text over the network', async () => {
    // IPv6’s way to write an IPv4 address: it leads here, and its name does not say so.
    const DATABASE_URL = service('DATABASE_URL').replace(/@[^:/]+/, '@[::ffff:127.0.0.1]');
    const { ids, says } = await problems({ DATABASE_URL });
    expect([ids, says]).toEqual([['database-tls'], expect.stringContaining('is not encrypted')]);
  });

  test('a signing secret that is not the API’s', async () => {
    const { ids } = await problems({ STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef0123456789abcdef' });
    expect(ids).toEqual(['webhook-path']);
  });
});

describe('names what is wrong at Stripe:', () => {
  test('a key that was revoked', async () => {
    expect((await problems({ STRIPE_SECRET_KEY: 'sk_test_sandbox_revoked_long_ago' })).ids).toEqual(['stripe-key']);
  });

  test('a permission that a restricted key lacks', async () => {
    const key = 'rk_test_of_the_doctor';
    const all = ['checkout_session_write', 'payment_intent_read', 'charge_read', 'dispute_write', 'review_read'];
    const more = ['radar_early_fraud_warning_read', 'event_read', 'balance_transaction_source_read', 'payout_read'];
    const permissions = [...all, ...more, 'product_write', 'plan_write', 'webhook_write', 'refund_read'];
    const body = JSON.stringify({ key, permissions });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${service('SANDBOX_CONTROL_URL')}/keys`, { method: 'POST', body, headers });
    const { ids, says } = await problems({ STRIPE_SECRET_KEY: key });
    expect([ids, says]).toEqual([['stripe-permissions'], 'The key lacks Refunds: write.']);
  });

  test('no endpoint that sends to this address', async () => {
    // The same API under another name.
    const PUBLIC_URL = service('PUBLIC_URL').replace('localhost', '127.0.0.1');
    const { ids, says } = await problems({ PUBLIC_URL });
    expect([ids, says]).toEqual([['stripe-endpoint'], `No webhook endpoint sends to ${PUBLIC_URL}/webhooks/stripe.`]);
  });

  test('an endpoint of another API version', async () => {
    const STRIPE_API_BASE = await standingIn(service('STRIPE_API_BASE'), (path, answer) =>
      path.startsWith('/v1/webhook_endpoints')
        ? { ...answer, body: answer.body.replace(/"api_version": "[^"]+"/g, '"api_version": "2024-06-20"') }
        : answer,
    );
    const { ids, says } = await problems({ STRIPE_API_BASE });
    expect([ids, says]).toEqual([['stripe-endpoint'], expect.stringContaining('sends API version 2024-06-20')]);
  });

  test('an endpoint that is disabled', async () => {
    const [endpoint] = (await stripe().webhookEndpoints.list()).data;
    await stripe().webhookEndpoints.update(endpoint?.id ?? '', { disabled: true });
    const { ids, says } = await problems();
    await stripe().webhookEndpoints.update(endpoint?.id ?? '', { disabled: false });
    expect([ids, says]).toEqual([['stripe-endpoint'], expect.stringContaining('is disabled')]);
  });

  test('a clock that is ten minutes off', async () => {
    const STRIPE_API_BASE = await standingIn(service('STRIPE_API_BASE'), (_, answer) => ({
      ...answer,
      date: new Date(Date.now() + 600_000).toUTCString(),
    }));
    const { ids, says } = await problems({ STRIPE_API_BASE });
    expect([ids, says]).toEqual([['clock'], expect.stringMatching(/60\d s behind Stripe/)]);
  });
});

test('names a mail domain that Resend has not verified', async () => {
  const data = [{ id: 'd_1', name: 'holdfast.example', status: 'pending', created_at: '', region: 'eu-west-1' }];
  const body = JSON.stringify({ object: 'list', has_more: false, data });
  const RESEND_BASE_URL = await standingIn(null, (path, answer) => ({
    ...answer,
    ...(path.startsWith('/domains') && { status: 200, body }),
  }));
  const { ids, says } = await problems({ RESEND_BASE_URL });
  expect([ids, says]).toEqual([['mail'], expect.stringContaining('holdfast.example (pending)')]);
});

describe('names what is wrong in PostgreSQL:', () => {
  test('a migration that is not applied', async () => {
    const [last] = await db.$queryRaw<[{ name: string }]>`
      SELECT migration_name AS name FROM _prisma_migrations ORDER BY migration_name DESC LIMIT 1`;
    const name = last.name;
    await db.$executeRaw`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = ${name}`;
    const { ids, says } = await problems();
    await db.$executeRaw`UPDATE _prisma_migrations SET rolled_back_at = NULL WHERE migration_name = ${name}`;
    expect([ids, says]).toEqual([['schema'], `Not applied: the migration ${name}.`]);
  });

  test('the schema of a newer version', async () => {
    await db.$executeRaw`
      INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('next', 'x', '99990101000000_next', now())`;
    const { ids, checks } = await problems();
    await db.$executeRaw`DELETE FROM _prisma_migrations WHERE id = 'next'`;
    expect(ids).toEqual(['schema']);
    expect(checks.find(({ id }) => id === 'schema')?.todo).toContain('A newer version of Holdfast');
  });
});

describe('names what is wrong at Temporal:', () => {
  const namespace = async (name: string, searchAttributes: Record<string, number>) => {
    const { workflowService, operatorService } = temporal.connection;
    const month = { seconds: 30 * 86_400 } as never;
    await workflowService.registerNamespace({ namespace: name, workflowExecutionRetentionPeriod: month });
    await operatorService.addSearchAttributes({ namespace: name, searchAttributes });
    return { TEMPORAL_NAMESPACE: name };
  };
  const TYPES: Record<string, number> = { KEYWORD: 2, INT: 3, BOOL: 5, KEYWORD_LIST: 7 };
  const attributes = Object.fromEntries(
    Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, TYPES[type] as number]),
  );

  test('a search attribute that is missing', async () => {
    const { Skus: _, ...others } = attributes;
    const { ids, says } = await problems(await namespace('without-skus', others));
    expect(ids).toContain('search-attributes');
    expect(says).toContain('The namespace lacks search attributes: Skus (KeywordList).');
  });

  test('that no worker is there', async () => {
    const { ids, says } = await problems(await namespace('nobody-there', attributes));
    expect(ids).toEqual(['worker', 'sweep']); // no worker has made the Schedule
    expect(says).toContain('No worker serves the task queues orders (workflow)');
  });

  test('a sweep that is paused', async () => {
    const schedule = temporal.schedule.getHandle(RECONCILE_SCHEDULE);
    await schedule.pause('planted');
    const { ids, says } = await problems();
    await schedule.unpause();
    expect([ids, says]).toEqual([['sweep'], expect.stringContaining('is paused')]);
  });
});

test('with each of them put right again, it passes again', async () => {
  expect((await problems()).ids).toEqual([]);
});
