import { rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Resend } from 'resend';
import type { Mail } from '../../sandbox/outbox/mails';
import { type Outbox, startOutbox } from '../../sandbox/outbox/server';
import { newFolder } from '../support/folder';

const KEY = 're_outbox_test';
const DAY_MS = 24 * 60 * 60 * 1000;
const confirmation = {
  from: 'Shop <shop@example.com>',
  to: 'Ada Lovelace <ada@example.com>',
  subject: 'Your order',
  html: '<p>Thank you</p>',
  text: 'Thank you',
  tags: [
    { name: 'template', value: 'order_confirmation' },
    { name: 'order', value: 'A-1' },
  ],
};

let dataDir: string;
let outbox: Outbox;
let resend: Resend;
let now: number;

const start = async () => {
  outbox = await startOutbox({ dataDir, apiKeys: [KEY], now: () => now });
  resend = new Resend(KEY, { baseUrl: outbox.url });
};
const mails = async (query = ''): Promise<Mail[]> =>
  (await (await fetch(`${outbox.url}/api/mails${query}`)).json()).data;
const planFault = (fault: object) =>
  fetch(`${outbox.url}/api/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });

beforeEach(async () => {
  now = Date.parse('2026-11-23T12:00:00Z');
  dataDir = newFolder('outbox');
  await start();
});
afterEach(async () => {
  await outbox.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test('accepts a mail from the unchanged resend library and returns it', async () => {
  const { data, error } = await resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  expect(error).toBeNull();
  const { data: read } = await resend.emails.get(data?.id ?? '');
  expect(read).toMatchObject({
    id: data?.id,
    subject: 'Your order',
    to: ['Ada Lovelace <ada@example.com>'],
    text: 'Thank you',
  });
  expect(await mails()).toMatchObject([
    { tags: { template: 'order_confirmation', order: 'A-1' }, idempotencyKey: 'confirm/1' },
  ]);
});

test('a repeat with the same key returns the same mail, even after a restart; another mail with the key is refused', async () => {
  const first = await resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  await outbox.close();
  await start();
  const again = await resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  expect(again.data?.id).toBe(first.data?.id);
  const other = await resend.emails.send({ ...confirmation, subject: 'Another' }, { idempotencyKey: 'confirm/1' });
  expect(other.error).toMatchObject({ name: 'invalid_idempotent_request', statusCode: 409 });
  expect(await mails()).toHaveLength(1);
});

test('a key is forgotten after a day', async () => {
  const first = await resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  now += DAY_MS;
  const later = await resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  expect(later.data?.id).not.toBe(first.data?.id);
  expect(await mails()).toHaveLength(2);
});

test('the key of a mail is in use until the mail is answered', async () => {
  await planFault({ times: 1, delayMs: 300 });
  const [first, second] = await Promise.all([
    resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' }),
    resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' }),
  ]);
  const outcomes = [first, second].map(({ error }) => error?.name ?? 'sent');
  expect(outcomes.sort()).toEqual(['concurrent_idempotent_requests', 'sent']);
  expect(await mails()).toHaveLength(1);
});

test('fails as often as planned; a mail whose answer was lost is not accepted twice', async () => {
  await planFault({ times: 2, status: 500, after: true });
  const send = () => resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  expect([await send(), await send(), await send()].map(({ error }) => error?.statusCode ?? 200)).toEqual([
    500, 500, 200,
  ]);
  expect(await mails()).toHaveLength(1);

  await planFault({ times: 1, status: 429 });
  const refused = await resend.emails.send({ ...confirmation, subject: 'Second' });
  expect(refused.error).toMatchObject({ name: 'rate_limit_exceeded', statusCode: 429 });
  expect(await mails()).toHaveLength(1);
});

test.each([
  ['no recipient', { to: '' }, 'missing_required_field'],
  ['a recipient that is not an address', { to: 'ada' }, 'validation_error'],
  ['neither HTML nor text', { html: undefined, text: undefined }, 'missing_required_field'],
  ['a tag with a space', { tags: [{ name: 'order', value: 'A 1' }] }, 'validation_error'],
  ['a tag that is too long', { tags: [{ name: 'order', value: 'x'.repeat(257) }] }, 'validation_error'],
])('refuses %s as Resend does', async (_what, change, name) => {
  const { error } = await resend.emails.send({ ...confirmation, ...change } as typeof confirmation);
  expect(error).toMatchObject({ name, statusCode: 422 });
  expect(await mails()).toEqual([]);
});

test('refuses a wrong key and a missing one', async () => {
  const stranger = await new Resend('re_wrong', { baseUrl: outbox.url }).emails.send(confirmation);
  expect(stranger.error).toMatchObject({ name: 'invalid_api_key', statusCode: 403 });
  const nobody = await fetch(`${outbox.url}/emails`, { method: 'POST' });
  expect([nobody.status, (await nobody.json()).name]).toEqual([401, 'missing_api_key']);
});

test('lists newest first, by recipient, template and order; clearing the list keeps the keys', async () => {
  await resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  await resend.emails.send({
    ...confirmation,
    to: 'grace@example.com',
    subject: 'Second',
    tags: [{ name: 'template', value: 'order_shipped' }],
  });
  const subjects = async (query: string) => (await mails(query)).map(({ subject }) => subject);
  expect(await subjects('')).toEqual(['Second', 'Your order']);
  expect(await subjects('?to=ADA@example.com')).toEqual(['Your order']);
  expect(await subjects('?template=order_shipped')).toEqual(['Second']);
  expect(await subjects('?order=A-1&template=order_shipped')).toEqual([]);

  await fetch(`${outbox.url}/api/mails`, { method: 'DELETE' });
  await resend.emails.send(confirmation, { idempotencyKey: 'confirm/1' });
  expect(await subjects('')).toEqual([]);
});

describe('what happens to a mail afterwards', () => {
  const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const reports: { headers: IncomingHttpHeaders; body: string }[] = [];
  let shop: Server;
  let answer = 200;
  beforeEach(async () => {
    reports.length = 0;
    shop = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      reports.push({ headers: req.headers, body: Buffer.concat(chunks).toString() });
      res.writeHead(answer).end();
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    await outbox.close();
    now = Date.now(); // Resend's library checks the age of an event by this machine's clock
    const { port } = shop.address() as AddressInfo;
    const webhook = { url: `http://127.0.0.1:${port}/webhooks/resend`, secret: SECRET };
    outbox = await startOutbox({ dataDir, apiKeys: [KEY], webhook, now: () => now });
    resend = new Resend(KEY, { baseUrl: outbox.url });
  });
  afterEach(() => new Promise((resolve) => shop.close(resolve)));

  const happen = (id: string, event: string) =>
    fetch(`${outbox.url}/api/mails/${id}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event }),
    });

  test('is reported to the shop as Resend reports it, signed so that its own library accepts it', async () => {
    const { data } = await resend.emails.send(confirmation);
    const id = data?.id ?? '';
    expect(await (await happen(id, 'bounced')).json()).toEqual({ status: 200 });
    const [{ headers, body } = { headers: {}, body: '' }] = reports;
    const event = resend.webhooks.verify({
      payload: body,
      headers: {
        id: String(headers['svix-id']),
        timestamp: String(headers['svix-timestamp']),
        signature: String(headers['svix-signature']),
      },
      webhookSecret: SECRET,
    });
    expect(event).toMatchObject({
      type: 'email.bounced',
      data: {
        ...{ email_id: id, to: ['ada@example.com'], tags: { template: 'order_confirmation', order: 'A-1' } },
        bounce: { type: 'Permanent', subType: 'General' },
      },
    });
    expect((await resend.emails.get(id)).data).toMatchObject({ last_event: 'bounced' });
  });

  test('is chosen on its page, which says what the shop answered', async () => {
    const { data } = await resend.emails.send(confirmation);
    const page = await (await fetch(`${outbox.url}/mails/${data?.id}`)).text();
    expect(page).toContain('value="complained"');
    answer = 503;
    const reported = await fetch(`${outbox.url}/mails/${data?.id}/events`, {
      method: 'POST',
      body: new URLSearchParams({ event: 'complained' }),
    });
    answer = 200;
    expect([reported.status, await reported.text()]).toEqual([200, expect.stringContaining('The shop answered 503')]);
    expect(JSON.parse(reports[0]?.body ?? '')).toMatchObject({ type: 'email.complained' });
  });

  test.each(['nothing', 'toString'])('is not %s', async (event) => {
    const { data } = await resend.emails.send(confirmation);
    expect((await happen(data?.id ?? '', event)).status).toBe(404);
    expect((await happen('no-such-mail', 'bounced')).status).toBe(404);
    expect(reports).toEqual([]);
  });
});

test('a mail shows how to unsubscribe from it, and offers no reports where there is nobody to take them', async () => {
  const link = 'http://shop.example/unsubscribe?token=t';
  const { data } = await resend.emails.send({ ...confirmation, headers: { 'List-Unsubscribe': `<${link}>` } });
  const page = await (await fetch(`${outbox.url}/mails/${data?.id}`)).text();
  expect(page).toContain(`href="${link}"`);
  expect(page).not.toContain('name="event"');
});

test('a mail can neither run scripts in its view nor inject HTML into the pages around it', async () => {
  const { data } = await resend.emails.send({ ...confirmation, subject: '<img src=x onerror=alert(1)>' });
  for (const path of ['/', `/mails/${data?.id}`])
    expect(await (await fetch(outbox.url + path)).text()).not.toContain('<img');
  const view = await fetch(`${outbox.url}/mails/${data?.id}/html`);
  expect(view.headers.get('content-security-policy')).toMatch(/^sandbox (?!.*allow-scripts).*default-src 'none'/);
});
