import { invalidAt, Office, problem } from './admin-office';
import { NOON } from './bare';

let office: Office;
let products = 0;
/** The physical product of the test at hand. */
let mug: string;

beforeAll(async () => {
  office = await Office.open();
  await office.product('EBOOK', { kind: 'DIGITAL' });
});
beforeEach(async () => {
  products += 1;
  mug = `MUG-${products}`;
  await office.product(mug);
});
afterAll(() => office?.close());

const stock = (sku = mug) => office.ask('get', `/admin/products/${sku}/stock`);
const change = (body: unknown, key?: string, sku = mug) => {
  const asked = office.ask('post', `/admin/products/${sku}/stock`);
  return (key === undefined ? asked : asked.set('idempotency-key', key)).send(body as object);
};
/** Puts stock aside for an order, as a checkout does. */
const hold = async (sessionId: string, quantity: number) => {
  const order = await office.order(sessionId);
  const lines = JSON.stringify([{ sku: mug, quantity }]);
  await office.db.$executeRaw`SELECT hold_stock(${sessionId}, ${lines}::jsonb, ${order.holdUntil}, ${new Date(NOON)})`;
};
const commit = async (sessionId: string, quantity: number) => {
  const lines = JSON.stringify([{ sku: mug, quantity }]);
  await office.db.$executeRaw`SELECT commit_stock(${sessionId}, ${lines}::jsonb, ${new Date(NOON)})`;
};

describe('the stock of a product', () => {
  test('is what is on hand, held and available, with its movements', async () => {
    await change({ delta: 10, reason: 'delivery' });
    await hold('cs_test_one', 3);
    await hold('cs_test_two', 2);
    await commit('cs_test_one', 3);
    const answer = await stock();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      sku: mug,
      onHand: 7,
      held: 2,
      available: 5,
      lowStockAt: null,
      movements: [
        {
          at: '2026-11-23T12:00:00.000Z',
          delta: 0,
          onHandDelta: -3,
          heldDelta: -3,
          kind: 'commit',
          reference: 'cs_test_one',
          actor: 'order',
        },
        {
          at: '2026-11-23T12:00:00.000Z',
          delta: -2,
          onHandDelta: 0,
          heldDelta: 2,
          kind: 'hold',
          reference: 'cs_test_two',
          actor: 'order',
        },
        {
          at: '2026-11-23T12:00:00.000Z',
          delta: -3,
          onHandDelta: 0,
          heldDelta: 3,
          kind: 'hold',
          reference: 'cs_test_one',
          actor: 'order',
        },
        {
          at: '2026-11-23T12:00:00.000Z',
          delta: 10,
          onHandDelta: 10,
          heldDelta: 0,
          kind: 'adjust',
          reference: 'delivery',
          actor: 'staff',
        },
      ],
    });
    const { available, movements } = answer.body;
    expect(movements.reduce((sum: number, { delta }: { delta: number }) => sum + delta, 0)).toBe(available);
  });

  test('shows the last hundred movements, newest first', async () => {
    const at = new Date(NOON);
    await office.db.stockMovement.createMany({
      data: Array.from({ length: 120 }, (_, n) => ({
        sku: mug,
        at,
        kind: 'ADJUST' as const,
        onHandDelta: 1,
        heldDelta: 0,
        reference: `no. ${n}`,
        actor: 'staff',
      })),
    });
    const { body } = await stock();
    expect(body.onHand).toBe(120);
    expect(body.movements).toHaveLength(100);
    expect(body.movements[0].reference).toBe('no. 119');
    expect(body.movements[99].reference).toBe('no. 20');
  });

  test('does not exist for an unknown or a digital product', async () => {
    for (const asked of [stock('NOTHING'), change({ delta: 1, reason: 'x' }, undefined, 'NOTHING')]) {
      const answer = await asked;
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(problem(404, 'unknown_sku'));
    }
    for (const asked of [stock('EBOOK'), change({ delta: 1, reason: 'x' }, undefined, 'EBOOK')])
      expect((await asked).body).toEqual(problem(409, 'invalid_transition'));
  });
});

describe('a change of stock', () => {
  test('is answered with the new stock', async () => {
    await change({ delta: 5, reason: 'delivery' });
    const answer = await change({ delta: -2, reason: 'broken' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ onHand: 3, held: 0, available: 3 });
    expect(answer.body.movements[0]).toMatchObject({ delta: -2, kind: 'adjust', reference: 'broken', actor: 'staff' });
  });

  test('never takes what is held for unpaid orders', async () => {
    await change({ delta: 5, reason: 'delivery' });
    await hold('cs_test_three', 4);
    const refused = await change({ delta: -2, reason: 'broken' });
    expect(refused.status).toBe(409);
    expect(refused.body).toEqual(problem(409, 'stock_conflict'));
    expect((await stock()).body).toMatchObject({ onHand: 5, held: 4, available: 1 });
    expect((await change({ delta: -1, reason: 'broken' })).status).toBe(200);
  });

  test('never exceeds what the column can count', async () => {
    const at = new Date(NOON);
    await office.db.stockMovement.create({
      data: { sku: mug, at, kind: 'ADJUST', onHandDelta: 2_147_483_000, heldDelta: 0, reference: 'x', actor: 'x' },
    });
    expect((await change({ delta: 1_000_000, reason: 'delivery' })).body).toEqual(problem(409, 'stock_conflict'));
  });

  test.each([
    ['nothing', {}, ['delta', 'reason']],
    ['a delta of zero', { delta: 0, reason: 'x' }, ['delta']],
    ['half a unit', { delta: 0.5, reason: 'x' }, ['delta']],
    ['a delta in text', { delta: '1', reason: 'x' }, ['delta']],
    ['too much', { delta: 1_000_001, reason: 'x' }, ['delta']],
    ['too little', { delta: -1_000_001, reason: 'x' }, ['delta']],
    ['no reason', { delta: 1 }, ['reason']],
    ['an empty reason', { delta: 1, reason: '' }, ['reason']],
    ['a long reason', { delta: 1, reason: 'x'.repeat(201) }, ['reason']],
    ['an unknown field', { delta: 1, reason: 'x', held: 3 }, ['']],
    ['a list', [], ['']],
    ['null', null, ['']],
  ])('of %s is 400', async (_what, body, paths) => {
    const answer = await office
      .ask('post', `/admin/products/${mug}/stock`)
      .set('content-type', 'application/json')
      .send(JSON.stringify(body));
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(invalidAt(...paths));
    expect(await office.db.stockMovement.count({ where: { sku: mug } })).toBe(0);
  });

  test('accepts the bounds themselves', async () => {
    expect((await change({ delta: 1_000_000, reason: 'x'.repeat(200) })).status).toBe(200);
    expect((await change({ delta: -1_000_000, reason: '–' })).body).toMatchObject({ onHand: 0 });
  });
});

describe('goods that arrive', () => {
  test('are added, with why and by whom', async () => {
    const { body } = await change({ receive: 24, reason: 'delivery 4711' }, 'delivery-4711');
    expect(body).toMatchObject({ onHand: 24, movements: [{ delta: 24, reference: 'delivery 4711', actor: 'staff' }] });
    await change({ receive: 24, reason: 'delivery 4711' }, 'delivery-4711');
    expect((await stock()).body.onHand).toBe(24);
  });
});

describe('a count', () => {
  test('becomes what is on hand, by a movement of the difference', async () => {
    await change({ delta: 10, reason: 'delivery' });
    await hold('cs_test_counted', 3);
    const { body } = await change({ count: 7, reason: 'stocktaking' });
    expect(body).toMatchObject({ onHand: 7, held: 3, available: 4 });
    expect(body.movements[0]).toMatchObject({ delta: -3, kind: 'adjust', reference: 'stocktaking', actor: 'staff' });
    expect((await change({ count: 9, reason: 'found two' })).body).toMatchObject({ onHand: 9, held: 3 });
    expect((await change({ count: 2, reason: 'stocktaking' })).body).toEqual(problem(409, 'stock_conflict'));
    expect((await stock()).body).toMatchObject({ onHand: 9, held: 3 });
  });

  test('is read under the lock: however many come at once, each is right when it is made', async () => {
    await change({ delta: 10, reason: 'delivery' });
    await Promise.all(Array.from({ length: 8 }, (_, n) => change({ count: 5 + n, reason: `count ${n}` })));
    const { onHand, movements } = (await stock()).body;
    const chronological: { onHandDelta: number; reference: string }[] = movements.toReversed();
    let sum = 0;
    for (const { onHandDelta, reference } of chronological) {
      sum += onHandDelta;
      const [, n] = /^count (\d)$/.exec(reference) ?? [];
      if (n !== undefined) expect([reference, sum]).toEqual([reference, 5 + Number(n)]);
    }
    expect(sum).toBe(onHand);
  });

  test('that is right is written down too, so that its key never counts again', async () => {
    await change({ delta: 5, reason: 'delivery' });
    const { body } = await change({ count: 5, reason: 'stocktaking' }, 'monday');
    expect(body.movements[0]).toMatchObject({ delta: 0, reference: 'stocktaking' });
    await change({ delta: -1, reason: 'broken' });
    expect((await change({ count: 5, reason: 'stocktaking' }, 'monday')).body.onHand).toBe(4);
    const other = await change({ count: 6, reason: 'stocktaking' }, 'monday');
    expect(other.body).toEqual(problem(409, 'idempotency_key_reused'));
    expect((await change({ delta: 5, reason: 'stocktaking' }, 'monday')).body).toEqual(
      problem(409, 'idempotency_key_reused'),
    );
  });

  test.each<[string, object, string[]]>([
    ['of less than nothing', { count: -1, reason: 'x' }, ['count']],
    ['of half a unit', { count: 0.5, reason: 'x' }, ['count']],
    ['without a reason', { count: 1 }, ['reason']],
    ['beside a change', { count: 1, delta: 1, reason: 'x' }, ['']],
    ['of nothing that arrives', { receive: 0, reason: 'x' }, ['receive']],
  ])('%s is 400', async (_what, body, paths) => {
    expect((await change(body)).body).toEqual(invalidAt(...paths));
  });
});

describe('a threshold', () => {
  const warn = (lowStockAt: unknown, sku = mug) =>
    office.ask('put', `/admin/products/${sku}/stock/warning`).send({ lowStockAt });

  test('is set, changed and taken away, and shown with the stock', async () => {
    expect((await warn(5)).body).toMatchObject({ sku: mug, lowStockAt: 5 });
    expect((await warn(7)).body.lowStockAt).toBe(7);
    expect((await stock()).body.lowStockAt).toBe(7);
    expect((await warn(null)).body.lowStockAt).toBeNull();
    expect((await warn(null)).status).toBe(200);
  });

  test.each([0, -1, 0.5, '5', 1_000_001])('of %j is 400', async (below) => {
    expect((await warn(below)).status).toBe(400);
  });

  test('does not exist for an unknown or a digital product', async () => {
    expect((await warn(5, 'NOTHING')).body).toEqual(problem(404, 'unknown_sku'));
    expect((await warn(5, 'EBOOK')).body).toEqual(problem(409, 'invalid_transition'));
  });
});

describe('an Idempotency-Key', () => {
  test('makes a change happen once, however often it is sent', async () => {
    const first = await change({ delta: 5, reason: 'delivery' }, 'delivery-7');
    const again = await change({ delta: 5, reason: 'delivery' }, 'delivery-7');
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(again.body.onHand).toBe(5);
  });

  test('even when twenty arrive at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => change({ delta: 5, reason: 'delivery' }, 'delivery-7')),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await stock()).body).toMatchObject({ onHand: 5, movements: [expect.anything()] });
  });

  test.each([
    ['another delta', { delta: 6, reason: 'delivery' }],
    ['another reason', { delta: 5, reason: 'return' }],
  ])('is refused for %s', async (_what, body) => {
    await change({ delta: 5, reason: 'delivery' }, 'delivery-7');
    const answer = await change(body, 'delivery-7');
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual(problem(409, 'idempotency_key_reused'));
    expect((await stock()).body.onHand).toBe(5);
  });

  test('belongs to one product: another may use the same', async () => {
    await office.product('LAMP');
    await change({ delta: 5, reason: 'delivery' }, 'delivery-7');
    expect((await change({ delta: 8, reason: 'delivery' }, 'delivery-7', 'LAMP')).body).toMatchObject({ onHand: 8 });
  });

  test('of a refused change can be used again', async () => {
    expect((await change({ delta: -1, reason: 'broken' }, 'k')).status).toBe(409);
    await change({ delta: 1, reason: 'delivery' });
    expect((await change({ delta: -1, reason: 'broken' }, 'k')).body).toMatchObject({ onHand: 0 });
  });

  test('still gets the same answer when the change itself would no longer be possible', async () => {
    await change({ delta: 5, reason: 'delivery' });
    await change({ delta: -5, reason: 'broken' }, 'k');
    expect((await change({ delta: -5, reason: 'broken' }, 'k')).status).toBe(200);
  });

  test.each(['with space', 'ünïcode', 'x'.repeat(256)])('like “%s” is 400', async (key) => {
    const answer = await office
      .ask('post', `/admin/products/${mug}/stock`)
      .set('idempotency-key', Buffer.from(key).toString('latin1'))
      .send({ delta: 1, reason: 'x' });
    expect(answer.body).toEqual(invalidAt('idempotency-key'));
  });
});
