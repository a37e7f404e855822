import { openSession, paidSession, type Rig, refusal, startRig } from './rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.end());
afterEach(() => rig.control('DELETE', '/faults'));

const fault = (body: object) => rig.control('POST', '/faults', body);
const productsNamed = async (name: string) =>
  (await rig.stripe.products.list({ limit: 100 })).data.filter((product) => product.name === name);

test('error_before: nothing is done, and a repeat with the key carries it out', async () => {
  await fault({ kind: 'error_before', status: 503, match: { method: 'POST', path: '^/v1/products$' } });
  expect(await refusal(rig.stripe.products.create({ name: 'A' }, { idempotencyKey: 'a' }))).toMatchObject({
    statusCode: 503,
    type: 'StripeAPIError',
  });
  expect(await productsNamed('A')).toHaveLength(0);
  await rig.stripe.products.create({ name: 'A' }, { idempotencyKey: 'a' });
  expect(await productsNamed('A')).toHaveLength(1);
});

test('error_instead: nothing is done, and the key repeats the error for good', async () => {
  await fault({ kind: 'error_instead', match: { method: 'POST', path: '^/v1/products$' } });
  for (const replayed of [undefined, 'true']) {
    const error = await refusal(rig.stripe.products.create({ name: 'I' }, { idempotencyKey: 'instead' }));
    expect(error).toMatchObject({ statusCode: 500, type: 'StripeAPIError' });
    expect(error.headers?.['idempotent-replayed']).toBe(replayed);
  }
  expect(await productsNamed('I')).toHaveLength(0);
});

test('error_after: it is carried out, with its events', async () => {
  const { intent } = await paidSession(rig);
  await fault({ kind: 'error_after', match: { path: '^/v1/refunds$' } });
  expect(await refusal(rig.stripe.refunds.create({ payment_intent: intent, metadata: { ours: '1' } }))).toMatchObject({
    statusCode: 500,
  });
  expect((await rig.stripe.refunds.list({ payment_intent: intent })).data).toMatchObject([{ metadata: { ours: '1' } }]);
  expect((await rig.stripe.events.list({ type: 'refund.created' })).data).toHaveLength(1);
});

test('rate_limit: 429 with Retry-After, as many times as planned', async () => {
  await fault({ kind: 'rate_limit', times: 2, retryAfter: 3 });
  for (let time = 0; time < 2; time++) {
    const error = await refusal(rig.stripe.products.list().then((page) => page));
    expect(error).toMatchObject({ statusCode: 429, type: 'StripeRateLimitError', headers: { 'retry-after': '3' } });
  }
  expect(await rig.stripe.products.list()).toHaveProperty('data');
});

// The library retries once after a reset, whatever `maxNetworkRetries` says: hence two.
test.each(['cut_body', 'reset'])('%s: it is carried out, and the key has the answer', async (kind) => {
  await fault({ kind, times: kind === 'reset' ? 2 : 1, match: { method: 'POST', path: '^/v1/products$' } });
  const error = await refusal(rig.stripe.products.create({ name: kind }, { idempotencyKey: kind }));
  expect(['StripeConnectionError', 'StripeAPIError']).toContain(error.type);
  expect(await productsNamed(kind)).toHaveLength(1);
  const again = await rig.stripe.products.create({ name: kind }, { idempotencyKey: kind });
  expect(again.lastResponse.headers).toMatchObject({ 'idempotent-replayed': 'true' });
  expect(await productsNamed(kind)).toHaveLength(1);
});

test('reset, not committed: nothing is done', async () => {
  await fault({ kind: 'reset', committed: false, times: 2, match: { method: 'POST' } });
  expect(await refusal(rig.stripe.products.create({ name: 'R' }))).toMatchObject({ type: 'StripeConnectionError' });
  expect(await productsNamed('R')).toHaveLength(0);
});

test('html: a page instead of an answer', async () => {
  await fault({ kind: 'html' });
  expect(await refusal(rig.stripe.account.retrieveCurrent())).toMatchObject({ type: 'StripeAPIError' });
});

test('delay: longer than the caller waits', async () => {
  await fault({ kind: 'delay', ms: 400, match: { path: '/expire$' } });
  const { id } = await openSession(rig);
  expect(await refusal(rig.stripe.checkout.sessions.expire(id, undefined, { timeout: 50 }))).toMatchObject({
    type: 'StripeConnectionError',
  });
});

describe.each([
  ['rate_limit', 429, 'StripeRateLimitError', 'rate_limit'],
  ['key_in_use', 409, 'StripeAPIError', 'idempotency_key_in_use'],
  ['idempotency_error', 400, 'StripeIdempotencyError', undefined],
  ['invalid', 400, 'StripeInvalidRequestError', undefined],
  ['missing', 404, 'StripeInvalidRequestError', 'resource_missing'],
  ['unauthorized', 401, 'StripeAuthenticationError', undefined],
  ['forbidden', 403, 'StripePermissionError', undefined],
  ['html', undefined, 'StripeAPIError', undefined],
  ['cut_body', undefined, expect.stringMatching(/^Stripe(API|Connection)Error$/), undefined],
])('%s', (kind, statusCode, type, code) => {
  test.each([false, true])('committed: %s', async (committed) => {
    const name = `${kind} ${committed}`;
    await fault({ kind, committed, match: { method: 'POST', path: '^/v1/products$' } });
    const create = () => rig.stripe.products.create({ name }, { idempotencyKey: name });
    expect(await refusal(create())).toMatchObject({ type, ...(statusCode && { statusCode }), ...(code && { code }) });
    expect(await productsNamed(name)).toHaveLength(committed ? 1 : 0);
    const { lastResponse } = await create();
    expect(lastResponse.headers['idempotent-replayed']).toBe(committed ? 'true' : undefined);
    expect(await productsNamed(name)).toHaveLength(1);
  });
});

test('other_account: another id, empty lists, and nothing that is here', async () => {
  const { id } = await openSession(rig);
  const there = async () => [
    (await rig.stripe.accounts.retrieveCurrent()).id,
    (await rig.stripe.checkout.sessions.list({ limit: 1 })).data.length,
    await rig.stripe.checkout.sessions.retrieve(id).then(
      () => 'found',
      ({ code }) => code,
    ),
  ];
  await fault({ kind: 'other_account', match: { path: '^/v1/' }, times: 3 });
  expect(await there()).toEqual(['acct_1OfSomeoneElse', 0, 'resource_missing']);
  expect(await there()).toEqual(['acct_1SandboxHoldfast', 1, 'found']);
});

test('invalid: with a code and message of the test’s choice', async () => {
  await fault({ kind: 'invalid', code: 'charge_already_refunded', message: 'It is.', param: 'charge' });
  expect(await refusal(rig.stripe.refunds.create({ charge: 'ch_1' }))).toMatchObject({
    statusCode: 400,
    code: 'charge_already_refunded',
    message: 'It is.',
    param: 'charge',
  });
});

test('refused: as Stripe refuses what it began to carry out, so its key repeats the refusal', async () => {
  const create = () => rig.stripe.products.create({ name: 'Refused' }, { idempotencyKey: 'refused' });
  await fault({ kind: 'refused', message: 'No.', match: { method: 'POST' } });
  expect(await refusal(create())).toMatchObject({ statusCode: 400, message: 'No.' });
  const replayed = (await refusal(create())) as { headers?: Record<string, string> };
  expect(replayed).toMatchObject({ message: 'No.' });
  expect(replayed.headers).toMatchObject({ 'idempotent-replayed': 'true' });
  expect(await productsNamed('Refused')).toHaveLength(0);
});

test.each([false, true])('bare: the library resolves an answer without `error`, committed: %s', async (committed) => {
  const name = `bare ${committed}`;
  await fault({ kind: 'bare', committed, match: { method: 'POST' } });
  const answer = await rig.stripe.products.create({ name }, { idempotencyKey: name });
  expect(answer).not.toHaveProperty('id');
  expect(answer).not.toHaveProperty('object');
  expect(answer.lastResponse.statusCode).toBe(404);
  expect(await productsNamed(name)).toHaveLength(committed ? 1 : 0);
});

test('only matching requests go wrong, and the request log shows it', async () => {
  await rig.control('DELETE', '/requests');
  await fault({ kind: 'error_before', match: { method: 'POST', path: '/refunds$' } });
  await rig.stripe.products.create({ name: 'Fine' }, { idempotencyKey: 'fine' });
  await refusal(rig.stripe.refunds.create({ payment_intent: 'pi_x' }));
  const { data } = await rig.control('GET', '/requests');
  expect(data).toMatchObject([
    {
      method: 'POST',
      path: '/v1/products',
      idempotencyKey: 'fine',
      params: { name: 'Fine' },
      status: 200,
      fault: null,
    },
    { method: 'POST', path: '/v1/refunds', params: { payment_intent: 'pi_x' }, status: 500, fault: 'error_before' },
  ]);
});

test('an unknown kind of fault is refused, and so is a path that is not a pattern', async () => {
  expect(await fault({ kind: 'html', match: { path: '(' } })).toMatchObject({
    error: { message: expect.stringMatching(/regular expression/i) },
  });
  expect(await fault({ kind: 'explode' })).toMatchObject({ error: { param: 'kind' } });
});
