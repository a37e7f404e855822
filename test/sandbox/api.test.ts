import { clientOf, openSession, type Rig, refusal, SECRET_KEY, startRig } from './rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.end());

const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${SECRET_KEY}` }) =>
  fetch(`${rig.sandbox.url}${path}`, { headers });

describe('authentication', () => {
  test('a wrong key is refused, and masked in the message', async () => {
    const error = await refusal(clientOf(rig.sandbox.port, 'sk_test_somebodyelse').account.retrieveCurrent());
    expect(error).toMatchObject({ statusCode: 401, type: 'StripeAuthenticationError' });
    expect(error.message).toBe('Invalid API Key provided: sk_test_********else');
  });

  test('a missing key is refused', async () => {
    const response = await get('/v1/account', {});
    expect(response.status).toBe(401);
    const { error } = (await response.json()) as { error: { type: string; message: string } };
    expect(error.type).toBe('invalid_request_error');
    expect(error.message).toMatch(/^You did not provide an API key\./);
  });

  test('the key may be sent as a user name, as curl does', async () => {
    const response = await get('/v1/account', { authorization: `Basic ${btoa(`${SECRET_KEY}:`)}` });
    expect(await response.json()).toMatchObject({ object: 'account' });
  });

  test('an API version other than the pinned one is refused', async () => {
    const response = await get('/v1/account', {
      authorization: `Bearer ${SECRET_KEY}`,
      'stripe-version': '2020-08-27',
    });
    expect(response.status).toBe(400);
  });

  test('an answer names its request and version', async () => {
    const account = await rig.stripe.account.retrieveCurrent();
    expect(account).toMatchObject({ object: 'account', id: expect.stringMatching(/^acct_/) });
    expect(account.lastResponse).toMatchObject({
      requestId: expect.stringMatching(/^req_/),
      apiVersion: '2026-10-28.endive',
    });
  });
});

describe('an invalid request', () => {
  test('names an unknown route', async () => {
    const response = await get('/v1/no_such_thing?limit=1');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: {
        type: 'invalid_request_error',
        message: expect.stringMatching(/^Unrecognized request URL \(GET: \/v1\/no_such_thing\)/),
      },
    });
  });

  test('names an unknown parameter, at the top level or nested', async () => {
    const top = await refusal(openSession(rig, { payment_method_types: ['card'] } as object));
    expect(top).toMatchObject({ statusCode: 400, code: 'parameter_unknown', param: 'payment_method_types' });
    expect(top.message).toBe('Received unknown parameter: payment_method_types');
    expect(top.doc_url).toContain('parameter-unknown');
    const within = await refusal(openSession(rig, { line_items: [{ sku: 'A', quantity: 1 } as object] }));
    expect(within.message).toBe('Received unknown parameter: line_items[0][sku]');
  });

  test('names request options passed as parameters', async () => {
    const { id } = await openSession(rig);
    const error = await refusal(rig.stripe.checkout.sessions.expire(id, { nonsense: 'k' } as object));
    expect(error.code).toBe('parameter_unknown');
  });

  test('names a missing parameter', async () => {
    const error = await refusal(
      rig.stripe.checkout.sessions.create({ mode: 'payment', success_url: 'http://shop.test' }),
    );
    expect(error).toMatchObject({ code: 'parameter_missing', param: 'line_items' });
    expect(error.message).toBe('Missing required param: line_items.');
    const named = await refusal(rig.stripe.products.create({} as { name: string }));
    expect(named).toMatchObject({ code: 'parameter_missing', param: 'name' });
    const within = await refusal(
      openSession(rig, { line_items: [{ quantity: 1, price_data: { product: 'p', unit_amount: 1 } as never }] }),
    );
    expect(within.message).toBe('Missing required param: line_items[0][price_data][currency].');
  });

  test('names an object that does not exist', async () => {
    const error = await refusal(rig.stripe.checkout.sessions.retrieve('cs_test_nobody'));
    expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'id' });
    expect(error.message).toBe("No such checkout.session: 'cs_test_nobody'");
  });

  test('is refused if the body is not a form', async () => {
    const response = await fetch(`${rig.sandbox.url}/v1/products`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
      body: '{"name":"Mug"}',
    });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(/check that your POST content type is application\/x-www-form-urlencoded/);
  });

  test.each([
    ['limit', { limit: 101 }, 'parameter_invalid_integer'],
    ['starting_after', { starting_after: 'cs_test_nobody' }, 'resource_missing'],
    ['status', { status: 'paid' }, undefined],
  ])('is refused for a list with an invalid %s', async (_what, params, code) => {
    const error = await refusal(rig.stripe.checkout.sessions.list(params as object).then((page) => page));
    expect(error).toMatchObject({ statusCode: 400 });
    expect(error.code).toBe(code);
  });

  test('is refused if metadata exceeds its limits', async () => {
    const wide = await refusal(openSession(rig, { metadata: { note: 'x'.repeat(501) } }));
    expect(wide.message).toMatch(/^Metadata values can have up to 500 characters/);
    const long = await refusal(openSession(rig, { metadata: { ['k'.repeat(41)]: 'x' } }));
    expect(long.message).toMatch(/^Metadata keys can have up to 40 characters/);
    const many = await refusal(
      openSession(rig, { metadata: Object.fromEntries([...Array(51)].map((_, i) => [`k${i}`, 'x'])) }),
    );
    expect(many.message).toMatch(/up to 50 metadata keys/);
  });
});

describe('expand', () => {
  test('refuses what cannot be expanded, and creates nothing', async () => {
    const before = await rig.stripe.products.list({ limit: 100 });
    const error = await refusal(rig.stripe.products.create({ name: 'Cup', expand: ['nonsense'] }));
    expect(error.message).toBe('This property cannot be expanded (nonsense).');
    expect((await rig.stripe.products.list({ limit: 100 })).data).toHaveLength(before.data.length);
  });

  test('follows a path, through a list', async () => {
    const product = await rig.stripe.products.create({ name: 'Plate' });
    await rig.stripe.prices.create({ product: product.id, currency: 'eur', unit_amount: 900 });
    const { data } = await rig.stripe.prices.list({ product: product.id, expand: ['data.product'] });
    expect(data[0]?.product).toMatchObject({ object: 'product', name: 'Plate' });
    const error = await refusal(rig.stripe.prices.list({ expand: ['product'] }).then((page) => page));
    expect(error.message).toContain("expanding 'data.product' instead");
  });
});
