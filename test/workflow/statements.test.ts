import { Client } from 'pg';
import { Api } from '../api/shop';
import { World } from './world';

/**
 * The most statements that a digital order may cost, from `POST /checkout` to its mails. Before each step was one
 * round trip it cost 68.
 */
const BUDGET = 12;
/** An Idempotency-Key is claimed before, and its answer is kept after. It cost 71 then. */
const BUDGET_WITH_KEY = BUDGET + 2;

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

test('a digital order costs at most 12 statements from checkout to mails', async () => {
  const statements = await statementsOfOrder({});
  expect(statements.length > BUDGET ? statements : 'within budget').toBe('within budget');
});

test('with an Idempotency-Key it costs at most two more', async () => {
  const statements = await statementsOfOrder({ 'idempotency-key': 'counted-1' });
  expect(statements.length > BUDGET_WITH_KEY ? statements : 'within budget').toBe('within budget');
});

/** Buys one digital product, and answers every statement that PostgreSQL got for it. */
async function statementsOfOrder(headers: Record<string, string>): Promise<string[]> {
  const recording = recordStatements();
  const items = [{ sku: 'counted', quantity: 1 }];
  const { body } = await api.http.post('/checkout').set(headers).send({ items }).expect(201);
  await world.pay(body.sessionId);
  await world.webhook(body.sessionId);
  // The run ends once its mails are handed over; waiting for it asks PostgreSQL for nothing.
  expect(await world.end(body.sessionId)).toBe('COMPLETED');
  const statements = recording.stop();
  expect(await world.mails(body.sessionId)).toEqual(['order_confirmation', 'order_received']);
  return statements;
}

/** Records what is sent to PostgreSQL, in the driver beneath Prisma, where `BEGIN` and `COMMIT` are statements too. */
function recordStatements(): { stop(): string[] } {
  const spy = jest.spyOn(Client.prototype, 'query');
  return {
    stop() {
      const statements = spy.mock.calls.map(([query]) => textOf(query as unknown));
      spy.mockRestore();
      return statements;
    },
  };
}

const textOf = (query: unknown): string =>
  (typeof query === 'string' ? query : String((query as { text?: string }).text)).replace(/\s+/g, ' ').slice(0, 200);
