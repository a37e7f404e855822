import type { Socket } from 'node:net';
import { Client } from 'pg';
import { announceReceiver } from '../../store/events/receiver';
import { Api } from '../api/shop';
import { World } from './world';

/**
 * What a digital order asks PostgreSQL, step by step, from `POST /checkout` to its mails: 11 statements, of the 12 that
 * it may cost. Before each step was one round trip it cost 68.
 */
const STEPS = {
  catalogue: ['SELECT products'],
  limit: ['INSERT rate_limits'],
  checkout: ['write_checkout', 'UPDATE checkouts'], // before and after the call to Stripe
  open: ['open_order'],
  confirm: ['SELECT checkouts', 'confirm_payment'], // before and after the call to Stripe
  commit: ['commit_order'],
  mails: ['order_for_mail', 'write_mails', 'mark_mails'], // before and after the call to the mail provider
};

let world: World;
let api: Api;
beforeAll(async () => {
  world = await World.start();
  const { clock, db } = world.deps();
  api = await Api.listen({ db, clock, env: world.env, temporal: world.client });
  await world.product('counted');
});
afterAll(async () => {
  await api.close();
  await world.stop();
});

test('a digital order costs 11 statements from checkout to mails, each step its own', async () => {
  expect(await statementsOfOrder({})).toEqual(Object.values(STEPS).flat());
});

test('a digital order moves at most 36 kB to PostgreSQL and 36 kB back', async () => {
  const { sent, received } = (await costOfOrder({})).bytes;
  expect(sent).toBeGreaterThan(1_000); // the sockets that were counted are those that were used
  expect(Math.max(sent, received)).toBeLessThanOrEqual(36_000);
});

test('with an Idempotency-Key it costs two more: the key is claimed before, and its answer is kept after', async () => {
  const { catalogue, limit, checkout, open, ...paid } = STEPS;
  expect(await statementsOfOrder({ 'idempotency-key': 'counted-1' })).toEqual([
    'INSERT checkout_keys',
    ...[...catalogue, ...limit, ...checkout, ...open],
    'UPDATE checkout_keys',
    ...Object.values(paid).flat(),
  ]);
});

test('with a receiver of events it costs no more: they are written down in the same statements', async () => {
  const wantedUntil = new Date(world.deps().clock.now() + 86_400_000);
  await announceReceiver(world.db, { urlHash: 'hash', wantedUntil });
  expect(await statementsOfOrder({})).toEqual(Object.values(STEPS).flat());
  const events = await world.db.delivery.findMany({ orderBy: { type: 'asc' } });
  expect(events.map(({ type }) => type)).toEqual(['order.completed', 'order.paid']);
});

const statementsOfOrder = async (headers: Record<string, string>) => (await costOfOrder(headers)).statements;

interface Cost {
  statements: string[];
  /** Between Holdfast's processes and PostgreSQL, in both directions. */
  bytes: { sent: number; received: number };
}

/** Buys one digital product, and answers every statement that PostgreSQL got for it, and what crossed the wire. */
async function costOfOrder(headers: Record<string, string>): Promise<Cost> {
  const recording = recordStatements();
  const items = [{ sku: 'counted', quantity: 1 }];
  const { body } = await api.http.post('/checkout').set(headers).send({ items }).expect(201);
  await world.pay(body.sessionId);
  await world.webhook(body.sessionId);
  // The run ends once its mails are handed over; waiting for it asks PostgreSQL for nothing.
  expect(await world.end(body.sessionId)).toBe('COMPLETED');
  const cost = recording.stop();
  expect(await world.mails(body.sessionId)).toEqual(['order_confirmation', 'order_received']);
  return cost;
}

/** Records what is sent to PostgreSQL, in the driver beneath Prisma, where `BEGIN` and `COMMIT` are statements too. */
function recordStatements(): { stop(): Cost } {
  const { query } = Client.prototype;
  const before = new Map<Socket, { sent: number; received: number }>();
  const spy = jest.spyOn(Client.prototype, 'query').mockImplementation(function (this: Client, ...args: unknown[]) {
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
    if (!before.has(stream)) before.set(stream, { sent: stream.bytesWritten, received: stream.bytesRead });
    return query.apply(this, args as never) as never;
  });
  return {
    stop() {
      const statements = spy.mock.calls.map(([asked]) => nameOf(textOf(asked as unknown)));
      spy.mockRestore();
      const bytes = { sent: 0, received: 0 };
      for (const [{ bytesWritten, bytesRead }, { sent, received }] of before) {
        bytes.sent += bytesWritten - sent;
        bytes.received += bytesRead - received;
      }
      return { statements, bytes };
    },
  };
}

/** A statement by the function that it calls, or by what it does to which table first; as it is if it does neither. */
function nameOf(statement: string): string {
  const [, called] = /^SELECT (\w+)\(/.exec(statement) ?? [];
  if (called) return called;
  const [, verb] = /^(SELECT|INSERT|UPDATE|DELETE)\b/.exec(statement) ?? [];
  const [, table] = /\b(?:FROM|INTO|UPDATE) (?:"public"\.)?"?(\w+)/.exec(withoutSubqueries(statement)) ?? [];
  return verb && table ? `${verb} ${table}` : statement;
}

/** Without what stands in brackets. */
function withoutSubqueries(statement: string): string {
  const outer = statement.replace(/\([^()]*\)/g, '');
  return outer === statement ? statement : withoutSubqueries(outer);
}

const textOf = (query: unknown): string =>
  (typeof query === 'string' ? query : String((query as { text?: string }).text)).replace(/\s+/g, ' ').trim();
