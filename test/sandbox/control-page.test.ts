/** The control page, as a browser without JavaScript uses it. */
import { request } from 'node:http';
import { openSession, paidSession, type Rig, startRig } from './rig';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.end());

const DAY = 24 * 60 * 60 * 1000;
const pageAt = (path = '') => fetch(`${rig.sandbox.url}/_control${path}`);
const content = async () => (await pageAt()).text();
const chargeOf = async (intent: string) => (await rig.stripe.paymentIntents.retrieve(intent)).latest_charge as string;

/** The hidden fields of a form, found by the label of its button. */
async function formOf(button: string): Promise<Record<string, string>> {
  const forms = [...(await content()).matchAll(/<form method="post" action="\/_control\/page"[^>]*>(.*?)<\/form>/gs)];
  const found = forms.map(([, inside]) => inside ?? '').find((inside) => wordsOf(inside) === button);
  if (found === undefined) throw new Error(`no button ${button}`);
  const hidden = [...found.matchAll(/<input type="hidden" name="(.*?)" value="(.*?)">/g)];
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
}

const wordsOf = (form: string) => /<button[^>]*>([^<]*)/.exec(form)?.[1];

async function buttons(): Promise<string[]> {
  return [...(await content()).matchAll(/<button[^>]*>([^<]*)/g)].map(([, words = '']) => words);
}

/** Presses a button and follows the redirect. @returns the note that the page then shows */
async function press(button: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const form = await formOf(button);
  const body = new URLSearchParams({ ...form, ...fields });
  const pressed = await fetch(`${rig.sandbox.url}/_control/page`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body,
  });
  if (pressed.status !== 303) return { status: pressed.status, note: undefined, at: undefined };
  const [path, at] = (pressed.headers.get('location') ?? '').split('#');
  const [, role, note] =
    /class="note[^"]*" role="(\w+)">(.*?)</.exec(await (await fetch(rig.sandbox.url + path)).text()) ?? [];
  return { status: 303, role, note, at };
}

test('an empty page says what it stands in for, and runs no scripts', async () => {
  const response = await pageAt();
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  const page = await response.text();
  expect(page).toContain('No real money');
  expect(page).toContain('Nothing is waiting to be sent.');
  expect(page).not.toContain('<script');
});

test('a session is declined, authenticated and paid by button', async () => {
  const { id } = await openSession(rig);
  expect(await press('Decline')).toMatchObject({
    role: 'status',
    at: id,
    note: 'Decline: Your card has insufficient funds.',
  });
  expect(await press('Start 3-D Secure')).toMatchObject({ note: expect.stringContaining(`${id} is now open`) });
  expect(await buttons()).not.toContain('Pay');
  await press('Fail 3-D Secure');
  expect(await press('Pay')).toMatchObject({ note: expect.stringContaining(`${id} is now complete`) });
  expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
  expect(await buttons()).not.toContain('Expire');
});

test('one debit settles, another fails, a session expires', async () => {
  const paymentStatus = async (id: string) => (await rig.stripe.checkout.sessions.retrieve(id)).payment_status;
  const { id: settled } = await openSession(rig);
  await press('Pay by debit');
  await press('Settle');
  expect(await paymentStatus(settled)).toBe('paid');
  const { id: failed } = await openSession(rig);
  await press('Pay by debit');
  await press('Fail', await formOf('Fail'));
  expect(await paymentStatus(failed)).toBe('unpaid');
  const { id: expired } = await openSession(rig);
  await press('Expire');
  expect((await rig.stripe.checkout.sessions.retrieve(expired)).status).toBe('expired');
});

describe('a payment', () => {
  let charge: string;
  let intent: string;
  beforeEach(async () => {
    ({ intent } = await paidSession(rig));
    charge = await chargeOf(intent);
  });

  test('is refunded in part by a typed amount, then in full; the refund fails', async () => {
    expect(await press('Refund', { typedAmount: '2.50' })).toMatchObject({ role: 'status', at: charge });
    expect(await press('Refund', { typedAmount: 'some' })).toMatchObject({
      role: 'alert',
      note: expect.stringContaining('not an amount'),
    });
    expect(await press('Refund', { typedAmount: '99' })).toMatchObject({
      role: 'alert',
      note: expect.stringContaining('greater than'),
    });
    expect((await rig.stripe.refunds.list({ payment_intent: intent })).data.map(({ amount }) => amount)).toEqual([250]);
    await press('Refund');
    expect((await rig.stripe.refunds.list({ payment_intent: intent })).data.map(({ amount }) => amount)).toEqual([
      1000, 250,
    ]);
    expect(await buttons()).not.toContain('Refund');
    expect(await press('Fail')).toMatchObject({ note: expect.stringMatching(/re_\w+ is now failed/) });
    expect(await buttons()).toContain('Refund');
  });

  test('is disputed, lost, appealed and won', async () => {
    await press('Dispute', { status: 'needs_response', typedAmount: '5' });
    const [dispute] = (await rig.stripe.disputes.list({ charge })).data;
    expect(dispute).toMatchObject({ amount: 500, status: 'needs_response' });
    expect(await buttons()).not.toContain('Refund');
    await press('Lose');
    await press('Appeal');
    await press('Win');
    expect(await rig.stripe.disputes.retrieve(dispute?.id ?? '')).toMatchObject({ status: 'won' });
  });

  test('gets an inquiry, a review and a fraud warning', async () => {
    await press('Dispute', { status: 'warning_needs_response' });
    await press('Close');
    expect((await rig.stripe.disputes.list({ charge })).data).toMatchObject([{ status: 'warning_closed' }]);
    await press('Review');
    await press('Approve');
    await press('Fraud warning');
    expect((await rig.stripe.reviews.list()).data).toEqual([]);
    expect((await rig.stripe.radar.earlyFraudWarnings.list({ charge })).data).toHaveLength(1);
  });

  test('is paid out once the clock has advanced and its money is available', async () => {
    expect(await content()).toContain('Nothing is available to pay out');
    const before = (await rig.control('GET', '/clock')).now;
    await press('+ 1 hour');
    await press('+ 1 day');
    await press('+ 30 days');
    expect((await rig.control('GET', '/clock')).now - before).toBeGreaterThanOrEqual(31 * DAY + DAY / 24);
    await press('Pay out EUR');
    await press('Reconcile');
    expect(await press('Mark paid')).toMatchObject({ note: expect.stringMatching(/po_\w+ is now paid/) });
    await press('Fail', await formOf('Fail'));
  });
});

describe('webhooks', () => {
  const types = () => rig.hook.received.map(({ event }) => event.type);

  test('are held, sent one by one, dropped, and sent in reverse', async () => {
    await press('Apply', { mode: 'hold', duplicate: '1', form: 'snapshot' });
    expect((await rig.control('GET', '/deliveries')).plan).toMatchObject({
      mode: 'hold',
      duplicate: 1,
      shuffle: false,
    });
    await paidSession(rig);
    expect(await content()).toContain('Waiting (5)');
    await press('Send now');
    expect(types()).toEqual(['product.created', 'product.created']);
    expect(await press('Drop')).toMatchObject({ note: expect.stringContaining('1 dropped') });
    expect(await press('Send all in reverse')).toMatchObject({ note: expect.stringContaining('3 sent') });
    expect(types()[2]).toBe('checkout.session.completed');
    expect(await press('Send again')).toMatchObject({ note: expect.stringContaining('answered 200') });
    await press('Apply', { mode: 'normal', duplicate: '0', form: 'thin', shuffle: 'true' });
    expect((await rig.control('GET', '/deliveries')).plan).toMatchObject({
      mode: 'normal',
      shuffle: true,
      form: 'thin',
    });
  });
});

test('product names are escaped', async () => {
  await openSession(rig, {
    line_items: [
      { quantity: 2, price_data: { currency: 'eur', unit_amount: 900, product_data: { name: '<img src=x>' } } },
    ],
  });
  const page = await content();
  expect(page).toContain('2 × &#60;img src=x&#62;');
  expect(page).not.toContain('<img src=x>');
});

describe('a request to the control API', () => {
  /** Sends exactly these headers; `fetch` would add its own. */
  const send = (method: string, path: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(`${rig.sandbox.url}/_control${path}`, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject).end(method === 'POST' ? 'do=%2Fnothing' : undefined);
    });
  const reset = (headers: Record<string, string>) => send('POST', '/reset', headers);

  test('is accepted from the page itself and from programs', async () => {
    await openSession(rig);
    const origin = rig.sandbox.url;
    expect(await press('Expire', {}, { origin, 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 303 });
    expect(await reset({ origin })).toBe(200);
    expect(await reset({})).toBe(200);
  });

  test.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.test' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['a page with an opaque origin', { origin: 'null' }],
    ['another site, by Sec-Fetch-Site alone', { 'sec-fetch-site': 'cross-site' }],
    ['another site’s form', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['a site whose host name resolves to this machine', { origin: 'http://evil.test:80', host: 'evil.test:80' }],
  ])('is refused from %s', async (_who, headers) => {
    const { id } = await openSession(rig);
    expect(await reset(headers)).toBe(403);
    expect(await send('POST', '/page', { ...headers, 'content-type': 'application/x-www-form-urlencoded' })).toBe(403);
    expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' });
  });

  test('may open the page by a link on another site, but not read it by a script there', async () => {
    expect(await send('GET', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBe(200);
    expect(await send('GET', '/requests', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(403);
  });

  test('is refused for an unknown command', async () => {
    const response = await fetch(`${rig.sandbox.url}/_control/page`, {
      method: 'POST',
      body: new URLSearchParams({ do: '/nothing' }),
    });
    expect(response.status).toBe(404);
  });
});

test('a browser that opens the sandbox’s address is redirected to the control page', async () => {
  const opened = await fetch(rig.sandbox.url, { headers: { accept: 'text/html,*/*;q=0.8' }, redirect: 'manual' });
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/_control']);
  expect((await fetch(rig.sandbox.url, { redirect: 'manual' })).status).toBe(401);
  // It has one name, in the table of `npm start`, in the docs and here.
  expect(await content()).toMatch(/<title>Payment control ·.*<h1>Payment control<\/h1>/s);
});
