import { openSession, paidSession, type Rig, refusal, SECRET_KEY, startRig } from './rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.end());

let nth = 0;
const newKey = () => `key-${++nth}`;
const HOUR = 60 * 60 * 1000;

test('the same key and parameters give the same answer again, and nothing is done twice', async () => {
  const { intent } = await paidSession(rig);
  const idempotencyKey = newKey();
  const first = await rig.stripe.refunds.create(
    { payment_intent: intent, amount: 100, metadata: { a: '1', b: '2' } },
    { idempotencyKey },
  );
  const again = await rig.stripe.refunds.create(
    { metadata: { b: '2', a: '1' }, amount: 100, payment_intent: intent },
    { idempotencyKey },
  );
  expect(again.id).toBe(first.id);
  expect(first.lastResponse.headers).not.toHaveProperty('idempotent-replayed');
  expect(again.lastResponse.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'original-request': first.lastResponse.requestId,
  });
  expect((await rig.stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(1);
});

test('a replay shows the state at the time of the first answer', async () => {
  const idempotencyKey = newKey();
  const session = await openSession(rig);
  const params = {
    mode: 'payment',
    line_items: [{ price_data: { currency: 'eur', product_data: { name: 'A' }, unit_amount: 900 }, quantity: 1 }],
    success_url: 'http://shop.test',
  } as const;
  const created = await rig.stripe.checkout.sessions.create(
    { ...params, line_items: [...params.line_items] },
    { idempotencyKey },
  );
  await rig.stripe.checkout.sessions.expire(created.id);
  const again = await rig.stripe.checkout.sessions.create(
    { ...params, line_items: [...params.line_items] },
    { idempotencyKey },
  );
  expect(again).toMatchObject({ id: created.id, status: 'open' });
  expect(session.id).not.toBe(created.id);
});

test('a key used with other parameters is refused, and so is one used at another endpoint', async () => {
  const idempotencyKey = newKey();
  await rig.stripe.products.create({ name: 'Mug' }, { idempotencyKey });
  const other = await refusal(rig.stripe.products.create({ name: 'Cup' }, { idempotencyKey }));
  expect(other).toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
  expect(other.message).toBe(
    `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${idempotencyKey}' if you meant to execute a different request.`,
  );
  const elsewhere = await refusal(rig.stripe.customers.create({ name: 'Mug' }, { idempotencyKey }));
  expect(elsewhere.type).toBe('StripeIdempotencyError');
  expect(elsewhere.message).toContain("('/v1/customers' vs '/v1/products')");
});

test('a key whose first request is under way is a conflict, then a replay', async () => {
  const idempotencyKey = newKey();
  await rig.control('POST', '/faults', { kind: 'delay', ms: 300, match: { path: '^/v1/products$' } });
  const slow = rig.stripe.products.create({ name: 'Slow' }, { idempotencyKey });
  const conflict = await refusalOnceUnderWay(idempotencyKey);
  expect(conflict).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use', type: 'StripeAPIError' });
  const created = await slow;
  expect((await rig.stripe.products.create({ name: 'Slow' }, { idempotencyKey })).id).toBe(created.id);
});

test('a refusal after execution began is replayed; a refusal of unreadable parameters is not', async () => {
  const { id, intent } = await paidSession(rig);
  const idempotencyKey = newKey();
  const first = await refusal(rig.stripe.checkout.sessions.expire(id, undefined, { idempotencyKey }));
  const again = await refusal(rig.stripe.checkout.sessions.expire(id, undefined, { idempotencyKey }));
  expect(again.message).toBe(first.message);
  expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true' });

  const key = newKey();
  await refusal(rig.stripe.refunds.create({ payment_intent: intent, amount: -1 }, { idempotencyKey: key }));
  expect(await rig.stripe.refunds.create({ payment_intent: intent, amount: 1 }, { idempotencyKey: key })).toMatchObject(
    { amount: 1 },
  );
});

test('a saved 500 is replayed although the refund was made', async () => {
  const { intent } = await paidSession(rig);
  const idempotencyKey = newKey();
  await rig.control('POST', '/faults', { kind: 'error_after', match: { method: 'POST', path: '^/v1/refunds$' } });
  for (const replayed of [undefined, 'true']) {
    const error = await refusal(rig.stripe.refunds.create({ payment_intent: intent }, { idempotencyKey }));
    expect(error).toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
    expect(error.headers?.['idempotent-replayed']).toBe(replayed);
    expect(error.headers?.['stripe-should-retry']).toBe('false');
  }
  expect((await rig.stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(1);
});

test('a key is forgotten after 24 hours of the sandbox clock', async () => {
  const idempotencyKey = newKey();
  const first = await rig.stripe.products.create({ name: 'Mug' }, { idempotencyKey });
  await rig.control('POST', '/clock', { advanceMs: 24 * HOUR - 60_000 });
  expect((await rig.stripe.products.create({ name: 'Mug' }, { idempotencyKey })).id).toBe(first.id);
  await rig.control('POST', '/clock', { advanceMs: 60_000 });
  const second = await rig.stripe.products.create({ name: 'Other' }, { idempotencyKey });
  expect(second.id).not.toBe(first.id);
});

test('keys outlast a restart', async () => {
  const idempotencyKey = newKey();
  const first = await rig.stripe.products.create({ name: 'Mug' }, { idempotencyKey });
  await rig.restart();
  expect((await rig.stripe.products.create({ name: 'Mug' }, { idempotencyKey })).id).toBe(first.id);
});

test('a key over 255 characters is refused', async () => {
  expect(
    (await refusal(rig.stripe.products.create({ name: 'Mug' }, { idempotencyKey: 'k'.repeat(256) }))).statusCode,
  ).toBe(400);
});

/** Repeats a request until the first one has claimed the key. */
async function refusalOnceUnderWay(idempotencyKey: string) {
  for (;;) {
    const { data } = await rig.control('GET', '/requests');
    if (data.some((request: { idempotencyKey: string }) => request.idempotencyKey === idempotencyKey)) break;
  }
  const response = await fetch(`${rig.sandbox.url}/v1/products`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${SECRET_KEY}`,
      'idempotency-key': idempotencyKey,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'name=Slow',
  });
  expect(response.status).toBe(409);
  return refusal(rig.stripe.products.create({ name: 'Slow' }, { idempotencyKey }));
}
